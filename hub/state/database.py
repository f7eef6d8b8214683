"""Takes the state folder (and HUB_DATABASE_URL), gives the State: folder and engine, migrated; alone opens the state database.

SQLite in the folder by default: WAL, full synchronisation (a seal of the log relies on committed rows surviving a power
cut), writers queue for BUSY seconds. PostgreSQL by URL: pooled, checked before use.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from hub.interface import ConfigurationError, PermanentError, TransientError
from hub.state.folder import Folder, prepare
from hub.state.tables import HEAD

BUSY = 60.0  # seconds a writer waits for another one
VERSION_TABLE = "hub_version"  # Alembic's; not its default name, which Dagster uses in a shared database
_WRITES = "hub_writes"


@dataclass(frozen=True, slots=True)
class State:
    """Where the hub remembers: files in ``folder``, facts in the database behind ``engine``."""

    folder: Folder
    engine: Engine


def open_state(root: Path, url: str | None = None) -> State:
    """The state in ``root``, made or migrated if need be; safe for several processes at once.

    ``url`` defaults to HUB_DATABASE_URL, then to ``<root>/state.db``. ConfigurationError if the URL is not one of SQLite or
    PostgreSQL, or the database was written by a newer hub; TransientError if it does not answer; PermanentError if its file is
    damaged.
    """
    folder = prepare(root)
    engine = _engine(url or os.environ.get("HUB_DATABASE_URL") or URL.create("sqlite", database=str(folder.database)))
    with reading(engine) as connection:
        known = _version(connection)
    if known != HEAD:
        _migrate(engine)
    if engine.dialect.name == "sqlite" and folder.database.exists() and folder.database.stat().st_mode & 0o077:
        folder.database.chmod(0o600)
    return State(folder, engine)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: it never waits for a writer and never makes one wait."""
    with _translated(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back by an error.

    On SQLite it takes the write lock at once (BEGIN IMMEDIATE): one that read first could no longer wait for another writer.
    """
    with _translated(engine), engine.execution_options(**{_WRITES: True}).begin() as connection:
        yield connection


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Database errors that pass by themselves (locked, full, gone) as TransientError, without statement or values.

    PermanentError for a file that is damaged, or no database at all: only a person can say where it went.
    """
    try:
        yield
    except DBAPIError as error:
        if engine.dialect.name == "sqlite" and type(error) is DatabaseError:
            raise PermanentError(f"the state database {engine.url.database}: {error.orig}; restore a backup of it") from None
        passing = ("OperationalError", "InterfaceError", "InternalError")
        if type(error).__name__ not in passing and not error.connection_invalidated:
            raise
        words = str(error.orig).strip().splitlines()
        place = "its file in the state folder" if engine.dialect.name == "sqlite" else "HUB_DATABASE_URL"
        cure = (
            "free space on its disk" if "full" in str(error.orig) else f"is it there, and not held by another program? ({place})"
        )
        raise TransientError(f"the state database: {words[0] if words else type(error).__name__}; {cure}") from None


def _engine(address: URL | str) -> Engine:
    try:
        url = make_url(address)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite":
            return _sqlite(url)
        if url.get_backend_name() == "postgresql":
            return create_engine(url, pool_size=5, max_overflow=5, pool_pre_ping=True, pool_recycle=1800, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError):
        raise ConfigurationError("HUB_DATABASE_URL is not a database URL: postgresql://user@host:5432/name") from None
    raise ConfigurationError(f"HUB_DATABASE_URL names {url.get_backend_name()}: the state database is sqlite or postgresql")


def _sqlite(url: URL) -> Engine:
    arguments = {"timeout": BUSY, "check_same_thread": False}
    engine = create_engine(url, poolclass=QueuePool, connect_args=arguments, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: object, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # the sqlite3 module must not begin by itself
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={int(BUSY * 1000)}"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - our own constant
    return version


def _migrate(engine: Engine) -> None:
    """Bring the tables up to HEAD in one transaction; a second process waits, then finds nothing to do."""
    from alembic import command  # a third of a second that an up-to-date database need not pay
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(774411)"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise ConfigurationError("the state database was written by a newer hub: run that one, or restore a backup") from None
