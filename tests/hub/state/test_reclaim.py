"""An SQLite file becomes smaller when rows went, and only then."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hub.state.reclaim import vacuum


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a few hundred kB, most of whose rows are deleted."""
    path = tmp_path / "file.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (number INTEGER, words TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(number, "x" * 1000) for number in range(500)])
        connection.execute("DELETE FROM t WHERE number > 10")
        connection.commit()
    return path


def test_the_room_of_deleted_rows_is_given_back(file: Path) -> None:
    """The file shrinks by what is told, its rows stay, and a second time there is nothing to give."""
    before = file.stat().st_size
    given = vacuum(file)
    assert before - file.stat().st_size == given > 400_000
    assert vacuum(file) == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (11,)


def test_who_writes_goes_first(file: Path) -> None:
    """A file that another program writes to stays as it is, without an error."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert vacuum(file) == 0
        other.execute("INSERT INTO t VALUES (1, 'y')")
        other.execute("COMMIT")
    assert vacuum(file) > 0
