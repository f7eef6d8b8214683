"""Which windows are due: a chain without a hole, oldest first, whatever happened before."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.account import opened
from hub.interface import ConfigurationError
from hub.lease import leased
from hub.plan import Plan
from hub.run import Run
from hub.state.database import State, reading, writing
from hub.state.tables import WINDOW
from hub.window import Window, due, move, named, newest

MakePlan = Callable[..., Plan]
NOON = datetime(2026, 11, 22, 4, 0, 5, tzinfo=UTC)  # 12:00:05 in Shanghai
HOUR = timedelta(hours=1)


def local(hour: int, day: int = 22) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day} {hour:02}:00")


def bring(state: State, plan: Plan, window: Window, run: Run, *states: str) -> None:
    """Open a window and move it through the states."""
    with leased(state, plan.id, run) as lease:
        work = opened(plan, window, lease)
    with writing(state.engine) as connection:
        for to in states:
            move(connection, work.id, to)


CLOSED = ("staged", "sending", "closed")


def test_the_first_window_is_the_newest_complete_one_and_has_no_lower_bound(state: State, plan: Plan) -> None:
    """A new exchange loads everything before the end of the newest complete window."""
    assert due(state.engine, plan, NOON) == (Window("bank/reg", "2026-11-22-10:00", "regular", None, local(12)),)


def test_a_window_is_due_at_its_end_and_not_before(state: State, plan: Plan, run: Run) -> None:
    """[10:00, 12:00) is due at 12:00:00, not at 11:59:59."""
    bring(state, plan, Window(plan.id, "2026-11-22-08:00", "regular", None, local(10)), run, *CLOSED)
    end = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    assert due(state.engine, plan, end - timedelta(seconds=1)) == ()
    assert due(state.engine, plan, end) == (Window(plan.id, "2026-11-22-10:00", "regular", local(10), local(12)),)


def test_missed_windows_are_due_oldest_first_without_a_hole(state: State, plan: Plan, run: Run) -> None:
    """After three days of outage every window of them is due, each beginning where the one before ends."""
    bring(state, plan, due(state.engine, plan, NOON)[0], run, *CLOSED)
    later = due(state.engine, plan, NOON + timedelta(days=3))
    assert len(later) == 36
    assert later[0].lower == local(12)
    assert all(one.upper == two.lower for one, two in itertools.pairwise(later))
    assert later[-1].key == "2026-11-25-10:00"


@pytest.mark.parametrize("states", [(), ("staged",), ("staged", "sending"), ("staged", "failed")])
def test_a_window_that_was_begun_comes_first(state: State, plan: Plan, run: Run, states: tuple[str, ...]) -> None:
    """A window left planned, staged, sending or failed is due again before those after it."""
    window = due(state.engine, plan, NOON)[0]
    bring(state, plan, window, run, *states)
    assert due(state.engine, plan, NOON + 2 * HOUR) == (
        window,
        Window(plan.id, "2026-11-22-12:00", "regular", local(12), local(14)),
    )


def test_a_blocked_window_stops_what_is_behind_it_until_the_plan_changes(
    state: State, plan: Plan, make_plan: MakePlan, run: Run
) -> None:
    """Nothing is due behind a window above its limits; a changed mapping makes it due again."""
    window = due(state.engine, plan, NOON)[0]
    bring(state, plan, window, run, "staged", "blocked")
    assert due(state.engine, plan, NOON + 4 * HOUR) == ()
    assert due(state.engine, make_plan(digest="plan-2"), NOON + 4 * HOUR)[0] == window


def test_a_changed_cron_line_leaves_no_hole(state: State, plan: Plan, make_plan: MakePlan, run: Run) -> None:
    """From two-hourly to daily: the first daily window reaches back to the end of the last two-hourly one."""
    bring(state, plan, due(state.engine, plan, NOON)[0], run, *CLOSED)
    daily = due(state.engine, make_plan(cron="0 0 * * *"), NOON + timedelta(days=2))
    assert daily == (Window(plan.id, "2026-11-23-00:00", "regular", local(12), local(0, 24)),)


def test_nothing_is_due_before_the_schedule_starts(state: State, make_plan: MakePlan) -> None:
    """A schedule that starts tomorrow has no window today."""
    assert due(state.engine, make_plan(start=local(0, 23)), NOON) == ()
    assert newest(make_plan(start=local(12)).schedule, NOON) is None


def test_a_long_outage_is_planned_in_pieces(state: State, plan: Plan, make_plan: MakePlan, run: Run) -> None:
    """At most 500 windows are planned at once, the oldest."""
    bring(state, plan, due(state.engine, plan, NOON)[0], run, *CLOSED)
    found = due(state.engine, make_plan(cron="* * * * *"), NOON + timedelta(days=30))
    assert len(found) == 500
    assert found[0].lower == local(12)


def test_a_window_is_found_by_its_key(state: State, plan: Plan, run: Run) -> None:
    """A key names a closed window, a due one, or is refused with what comes first."""
    first = named(state.engine, plan, "2026-11-22-04:00", NOON)
    assert first == Window(plan.id, "2026-11-22-04:00", "regular", None, local(6))
    bring(state, plan, first, run, *CLOSED)
    assert named(state.engine, plan, "2026-11-22-04:00", NOON).upper == local(6)
    assert named(state.engine, plan, "2026-11-22-06:00", NOON).lower == local(6)
    with pytest.raises(ConfigurationError, match="first comes 2026-11-22-06:00"):
        named(state.engine, plan, "2026-11-22-08:00", NOON)


@pytest.mark.parametrize("key", ["2026-11-22-12:00", "2026-11-22-05:00", "nonsense", "", "2025-11-22-10:00"])
def test_a_key_that_is_no_complete_window_is_refused(state: State, plan: Plan, key: str) -> None:
    """Not over yet, not on the grid, before the start of the schedule, or no key at all."""
    with pytest.raises(ConfigurationError, match="can run now"):
        named(state.engine, plan, key, NOON)


def test_a_window_planned_by_two_runs_is_opened_once(state: State, plan: Plan, run: Run) -> None:
    """A run whose plan is older than what another one closed meanwhile is told so, and opens nothing."""
    stale = due(state.engine, plan, NOON)[0]
    bring(state, plan, Window(plan.id, "2026-11-22-08:00", "regular", None, local(10)), run, *CLOSED)
    with pytest.raises(ConfigurationError, match="closed up to"):
        bring(state, plan, stale, run)
    with reading(state.engine) as connection:
        assert connection.scalars(select(WINDOW.c.key)).all() == ["2026-11-22-08:00"]


@pytest.mark.parametrize(
    ("states", "to"), [((), "sending"), ((), "closed"), (CLOSED, "planned"), (CLOSED, "failed"), (("staged",), "closed")]
)
def test_there_is_no_short_cut_between_states(state: State, plan: Plan, run: Run, states: tuple[str, ...], to: str) -> None:
    """A window moves along the arrows only; a closed one never moves again."""
    bring(state, plan, due(state.engine, plan, NOON)[0], run, *states)
    with pytest.raises(AssertionError, match="cannot become"), writing(state.engine) as connection:
        move(connection, 1, to)


def test_batch_ids_of_different_kinds_of_windows_differ() -> None:
    """A backfill or replay never takes the batch id of a regular window."""
    keys = {"regular": "2026-11-22-10:00", "backfill": "backfill-2026-11-22-10:00:00", "replay": "replay-2026-11-22-10:00:00"}
    batches = [Window("bank/reg", key, kind, None, None).batch for kind, key in keys.items()]
    assert batches == ["202611221000", "B20261122100000", "R20261122100000"]


@given(
    cron=st.sampled_from(["0 */2 * * *", "30 1 * * *", "*/20 * * * *", "0 0 * * 1", "15 6,18 * * *", "0 * * * *"]),
    timezone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"]),
    days=st.floats(0, 700),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_newest_window_is_complete_whatever_the_zone(cron: str, timezone: str, days: float, make_plan: MakePlan) -> None:
    """Also across the hours that a clock skips or repeats, the newest window begins before it ends, not after now."""
    now = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=days)
    cell = newest(make_plan(cron=cron, timezone=timezone).schedule, now)
    assert cell is not None
    assert cell[0] < cell[1] <= now.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
