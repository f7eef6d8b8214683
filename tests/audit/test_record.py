"""Recording: in the caller's transaction, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, inspect, select, text

from audit.entry import decode
from audit.error import EntryError
from audit.record import LOG_ENTRY, METADATA, record, tables

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def count(room):
    with room.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(LOG_ENTRY))


def test_an_entry_commits_with_the_change_it_tells(any_room):
    """Both are there after the commit, neither after a rollback."""
    with any_room.engine.begin() as connection:
        connection.execute(text("CREATE TABLE account (id INTEGER)"))
    for outcome in ("commit", "rollback"):
        with any_room.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(text("INSERT INTO account VALUES (1)"))
            record(connection, "window.opened", {"exchange": "a/b", "window": "2026-11-22-02:00"}, AT)
            getattr(transaction, outcome)()
        with any_room.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM account")) == 1
        assert count(any_room) == 1


def test_the_row_holds_the_entry_and_no_position(any_room):
    """Its place in the log comes with the seal."""
    with any_room.engine.begin() as connection:
        record(connection, "window.opened", {"exchange": "a/b"}, AT)
        row = connection.execute(select(LOG_ENTRY)).one()
    assert row.position is None
    assert decode(0, row.entry.encode()).body == {"exchange": "a/b"}


@pytest.mark.parametrize("body", [{"name": "张三"}, {"rate": 0.5}, {"list": ["ab" * 32] * 1000}])
def test_a_refused_entry_leaves_the_transaction_usable(any_room, body):
    """Nothing was sent to the database, so the caller may go on or roll back."""
    with any_room.engine.begin() as connection:
        with pytest.raises(EntryError):
            record(connection, "window.opened", body, AT)
        record(connection, "window.opened", {}, AT)
    assert count(any_room) == 1


def test_metadata_makes_all_tables(any_room):
    """What Alembic compares with is what create_all makes; nothing else is in it."""
    assert {table.name for table in tables} == set(METADATA.tables)
    assert set(inspect(any_room.engine).get_table_names()) == set(METADATA.tables)


def test_ids_are_never_given_twice(any_room):
    """A deleted row's id stays unused, so that order by id is the order of recording."""
    any_room.add(3)
    with any_room.engine.begin() as connection:
        connection.execute(LOG_ENTRY.delete().where(LOG_ENTRY.c.id == 3))
    any_room.add(1)
    with any_room.engine.connect() as connection:
        assert connection.scalar(select(func.max(LOG_ENTRY.c.id))) == 4
