"""Takes Arrow rows; writes them to a database in bulk: ADBC into SQLite, COPY into PostgreSQL, SQLAlchemy into every other.

One transaction a database: what fails leaves nothing behind.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import adbc_driver_sqlite.dbapi
import psycopg
import pyarrow as pa
import pyarrow.csv as pcsv
from sqlalchemy import Connection, column, insert, make_url, table

from hub.sandbox.store import engine

_PIECE = 2_000  # rows that stand as Python objects at a time


@dataclass(frozen=True, slots=True)
class Writer:
    """An open transaction; ``arrow`` is SQLite's ADBC connection, ``rows`` a SQLAlchemy one: one of the two."""

    dialect: str
    arrow: Any
    rows: Connection | None

    def write(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table that has columns of these names, of types that the database takes."""
        if not rows.num_rows:
            return
        if self.rows is not None and self.dialect == "postgresql":
            _copy(self.rows, name, rows)
        elif self.rows is not None:
            into = insert(table(name, *map(column, rows.column_names)))
            for batch in rows.to_batches(max_chunksize=_PIECE):
                self.rows.execute(into, batch.to_pylist())
        else:
            with self.arrow.cursor() as cursor:
                cursor.adbc_ingest(name, rows, mode="append")


def _copy(connection: Connection, name: str, rows: pa.Table) -> None:
    """As CSV, which keeps every decimal as it is."""
    quote = connection.dialect.identifier_preparer.quote
    sink = pa.BufferOutputStream()
    pcsv.write_csv(rows.combine_chunks(), sink, pcsv.WriteOptions(include_header=False))  # it writes rubbish for an empty chunk
    statement = f"COPY {quote(name)} ({', '.join(map(quote, rows.column_names))}) FROM STDIN (FORMAT csv, ENCODING 'UTF8')"
    driver = cast("psycopg.Connection[Any]", connection.connection.dbapi_connection)
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.write(sink.getvalue().to_pybytes())


@contextmanager
def writers(urls: Iterable[str]) -> Iterator[Mapping[str, Writer]]:
    """A writer for each URL; if one fails, none commits."""
    with ExitStack() as stack:
        yield {url: stack.enter_context(writer(url)) for url in urls}


@contextmanager
def writer(url: str) -> Iterator[Writer]:
    """A writer that commits when all went well."""
    parsed = make_url(url)
    dialect = parsed.get_backend_name()
    if dialect == "sqlite":
        with closing(adbc_driver_sqlite.dbapi.connect(parsed.database)) as arrow:
            yield Writer(dialect, arrow, None)
            arrow.commit()
        return
    database = engine(url)
    with database.begin() as rows:
        yield Writer(dialect, None, rows)
    database.dispose()
