"""How an exchange stands, and the one thing to type next."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.deliver import TRIES
from hub.interface import TransientError
from hub.lease import leased
from hub.pipeline import backfill, run_due
from hub.plan import Plan
from hub.run import Run
from hub.state.database import State
from hub.status import standing
from hub.window import due

Exchange = Callable[..., Plan]


def test_an_exchange_goes_through_its_words(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Due before its first window, good after it, due again, late after an outage."""
    plan = exchange()
    registry.fill(2)
    first = standing(plan, state, clock())
    assert (first.state, first.due, first.oldest, first.last, first.next) == (
        "due",
        1,
        "2026-11-22-10:00",
        "",
        "hub run bank/reg",
    )
    run_due([plan], state, run, world.adapters)
    good = standing(plan, state, clock())
    assert (good.state, good.due, good.last, good.missing, good.next) == ("good", 0, "2026-11-22-10:00", 0, "")
    clock.now += timedelta(hours=2)
    assert standing(plan, state, clock()).state == "due"
    clock.now += timedelta(hours=2)
    late = standing(plan, state, clock())
    assert (late.state, late.due, late.oldest) == ("late", 2, "2026-11-22-12:00")


def test_an_open_backfill_makes_nothing_late(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Its regular windows are what an exchange is late with; the others are due until they are closed."""
    plan = exchange()
    registry.fill(2)
    registry.put(("B", "", None, "1"))
    run_due([plan], state, run, world.adapters)
    registry.execute("UPDATE t_reg SET name = '李四'")
    world.says = ["down"] * 2 * TRIES
    with pytest.raises(TransientError):
        backfill(plan, datetime.fromisoformat("2026-11-01"), datetime.fromisoformat("2026-12-01"), state, run, world.adapters)
    assert [each.kind for each in due(state.engine, plan, clock())] == ["backfill"]
    found = standing(plan, state, clock())
    assert (found.state, found.due, found.next) == ("due", 1, "hub run bank/reg")
    clock.now += timedelta(hours=2)
    assert (standing(plan, state, clock()).state, standing(plan, state, clock()).due) == ("due", 2)
    clock.now += timedelta(hours=2)
    assert standing(plan, state, clock()).state == "late"


def test_an_exchange_before_its_schedule_is_unstarted(state: State, exchange: Exchange, clock: Any) -> None:
    """Nothing is due, nothing was done, nothing to type."""
    found = standing(exchange(start=clock.now.replace(tzinfo=None) + timedelta(days=2)), state, clock())
    assert (found.state, found.due, found.next, found.title) == ("unstarted", 0, "", "登记 → 银行")


def test_an_exchange_at_work_is_running(state: State, exchange: Exchange, run: Run) -> None:
    """While a run holds it."""
    plan = exchange()
    with leased(state, plan.id, run):
        assert standing(plan, state, run.clock()).state == "running"


def test_refused_rows_are_what_to_look_at_next(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """The exchange is good, but rows wait in quarantine."""
    registry.put(("B", "", None, "1"))
    plan = exchange()
    run_due([plan], state, run, world.adapters)
    found = standing(plan, state, run.clock())
    assert (found.state, found.refused, found.next) == ("good", 1, "hub quarantine list bank/reg")


def test_what_a_partner_that_is_down_leaves_behind(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """Rows pending, the window due, the error of the last attempt."""
    registry.fill(2)
    world.says = ["down"] * TRIES
    plan = exchange()
    run_due([plan], state, run, world.adapters)
    found = standing(plan, state, run.clock())
    assert (found.state, found.pending, found.next) == ("due", 2, "hub run bank/reg")
    assert "the partner says down" in found.error
