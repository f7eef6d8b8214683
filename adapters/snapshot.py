"""Takes a database URL, gives consistent, read-only views of it as Arrow batches of text. Alone reads databases.

PostgreSQL and SQLite go through ADBC, every other database through SQLAlchemy. A snapshot runs one statement at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, cast
from urllib.parse import quote

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import pyarrow as pa
from adbc_driver_postgresql import StatementOptions as PostgresqlOptions
from adbc_driver_sqlite import StatementOptions as SqliteOptions
from sqlalchemy import Connection, Engine, exc
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection

from adapters import database, dialect
from hub.interface import ConfigurationError, DataError, HubError, Reader, Snapshot, TransientError

_PIECE_BYTES = 8 << 20  # what PostgreSQL's driver collects before it hands rows over
_PIECE_ROWS = 2000  # rows that stand as Python objects at a time


def reader(address: str, schema: str | None, timezone: str | None, zone: str | None) -> Reader:
    """The reader of one database, its sessions in ``timezone``, else in ``zone``. Nothing is opened before it is asked for."""
    url = database.address(address)
    arrow = address.split(":", 1)[0] in ("postgresql", "sqlite")
    made = cache(partial(database.engine, url, mode="ro"))
    if not arrow:
        made()  # a driver that is not installed is told at once
    return SqlReader(url, made, arrow, schema, timezone, zone)


@dataclass(frozen=True, slots=True)
class SqlReader:
    """A database behind a URL; ``arrow``: rows come through ADBC. ``engine`` makes SQLAlchemy's own road when it is needed."""

    url: URL
    engine: Callable[[], Engine]
    arrow: bool
    schema: str | None
    timezone: str | None
    zone: str | None

    @property
    def dialect(self) -> str:
        """SQLAlchemy's name of the database."""
        return self.url.get_backend_name() if self.arrow else self.engine().dialect.name

    def columns(self) -> Mapping[str, Mapping[str, str]]:
        """The live tables and views of the schema; TransientError, PermanentError, ConfigurationError."""
        return database.columns(self.engine(), self.schema)

    def text(self, expression: str, type: str) -> str:
        """The expression as canonical text."""
        return dialect.text(self.dialect, expression, type)

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """One consistent, read-only transaction, ended without trace."""
        implied = dialect.session_zone(self.dialect, self.zone) if self.zone else None
        begin = dialect.begin(self.dialect, self.timezone or implied)
        if self.schema and self.dialect == "postgresql":
            begin += (f'SET LOCAL search_path = "{self.schema.replace(chr(34), chr(34) * 2)}"',)
        return _arrow_snapshot(self.url, begin) if self.arrow else _row_snapshot(self.engine(), begin)

    def close(self) -> None:
        """Nothing stays open between snapshots."""
        if not self.arrow:
            self.engine().dispose()


@dataclass(frozen=True, slots=True)
class ArrowSnapshot:
    """A transaction on an ADBC connection; ``cursors`` are those of iterators that nobody has finished."""

    connection: Any
    url: URL
    cursors: set[Any]

    def scalar(self, sql: str) -> str | None:
        """The first column of the first row; ConfigurationError names a table or column that is missing."""
        with self._cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone()
            return None if row is None or row[0] is None else str(row[0])

    def batches(self, sql: str, columns: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
        """Rows as they come off the wire, gathered to ``size``; closing the iterator early ends the query."""
        with self._cursor() as cursor:
            if self.url.get_backend_name() == "postgresql":
                cursor.adbc_statement.set_options(**{PostgresqlOptions.BATCH_SIZE_HINT_BYTES.value: str(_PIECE_BYTES)})
                cursor.execute(sql)
                yield from _gathered(cursor.fetch_record_batch(), columns, size)
            else:
                cursor.adbc_statement.set_options(**{SqliteOptions.BATCH_ROWS.value: str(size)})
                # SQLite's driver takes each type from the first rows: a row of texts, dropped again, makes all columns text.
                texts = ", ".join(["char(32)"] * len(columns))
                cursor.execute(f"SELECT {texts} UNION ALL SELECT * FROM ({sql})")  # noqa: S608 - the statement is the hub's own
                yield from _gathered(_without_first_row(cursor.fetch_record_batch()), columns, size)

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        where = database.place(self.url)
        try:
            with self.connection.cursor() as cursor:
                self.cursors.add(cursor)
                try:
                    yield cursor
                finally:
                    self.cursors.discard(cursor)
        except adbc_driver_manager.Error as error:
            raise database.failure(error, where) from None
        except (OSError, pa.ArrowInvalid):  # in the middle of a result there is no SQLSTATE, and the message may quote a value
            raise self._broken(where) from None

    def _broken(self, where: str) -> HubError:
        """Either the database gave up on a value and still answers, or it is gone."""
        try:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except adbc_driver_manager.Error as error:
            if not error.sqlstate:  # not even the refusal of a failed transaction
                return TransientError(f"{where}: the connection broke while rows were read")
        return DataError(f"{where}: the query stopped at a row it cannot render (a cast, or text that is not UTF-8)")


@dataclass(frozen=True, slots=True)
class RowSnapshot:
    """A transaction on a SQLAlchemy connection."""

    connection: Connection

    def scalar(self, sql: str) -> str | None:
        """The first column of the first row; ConfigurationError names a table or column that is missing."""
        with _sqlalchemy_errors(self.connection.engine):
            row = self.connection.exec_driver_sql(sql).first()
            return None if row is None or row[0] is None else _texts(row[:1])[0]

    def batches(self, sql: str, columns: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
        """Rows from a server-side cursor, ``size`` at a time."""
        piece = min(size, _PIECE_ROWS)
        streaming = self.connection.execution_options(stream_results=True, max_row_buffer=piece)
        with _sqlalchemy_errors(self.connection.engine), streaming.exec_driver_sql(sql) as result:
            yield from _gathered(_columns_of_rows(result.partitions(piece)), columns, size)


@contextmanager
def _arrow_snapshot(url: URL, begin: Iterable[str]) -> Iterator[Snapshot]:
    try:
        if url.get_backend_name() == "postgresql":
            uri = url.set(drivername="postgresql").render_as_string(hide_password=False)
            connection = adbc_driver_postgresql.dbapi.connect(uri, autocommit=True)
        else:
            connection = adbc_driver_sqlite.dbapi.connect(f"file:{quote(url.database or '')}?mode=ro", autocommit=True)
    except adbc_driver_manager.Error as error:
        raise database.failure(error, database.place(url)) from None
    with closing(connection):
        snapshot = ArrowSnapshot(connection, url, set())
        for statement in ("BEGIN", *begin) if url.get_backend_name() == "postgresql" else begin:
            with snapshot._cursor() as cursor:
                cursor.execute(statement)
        try:
            yield snapshot
        finally:
            for cursor in tuple(snapshot.cursors):
                cursor.close()


@contextmanager
def _row_snapshot(engine: Engine, begin: Iterable[str]) -> Iterator[Snapshot]:
    with _sqlalchemy_errors(engine):
        # no_parameters: a per cent sign in the statement is a per cent sign
        connection = engine.connect().execution_options(no_parameters=True)
    with closing(connection):
        with _sqlalchemy_errors(engine):
            if not begin:
                connection.execution_options(isolation_level=_highest(connection))
            for statement in begin:
                connection.exec_driver_sql(statement)
        yield RowSnapshot(connection)


def _highest(connection: Connection) -> Any:
    """The strictest isolation that gives one view for the whole transaction."""
    try:
        levels = connection.dialect.get_isolation_level_values(cast(DBAPIConnection, connection.connection.dbapi_connection))
    except NotImplementedError:
        levels = ()
    for level in ("SNAPSHOT", "REPEATABLE READ", "SERIALIZABLE"):
        if level in levels:
            return level
    raise ConfigurationError(f"{connection.dialect.name}: its SQLAlchemy dialect offers no isolation level that gives a snapshot")


@contextmanager
def _sqlalchemy_errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise database.failure(error, database.place(engine.url)) from None


def _columns_of_rows(partitions: Iterable[Sequence[Any]]) -> Iterator[pa.RecordBatch]:
    for rows in partitions:
        values = [pa.array(_texts(column), pa.string()) for column in zip(*rows, strict=True)]
        yield pa.RecordBatch.from_arrays(values, names=[""] * len(values))


def _gathered(batches: Iterable[pa.RecordBatch], columns: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of at most ``size`` and, where rows are wide, of fewer, with about as many bytes as a piece.

    Small pieces are gathered; a large one is a batch, or several, as it is: to copy it would take its memory twice.
    """
    held: list[pa.RecordBatch] = []
    for piece in batches:
        for start in range(0, piece.num_rows, size):
            part = _named(piece.slice(start, size).columns, columns)
            small = _fit([part, part], size)
            if held and not (small and _fit([*held, part], size)):
                yield pa.concat_batches(held)
                held = []
            if small:
                held.append(part)
            else:
                yield part
            del part
        del piece  # or both would stay in memory while the next piece is read
    if held:
        yield pa.concat_batches(held)


def _fit(parts: Sequence[pa.RecordBatch], size: int) -> bool:
    """Whether parts together are no larger than a batch may be."""
    rows, data = (sum(counts) for counts in zip(*((part.num_rows, part.nbytes) for part in parts), strict=True))
    return bool(rows <= size and data <= _PIECE_BYTES)


def _without_first_row(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """SQLite's text may hold bytes that are no UTF-8: ArrowInvalid before anybody reads them."""
    skip = 1
    for batch in batches:
        batch.validate(full=True)
        yield batch.slice(skip)
        skip = 0


def _named(values: Sequence[pa.Array], columns: Sequence[str]) -> pa.RecordBatch:
    if len(values) != len(columns):
        raise ConfigurationError(f"the statement yields {len(values)} columns, {len(columns)} were declared")
    storage = (value.storage if isinstance(value, pa.ExtensionArray) else value for value in values)
    return pa.RecordBatch.from_arrays([value.cast(pa.string()) for value in storage], names=list(columns))


def _texts(values: Sequence[Any]) -> Sequence[str | None]:
    """Values that a driver already turned into Python's, as text; those that are text stay the same objects."""
    if all(value is None or type(value) is str for value in values):
        return values
    try:
        return [None if value is None else value.decode() if isinstance(value, bytes) else str(value) for value in values]
    except UnicodeDecodeError:
        raise DataError("a column that is read as text holds bytes that are no UTF-8: cast or ignore it") from None
