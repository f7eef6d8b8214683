"""The state database: made and migrated by whoever comes first, the same on SQLite and PostgreSQL."""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

import hub.state.database
from audit import record
from hub.interface import ConfigurationError, PermanentError, TransientError
from hub.state.database import VERSION_TABLE, State, open_state, reading, writing
from hub.state.tables import HEAD, LEASE, METADATA, PART, SEGMENT


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else request.getfixturevalue("postgresql_url")


@pytest.fixture
def state(tmp_path: Path, url: str | None) -> Iterator[State]:
    state = open_state(tmp_path / "state", url)
    yield state
    state.engine.dispose()


def leases(state: State) -> list[str]:
    with reading(state.engine) as connection:
        return list(connection.scalars(select(LEASE.c.exchange)))


def write(state: State, *statements: sqlalchemy.Executable) -> None:
    """Run the statements in one writing transaction."""
    with writing(state.engine) as connection:
        for statement in statements:
            connection.execute(statement)


def lease(exchange: str) -> sqlalchemy.Insert:
    return insert(LEASE).values(exchange=exchange, owner="o", until="2026-11-22T02:00:00.000000Z")


def test_migrations_make_the_models(state: State) -> None:
    """After all migrations Alembic finds no difference between the database and the tables in the code."""
    with state.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, [METADATA, record.METADATA]) == []


def test_head_is_the_newest_script() -> None:
    """The version in the code is that of the newest migration script."""
    scripts = ScriptDirectory(str(Path(hub.state.database.__file__).with_name("migrations")))
    assert scripts.get_current_head() == HEAD


def test_the_first_tables_are_brought_up_to_date(state: State) -> None:
    """A state of the first migration gets what came later, and keeps its rows."""
    segment = {"exchange": "bank/a", "turn": 1, "path": "ledger/x", "rows": 1, "made_at": "2026-11-22T02:00:00.000000Z"}
    write(
        state,
        text("ALTER TABLE ledger_segment DROP COLUMN sha256"),
        text("ALTER TABLE exchange_part DROP COLUMN ledger_sha256"),
        text(f"UPDATE {VERSION_TABLE} SET version_num = '0001'"),
        insert(SEGMENT).values(segment),
    )
    again = open_state(state.folder.root, state.engine.url.render_as_string(hide_password=False))
    with reading(again.engine) as connection:
        assert dict(connection.execute(select(SEGMENT)).mappings().one()) == segment | {"sha256": None}
        assert connection.execute(select(PART)).all() == []
    again.engine.dispose()


def test_a_second_opening_changes_nothing(state: State) -> None:
    """Opening an existing state keeps what is in it."""
    write(state, lease("bank/a"))
    again = open_state(state.folder.root, state.engine.url.render_as_string(hide_password=False))
    assert leases(again) == ["bank/a"]
    again.engine.dispose()


def test_many_may_open_an_empty_state_at_once(tmp_path: Path, url: str | None) -> None:
    """Six that open the same empty state at the same moment all get it, migrated once."""
    gate = threading.Barrier(6)

    def opened(_: int) -> list[str]:
        gate.wait()
        state = open_state(tmp_path, url)
        try:
            return leases(state)
        finally:
            state.engine.dispose()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(opened, range(6))) == [[]] * 6


def test_an_error_undoes_the_transaction(state: State) -> None:
    """What a failed transaction wrote is gone."""
    with pytest.raises(IntegrityError):
        write(state, lease("bank/a"), lease("bank/b"), lease("bank/b"))
    assert leases(state) == []


def test_a_reader_does_not_wait_for_a_writer(state: State) -> None:
    """While one writes, another reads what was committed before."""
    with writing(state.engine) as connection:
        connection.execute(lease("bank/a"))
        assert leases(state) == []
    assert leases(state) == ["bank/a"]


def test_writers_queue(state: State) -> None:
    """Eight writers at once all succeed, none finds the database locked."""

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: write(state, select(LEASE), lease(f"bank/{number}")), range(8)))
    assert len(leases(state)) == 8


def test_a_broken_constraint_tells_no_values(state: State) -> None:
    """An integrity error is a mistake of the hub, not a passing one, and its message holds no parameters."""
    with pytest.raises(IntegrityError) as caught:
        write(state, lease("张三"), lease("张三"))
    assert "张三" not in str(caught.value).split("DETAIL")[0]


def test_the_state_folder_is_closed_to_others(tmp_path: Path) -> None:
    """Payloads and quarantine are personal data: folders are mode 700, the database file is mode 600."""
    state = open_state(tmp_path / "state")
    try:
        folder = state.folder
        made = [folder.root, folder.spool, folder.ledger, folder.receipts, folder.log, folder.keys, folder.secrets]
        assert {stat.S_IMODE(path.stat().st_mode) for path in [*made, folder.sandbox, folder.dagster]} == {0o700}
        assert stat.S_IMODE(folder.database.stat().st_mode) == 0o600
    finally:
        state.engine.dispose()


def test_a_lost_power_does_not_lose_what_was_committed(tmp_path: Path) -> None:
    """SQLite writes ahead and synchronises fully (2) at each commit."""
    state = open_state(tmp_path)
    with reading(state.engine) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    state.engine.dispose()


def test_the_environment_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HUB_DATABASE_URL is used when no URL is given."""
    monkeypatch.setenv("HUB_DATABASE_URL", f"sqlite:///{tmp_path}/elsewhere.db")
    open_state(tmp_path / "state").engine.dispose()
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "state" / "state.db").exists()


@pytest.mark.parametrize("url", ["nonsense", "mysql+pymysql://root@127.0.0.1/x", "oracle://x", "postgresql+nodriver://x/y"])
def test_another_kind_of_database_is_refused(tmp_path: Path, url: str) -> None:
    """A URL that is not SQLite or PostgreSQL is a mistake in the configuration, told without the URL (it may hold a password)."""
    with pytest.raises(ConfigurationError, match="HUB_DATABASE_URL") as caught:
        open_state(tmp_path, url)
    assert url not in str(caught.value)


def test_a_newer_database_is_refused(state: State) -> None:
    """A database that a newer hub migrated is not touched by an older one."""
    write(state, text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="newer hub"):
        open_state(state.folder.root, state.engine.url.render_as_string(hide_password=False))


def test_a_database_that_does_not_answer_is_a_passing_fault(tmp_path: Path) -> None:
    """A PostgreSQL that is down says: try again."""
    with pytest.raises(TransientError, match="state database"):
        open_state(tmp_path, "postgresql://postgres@127.0.0.1:1/none")


def test_a_full_disk_is_a_passing_fault(tmp_path: Path) -> None:
    """A state database that cannot grow says that its disk is full, and keeps what it had."""
    state = open_state(tmp_path)
    with state.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    with pytest.raises(TransientError, match="free space"):
        write(state, text(f"PRAGMA max_page_count = {pages}"), *[lease(f"bank/{number}") for number in range(3000)])
    state.engine.dispose()
    with sqlite3.connect(tmp_path / "state.db") as plain:
        assert plain.execute("SELECT count(*) FROM exchange_lease").fetchone() == (0,)
    plain.close()


@pytest.mark.parametrize("damage", ["no database", "cut"])
def test_a_damaged_file_needs_a_person(tmp_path: Path, damage: str) -> None:
    """Something else in its place, or half of it: the file is named, and it is left as it is."""
    open_state(tmp_path).engine.dispose()
    file = tmp_path / "state.db"
    content = b"nothing that SQLite ever wrote" * 200 if damage == "no database" else file.read_bytes()[:9000]
    file.write_bytes(content)
    with pytest.raises(PermanentError, match=r"state\.db: .*; restore a backup"):
        open_state(tmp_path)
    assert file.read_bytes() == content


def test_the_folder_may_be_named_relatively(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative state folder stays the same folder after the process has changed its own."""
    monkeypatch.chdir(tmp_path)
    state = open_state(Path("here"))
    os.chdir("/")
    assert state.folder.relative(state.folder.absolute("spool/x")) == "spool/x"
    assert leases(state) == []
    state.engine.dispose()
