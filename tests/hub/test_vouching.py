"""What somebody changes in the state database or the state folder, without the log's key, is found and named."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from hub.pipeline import run_due, settle
from hub.plan import Plan
from hub.retention import tidy
from hub.run import Run
from hub.sealing import seal_log
from hub.state.database import State, writing
from hub.state.tables import PART, QUARANTINE, WINDOW
from hub.vouching import vouch

Exchange = Callable[..., Plan]

EDITS = [
    (update(WINDOW).values(source=WINDOW.c.source + 5, unchanged=WINDOW.c.unchanged + 5), {"account-edited"}),
    (update(PART).values(accepted=PART.c.accepted + 1, refused=PART.c.refused - 1), {"account-edited", "part-edited"}),
    (update(PART).values(sha256="0" * 64), {"part-edited", "payload-edited"}),
    (update(PART).values(receipt_sha256="0" * 64), {"part-edited", "receipt-edited"}),
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


@pytest.mark.parametrize("column", [PART.c.receipt, PART.c.path], ids=["receipt", "payload"])
def test_a_changed_file_is_found(sealed: State, column: Any) -> None:
    """A receipt or a payload with another byte."""
    with writing(sealed.engine) as connection:
        path = sealed.folder.absolute(connection.scalar(select(column)))
    path.write_bytes(path.read_bytes() + b" ")
    assert set(vouch(sealed).counts) == {f"{'receipt' if column is PART.c.receipt else 'payload'}-edited"}


def test_a_receipt_that_is_gone_is_found(sealed: State) -> None:
    """Receipts stay for ever; a payload goes when it is old."""
    with writing(sealed.engine) as connection:
        receipt, payload = connection.execute(select(PART.c.receipt, PART.c.path)).one()
    sealed.folder.absolute(receipt).unlink()
    sealed.folder.absolute(payload).unlink()
    assert set(vouch(sealed).counts) == {"receipt-missing"}


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
    run_due(
        [plan], sealed, Run(**{**{name: getattr(run, name) for name in run.__slots__}, "clock": lambda: later}), world.adapters
    )
    assert vouch(sealed).counts == {}
    world.answers = []
    settle([plan], sealed, run, world.adapters)
    assert vouch(sealed).counts == {}
