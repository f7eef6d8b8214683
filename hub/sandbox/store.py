"""Take rows of local tables, write them to a database in bulk: SQLAlchemy everywhere, COPY into PostgreSQL.

It alone opens the sandbox's business databases for writing.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, insert, make_url

from hub.sandbox.plant import METADATA as PLANTED
from hub.sandbox.story import Values
from hub.sandbox.systems import allowance, case, marriage

SYSTEMS: Mapping[str, MetaData] = {"marriage": marriage.METADATA, "case": case.METADATA, "allowance": allowance.METADATA}
_FLUSH = 2_000  # rows of one table kept in memory


@dataclass(slots=True)
class Store:
    """Open connections to the databases of the three systems, one transaction each, and the rows not yet written."""

    connections: Mapping[str, Connection]
    pending: dict[tuple[str, Table], list[Values]] = field(default_factory=dict)

    def add(self, system: str, rows: Iterable[tuple[Table, Values]]) -> None:
        """Keep rows for their tables; full tables are written."""
        for table, values in rows:
            waiting = self.pending.setdefault((system, table), [])
            waiting.append(values)
            if len(waiting) >= _FLUSH:
                self._write(system, table)

    def flush(self) -> None:
        """Write everything that waits."""
        for system, table in self.pending:
            self._write(system, table)

    def _write(self, system: str, table: Table) -> None:
        rows = self.pending[system, table]
        if rows:
            write(self.connections[system], table, rows)
            rows.clear()


def write(connection: Connection, table: Table, rows: list[Values]) -> None:
    """Insert rows that all have every column of the table."""
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = [column.name for column in table.columns]
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])
    cursor.close()


def engine(url: str) -> Engine:
    """An engine for a source's URL; PostgreSQL by psycopg 3, the folder of an SQLite file is made."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername.startswith("sqlite") and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    return create_engine(parsed)


@contextmanager
def opened(urls: Mapping[str, str]) -> Iterator[Store]:
    """A store over the databases named ``marriage``, ``case`` and ``allowance``; if one fails, none commits.

    Two systems may share a database: they share its connection then. ValueError if a URL is missing.
    """
    missing = SYSTEMS.keys() - urls.keys()
    if missing:
        raise ValueError(f"no database URL for: {', '.join(sorted(missing))}")
    with ExitStack() as stack:
        connections: dict[str, Connection] = {}
        for url in dict.fromkeys(urls[system] for system in SYSTEMS):
            database = engine(url)
            stack.callback(database.dispose)
            connections[url] = stack.enter_context(database.begin())
        yield Store({system: connections[urls[system]] for system in SYSTEMS})


def create(store: Store) -> None:
    """Make all tables anew and empty; what stood there under their names is gone."""
    for system, metadata in SYSTEMS.items():
        metadata.drop_all(store.connections[system])
        metadata.create_all(store.connections[system])
    for connection in set(store.connections.values()):
        PLANTED.drop_all(connection)
        PLANTED.create_all(connection)
