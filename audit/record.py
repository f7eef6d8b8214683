"""Takes a kind, a body and a time, appends one entry to ``log_entry`` in the caller's transaction. Nothing else writes entries.

The state change and its entry commit together or not at all.  The row has no place in the log yet: ``audit.seal`` gives
``position`` later, to committed rows only, so neither a gap in the ids nor a late commit can lose an entry.

``METADATA`` holds the tables of this room for Alembic; they are the same on SQLite and PostgreSQL.  A SQLite database
must run with ``PRAGMA synchronous=FULL``: a seal relies on committed rows surviving a power cut.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, text

from audit.entry import encode

METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ix": "ix_%(column_0_label)s"}
)

# An INTEGER PRIMARY KEY is what numbers itself in SQLite; there it has 64 bits as well.
_Number = BigInteger().with_variant(Integer, "sqlite")

# entry: canonical JSON. position: its index in the sealed log, NULL until it is sealed.
LOG_ENTRY = Table(
    "log_entry",
    METADATA,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("position", BigInteger, nullable=True),
    Column("entry", Text, nullable=False),
    UniqueConstraint("position"),
    sqlite_autoincrement=True,  # the id of a deleted row is never given again
)
Index(
    "ix_log_entry_pending",
    LOG_ENTRY.c.id,
    postgresql_where=text("position IS NULL"),
    sqlite_where=text("position IS NULL"),
)

# Every head that was ever signed. root: hex; note: the signed note, verbatim.
LOG_CHECKPOINT = Table(
    "log_checkpoint",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", String(27), nullable=False),
)

# One row; a sealer that updates it holds the seal until its transaction ends.
LOG_LOCK = Table(
    "log_lock",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("taken", BigInteger, nullable=False),
)

tables = (LOG_ENTRY, LOG_CHECKPOINT, LOG_LOCK)


def record(connection: Connection, kind: str, body: Mapping[str, Any], at: datetime) -> None:
    """Append one entry within the transaction that ``connection`` is in.

    ``kind`` and ``body`` as ``audit.entry`` describes; ``at`` with a time zone.  EntryError (nothing written) otherwise.
    """
    connection.execute(LOG_ENTRY.insert().values(entry=encode(kind, body, at).decode()))
