"""A window from the source to its closed account: what leaves, what stays, and what the account says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit.record import LOG_ENTRY
from hub.account import Account, account, accounts, release
from hub.interface import ConfigurationError, DataError, TransientError
from hub.kernel.compile import compile_kernel
from hub.mapping.model import Watermark
from hub.pipeline import backfill, replay, run_due, run_window, settle
from hub.plan import Plan
from hub.quarantine import discard, listed, reasons
from hub.run import Event, Run, here
from hub.state.database import State, reading
from hub.status import standing
from hub.window import due, named

Exchange = Callable[..., Plan]
both = pytest.mark.parametrize("state", ["sqlite", "postgresql"], indirect=True)
COUNTS = ("source", "absent", "delivered", "unchanged", "rejected", "pending")


def go(plan: Plan, state: State, run: Run, world: Any) -> list[Account]:
    """Run what is due; every window must close."""
    done = run_due([plan], state, run, world.adapters)
    assert [outcome.error for outcome in done] == [None] * len(done)
    return [outcome.account for outcome in done if outcome.account is not None]


def numbers(found: Account) -> tuple[int, ...]:
    assert found.balanced
    return tuple(getattr(found, name) for name in COUNTS)


def entries(state: State, kind: str) -> list[str]:
    with reading(state.engine) as connection:
        return [entry for entry in connection.scalars(select(LOG_ENTRY.c.entry)) if f'"kind":"{kind}"' in entry]


def later(clock: Any, hours: int = 2) -> None:
    clock.now += timedelta(hours=hours)


@both
def test_a_window_ends_in_a_balanced_account(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """Good rows are delivered, bad ones are in quarantine with every reason, and the log tells the intent and the account."""
    registry.fill(5)
    registry.put(("B1", "", "x", "-1"))
    (found,) = go(exchange(), state, run, world)
    assert numbers(found) == (6, 0, 5, 0, 1, 0)
    assert (found.state, found.missing, found.parts, found.attempts, found.standard) == ("closed", 0, 1, 1, "std@1.0.0")
    assert world.rows == registry.good()
    assert {(reason.field, reason.rule) for reason in reasons(state.engine)} == {
        ("xm", "required"),
        ("sfzh", "length"),
        ("je", "range"),
    }
    assert [
        len(entries(state, kind)) for kind in ("window.opened", "window.staged", "part.sending", "part.outcome", "window.closed")
    ] == [1] * 5


def test_only_changes_travel_in_the_next_window(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Rows that come again through the overlap, or without a watermark, in the same form are unchanged."""
    registry.fill(3, changed="2026-11-22 11:55:00")
    registry.put(("N", "无时间", None, "1"), changed=None)
    plan = exchange()
    go(plan, state, run, world)
    registry.put(("R2", "李四", None, "1.50"), ("R9", "王五", None, "2"), changed="2026-11-22 13:00:00")
    later(clock)
    (found,) = go(plan, state, run, world)
    assert numbers(found) == (5, 0, 2, 3, 0, 0)
    assert found.missing == 0
    assert world.rows == registry.good()


def test_a_window_without_rows_closes(state: State, exchange: Exchange, world: Any, run: Run) -> None:
    """Nothing at the source: an account of zeros, no part, and no connection to the partner."""
    (found,) = go(exchange(), state, run, world)
    assert (numbers(found), found.parts, world.sent) == ((0,) * 6, 0, [])


def test_a_closed_window_is_not_run_again(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """A second run gives the same account, sends nothing, writes no log entry, and says that it is closed."""
    registry.fill(2)
    plan = exchange()
    (first,) = go(plan, state, run, world)
    told: list[Event] = []
    before = len(entries(state, "window.resumed")), len(world.sent)
    window = named(state.engine, plan, first.window, run.clock())
    again = run_window(plan, window, state, replace(run, progress=told.append), world.adapters)
    assert again == first
    assert (len(entries(state, "window.resumed")), len(world.sent)) == before
    assert [(event.window, getattr(event, "state", "")) for event in told] == [(first.window, "closed")]


@both
def test_large_windows_leave_in_parts(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """25 rows in parts of 10 are three parts with ids, batch ids and names of their own."""
    registry.fill(25)
    (found,) = go(exchange(part_rows=10), state, run, world)
    assert (found.parts, found.delivered) == (3, 25)
    assert [part.rows for part in world.sent] == [10, 10, 5]
    assert [part.heading.batch for part in world.sent] == [f"202611221000036c4ff4{number:04}" for number in (1, 2, 3)]
    assert len({part.id for part in world.sent}) == len({part.file_name for part in world.sent}) == 3
    assert found.bytes == sum(part.path.stat().st_size for part in world.sent)


def test_the_envelope_says_what_each_row_is(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """Six columns before the fields: key digest, operation, time, batch, source, version."""
    registry.fill(1)
    go(exchange(), state, run, world)
    (part,) = world.sent
    text_ = part.path.read_text()
    assert (
        '"cd_operation":"I","cd_time":"2026-11-22 12:00:05","cd_batch":"202611221000036c4ff40001","data_source":"local"' in text_
    )
    assert part.layout.row_id == "row_guid"


def test_a_key_that_comes_twice_is_refused_with_all_its_rows(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """Nobody knows which of the two is right, so none leaves; the others do."""
    registry.fill(2)
    registry.execute("INSERT INTO t_reg SELECT 'R1', '另一个', card, amount, state, changed FROM t_reg WHERE id = 'R1'")
    (found,) = go(exchange(), state, run, world)
    assert numbers(found) == (3, 0, 1, 0, 2, 0)
    assert [(reason.rule, reason.rows) for reason in reasons(state.engine)] == [("duplicate-key", 2)]
    assert world.rows == {"R2": "张三"}
    assert found.missing == 0


def test_deletes_travel_once(state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any) -> None:
    """A row marked deleted is a delete at the partner; of a key the partner never had it is nothing."""
    plan = exchange(deleted="r.state = 'D'")
    registry.fill(3, changed="2026-11-22 11:55:00")
    registry.put(("X", "never sent", None, "1"))
    registry.execute("UPDATE t_reg SET state = 'D' WHERE id = 'X'")
    assert numbers(go(plan, state, run, world)[0]) == (4, 0, 3, 1, 0, 0)
    registry.execute("UPDATE t_reg SET state = 'D', changed = '2026-11-22 13:55:00' WHERE id = 'R2'")
    later(clock)
    (found,) = go(plan, state, run, world)
    assert numbers(found) == (3, 0, 1, 2, 0, 0)
    assert set(world.rows) == {"R1", "R3"}
    assert found.missing == 0
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (1, 0, 0, 1, 0, 0)


def test_keys_that_are_gone_from_a_whole_table_are_deleted(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Without a watermark each window reads everything: what is gone leaves as a delete, the rest is unchanged."""
    plan = exchange(watermark=None)
    registry.fill(4)
    go(plan, state, run, world)
    registry.execute("DELETE FROM t_reg WHERE id = 'R4'")
    later(clock)
    (found,) = go(plan, state, run, world)
    assert numbers(found) == (3, 1, 1, 3, 0, 0)
    assert world.rows == registry.good()
    assert found.missing == 0
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (3, 0, 0, 3, 0, 0)


def test_a_refused_row_is_not_gone(state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any) -> None:
    """A delivered row that breaks its contract later keeps its old form at the partner; once mended it travels again."""
    plan = exchange(watermark=None)
    registry.fill(2)
    go(plan, state, run, world)
    registry.put(("R1", "", None, "1"))
    later(clock)
    (found,) = go(plan, state, run, world)
    assert numbers(found) == (2, 0, 0, 1, 1, 0)
    assert world.rows == {"R1": "张三", "R2": "张三"}
    registry.put(("R1", "李四", None, "1"))
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (2, 0, 1, 1, 0, 0)
    assert [len(listed(state.engine, state=word)) for word in ("open", "superseded")] == [0, 1]


def test_a_mended_row_that_is_again_what_the_partner_has_settles_its_refusal(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Spoilt and put back: nothing travels, and nothing stays open."""
    plan = exchange()
    registry.fill(1)
    go(plan, state, run, world)
    registry.put(("R1", "", None, "1.50"), changed="2026-11-22 13:00:00")
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (1, 0, 0, 0, 1, 0)
    registry.put(("R1", "张三", None, "1.50"), changed="2026-11-22 15:00:00")
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (1, 0, 0, 1, 0, 0)
    assert listed(state.engine) == ()


def test_rows_a_watermark_loses_are_counted_as_missing(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """A row written with an old time is read by no window: the census finds it, a backfill brings it."""
    plan = exchange()
    registry.fill(3)
    assert go(plan, state, run, world)[0].missing == 0
    registry.put(("LATE", "迟到", None, "1"), changed="2026-11-01 00:00:00")
    later(clock)
    (found,) = go(plan, state, run, world)
    assert (found.source, found.missing) == (0, 1)
    assert standing(plan, state, run.clock()).missing == 1
    start = datetime.fromisoformat("2026-11-01 00:00")
    filled = backfill(plan, start, start + timedelta(days=1), state, run, world.adapters)
    assert (numbers(filled), filled.kind, filled.missing) == ((1, 0, 1, 0, 0, 0), "backfill", 0)
    assert world.rows == registry.good()


def test_rows_that_vanish_behind_a_watermark_are_counted_as_missing(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Deleted at the source without a mark: the partner has more than the source."""
    plan = exchange()
    registry.fill(3)
    go(plan, state, run, world)
    registry.execute("DELETE FROM t_reg WHERE id = 'R1'")
    later(clock)
    assert go(plan, state, run, world)[0].missing == -1


def test_what_cannot_be_told_exactly_is_not_told(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Rows that changed after the window's end, and refused rows without a key, make the difference uncertain: it says so."""
    plan = exchange()
    registry.fill(3)
    registry.put(("R3", "改了", None, "1"), changed="2026-11-22 12:00:01")
    (found,) = go(plan, state, run, world)
    assert (found.missing, found.note[:6]) == (0, "1 rows")
    registry.put(("", "no key", None, "1"), changed="2026-11-22 13:00:00")
    later(clock)
    (found,) = go(plan, state, run, world)
    assert (found.missing, found.note) == (0, "")
    registry.execute("DELETE FROM t_reg WHERE id = ''")
    registry.put(("R4", "mended", None, "1"), changed="2026-11-22 15:00:00")
    later(clock)
    (found,) = go(plan, state, run, world)
    assert (found.missing, "1 rows were refused earlier" in found.note) == (0, True)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"reject_rate": 0.2, "reject_floor": 2}, "2 of 6 rows are refused"),
        ({"rows_min": 7}, "fewer than 7"),
        ({"rows_max": 5, "watermark": None}, "more than 5"),
    ],
)
def test_above_a_limit_nothing_leaves(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, limits: dict[str, Any], words: str
) -> None:
    """The window is blocked with one clear cure; what is behind it waits; the reasons can be looked at."""
    registry.fill(4)
    registry.put(("B1", "", None, "1"), ("B2", "", None, "1"))
    plan = exchange(**limits)
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert isinstance(outcome.error, DataError)
    assert words in str(outcome.error)
    assert "hub windows release bank/reg 2026-11-22-10:00" in str(outcome.error)
    found = account(state.engine, plan.id, outcome.window)
    assert found is not None
    assert (found.state, found.source, found.rejected, found.parts, world.sent) == ("blocked", 6, 2, 0, [])
    assert due(state.engine, plan, run.clock()) == ()
    assert reasons(state.engine)[0].rows == 2
    assert standing(plan, state, run.clock()).state == "blocked"
    assert len(entries(state, "window.blocked")) == 1


@both
def test_a_blocked_window_is_released_by_a_person_for_a_reason(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """The reason is logged, the next run sends what was staged, and what the source says now waits for the next window."""
    registry.fill(2)
    registry.put(("B1", "", None, "1"))
    plan = exchange(reject_rate=0.1, reject_floor=1)
    (outcome,) = run_due([plan], state, run, world.adapters)
    with pytest.raises(ConfigurationError, match="reason"):
        release(state, plan.id, outcome.window, "", run)
    release(state, plan.id, outcome.window, "order-17", run)
    assert "order-17" in entries(state, "window.released")[0]
    with pytest.raises(ConfigurationError, match="not blocked"):
        release(state, plan.id, outcome.window, "again", run)
    assert numbers(go(plan, state, run, world)[0]) == (3, 0, 2, 0, 1, 0)


def test_a_blocked_window_is_read_again_when_it_is_run_again(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """Mended at the source and run by name: the rows of now decide, and what was mended leaves quarantine."""
    registry.fill(2)
    registry.put(("B1", "", None, "1"))
    plan = exchange(reject_rate=0.1, reject_floor=1)
    (outcome,) = run_due([plan], state, run, world.adapters)
    registry.put(("B1", "好了", None, "1"))
    window = named(state.engine, plan, outcome.window, run.clock())
    assert numbers(run_window(plan, window, state, run, world.adapters)) == (3, 0, 3, 0, 0, 0)
    assert listed(state.engine) == ()


def test_a_source_that_was_emptied_does_not_empty_the_partner(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """More deletes of absent keys than the reject limit allows: blocked."""
    plan = exchange(watermark=None, reject_floor=5)
    registry.fill(30)
    go(plan, state, run, world)
    registry.execute("DELETE FROM t_reg")
    later(clock)
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert "30 of 30 delivered rows are gone" in str(outcome.error)
    assert len(world.rows) == 30


def test_a_partner_without_an_envelope_gets_no_deletes(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Its layout cannot say delete: a delete is refused with its reason, never sent as a row."""
    plan = exchange(envelope=False, deleted="r.state = 'D'")
    registry.fill(2)
    assert numbers(go(plan, state, run, world)[0]) == (2, 0, 2, 0, 0, 0)
    registry.execute("UPDATE t_reg SET state = 'D', changed = '2026-11-22 13:00:00' WHERE id = 'R1'")
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (1, 0, 0, 0, 1, 0)
    assert [reason.rule for reason in reasons(state.engine)] == ["no-delete"]
    assert set(world.rows) == {"R1", "R2"}


def test_a_row_the_format_cannot_say_is_refused_alone(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """Two rows with a character that GBK has not, among fifty: 48 leave, in parts without a gap."""
    registry.fill(50)
    registry.put(("R7", "𠮷", None, "1"), ("R23", "𠮷𠮷", None, "1"))
    plan = exchange(format="csv", format_settings={"encoding": "gbk"}, part_rows=20)
    (found,) = go(plan, state, run, world)
    assert numbers(found) == (50, 0, 48, 0, 2, 0)
    assert [(reason.rule, reason.rows) for reason in reasons(state.engine)] == [("unencodable", 2)]
    assert len(world.rows) == 48


def test_an_exchange_that_fails_does_not_stop_the_others(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """One source is away, the other exchange closes; the error says what it is and stands in the account."""
    registry.fill(1)
    good = exchange()
    missing = replace(good, id="bank/other", source=replace(good.source, settings={"url": "sqlite:////nowhere/at/all.db"}))
    outcomes = run_due([missing, good], state, run, world.adapters)
    assert [type(outcome.error) for outcome in outcomes] == [ConfigurationError, type(None)]
    (failed,) = accounts(state.engine, exchange="bank/other")
    assert (failed.state, failed.error_class) == ("failed", "ConfigurationError")
    assert standing(missing, state, run.clock()).next == "hub run bank/other"
    assert len(entries(state, "window.failed")) == 1


def test_a_failed_window_goes_on_when_its_cause_is_mended(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """The table is not there yet, then it is."""
    plan = exchange()
    registry.execute("ALTER TABLE t_reg RENAME TO t_moved")
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert isinstance(outcome.error, ConfigurationError)
    registry.execute("ALTER TABLE t_moved RENAME TO t_reg")
    registry.fill(1)
    (found,) = go(plan, state, run, world)
    assert (found.delivered, found.attempts, found.error) == (1, 2, "")


def test_missed_windows_are_made_up_for(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Half a day without the hub: six windows, oldest first, each with its own rows."""
    plan = exchange()
    go(plan, state, run, world)
    for hour in range(12, 24, 2):
        registry.put((f"H{hour}", "张三", None, "1"), changed=f"2026-11-22 {hour}:30:00")
    later(clock, 12)
    found = go(plan, state, run, world)
    assert [one.window for one in found] == [f"2026-11-22-{hour}:00" for hour in range(12, 24, 2)]
    assert [one.delivered for one in found] == [1] * 6
    assert world.rows == registry.good()


@both
def test_refused_rows_are_replayed_through_a_window_of_their_own(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """After the contract was mended: what passes now is delivered and replayed, what does not stays open, and it balances."""
    registry.fill(1)
    registry.put(("B1", "", None, "1"), ("B2", "好", None, "-1"))
    plan = exchange()
    go(plan, state, run, world)
    found = replay(without_range(exchange(digest="plan-2")), state, run, world.adapters)
    assert (numbers(found), found.kind) == ((2, 0, 1, 0, 1, 0), "replay")
    assert found.window == "replay-2026-11-22-12:00:05"
    assert set(world.rows) == {"R1", "B2"}
    assert [len(listed(state.engine, state=word)) for word in ("open", "replayed")] == [1, 1]
    assert len(entries(state, "quarantine.replayed")) == 1


def without_range(plan: Plan) -> Plan:
    """The plan of a contract in which the amount may be anything."""
    fields = dict(plan.table.fields)
    fields["je"] = replace(fields["je"], minimum=None)
    table = replace(plan.table, fields=fields)
    return replace(plan, table=table, kernel=compile_kernel(plan.mapping, table, plan.source))


def test_a_replay_chooses_rows_that_are_open_and_have_a_key(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """Nothing to replay is told, with the cure, and leaves no window behind."""
    registry.put(("", "no key", None, "1"), ("B1", "", None, "1"))
    plan = exchange()
    go(plan, state, run, world)
    open_rows = {entry.findings[0][0]: entry.id for entry in listed(state.engine)}
    with pytest.raises(ConfigurationError, match="no usable key"):
        replay(plan, state, run, world.adapters, [open_rows["djbh"]])
    discard(state, plan.id, [open_rows["xm"]], "order-1", run)
    with pytest.raises(ConfigurationError, match="nothing to replay"):
        replay(plan, state, run, world.adapters, [open_rows["xm"], 999])
    assert accounts(state.engine, kind="replay") == ()


def test_a_replay_of_rows_the_partner_refused_sends_them_as_they_were(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """The partner mended its own list: the rows leave again, under new ids."""
    registry.fill(3)
    world.says = ["partial"]
    plan = exchange()
    assert numbers(go(plan, state, run, world)[0]) == (3, 0, 2, 0, 1, 0)
    clock.now += timedelta(seconds=1)
    assert numbers(replay(plan, state, run, world.adapters)) == (1, 0, 1, 0, 0, 0)
    assert world.rows == registry.good()
    assert listed(state.engine) == ()
    assert len({part.id for part in world.sent}) == len(world.sent) == 2


@both
def test_a_row_the_partner_refused_is_held_back_in_the_same_form(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """A whole-table window brings it every time: it is counted as refused, not sent again; changed, it travels."""
    plan = exchange(watermark=None)
    registry.fill(3)
    world.says = ["partial"]
    go(plan, state, run, world)
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (3, 0, 0, 2, 1, 0)
    assert [(entry.seen, entry.stage) for entry in listed(state.engine)] == [(2, "partner")]
    registry.put(("R1", "改名", None, "1"))
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (3, 0, 1, 2, 0, 0)
    assert world.rows == registry.good()
    assert listed(state.engine) == ()


def test_a_backfill_of_an_empty_period_is_refused(state: State, exchange: Exchange, run: Run, world: Any) -> None:
    """It must end after it begins."""
    noon = datetime.fromisoformat("2026-11-22 12:00")
    with pytest.raises(ConfigurationError, match="ends after it begins"):
        backfill(exchange(), noon, noon, state, run, world.adapters)


def test_two_backfills_in_one_second_have_keys_of_their_own(
    state: State, exchange: Exchange, registry: Any, run: Run, world: Any
) -> None:
    """The second one takes the next second; nothing travels twice."""
    registry.fill(2)
    plan = exchange()
    bounds = datetime.fromisoformat("2026-11-22 00:00"), datetime.fromisoformat("2026-11-23 00:00")
    found = [backfill(plan, *bounds, state, run, world.adapters) for _ in range(2)]
    assert [numbers(one) for one in found] == [(2, 0, 2, 0, 0, 0), (2, 0, 0, 2, 0, 0)]
    assert [one.window[-2:] for one in found] == ["05", "06"]


def test_a_text_never_stands_in_the_log(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """No name, number or word of the partner is in any entry, whatever happened."""
    registry.put(("R1", "欧阳修文", "110101199001011237", "1"), ("R2", "", "x", "-1"))
    world.says = ["partial"]
    go(exchange(), state, run, world)
    with reading(state.engine) as connection:
        log = "".join(connection.scalars(select(LOG_ENTRY.c.entry)))
    assert not any(word in log for word in ("欧阳", "110101199001011237", "unknown"))


@both
def test_two_runs_at_once_have_one_effect(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """A second run that starts while the first one sends is turned away and sends nothing."""
    registry.fill(3)
    plan = exchange()
    turned_away: list[TransientError] = []

    def second(step: str) -> None:
        if step in ("opened", "files staged", "sending", "receipt kept"):
            (outcome,) = run_due([plan], state, replace(run, owner=here("second")), world.adapters)
            assert isinstance(outcome.error, TransientError)
            turned_away.append(outcome.error)

    (found,) = go(plan, state, replace(run, at=second), world)
    assert (found.delivered, len(turned_away), len(world.sent)) == (3, 4, 1)


def test_settling_without_anything_open_does_nothing(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """No open part: no outcome, nothing asked."""
    registry.fill(1)
    plan = exchange()
    go(plan, state, run, world)
    assert settle([plan], state, run, world.adapters) == ()
    assert world.asked == []


def test_odd_keys_stay_what_they_are(state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any) -> None:
    """Keys are letters and digits of any case and length; the delete of a gone key names the very same key."""
    plan = exchange(watermark=None, reject_rate=1.0)
    registry.put(*[(key, "张三", None, "1") for key in ("a", "A", "0", "00", "Z9" * 10)])
    go(plan, state, run, world)
    assert set(world.rows) == {"a", "A", "0", "00", "Z9" * 10}
    registry.execute("DELETE FROM t_reg WHERE id <> 'a'")
    later(clock)
    go(plan, state, run, world)
    assert set(world.rows) == {"a"}


def test_a_watermark_of_another_overlap_reads_more(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """A row committed after its window was read, but within the overlap, comes with the next window."""
    plan = exchange(watermark=Watermark("r.changed", timedelta(minutes=30), None))
    go(plan, state, run, world)
    registry.put(("SLOW", "慢", None, "1"), changed="2026-11-22 11:35:00")
    later(clock)
    assert numbers(go(plan, state, run, world)[0]) == (1, 0, 1, 0, 0, 0)


def test_the_accounts_can_be_listed(state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any) -> None:
    """Newest first, by exchange, state and kind."""
    plan = exchange()
    go(plan, state, run, world)
    later(clock, 4)
    go(plan, state, run, world)
    assert [one.window[-5:] for one in accounts(state.engine)] == ["14:00", "12:00", "10:00"]
    assert len(accounts(state.engine, states=("closed",), kind="regular", newest=2)) == 2
    assert accounts(state.engine, exchange="bank/none") == ()
    assert account(state.engine, plan.id, "none") is None


def test_nothing_leaves_under_a_release_before_its_day(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """A run, a backfill and a replay are refused with the day and the cure, before a window is opened; on the day all go."""
    registry.fill(2)
    registry.put(("B1", "", None, "1"))
    day = (clock.now + timedelta(days=1)).astimezone().date()
    plan = replace(exchange(), effective_from=day)
    (refused,) = run_due([plan], state, run, world.adapters)
    assert isinstance(refused.error, ConfigurationError)
    assert f"std@1.0.0 counts from {day}" in str(refused.error)
    assert "write a release in force" in str(refused.error)
    with pytest.raises(ConfigurationError, match=f"counts from {day}"):
        backfill(plan, datetime(2026, 11, 1), datetime(2026, 11, 2), state, run, world.adapters)  # noqa: DTZ001 - local
    with pytest.raises(ConfigurationError, match=f"counts from {day}"):
        replay(plan, state, run, world.adapters)
    assert (accounts(state.engine), world.sent) == ((), [])
    later(clock, 24)
    assert go(plan, state, run, world)[0].delivered == 2
