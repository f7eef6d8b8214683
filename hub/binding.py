"""Takes mappings and tables, gives the expressions whose types do not fit: they are bound in DuckDB over no rows at all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hub.contract.model import Table
from hub.interface import ConfigurationError
from hub.kernel.duck import Database
from hub.kernel.rules import sql_type
from hub.kernel.sql import name
from hub.mapping.expression import columns, rename
from hub.mapping.model import Mapping as FieldMapping
from hub.mapping.model import Source
from hub.problem import Place, Problem

_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
_CURE = "compare and compute with the types that the columns have, or convert with try_cast(… as …)"


def mapping_types(database: Database, mapping: FieldMapping, source: Source) -> Iterator[Problem]:
    """Expressions of a mapping over the declared columns: ``upper`` of a date, a text compared with a number."""
    known = {
        f"{alias}.{column.name}": _TYPES.get(column.type, column.type)
        for alias, table in mapping.aliases.items()
        for column in source.tables[table].values()
    }
    expressions = [(made.sql, made.place) for made in mapping.fields.values() if made.sql and made.sql not in known]
    expressions += [(f"NOT ({mapping.deleted})", mapping.place)] if mapping.deleted else []
    yield from _unbound(database, expressions, known)


def rule_types(database: Database, table: Table) -> Iterator[Problem]:
    """Rules of a table over its fields as they are typed on the wire."""
    known = {each.name: sql_type(each.notation) if each.numeric else "VARCHAR" for each in table.fields.values()}
    yield from _unbound(database, [(f"NOT ({rule.sql})", rule.place) for rule in table.rules], known)


def _unbound(database: Database, expressions: Iterable[tuple[str, Place]], known: Mapping[str, str]) -> Iterator[Problem]:
    """All at once first, because nearly always all is well; one by one if not."""
    named = list(expressions)
    if not named or _complaint(database, [sql for sql, _ in named], known) is None:
        return
    for sql, place in named:
        complaint = _complaint(database, [sql], known)
        if complaint:
            yield Problem(place, "expression-type", f"the types do not fit: {complaint}", _CURE)


def _complaint(database: Database, expressions: Sequence[str], known: Mapping[str, str]) -> str | None:
    """What DuckDB says about the expressions over one row of typed NULLs; every column is one quoted name: ``"p.id"``."""
    used = dict.fromkeys(column for sql in expressions for column in columns(sql))
    nothing = ", ".join(["NULL AS nothing", *(f"CAST(NULL AS {known[column]}) AS {name(column)}" for column in used)])
    made = ", ".join(f"({rename(sql, {column: column for column in columns(sql)})})" for sql in expressions)
    try:
        database.prepare("bound", f"SELECT {made} FROM (SELECT {nothing}) AS nothing")  # noqa: S608 - checked expressions
    except ConfigurationError as error:
        return str(error)
    return None
