"""Takes what a sandbox partner accepted, keeps it in one SQLite file per partner, gives it back; alone writes those files.

``part`` has one row per part id (the partner's memory for telling duplicates), ``record`` one row per row of every table with the
number of times it was written (``changes``: 1 after any number of repeats means one effect), ``arrival`` one row per attempt.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.interface import RowFault

_CACHE_KIB = 16 << 10  # a part of some thousand rows is written once, when it is committed
_SCHEMA = """
CREATE TABLE IF NOT EXISTS part (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL, table_name TEXT NOT NULL, batch TEXT NOT NULL, rows INTEGER NOT NULL,
    accepted INTEGER NOT NULL, faults TEXT NOT NULL, reference TEXT NOT NULL, received_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record (
    table_name TEXT NOT NULL, row_key TEXT NOT NULL, operation TEXT NOT NULL, content TEXT NOT NULL, part TEXT NOT NULL,
    changes INTEGER NOT NULL, PRIMARY KEY (table_name, row_key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arrival (
    number INTEGER PRIMARY KEY, part TEXT NOT NULL, digest TEXT NOT NULL, standing TEXT NOT NULL, received_at TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A part as the partner remembers it. ``reference`` is the partner's own number for it."""

    id: str
    digest: str
    table: str
    batch: str
    rows: int
    accepted: int
    faults: tuple[RowFault, ...]
    reference: str
    received_at: str


class Transaction:
    """The writes of one part, all or none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, part: str) -> Entry | None:
        """The part of that id, if the partner has it."""
        row = self._connection.execute("SELECT * FROM part WHERE id = ?", (part,)).fetchone()
        return _entry(row) if row else None

    def content(self, table: str, row_key: str) -> Mapping[str, str | None] | None:
        """What is stored under that key; None when nothing is or it was deleted."""
        query = "SELECT content FROM record WHERE table_name = ? AND row_key = ? AND operation = 'I'"
        row = self._connection.execute(query, (table, row_key)).fetchone()
        return _loads(row[0]) if row else None

    def contents(self, table: str, row_keys: Sequence[str]) -> dict[str, Mapping[str, str | None]]:
        """The same for many keys; those under which nothing is stored are left out."""
        query = (  # CROSS JOIN: SQLite may not turn it round and look through all keys for each row of the table
            "SELECT row_key, content FROM json_each(?) CROSS JOIN record ON row_key = value "
            "WHERE table_name = ? AND operation = 'I'"
        )
        return {key: _loads(content) for key, content in self._connection.execute(query, (json.dumps(row_keys), table))}

    def write(self, table: str, row_key: str, operation: str, content: Mapping[str, str | None], part: str) -> None:
        """Insert or update (I) or delete (D) one row."""
        self.write_all(table, part, [(row_key, operation, json.dumps(content, ensure_ascii=False))])

    def write_all(self, table: str, part: str, rows: Iterable[tuple[str, str, str]]) -> None:
        """Insert, update or delete rows in their order: key, operation, content as JSON."""
        self._connection.executemany(
            "INSERT INTO record (row_key, operation, content, table_name, part, changes) VALUES (?, ?, ?, ?, ?, 1) "
            "ON CONFLICT (table_name, row_key) DO UPDATE SET operation = excluded.operation, content = excluded.content, "
            "part = excluded.part, changes = changes + 1",
            ((*row, table, part) for row in rows),
        )

    def remember(self, entry: Entry) -> None:
        """Keep the part, so that the same id has no second effect."""
        faults = json.dumps([[f.row_id, f.field, f.code, f.message] for f in entry.faults], ensure_ascii=False)
        self._connection.execute(
            "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(entry.id, entry.digest, entry.table, entry.batch, entry.rows, entry.accepted),
                *(faults, entry.reference, entry.received_at),
            ),
        )

    def arrived(self, part: str, digest: str, standing: str, moment: str) -> None:
        """Note one attempt, whatever came of it."""
        self._connection.execute(
            "INSERT INTO arrival (part, digest, standing, received_at) VALUES (?, ?, ?, ?)", (part, digest, standing, moment)
        )


class Ledger:
    """One partner's file. Threads and other processes may share it: nobody waits for a connection that another one uses.

    Connections are kept: the last one to close would write everything back into the database file, after every part.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Let the file go; the next call opens it again."""
        while self._idle:
            self._idle.pop().close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing, only a power cut may
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        return connection

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        finally:
            connection.rollback()
            self._idle.append(connection)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Writes that are kept together, or not at all when the block raises: what is not committed is taken back."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield Transaction(connection)
            connection.execute("COMMIT")

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    def parts(self) -> tuple[Entry, ...]:
        """Every part that the partner has, oldest first."""
        return tuple(_entry(row) for row in self._rows("SELECT * FROM part ORDER BY rowid"))

    def find(self, part: str) -> Entry | None:
        """The part of that id, if the partner has it."""
        rows = self._rows("SELECT * FROM part WHERE id = ?", part)
        return _entry(rows[0]) if rows else None

    def content(self, table: str) -> dict[str, Mapping[str, str | None]]:
        """What the partner holds of a table now: row key -> field -> canonical text. Deleted rows are gone."""
        query = "SELECT row_key, content FROM record WHERE table_name = ? AND operation = 'I'"
        return {key: _loads(content) for key, content in self._rows(query, table)}

    def changes(self, table: str) -> dict[str, int]:
        """How many times each row of a table was written or deleted."""
        return dict(self._rows("SELECT row_key, changes FROM record WHERE table_name = ?", table))

    def arrivals(self) -> tuple[tuple[str, str], ...]:
        """Every attempt in order: part id and standing (accepted, duplicate, conflict, refused)."""
        return tuple(self._rows("SELECT part, standing FROM arrival ORDER BY number"))


def _entry(row: tuple[Any, ...]) -> Entry:
    faults = tuple(RowFault(*fault) for fault in json.loads(row[6]))
    return Entry(row[0], row[1], row[2], row[3], row[4], row[5], faults, row[7], row[8])


def _loads(content: str) -> Mapping[str, str | None]:
    loaded: dict[str, str | None] = json.loads(content)
    return loaded
