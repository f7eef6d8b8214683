"""Takes plans and windows, runs the steps of an exchange in their order; alone orders them. Choices are made in the steps.

Every step is durable before the next and harmless to repeat: a run that is killed anywhere is finished by the next one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import replay as quarantined
from hub.account import Account, account, close, failures_kept, opened
from hub.completeness import complete
from hub.connection import INSTALLED, Adapters
from hub.deliver import deliver
from hub.departure import prepare
from hub.interface import ConfigurationError, HubError
from hub.lease import Lease, leased
from hub.ledger import compact
from hub.memory import give_back
from hub.part import open_parts
from hub.plan import Plan
from hub.run import Run
from hub.state.database import State
from hub.window import Window, departing, due, free_key


@dataclass(frozen=True, slots=True)
class Outcome:
    """What work on one window came to: its account, or the error that ended it."""

    exchange: str
    window: str
    account: Account | None = None
    error: HubError | None = None


def run_window(plan: Plan, window: Window, state: State, run: Run, adapters: Adapters = INSTALLED) -> Account:
    """Bring one window to its closed account; a window that is closed already stays as it is.

    TransientError: run again later, it goes on where it stands (or another run is at work). DataError: above a limit, or the
    source broke its promise. ConfigurationError, PermanentError: mend first. What earlier windows still owe leaves first.
    """
    _in_force(plan, run)
    with leased(state, plan.id, run) as lease:
        for earlier in departing(state.engine, plan.id, window.key):
            _account_for(plan, earlier, lease, adapters)
        closed = _account_for(plan, window, lease, adapters)
        compact(lease)
        give_back(closed.source or 0)
        return closed


def _account_for(plan: Plan, window: Window, lease: Lease, adapters: Adapters) -> Account:
    """The walk of one window."""
    work = opened(plan, window, lease)
    with failures_kept(plan, work):
        prepare(plan, work, adapters)
        deliver(plan, lease, adapters, work.parts(), plan.partner.receipt_wait)
        return close(plan, work, complete(plan, work))


def run_due(plans: Iterable[Plan], state: State, run: Run, adapters: Adapters = INSTALLED) -> tuple[Outcome, ...]:
    """Every due window of every exchange, oldest first; an exchange that fails waits, the others go on."""
    return tuple(outcome for plan in plans for outcome in _due_of(plan, state, run, adapters))


def _due_of(plan: Plan, state: State, run: Run, adapters: Adapters) -> Iterator[Outcome]:
    for window in due(state.engine, plan, run.clock()):
        try:
            yield Outcome(plan.id, window.key, run_window(plan, window, state, run, adapters))
        except HubError as error:
            yield Outcome(plan.id, window.key, error=error)
            if window.kind == "regular":  # the next one must not overtake it
                return


def settle(plans: Iterable[Plan], state: State, run: Run, adapters: Adapters = INSTALLED) -> tuple[Outcome, ...]:
    """Bring open parts of earlier windows to their outcome: send what waits, ask for receipts that were late.

    One outcome for each window that had open parts: its account as it is now, or the error that ended the attempt.
    """
    return tuple(outcome for plan in plans for outcome in _settled(plan, state, run, adapters))


def _settled(plan: Plan, state: State, run: Run, adapters: Adapters) -> Iterator[Outcome]:
    owed = dict.fromkeys(stored.window_key for stored in open_parts(state.engine, state.folder, plan.id))
    if not owed:
        return
    error = None
    try:
        with leased(state, plan.id, run) as lease:
            for earlier in departing(state.engine, plan.id):
                _account_for(plan, earlier, lease, adapters)
            deliver(plan, lease, adapters, open_parts(state.engine, state.folder, plan.id), timedelta())
    except HubError as caught:
        error = caught
    for key in owed:
        yield Outcome(plan.id, key, account(state.engine, plan.id, key), error)


def backfill(plan: Plan, lower: datetime, upper: datetime, state: State, run: Run, adapters: Adapters = INSTALLED) -> Account:
    """Read a past period again, [lower, upper) in the schedule's time zone; what the partner has already stays unsent."""
    if lower >= upper:
        raise ConfigurationError(f"{plan.id}: a backfill ends after it begins; {lower} is not before {upper}")
    window = Window(plan.id, free_key(state.engine, plan, "backfill", run.clock()), "backfill", lower, upper)
    return run_window(plan, window, state, run, adapters)


def replay(plan: Plan, state: State, run: Run, adapters: Adapters = INSTALLED, entries: Sequence[int] | None = None) -> Account:
    """Send refused rows again, these entries of the quarantine or all that can be, through a window of their own."""
    _in_force(plan, run)  # before rows are marked for a window that would not run
    with leased(state, plan.id, run) as lease:
        window = quarantined.choose(plan, lease, entries)
    return run_window(plan, window, state, run, adapters)


def _in_force(plan: Plan, run: Run) -> None:
    """By the machine's own day, as where a schedule without a release is given one."""
    plan.must_be_in_force(run.clock().astimezone().date())
