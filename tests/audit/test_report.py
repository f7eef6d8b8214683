"""Listing entries: all, or those of a window, an exchange, a part or a kind."""

from datetime import UTC, datetime

import pytest

from audit import tiles
from audit.entry import Entry
from audit.error import DamageError, EntryError
from audit.record import record
from audit.report import entries

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
WINDOWS = ("2026-11-22-02:00", "2026-11-22-04:00")


@pytest.fixture
def day(room):
    """Two windows of two exchanges, each opened and with two parts sent; 300 other entries before."""
    room.add(300)
    with room.engine.begin() as connection:
        for window in WINDOWS:
            for exchange in ("ministry/marriage", "bank/batch"):
                record(connection, "window.opened", {"exchange": exchange, "window": window}, AT)
                for number in range(2):
                    part = f"{exchange[0]}{window[11:13]}{number}"
                    record(connection, "part.sending", {"exchange": exchange, "window": window, "part": part}, AT)
    room.seal()
    return room.folder


def test_all_entries_in_order(day):
    """Positions, kinds and bodies as they were recorded."""
    found = list(entries(day))
    assert [entry.index for entry in found] == list(range(312))
    assert found[300] == Entry(
        300, "2026-11-22T02:00:00.000000Z", "window.opened", {"exchange": "ministry/marriage", "window": WINDOWS[0]}
    )


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"window": WINDOWS[0]}, 6),
        ({"exchange": "bank/batch"}, 6),
        ({"window": WINDOWS[1], "exchange": "bank/batch"}, 3),
        ({"kind": "part.sending"}, 8),
        ({"kind": "part.sending", "window": WINDOWS[0]}, 4),
        ({"part": "b041"}, 1),
        ({"part": "m02"}, 0),
        ({"exchange": "bank"}, 0),
        ({"kind": "part"}, 0),
        ({"window": "姓名"}, 0),
        ({"part": ""}, 0),
    ],
)
def test_a_choice_is_exact(day, chosen, count):
    """All conditions hold, each for the whole value; what occurs elsewhere in an entry does not count."""
    found = list(entries(day, **chosen))
    assert len(found) == count
    kind = chosen.pop("kind", None)
    assert all(entry.body[key] == value for entry in found for key, value in chosen.items())
    assert all(kind in (None, entry.kind) for entry in found)


def test_entries_not_yet_sealed_are_not_shown(room):
    """What is listed can be proved."""
    room.grown(3)
    room.add(2)
    assert len(list(entries(room.folder))) == 3


def test_a_damaged_log_is_not_listed_as_if_it_were_whole(room, tmp_path):
    """A missing or torn bundle, an entry that is none, a folder that is no log."""
    with pytest.raises(DamageError):
        list(entries(tmp_path))
    room.grown(300)
    path = room.folder / tiles.name(tiles.ENTRIES, 1, 44)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(DamageError, match="torn"):
        list(entries(room.folder))
    path.write_bytes(tiles.encode_bundle([b"{}"] * 44))
    with pytest.raises(EntryError):
        list(entries(room.folder))
    path.unlink()
    with pytest.raises(DamageError, match="missing"):
        list(entries(room.folder))
