"""Takes a source with a live database and a standard table; gives the text of a first mapping between them. Changes nothing."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hub.connection import Adapters
from hub.contract.model import Field, Standard, Table
from hub.dictionary.initials import learn
from hub.interface import ConfigurationError, Reader
from hub.mapping.draft import UNSURE, Draft, declaration, outcomes, write
from hub.mapping.expression import Refused, tables
from hub.mapping.model import Source
from hub.mapping.scaffold import Proposal, propose, served
from hub.survey import Found, survey

_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Scaffold:
    """``text``: the mapping. ``declare``: lines for the source's file, for live columns that it does not declare yet."""

    text: str
    proposals: tuple[Proposal, ...]
    declare: tuple[str, ...]


def scaffold(
    source: Source, standard: Standard, table: Table, adapters: Adapters, state_folder: Path, from_sql: str | None, name: str
) -> Scaffold:
    """A mapping of ``from_sql`` (a table, or tables and joins); without one, of the live table that is most like the target.

    ConfigurationError for a table that does not exist, TransientError for a database that does not answer.
    """
    remarks: tuple[str, ...] = ()
    named = ((field.title.removesuffix("代码"), key.removesuffix("_dm")) for key, field in _fields(standard))
    initials = learn(named)
    with closing(adapters.reader(source, state_folder)) as reader:
        if from_sql is not None:
            text, aliases = _read(from_sql)
            found = survey(source, reader, aliases.items())
        else:
            text, found, remarks = _nearest(source, table, reader, initials)
    columns = [column for each in found for column in each.columns]
    proposals = propose(table, columns, initials)
    unsure = sum(each == UNSURE for each in outcomes(proposals))
    first = f"A first draft by hub mapping scaffold: check every line; {unsure} of {len(proposals)} fields are unsure."
    draft = Draft(name, f"{table.standard}/{table.name}", source.name, text, (first, *remarks))
    return Scaffold(write(draft, table, proposals, columns), proposals, tuple(_undeclared(source, found)))


def _fields(standard: Standard) -> Sequence[tuple[str, Field]]:
    return [pair for table in standard.tables.values() for pair in table.fields.items()]


def _read(from_sql: str) -> tuple[str, Mapping[str, str]]:
    """The text of ``from:`` and its aliases; a lone table gets the alias ``t``."""
    try:
        aliases = tables(from_sql).aliases
    except Refused as refused:
        raise ConfigurationError(f"--from: {refused.message}; {refused.cure}") from None
    if len(aliases) == 1 and from_sql.strip() == next(iter(aliases.values())):
        return f"{from_sql.strip()} t", {"t": from_sql.strip()}
    return from_sql, aliases


def _nearest(
    source: Source, table: Table, reader: Reader, initials: Mapping[str, str]
) -> tuple[str, tuple[Found, ...], tuple[str, ...]]:
    """The live table whose columns serve the target best, and a remark that names the next ones."""
    live = reader.columns()
    declared = {name.lower() for name in source.tables}
    names = [*(name for name in source.tables if name.lower() in {each.lower() for each in live})]
    names += [name for name in live if name.lower() not in declared]
    if not names:
        raise ConfigurationError(f"the source {source.name} has no table that its login can see")
    ranked = sorted(
        (
            (served(table, propose(table, each.columns, initials)), each)
            for each in survey(source, reader, (("t", one) for one in names))
        ),
        key=lambda pair: -pair[0],
    )
    best = ranked[0][1]
    others = ", ".join(f"{each.table} {score:.2f}" for score, each in ranked[1 : 1 + _OTHERS])
    told = f"from: {best.table} is the most alike of {len(ranked)} tables ({ranked[0][0]:.2f})"
    return f"{best.table} t", (best,), (f"{told}; next: {others or 'none'}",)


def _undeclared(source: Source, found: Sequence[Found]) -> list[str]:
    lines: list[str] = []
    for each in found:
        if each.undeclared:
            comments = {column.name.partition(".")[2]: column.comment for column in each.columns}
            lines += declaration(each.table, each.undeclared, comments, known=each.table in source.tables)
    return lines
