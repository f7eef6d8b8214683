"""Takes the ``from:`` of a mapping and its source; gives the columns that expressions may name, and says what others are near."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hub.document import Document
from hub.mapping import expression
from hub.mapping.expression import Expression, Refused
from hub.mapping.model import Source, SourceColumn
from hub.problem import Place, Problem, nearest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """``aliases``: alias -> table. ``lone``: the only alias, which bare column names mean, or an empty text."""

    aliases: Mapping[str, str]
    columns: Mapping[str, SourceColumn]  # "alias.column"
    lone: str

    def read(self, text: str, place: Place) -> tuple[Expression | None, list[Problem]]:
        """An expression over the columns of the scope."""
        try:
            found = expression.parse(text.strip(), self.lone)
        except Refused as refused:
            return None, [Problem(place, "expression", refused.message, refused.cure)]
        problems = [problem for name in found.columns for problem in self.missing(name, place)]
        return None if problems else found, problems

    def missing(self, name: str, place: Place) -> list[Problem]:
        """What is wrong with the name ``alias.column``."""
        if name in self.columns:
            return []
        alias, _, column = name.rpartition(".")
        if not alias:
            message = f"'{column[:60]}' does not say of which table"
            owners = [known for known in self.columns if known.endswith(f".{column}")]
            return [Problem(place, "unknown-column", message, nearest(name, owners or self.columns))]
        if alias not in self.aliases:
            message = f"'{alias[:60]}' is no alias of from:"
            return [Problem(place, "unknown-alias", message, nearest(alias, self.aliases))]
        table = self.aliases[alias]
        known = [each.partition(".")[2] for each in self.columns if each.startswith(f"{alias}.")]
        return [
            Problem(place, "unknown-column", f"the table {table} ({alias}) has no column '{column[:60]}'", nearest(column, known))
        ]


def open_scope(document: Document, source: Source) -> tuple[Scope | None, list[Problem]]:
    """The scope of a mapping; None if ``from:`` cannot be read or names an undeclared table."""
    place = document.place("from")
    found, problems = _read(expression.tables, document.data["from"].strip(), place)
    if found is None:
        return None, problems
    for table in dict.fromkeys(found.aliases.values()):
        if table not in source.tables:
            message = f"the source {source.name} declares no table '{table[:60]}'"
            problems.append(Problem(place, "unknown-table", message, nearest(table, source.tables)))
    if problems:
        return None, problems
    columns = {
        f"{alias}.{column.name}": column for alias, table in found.aliases.items() for column in source.tables[table].values()
    }
    scope = Scope(found.aliases, columns, next(iter(found.aliases)) if len(found.aliases) == 1 else "")
    problems += _qualified(scope, found.columns, place)
    if "where" in document.data:
        place = document.place("where")
        read, wrong = _read(expression.condition, document.data["where"].strip(), place)
        problems += wrong + _qualified(scope, read or (), place)
    return scope, problems


def _qualified(scope: Scope, names: tuple[str, ...], place: Place) -> list[Problem]:
    """SQL of the source is checked only where it says the alias: a bare word may be a column, a constant or a text there."""
    return [problem for name in names if "." in name for problem in scope.missing(name, place)]


def _read(reader: Callable[[str], T], text: str, place: Place) -> tuple[T | None, list[Problem]]:
    try:
        return reader(text), []
    except Refused as refused:
        return None, [Problem(place, "source-sql", refused.message, refused.cure)]
