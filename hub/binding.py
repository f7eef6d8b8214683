"""Takes mappings and tables, gives the expressions whose types do not fit: they are bound in DuckDB over no rows at all.

Only the types of columns matter, so every column is replaced by one column of its type: the expressions of all mappings
and rules, doubled ones once, are bound by one statement, and one by one only if that fails.
"""

from collections.abc import Iterable, Iterator, Mapping

from hub.contract.model import Table
from hub.interface import ConfigurationError
from hub.kernel.duck import Database
from hub.kernel.rules import sql_type
from hub.kernel.sql import name
from hub.mapping.expression import columns, operands, rename
from hub.mapping.model import Mapping as FieldMapping
from hub.mapping.model import Source
from hub.problem import Place, Problem

_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
_CURE = "compare and compute with the types that the columns have, or convert with try_cast(… as …)"
_TRUTH = "list_bool_and([{}])"  # a text is no condition to it, though NOT and CASE take one and read '1' as true


def type_problems(mappings: Iterable[tuple[FieldMapping, Source]], tables: Iterable[Table]) -> Iterator[Problem]:
    """``upper`` of a date, a text compared with a number, a condition that is none.

    In mappings over declared columns, in rules over fields.
    """
    values: dict[str, list[Place]] = {}
    conditions: dict[str, list[Place]] = {}
    parts: dict[str, list[tuple[Place, str]]] = {}
    kinds: set[str] = set()
    for mapping, source in mappings:
        types, made = _declared(mapping, source), list(_mapped(mapping))
        deleted = [(mapping.deleted, mapping.deleted_place or mapping.place)] if mapping.deleted else []
        _collect(made, types, values, kinds)
        _collect(deleted, types, conditions, kinds)
        _collect_parts([*made, *deleted], types, parts)
    for table in tables:
        types = {each.name: sql_type(each.notation) if each.numeric else "VARCHAR" for each in table.fields.values()}
        rules = [(rule.sql, rule.place) for rule in table.rules]
        _collect(rules, types, conditions, kinds)
        _collect_parts(rules, types, parts)
    with Database() as database:
        if _complaint(database, [*values, *map(_TRUTH.format, [*conditions, *parts])], kinds) is None:
            return
        for sql, stands in [*values.items(), *conditions.items()]:
            complaint = _complaint(database, [sql], kinds)
            for place in stands if complaint else ():
                yield Problem(place, "expression-type", f"the types do not fit: {complaint}", _CURE)
            if complaint is None and sql in conditions and _complaint(database, [_TRUTH.format(sql)], kinds):
                message = "a value where a condition must stand: it is neither true nor false"
                yield from (Problem(place, "expression-type", message, "compare it: zt = 'D'") for place in conditions[sql])
        for sql, pieces in parts.items():
            if _complaint(database, [sql], kinds) is None and _complaint(database, [_TRUTH.format(sql)], kinds):
                yield from (_no_condition(piece, place) for place, piece in pieces)


def _no_condition(piece: str, place: Place) -> Problem:
    message = f"'{piece[:60]}' stands where a condition must: it is neither true nor false"
    return Problem(place, "expression-type", message, f"compare it: {piece[:60]} = …")


def _mapped(mapping: FieldMapping) -> Iterator[tuple[str, Place]]:
    return ((made.sql, made.place) for made in mapping.fields.values() if made.sql and made.sql not in made.columns)


def _declared(mapping: FieldMapping, source: Source) -> dict[str, str]:
    """alias.column -> SQL type."""
    return {
        f"{alias}.{column.name}": _TYPES.get(column.type, column.type.upper())
        for alias, table in mapping.aliases.items()
        for column in source.tables[table].values()
    }


def _collect(
    expressions: Iterable[tuple[str, Place]], types: Mapping[str, str], places: dict[str, list[Place]], kinds: set[str]
) -> None:
    """Expressions over columns that are named for their types, with where they stand."""
    for sql, place in expressions:
        places.setdefault(rename(sql, types), []).append(place)
        kinds.update(types[column] for column in columns(sql))


def _collect_parts(
    expressions: Iterable[tuple[str, Place]], types: Mapping[str, str], parts: dict[str, list[tuple[Place, str]]]
) -> None:
    """The conditions inside, with where they stand and how they are written."""
    for sql, place in expressions:
        for piece in operands(sql):
            parts.setdefault(rename(piece, types), []).append((place, piece))


def _complaint(database: Database, expressions: Iterable[str], kinds: Iterable[str]) -> str | None:
    """What DuckDB says about expressions over one row of typed NULLs."""
    made = ", ".join(f"({sql})" for sql in expressions)
    nothing = ", ".join(["NULL AS nothing", *(f"CAST(NULL AS {kind}) AS {name(kind)}" for kind in sorted(kinds))])
    try:
        database.prepare("bound", f"SELECT {made or 'nothing'} FROM (SELECT {nothing}) AS nothing")  # noqa: S608 - checked
    except ConfigurationError as error:
        return str(error)
    return None
