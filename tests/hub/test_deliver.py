"""Every outcome a partner can give, and what becomes of the part, the rows and the account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit.record import LOG_ENTRY
from hub.account import Account, account
from hub.deliver import TRIES
from hub.interface import ConfigurationError, PermanentError, TransientError
from hub.pipeline import Outcome, run_due, settle
from hub.plan import Plan
from hub.quarantine import listed, reasons
from hub.run import Answered, Event, Run, Waiting
from hub.state.database import State, reading
from hub.state.tables import PART, QUARANTINE
from hub.status import standing

Exchange = Callable[..., Plan]


def go(plan: Plan, state: State, run: Run, world: Any) -> Outcome:
    (outcome,) = run_due([plan], state, run, world.adapters)
    return outcome


def closed(outcome: Outcome) -> Account:
    assert outcome.error is None
    assert outcome.account is not None
    assert (outcome.account.state, outcome.account.balanced) == ("closed", True)
    return outcome.account


def part(state: State) -> Any:
    with reading(state.engine) as connection:
        return connection.execute(select(PART)).one()


def sendings(state: State) -> int:
    with reading(state.engine) as connection:
        return sum('"kind":"part.sending"' in entry for entry in connection.scalars(select(LOG_ENTRY.c.entry)))


def once(world: Any) -> bool:
    """One id, one body, one effect."""
    return len(world.bodies) == len(world.effects) == len({part.id for part in world.sent}) == 1


def test_nothing_left_is_tried_again_after_growing_pauses(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Three failures before a byte leaves, then success: one effect, every attempt in the log."""
    registry.fill(2)
    world.says = ["down"] * 3
    assert closed(go(exchange(), state, run, world)).delivered == 2
    assert clock.slept == [0.5, 1.0, 2.0]
    assert (once(world), sendings(state), part(state).attempts) == (True, 4, 4)


def test_pauses_are_spread_by_chance(state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any) -> None:
    """Up to half as long again, so that many exchanges do not come back at the same moment."""
    registry.fill(1)
    world.says = ["down"] * 2
    closed(go(exchange(), state, replace(run, dice=lambda: 0.999), world))
    assert clock.slept == [pytest.approx(0.75, abs=0.01), pytest.approx(1.5, abs=0.01)]


def test_a_partner_that_is_down_ends_the_run_and_the_next_one_finishes(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """After the tries of one run the window waits, all its rows pending; the next run sends the same bytes under the same id."""
    registry.fill(25)
    plan = exchange(part_rows=10)
    world.says = ["down"] * TRIES
    outcome = go(plan, state, run, world)
    assert isinstance(outcome.error, TransientError)
    waiting = account(state.engine, plan.id, outcome.window)
    assert waiting is not None
    assert (waiting.state, waiting.pending, waiting.balanced, waiting.error_class) == ("sending", 25, True, "TransientError")
    assert len(world.sent) == TRIES  # the second part would have fared no better
    assert standing(plan, state, run.clock()).pending == 25
    found = closed(go(plan, state, run, world))
    assert (found.delivered, found.attempts) == (25, 2)
    assert len(world.effects) == 3


def test_a_partner_dead_for_three_days_gets_everything_in_order(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Windows wait behind the first one; when the partner is back they leave oldest first and the last form wins."""
    plan = exchange()
    registry.put(("R1", "第一", None, "1"))
    for day in range(3):
        world.says = ["down"] * TRIES
        outcomes = run_due([plan], state, run, world.adapters)
        assert [type(outcome.error) for outcome in outcomes] == [TransientError]
        registry.put(("R1", f"第{day}天", None, "1"), changed=(clock.now + timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S"))
        clock.now += timedelta(days=1)
    assert standing(plan, state, run.clock()).state == "due"
    done = run_due([plan], state, run, world.adapters)
    assert len(done) == 37
    assert all(closed(outcome) for outcome in done)
    assert world.rows == {"R1": "第2天"} == registry.good()


@pytest.mark.parametrize("says", ["lost", "forged", "stranger", "miscounted"])
def test_an_effect_nobody_told_is_found_by_asking(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, says: str
) -> None:
    """A lost reply or an unbelievable receipt: the partner is asked and has it; it is not sent again."""
    registry.fill(2)
    world.says = [says]
    assert closed(go(exchange(), state, run, world)).delivered == 2
    assert (once(world), len(world.sent), len(world.asked)) == (True, 1, 1)


def test_what_never_arrived_is_sent_again_under_the_same_id(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """A timeout without effect: the partner has never seen the id, so sending it is safe."""
    registry.fill(2)
    world.says = ["vanished"]
    closed(go(exchange(), state, run, world))
    assert (once(world), len(world.sent)) == (True, 2)


def test_a_partner_that_cannot_be_asked_gets_the_same_id_again(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """It had taken effect; the second sending under the same id has none."""
    registry.fill(2)
    world.says, world.answers = ["lost"], ["unknown"]
    closed(go(exchange(), state, run, world))
    assert (once(world), len(world.sent)) == (True, 2)


def test_an_unknown_outcome_stays_unknown_until_it_is_known(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """Never guessed: after the tries the window waits with its part unknown; the next run settles it."""
    registry.fill(2)
    plan = exchange()
    world.says, world.answers = ["lost"] + ["lost"] * 9, ["unknown"] * 9
    outcome = go(plan, state, run, world)
    assert isinstance(outcome.error, TransientError)
    assert part(state).state == "unknown"
    waiting = account(state.engine, plan.id, outcome.window)
    assert waiting is not None
    assert (waiting.state, waiting.pending) == ("sending", 2)
    world.says, world.answers = [], []
    closed(go(plan, state, run, world))
    assert once(world)


def test_a_partner_that_insists_on_another_digest_needs_a_person(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """It has something else under our id: that is no success, and trying for ever would not help."""
    registry.fill(2)
    plan = exchange()
    world.says = ["forged"] * 9
    original = world.verdicts

    class Forging(dict):  # type: ignore[type-arg]
        def get(self, key: str, default: Any = None) -> Any:
            found = original.get(key, default)
            return replace(found, sha256="f" * 64) if hasattr(found, "sha256") else found

    world.verdicts = Forging()
    outcome = go(plan, state, run, world)
    assert isinstance(outcome.error, PermanentError)
    assert "another digest" in str(outcome.error)
    assert standing(plan, state, run.clock()).state == "failed"


def test_a_whole_part_refused_is_quarantined_with_the_partners_code(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """Nothing of it counts as delivered; every row is kept with the code; the account closes."""
    registry.fill(3)
    world.says = ["refused"]
    plan = exchange()
    found = closed(go(plan, state, run, world))
    assert (found.delivered, found.rejected, found.missing) == (0, 3, 0)
    assert [(reason.rule, reason.rows) for reason in reasons(state.engine)] == [("E99", 3)]
    assert (part(state).state, part(state).accepted, part(state).ledger) == ("rejected", 0, None)


@pytest.mark.parametrize("state", ["sqlite", "postgresql"], indirect=True)
def test_what_no_database_keeps_of_a_partners_words_is_replaced(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """U+0000 and half a surrogate pair, which JSON can spell, neither stop the exchange nor lose the rest of the words."""
    registry.fill(1)
    world.says = ["garbled"]
    assert closed(go(exchange(), state, run, world)).rejected == 1
    with reading(state.engine) as connection:
        words = connection.scalar(select(QUARANTINE.c.words))
    assert (listed(state.engine)[0].findings, words, part(state).reason) == ((("", "E\ufffd"),), "no?body", "E\ufffd")


def test_rows_the_partner_refuses_are_quarantined_one_by_one(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """The others are delivered; the receipt is kept as it came, and its digest is in the log."""
    registry.fill(3)
    world.says = ["partial"]
    plan = exchange()
    found = closed(go(plan, state, run, world))
    assert (found.delivered, found.rejected, found.missing) == (2, 1, 0)
    (entry,) = listed(state.engine)
    assert (entry.stage, entry.findings) == ("partner", (("xm", "E17"),))
    stored = part(state)
    assert state.folder.absolute(stored.receipt).read_bytes() == f"receipt of {stored.id}".encode()
    with reading(state.engine) as connection:
        assert any(stored.receipt_sha256 in line for line in connection.scalars(select(LOG_ENTRY.c.entry)))


def test_a_part_that_breaks_the_partners_database_is_refused_not_repeated(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """The system says the data are wrong and the partner has nothing: the rows are quarantined, the exchange goes on."""
    registry.fill(2)
    world.says = ["data"]
    found = closed(go(exchange(), state, run, world))
    assert (found.delivered, found.rejected) == (0, 2)
    assert reasons(state.engine)[0].rule == "data-error"


@pytest.mark.parametrize(("says", "kind"), [("permanent", PermanentError), ("configuration", ConfigurationError)])
def test_what_only_a_person_can_mend_stops_the_window(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, says: str, kind: type[Exception]
) -> None:
    """No retry; the window is failed with the reason; when it is mended the next run finishes it under the same id."""
    registry.fill(2)
    world.says = [says]
    plan = exchange()
    outcome = go(plan, state, run, world)
    assert isinstance(outcome.error, kind)
    assert (len(world.sent), standing(plan, state, run.clock()).state) == (1, "failed")
    closed(go(plan, state, run, world))
    assert once(world)


def test_a_receipt_that_comes_in_time_is_waited_for(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Asked after 0.05, 0.1, 0.2 seconds ...; the window closes with nothing pending."""
    registry.fill(2)
    world.says, world.answers = ["later"], ["later", "later"]
    found = closed(go(exchange(receipt_wait=timedelta(seconds=30)), state, run, world))
    assert (found.delivered, found.pending) == (2, 0)
    assert clock.slept == [0.05, 0.1, 0.2]


def test_a_receipt_that_does_not_come_leaves_rows_pending(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """The account closes with them as pending; settling later moves them, logs the account again, and the sum stays."""
    registry.fill(2)
    plan = exchange(receipt_wait=timedelta(seconds=3))
    world.says, world.answers = ["later"], ["later"] * 99
    found = closed(go(plan, state, run, world))
    assert (found.delivered, found.pending, found.missing) == (0, 2, 0)
    assert sum(clock.slept) == pytest.approx(3)
    assert standing(plan, state, run.clock()).state == "waiting"
    world.answers = ["later"]
    assert [outcome.account.pending for outcome in settle([plan], state, run, world.adapters) if outcome.account] == [2]
    (outcome,) = settle([plan], state, run, world.adapters)
    assert (closed(outcome).delivered, closed(outcome).pending) == (2, 0)
    with reading(state.engine) as connection:
        log = list(connection.scalars(select(LOG_ENTRY.c.entry)))
    assert [sum(f'"{kind}"' in line for line in log) for kind in ("window.closed", "window.settled")] == [1, 1]
    assert standing(plan, state, run.clock()).state == "good"


def test_rows_the_partner_has_taken_are_not_sent_again_while_it_thinks(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """A bank that answers next day: the next windows bring the same rows, and they count as unchanged."""
    plan = exchange(watermark=None)
    registry.fill(2)
    world.says = ["later"]
    closed(go(plan, state, run, world))
    clock.now += timedelta(hours=2)
    assert closed(go(plan, state, run, world)).unchanged == 2
    assert len(world.sent) == 1


def test_a_late_refusal_takes_the_rows_back(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Refused at night: the rows go to quarantine; one that a later window delivered in a newer form is history at once."""
    plan = exchange()
    registry.fill(2)
    world.says = ["later"]
    closed(go(plan, state, run, world))
    registry.put(("R1", "新", None, "1"), changed="2026-11-22 13:00:00")
    clock.now += timedelta(hours=2)
    closed(go(plan, state, run, world))
    world.answers = ["refused"]
    (outcome,) = settle([plan], state, run, world.adapters)
    assert (closed(outcome).rejected, closed(outcome).pending) == (2, 0)
    assert [len(listed(state.engine, state=word)) for word in ("open", "superseded")] == [1, 1]


def test_a_part_that_got_lost_does_not_overtake_newer_rows(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """The partner took it, and next day knows nothing of it; a newer form has left since: quarantine, not the wire."""
    plan = exchange()
    registry.fill(2)
    world.says = ["later"]
    closed(go(plan, state, run, world))
    registry.put(("R1", "新", None, "1"), changed="2026-11-22 13:00:00")
    clock.now += timedelta(hours=2)
    closed(go(plan, state, run, world))
    world.rows.pop("R2")
    world.answers = ["forget"]
    sent = len(world.sent)
    closed(settle([plan], state, run, world.adapters)[0])
    assert len(world.sent) == sent
    assert world.rows == {"R1": "新"}
    assert [(reason.rule, reason.rows) for reason in reasons(state.engine)] == [("absent", 1)]


def test_a_part_that_got_lost_is_sent_again_if_nothing_overtook_it(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """No later rows: it is sent again under its id."""
    plan = exchange()
    registry.fill(2)
    world.says = ["later"]
    closed(go(plan, state, run, world))
    world.answers = ["forget"]
    (outcome,) = settle([plan], state, run, world.adapters)
    assert closed(outcome).delivered == 2
    assert len({part.id for part in world.sent}) == 1


def test_a_doubtful_receipt_for_rows_that_arrived_changes_nothing(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """It has been taken once: a forged receipt leaves the rows pending, is kept as evidence, and is logged once."""
    plan = exchange()
    registry.fill(2)
    world.says = ["later"]
    closed(go(plan, state, run, world))
    good = dict(world.verdicts)
    world.verdicts = {id: replace(found, sha256="0" * 64) for id, found in good.items()}
    for _ in range(3):
        (outcome,) = settle([plan], state, run, world.adapters)
        assert closed(outcome).pending == 2
    stored = part(state)
    assert (stored.state, stored.receipt is not None, "another digest" in stored.reason) == ("awaiting", True, True)
    world.verdicts = good
    assert closed(settle([plan], state, run, world.adapters)[0]).delivered == 2


def test_a_partner_that_says_when_is_waited_for_as_long(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retry-After of 7 seconds is kept; one of an hour ends this run at once."""
    registry.fill(1)
    plan = exchange()
    monkeypatch.setattr(TransientError, "retry_after", 7.0)
    world.says = ["down"]
    closed(go(plan, state, run, world))
    assert clock.slept == [7.0]
    monkeypatch.setattr(TransientError, "retry_after", 3600.0)
    registry.fill(2, name="改", changed="2026-11-22 13:00:00")
    clock.now += timedelta(hours=2)
    world.says = ["down"]
    assert isinstance(go(plan, state, run, world).error, TransientError)
    assert clock.slept == [7.0]


def test_one_bad_part_does_not_stop_the_others(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """The first part stays unknown; the second and third are delivered."""
    registry.fill(25)
    plan = exchange(part_rows=10)
    world.says = ["vanished"]
    world.answers = ["unknown", "unknown", "unknown"]
    world.says += ["vanished"] * 3
    outcome = go(plan, state, run, world)
    assert isinstance(outcome.error, TransientError)
    waiting = account(state.engine, plan.id, outcome.window)
    assert waiting is not None
    assert (waiting.delivered, waiting.pending) == (15, 10)
    closed(go(plan, state, run, world))
    assert sorted(world.effects) == sorted(set(world.bodies))


def test_who_watches_is_told(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """Each attempt and each pause is an event."""
    registry.fill(1)
    told: list[Event] = []
    world.says = ["down", "lost"]
    closed(go(exchange(), state, replace(run, progress=told.append), world))
    answers = [(event.attempt, event.state) for event in told if isinstance(event, Answered)]
    assert answers == [(1, "staged"), (2, "unknown"), (2, "confirmed")]
    assert sum(isinstance(event, Waiting) for event in told) == 2


def test_a_payload_that_changed_in_the_spool_is_not_sent_again(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """What was tried once must be the same bytes: a person must look."""
    registry.fill(1)
    plan = exchange()
    world.says = ["down"] * TRIES
    go(plan, state, run, world)
    world.sent[0].path.write_bytes(b"something else")
    assert isinstance(go(plan, state, run, world).error, PermanentError)
    assert world.effects == []
