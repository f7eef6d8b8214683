"""What a partner remembers: all or nothing of a part, readable while somebody writes, the same after a restart."""

import threading
from contextlib import suppress
from pathlib import Path

from hub.interface import RowFault
from hub.sandbox.ledger import Entry, Ledger

FAULT = RowFault("r1", None, "code", "说明")


def entry(part: str, digest: str = "d") -> Entry:
    """A part of three rows, one refused."""
    return Entry(part, digest, "payment", "b1", 3, 2, (FAULT, RowFault("r2", "xm", "length", "")), "HZ1", "2026-11-22 04:00:00")


def test_what_is_written_is_found_again(tmp_path: Path) -> None:
    """Part, rows and attempts, also by another object over the same file."""
    path = tmp_path / "deep" / "ledger.db"
    with Ledger(path).transaction() as transaction:
        assert transaction.find("p1") is None
        transaction.write("payment", "k1", "I", {"xm": "𠮷", "je": None}, "p1")
        transaction.remember(entry("p1"))
        transaction.arrived("p1", "d", "accepted", "now")
        assert transaction.content("payment", "k1") == {"xm": "𠮷", "je": None}
    again = Ledger(path)
    assert again.find("p1") == entry("p1")
    assert again.parts() == (entry("p1"),)
    assert again.content("payment") == {"k1": {"xm": "𠮷", "je": None}}
    assert again.content("other") == {}
    assert again.arrivals() == (("p1", "accepted"),)


def test_changes_count_every_write(tmp_path: Path) -> None:
    """Insert, update, delete, insert: four changes, and the newest content."""
    ledger = Ledger(tmp_path / "ledger.db")
    for operation, name in (("I", "a"), ("I", "b"), ("D", "c"), ("I", "d")):
        with ledger.transaction() as transaction:
            transaction.write("payment", "k1", operation, {"xm": name}, "p1")
        assert (operation == "I") == ("k1" in ledger.content("payment"))
    assert ledger.changes("payment") == {"k1": 4}
    assert ledger.content("payment") == {"k1": {"xm": "d"}}


def test_many_records_are_written_and_found_at_once(tmp_path: Path) -> None:
    """In their order, counted one by one; what was deleted or never there is not found."""
    ledger = Ledger(tmp_path / "ledger.db")
    with ledger.transaction() as transaction:
        rows = [("k1", "I", '{"xm": "a"}'), ("k2", "I", '{"xm": "b"}'), ("k3", "D", "{}"), ("k1", "I", '{"xm": "c"}')]
        transaction.write_all("payment", "p1", rows)
        assert transaction.contents("payment", ["k1", "k2", "k3", "k4", 'k"5']) == {"k1": {"xm": "c"}, "k2": {"xm": "b"}}
        assert transaction.contents("other", ["k1"]) == {}
    assert ledger.changes("payment") == {"k1": 2, "k2": 1, "k3": 1}


def test_a_closed_ledger_opens_again(tmp_path: Path) -> None:
    """Closing lets the file go, all in one piece."""
    ledger = Ledger(tmp_path / "ledger.db")
    with ledger.transaction() as transaction:
        transaction.write("payment", "k1", "I", {"xm": "a"}, "p1")
    ledger.close()
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]
    assert ledger.content("payment") == {"k1": {"xm": "a"}}


def test_an_error_takes_everything_back(tmp_path: Path) -> None:
    """Nothing of a part that failed half way is there."""
    ledger = Ledger(tmp_path / "ledger.db")
    with suppress(KeyError), ledger.transaction() as transaction:
        transaction.write("payment", "k1", "I", {}, "p1")
        transaction.arrived("p1", "d", "accepted", "now")
        raise KeyError
    assert ledger.content("payment") == {}
    assert ledger.arrivals() == ()


def test_writers_take_turns_and_readers_do_not_wait(tmp_path: Path) -> None:
    """Sixteen threads count one row up; a reader sees whole states meanwhile."""
    ledger = Ledger(tmp_path / "ledger.db")

    def write(number: int) -> None:
        with ledger.transaction() as transaction:
            transaction.write("payment", "k1", "I", {"xm": str(number)}, f"p{number}")
            transaction.remember(entry(f"p{number}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
        assert ledger.changes("payment").get("k1", 0) <= 16
    for thread in threads:
        thread.join()
    assert ledger.changes("payment") == {"k1": 16}
    assert len(ledger.parts()) == 16
