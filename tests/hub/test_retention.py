"""What was exchanged goes after its time; what is open, and the record, stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from audit.record import LOG_ENTRY
from hub.account import accounts
from hub.pipeline import run_due, settle
from hub.plan import Plan
from hub.quarantine import listed
from hub.retention import Removed, tidy
from hub.run import Run
from hub.state.database import State, reading

Exchange = Callable[..., Plan]
MONTH = timedelta(days=30)


def test_payloads_of_settled_windows_go_after_their_time(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Not a day before; receipts, ledger and accounts stay, and the next window still knows what was delivered."""
    registry.fill(3)
    plan = exchange(watermark=None)
    run_due([plan], state, run, world.adapters)
    payload = world.sent[0].path
    clock.now += timedelta(days=29)
    assert tidy(state, run, MONTH) == Removed(0, 0, 0)
    assert payload.exists()
    clock.now += timedelta(days=2)
    told = tidy(state, run, MONTH, dry=True)
    assert payload.exists()
    removed = tidy(state, run, MONTH)
    assert told == removed
    assert (removed.windows, payload.exists()) == (1, False)
    assert removed.bytes > 500
    assert len(list(state.folder.receipts.rglob("*-*"))) == 1
    assert accounts(state.engine)[0].delivered == 3
    (outcome, *_) = run_due([plan], state, run, world.adapters)
    assert outcome.account is not None
    assert (outcome.account.unchanged, outcome.account.delivered) == (3, 0)
    with reading(state.engine) as connection:
        assert sum("retention.applied" in line for line in connection.scalars(select(LOG_ENTRY.c.entry))) == 1


def test_a_part_without_a_receipt_keeps_its_payload(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """However old: it may have to be sent again."""
    registry.fill(3)
    plan = exchange()
    world.says = ["later"]
    run_due([plan], state, run, world.adapters)
    clock.now += timedelta(days=60)
    assert tidy(state, run, MONTH).windows == 0
    assert world.sent[0].path.exists()
    settle([plan], state, run, world.adapters)
    assert tidy(state, run, MONTH).windows == 1


def test_refused_rows_go_when_they_are_history(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Superseded rows go after their time; open ones stay as long as it takes."""
    plan = exchange(watermark=None)
    registry.put(("B1", "", None, "1"), ("B2", "", None, "1"))
    run_due([plan], state, run, world.adapters)
    registry.put(("B1", "好", None, "1"))
    clock.now += timedelta(hours=2)
    run_due([plan], state, run, world.adapters)
    clock.now += timedelta(days=31)
    assert [tidy(state, run, MONTH, dry=dry).rows for dry in (True, True, False, False)] == [1, 1, 1, 0]
    assert [len(listed(state.engine, state=word)) for word in ("open", "superseded")] == [1, 0]
