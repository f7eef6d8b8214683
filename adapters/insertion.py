"""Takes the payload of a part and an existing table, gives the rows to the table inside the caller's transaction.

PostgreSQL takes CSV as it lies in the spool (``COPY FROM STDIN``: exact decimals, no row passes through Python); every other
database gets batched INSERTs. Where the table has a DATE or TIMESTAMP column, a text of a date is put into its form.
"""

import re
from collections.abc import Iterable
from typing import Any, cast

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Date, DateTime, Table, insert

from adapters.formats import csv
from hub.interface import Column, ConfigurationError, DataError, Format, Part

_CHUNK = 256 << 10
_ROWS = 1000  # rows of one INSERT
_PLAIN = csv.create({})

_DAY = (r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")
_INSTANT = (r"^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$", r"\1-\2-\3 \4:\5:\6")


def fill(connection: Connection, table: Table, part: Part, format: Format) -> None:
    """All rows of the part; DataError naming line and column, ConfigurationError for a missing column, or what drivers raise."""
    missing = [column.name for column in part.layout.columns if column.name not in table.c]
    if missing:
        raise ConfigurationError(f"the partner's table {table.name} has no column {', '.join(missing)}")
    if connection.dialect.driver != "psycopg":
        _insert(connection, table, part, format)
    elif _copyable(format) and not any(_unread(column, table) for column in part.layout.columns):
        with part.path.open("rb") as file:
            _copy(connection, table, part, iter(lambda: file.read(_CHUNK), b""))
    else:
        rows = _dated(format.decode(part.path.read_bytes(), part.layout), table)
        _copy(connection, table, part, [_PLAIN.encode(rows, part.layout, part.heading)])


def _copyable(format: Format) -> bool:
    """Whether PostgreSQL reads the payload as it is."""
    if not isinstance(format, csv.Csv) or format.guard:
        return False
    plain = (format.options.delimiter, format.options.quoting_style) in ((",", "needed"), (",", "all_valid"))
    return plain and format.encoding == "utf-8" and format.header != "none"


def _unread(column: Column, table: Table) -> bool:
    """PostgreSQL reads 20240115, 2024-01-15 and 2024-01-15 09:30:00, but not 20240115093000."""
    return isinstance(table.c[column.name].type, DateTime) and column.notation not in ("d8", "d10", "t19")


def _copy(connection: Connection, table: Table, part: Part, chunks: Iterable[bytes]) -> None:
    quoted = connection.dialect.identifier_preparer
    names = ", ".join(quoted.quote(table.c[column.name].name) for column in part.layout.columns)
    statement = f"COPY {quoted.format_table(table)} ({names}) FROM STDIN (FORMAT csv, HEADER true, ENCODING 'UTF8')"
    driver = cast("psycopg.Connection[Any]", connection.connection.dbapi_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for chunk in chunks:
                copy.write(chunk)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        found = re.search(r"line (\d+)(?:, column (\w+))?", error.diag.context or "")  # what follows it quotes the value
        where = f"line {found[1]}, column {found[2] or '?'}" if found else f"constraint {error.diag.constraint_name or '?'}"
        raise DataError(f"table {table.name}, {where}: the partner's table refuses a value (SQLSTATE {error.sqlstate})") from None


def _insert(connection: Connection, table: Table, part: Part, format: Format) -> None:
    rows = _dated(format.decode(part.path.read_bytes(), part.layout), table)
    statement = insert(table)
    for start in range(0, rows.num_rows, _ROWS):
        connection.execute(statement, _objects(rows.slice(start, _ROWS), table, start))


def _dated(rows: pa.RecordBatch, table: Table) -> pa.RecordBatch:
    """Texts that go into DATE or TIMESTAMP columns in ISO 8601 form, which every database reads."""
    columns = []
    for field, column in zip(rows.schema, rows.columns, strict=True):
        text = pa.types.is_string(field.type) and isinstance(table.c[field.name].type, Date | DateTime)
        columns.append(_iso(column) if text else column)
    return pa.RecordBatch.from_arrays(columns, names=rows.schema.names)


def _iso(column: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.replace_substring_regex(column, *_DAY), *_INSTANT)


def _objects(rows: pa.RecordBatch, table: Table, before: int) -> list[dict[str, Any]]:
    """Rows as the driver wants them: dates as Python's dates. DataError for a day that does not exist."""
    columns = {}
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        kind = table.c[name].type
        wanted = pa.date32() if isinstance(kind, Date) else pa.timestamp("us") if isinstance(kind, DateTime) else column.type
        try:
            columns[name] = column.cast(wanted)
        except pa.ArrowInvalid:  # its message quotes the value
            last = before + len(column)
            raise DataError(f"table {table.name}, rows {before + 1} to {last}, column {name}: not a {wanted}") from None
    objects: list[dict[str, Any]] = pa.RecordBatch.from_pydict(columns).to_pylist()
    return objects
