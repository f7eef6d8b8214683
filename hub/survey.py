"""Takes a reader and the declared tables of its source; gives what live tables look like: columns, comments, some values.

Values are personal data: they are looked at in memory and never written or shown by whoever asks for them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import registry

from hub.interface import ConfigurationError, Reader, Snapshot
from hub.mapping.evidence import Column
from hub.mapping.model import Source
from hub.problem import nearest

ROWS = 300
_SERIAL = re.compile(r"内码|自增|主键|流水ID|^ID$", re.IGNORECASE)
_POSTGRESQL = (
    "SELECT CAST(c.relname AS text), CAST(a.attname AS text), d.description FROM pg_description d "
    "JOIN pg_class c ON c.oid = d.objoid AND d.classoid = CAST('pg_class' AS regclass) AND pg_table_is_visible(c.oid) "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid"
)
_MYSQL = (
    "SELECT table_name, column_name, column_comment FROM information_schema.columns "
    "WHERE table_schema = database() AND column_comment <> ''"
)
_ORACLE = "SELECT table_name, column_name, comments FROM user_col_comments WHERE comments IS NOT NULL"
_COMMENTS: Mapping[str, str] = {
    "postgresql": _POSTGRESQL,
    "kingbase": _POSTGRESQL,
    "opengauss": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "oracle": _ORACLE,
    "dm": _ORACLE,
}
"""Where a database keeps the comments of columns; SQLite keeps none."""
_TYPES = (  # as databases spell them, in the order in which they are tried
    (r"timestamp|datetime", "timestamp"),
    (r"date", "date"),
    (r"(big|small|medium|tiny)?int|serial|number\(\d+\)", "integer"),
    (r"decimal|numeric|number|double|real|float", "decimal(38,10)"),
    (r"bool", "boolean"),
    (r"(n|var|nvar|long ?)?(char|text)|character|clob|enum|string|(medium|tiny)text|varchar2|nvarchar2", "text"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A live table as ``alias``. ``undeclared``: columns that the source's file does not declare, with the type to declare."""

    alias: str
    table: str
    columns: tuple[Column, ...]
    undeclared: Mapping[str, str]


def survey(source: Source, reader: Reader, tables: Iterable[tuple[str, str]]) -> tuple[Found, ...]:
    """The live tables of these (alias, table) pairs. ConfigurationError names a table that is not there."""
    live = {name.lower(): (name, columns) for name, columns in reader.columns().items()}
    with reader.snapshot() as view:
        comments = _comments(reader, view)
        return tuple(_found(source, reader, view, pair, live, comments) for pair in tables)


def declared_type(spelled: str) -> str | None:
    """The type to declare for a column that the database spells so; None for what cannot be read as text."""
    word = re.sub(r"\s+", " ", spelled.lower())
    digits = re.fullmatch(r"(?:decimal|numeric|number)\((\d+), ?(\d+)\)", word)
    if digits:
        return f"decimal({digits[1]},{digits[2]})" if digits[2] != "0" else "integer"
    return next((kind for pattern, kind in _TYPES if re.match(pattern, word)), None)


def _found(
    source: Source,
    reader: Reader,
    view: Snapshot,
    pair: tuple[str, str],
    live: Mapping[str, tuple[str, Mapping[str, str]]],
    comments: Mapping[tuple[str, str], str],
) -> Found:
    alias, table = pair
    if table.lower() not in live:
        known = (name for name, _ in live.values())
        raise ConfigurationError(f"the live source {source.name} has no table '{table[:60]}': {nearest(table, known)}")
    name, spelled = live[table.lower()]
    declared = {column.lower(): each for column, each in source.tables.get(table, {}).items()}
    types = {column: each.type for column in spelled if (each := declared.get(column.lower()))}
    undeclared = {column: kind for column in spelled if column not in types and (kind := declared_type(spelled[column]))}
    values = _values(reader, view, name, types | undeclared)
    columns = []
    for place, (column, kind) in enumerate((types | undeclared).items()):
        said = declared.get(column.lower())
        comment = (said.title if said else "") or comments.get((name.lower(), column.lower()), "")
        first = place == 0 and len(set(values[column])) == len(values[column]) > 0
        serial = kind == "integer" and (first or bool(_SERIAL.search(comment)))
        columns.append(Column(f"{alias}.{said.name if said else column}", kind, comment, values[column], serial))
    return Found(alias, table, tuple(columns), undeclared)


def _values(reader: Reader, view: Snapshot, table: str, types: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Up to ``ROWS`` values of each column, without those that are empty."""
    dialect = registry.load(reader.dialect)()
    quote = dialect.identifier_preparer.quote
    texts: list[ColumnElement[str]] = [
        literal_column(reader.text(quote(column), kind)).label(f"c{place}") for place, (column, kind) in enumerate(types.items())
    ]
    statement = select(*texts).select_from(sql_table(table)).limit(ROWS)
    sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    schema = pa.schema([(column, pa.string()) for column in types])
    found = pa.Table.from_batches(view.batches(sql, tuple(types), ROWS), schema)
    return {column: _filled(found[column]) for column in types}


def _filled(values: pa.ChunkedArray) -> tuple[str, ...]:
    return tuple(value.strip() for value in values.to_pylist() if value is not None and value.strip())


def _comments(reader: Reader, view: Snapshot) -> dict[tuple[str, str], str]:
    """(table, column) in small letters -> the comment in the database; nothing where it keeps none."""
    sql = _COMMENTS.get(reader.dialect)
    if sql is None:
        return {}
    found = {}
    for batch in view.batches(sql, ("table", "column", "comment"), 10_000):
        for row in batch.to_pylist():
            found[row["table"].lower(), row["column"].lower()] = row["comment"] or ""
    return found
