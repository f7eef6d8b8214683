"""Takes Arrow rows; writes them to a database in bulk: ADBC into SQLite and PostgreSQL, SQLAlchemy into every other.

One transaction a database: what fails leaves nothing behind.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import pyarrow as pa
from sqlalchemy import URL, Connection, column, insert, make_url, table

from hub.sandbox.store import engine

_PIECE = 2_000  # rows that stand as Python objects at a time


@dataclass(frozen=True, slots=True)
class Writer:
    """An open transaction; ``arrow`` is an ADBC connection, ``rows`` a SQLAlchemy one: one of the two."""

    dialect: str
    arrow: Any
    rows: Connection | None

    def write(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table that has columns of these names, of types that the database takes."""
        if not rows.num_rows:
            return
        if self.rows is not None:
            into = insert(table(name, *map(column, rows.column_names)))
            for batch in rows.to_batches(max_chunksize=_PIECE):
                self.rows.execute(into, batch.to_pylist())
            return
        with self.arrow.cursor() as cursor:
            cursor.adbc_ingest(name, rows, mode="append")


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
    if dialect in ("sqlite", "postgresql"):
        with closing(_arrow(parsed)) as arrow:
            yield Writer(dialect, arrow, None)
            arrow.commit()
        return
    database = engine(url)
    with database.begin() as rows:
        yield Writer(dialect, None, rows)
    database.dispose()


def _arrow(url: URL) -> Any:
    if url.get_backend_name() == "sqlite":
        return adbc_driver_sqlite.dbapi.connect(url.database)
    return adbc_driver_postgresql.dbapi.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
