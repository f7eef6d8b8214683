"""What somebody changes in the state database or the state folder, without the log's key, is found and named."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

import hub.ledger
import hub.vouching
from audit.entry import Entry
from hub.pipeline import run_due, settle
from hub.plan import Plan
from hub.retention import tidy
from hub.run import Run
from hub.sealing import seal_log
from hub.state.database import State, writing
from hub.state.tables import PART, QUARANTINE, SEGMENT, WINDOW
from hub.vouching import vouch

Exchange = Callable[..., Plan]

EDITS = [
    (update(WINDOW).values(source=WINDOW.c.source + 5, unchanged=WINDOW.c.unchanged + 5), {"account-edited"}),
    (update(PART).values(accepted=PART.c.accepted + 1, refused=PART.c.refused - 1), {"account-edited", "part-edited"}),
    (update(PART).values(sha256="0" * 64), {"part-edited", "payload-edited"}),
    (update(PART).values(receipt_sha256="0" * 64), {"part-edited", "receipt-edited"}),
    (update(PART).values(ledger_sha256="0" * 64), {"part-edited", "ledger-edited"}),
    (update(PART).values(ledger_sha256=None), {"part-edited"}),
    (update(PART).values(ledger=None), {"ledger-left-out"}),
    (update(PART).values(merged=True), {"ledger-left-out"}),
    (delete(PART), {"account-edited", "part-missing"}),
    (update(WINDOW).values(key="2026-01-01-00:00"), {"account-missing", "account-unknown"}),
]


@pytest.fixture
def sealed(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> State:
    """One closed window of three rows, one of them refused by the partner, sealed."""
    registry.fill(3)
    world.says = ["partial"]
    (outcome,) = run_due([exchange()], state, run, world.adapters)
    assert outcome.error is None
    seal_log(state, run.clock())
    return state


@pytest.mark.parametrize("state", ["sqlite", "postgresql"], indirect=True)
def test_what_nobody_changed_is_vouched_for(sealed: State, run: Run) -> None:
    """Rows, account, receipt and payload are as the log says; what retention takes away is no finding."""
    assert vouch(sealed).counts == {}
    tidy(sealed, run, timedelta(days=-1))
    assert vouch(sealed).counts == {}


@pytest.mark.parametrize("state", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize(("statement", "codes"), EDITS, ids=lambda each: "+".join(sorted(each)) if isinstance(each, set) else "")
def test_a_changed_row_is_found(sealed: State, statement: Any, codes: set[str]) -> None:
    """Numbers that still balance, a digest, a deleted part, a renamed window: each has its own code."""
    with writing(sealed.engine) as connection:
        if statement.is_delete:
            connection.execute(delete(QUARANTINE))
        connection.execute(statement)
    verdict = vouch(sealed)
    assert (set(verdict.counts), verdict.ok) == (codes, False)


@pytest.mark.parametrize("column", [PART.c.receipt, PART.c.path, PART.c.ledger], ids=lambda column: column.name)
def test_a_changed_file_is_found(sealed: State, column: Any) -> None:
    """A receipt, a payload or a file of the ledger with another byte."""
    with writing(sealed.engine) as connection:
        path = sealed.folder.absolute(connection.scalar(select(column)))
    path.write_bytes(path.read_bytes() + b" ")
    what = {"receipt": "receipt", "path": "payload", "ledger": "ledger"}[column.name]
    assert set(vouch(sealed).counts) == {f"{what}-edited"}


def test_a_file_that_is_gone_is_found(sealed: State) -> None:
    """Receipts and the ledger stay for ever; a payload goes when it is old."""
    with writing(sealed.engine) as connection:
        names = connection.execute(select(PART.c.receipt, PART.c.path, PART.c.ledger)).one()
    for name in names:
        sealed.folder.absolute(name).unlink()
    assert set(vouch(sealed).counts) == {"receipt-missing", "ledger-missing"}


def test_an_account_that_nobody_sealed_is_found(sealed: State) -> None:
    """A closed window that was put into the database by hand."""
    with writing(sealed.engine) as connection:
        row = connection.execute(select(WINDOW)).mappings().one()
        connection.execute(insert(WINDOW).values({**row, "id": 99, "key": "2026-01-01-00:00"}))
    assert set(vouch(sealed).counts) == {"account-unknown"}


def test_what_waits_for_the_next_seal_is_known(sealed: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """An outcome of this minute, a receipt that came after the window had closed: both are in the log's rows, sealed or not."""
    plan = exchange()
    registry.put(("R9", "新", None, "1"), changed="2026-11-22 12:30:00")
    later = run.clock() + timedelta(hours=2)
    world.says, world.answers = ["later"], ["later"] * 40
    run_due([plan], sealed, replace(run, clock=lambda: later), world.adapters)
    assert vouch(sealed).counts == {}
    world.answers = []
    settle([plan], sealed, run, world.adapters)
    assert vouch(sealed).counts == {}


@pytest.fixture
def merged(
    sealed: State, exchange: Exchange, registry: Any, world: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> tuple[State, Path]:
    """A second window, after which both windows' files are one; that file."""
    monkeypatch.setattr(hub.ledger, "_TURNS", 1)
    registry.put(("R9", "新", None, "1"), changed="2026-11-22 12:30:00")
    later = run.clock() + timedelta(hours=2)
    run_due([exchange()], sealed, replace(run, clock=lambda: later), world.adapters)
    (path,) = sealed.folder.ledger.rglob("segment-*.parquet")
    return sealed, path


def test_a_merged_ledger_is_vouched_for(merged: tuple[State, Path]) -> None:
    """The files that went into it are missed by nobody; changed or gone, it is found."""
    state, path = merged
    assert vouch(state).counts == {}
    path.write_bytes(path.read_bytes() + b" ")
    assert vouch(state).counts == {"ledger-edited": 1}
    path.unlink()
    assert vouch(state).counts == {"ledger-missing": 1}


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        (update(SEGMENT).values(sha256="0" * 64), {"ledger-edited"}),
        (update(SEGMENT).values(sha256=None), {"ledger-edited"}),
        (update(SEGMENT).values(turn=1), {"ledger-edited", "ledger-left-out"}),
        (delete(SEGMENT), {"ledger-missing", "ledger-left-out"}),
        (update(PART).values(merged=False), {"ledger-left-out", "ledger-missing"}),
    ],
)
def test_a_merged_ledger_that_the_database_tells_otherwise_is_found(
    merged: tuple[State, Path], statement: Any, codes: set[str]
) -> None:
    """Its digest, its turn, its row, and which parts went into it."""
    with writing(merged[0].engine) as connection:
        connection.execute(statement)
    assert set(vouch(merged[0]).counts) == codes


def test_a_log_without_digests_of_the_ledger_is_vouched_for(sealed: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older hub logged none: what it did log is compared."""

    before = hub.vouching._entries

    def entries(*arguments: Any) -> Iterator[Entry]:
        for entry in before(*arguments):
            yield replace(entry, body={name: value for name, value in entry.body.items() if name != "ledger_sha256"})

    monkeypatch.setattr(hub.vouching, "_entries", entries)
    with writing(sealed.engine) as connection:
        connection.execute(update(PART).values(ledger_sha256=None))
    assert vouch(sealed).counts == {}
    with writing(sealed.engine) as connection:
        connection.execute(update(PART).values(accepted=PART.c.accepted + 1, refused=PART.c.refused - 1))
    assert set(vouch(sealed).counts) == {"account-edited", "part-edited"}


def test_an_outcome_without_a_receipt_after_a_doubtful_one_is_vouched_for(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """A receipt that nobody could believe is not that of the refusal which came in the end; its file and entry stay."""
    registry.fill(3)
    world.says, world.answers = ["forged", "data"], ["forget", "forget"]
    (outcome,) = run_due([exchange()], state, run, world.adapters)
    assert outcome.account is not None
    assert outcome.account.rejected == 3
    seal_log(state, run.clock())
    assert vouch(state).counts == {}
    assert len([*state.folder.receipts.rglob("*-*")]) == 1
