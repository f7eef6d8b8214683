"""Takes an SQLite file, gives the room of its deleted rows back to the disk.

SQLite keeps such room for new rows, so that a file never shrinks by itself. VACUUM is safe at any time and beside anybody: it is
one transaction, and a kill leaves the file as it was. But who wants to write meanwhile waits, a second for every few hundred MB,
so that a caller with a busy daemon beside it rather leaves the room where it is: new rows fill it first.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

_WORTH = 0.1  # of a file: below, the copy costs more than it gives
_PATIENCE = 1.0  # seconds: who writes now goes first


def vacuum(path: Path) -> int:
    """The bytes given back; 0 when there is little to give, another program writes, or the disk has no room for a copy."""
    before = path.stat().st_size
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
        try:
            free, pages = (connection.execute(f"PRAGMA {word}").fetchone()[0] for word in ("freelist_count", "page_count"))
            if free <= pages * _WORTH:
                return 0
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:
            return 0
    return max(0, before - path.stat().st_size)
