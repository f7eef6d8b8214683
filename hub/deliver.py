"""Takes open parts, brings each to an outcome through the partner's system; alone sends and asks.

A part is *sending*, in the database and the log, before its first byte leaves. Whatever then happens is never guessed:

* nothing left (TransientError): the part stands as before and is tried again after a pause, a few times, then by the next run;
* nobody knows (Unknown, a killed process, an unbelievable receipt): the partner is asked, and if it cannot say, the part is
  sent again under the same id, which has no second effect;
* the partner has never seen it (Absent): it is sent, unless later rows have left meanwhile; then it must not overtake them,
  and its rows go to quarantine.

Parts leave in order, and a partner that does not answer ends the round: no part of the same exchange would fare better.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import update

from audit.entry import token, utc
from audit.record import record
from hub import ledger, spool
from hub.connection import Adapters
from hub.interface import (
    Absent,
    ConfigurationError,
    DataError,
    Format,
    Outcome,
    PermanentError,
    Rejected,
    System,
    TransientError,
    Unknown,
)
from hub.lease import Lease
from hub.part import StoredPart, one_part
from hub.plan import Plan
from hub.receipt import settle, verdict
from hub.run import Answered, Run, Waiting
from hub.state.tables import PART

TRIES = 4  # of one part in one run
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds
_FIRST_LOOK, _LONGEST_LOOK = 0.05, 5.0  # seconds between two questions for a receipt


@dataclass(frozen=True, slots=True)
class _Line:
    """The open line to one partner, for one run."""

    lease: Lease
    system: System
    format: Format


def deliver(plan: Plan, lease: Lease, adapters: Adapters, parts: Sequence[StoredPart], wait: timedelta) -> None:
    """Bring the parts to an outcome, in order, and wait up to ``wait`` for receipts that come later.

    TransientError when the partner does not answer; PermanentError or ConfigurationError as its system raises them.
    """
    if not parts:
        return
    with _line(plan, lease, adapters) as line:
        now = [_brought_home(line, stored) for stored in parts]
        _await_receipts(line, [stored for stored in now if stored.state == "awaiting"], wait.total_seconds())


@contextmanager
def _line(plan: Plan, lease: Lease, adapters: Adapters) -> Iterator[_Line]:
    folder = lease.state.folder.root
    format = adapters.format(plan.partner, folder)
    system = adapters.system(plan.partner, format, folder)
    try:
        yield _Line(lease, system, format)
    finally:
        system.close()


def _brought_home(line: _Line, stored: StoredPart) -> StoredPart:
    """Try until the outcome is known or the tries are used up; the part as it stands then."""
    run = line.lease.run
    for attempt in range(TRIES):
        try:
            stored = _kept(line, stored, _outcome(line, stored))
        except TransientError as error:
            stored = one_part(line.lease.state.engine, line.lease.state.folder, stored.part.id)
            _answered(run, stored)
            if attempt + 1 == TRIES or (error.retry_after or 0) > _LONGEST_PAUSE:
                raise
            _pause(run, stored, attempt, str(error), error.retry_after or 0)
            continue
        _answered(run, stored)
        if stored.state != "unknown":
            break
        if attempt + 1 < TRIES:
            _pause(run, stored, attempt, "the outcome is not known")
    return stored


def _outcome(line: _Line, stored: StoredPart) -> Outcome:
    """Ask where something may have arrived, send where that is safe."""
    if stored.state == "staged":
        return _sent(line, stored, "staged")
    answer = line.system.ask(stored.part)
    overtaken = ledger.turn(line.lease.state.engine, line.lease.exchange) > stored.turn
    if isinstance(answer, Absent) and overtaken:
        return Rejected("absent", "the partner has never seen this part, and later rows have left since")
    if isinstance(answer, Absent):
        return _sent(line, stored, "staged")
    if isinstance(answer, Unknown) and not overtaken and stored.state != "awaiting":
        return _sent(line, stored, "unknown")
    return answer


def _sent(line: _Line, stored: StoredPart, otherwise: str) -> Outcome:
    """Send a part whose sending is on record. ``otherwise``: its state if nothing leaves now."""
    lease, part = line.lease, stored.part
    if stored.attempts:  # what was tried before must be the same bytes now; an adapter looks at what it reads, too
        spool.verify(part.path, part.sha256)
    _note(lease, stored, "part.sending", "sending", attempts=stored.attempts + 1, sent_at=utc(lease.run.clock()))
    lease.run.at("sending")
    try:
        outcome = line.system.deliver(part)
    except TransientError:
        _note(lease, stored, "part.outcome", otherwise, reason="nothing-left")
        raise
    except (PermanentError, ConfigurationError) as error:
        _note(lease, stored, "part.outcome", "unknown", reason=type(error).__name__)
        raise
    except DataError as error:
        answer = line.system.ask(part)
        return Rejected("data-error", str(error)) if isinstance(answer, Absent) else answer
    lease.run.at("sent")
    return outcome


def _kept(line: _Line, stored: StoredPart, outcome: Outcome) -> StoredPart:
    """Make an outcome durable, unless it says nothing new; the part as it stands then."""
    found = verdict(stored, outcome)
    if stored.state == "awaiting" and found.state in ("awaiting", "unknown"):
        found = replace(found, state="awaiting")  # it has arrived once: a doubt about its receipt does not undo that
        if found.reason in ("", stored.reason):
            return stored
    settle(line.lease, line.format, stored, found)
    return one_part(line.lease.state.engine, line.lease.state.folder, stored.part.id)


def _await_receipts(line: _Line, waiting: Sequence[StoredPart], seconds: float) -> None:
    """Ask for receipts, more and more rarely; a partner that does not answer now is asked by a later run."""
    run, pause = line.lease.run, _FIRST_LOOK
    while waiting and seconds > 0:
        run.progress(Waiting(line.lease.exchange, waiting[0].window_key, pause, f"{len(waiting)} receipt(s)"))
        run.sleep(min(pause, seconds))
        seconds -= pause
        pause = min(pause * 2, _LONGEST_LOOK)
        try:
            now = [_kept(line, stored, _outcome(line, stored)) for stored in waiting]
        except TransientError:
            return
        for stored in now:
            if stored.state != "awaiting":
                _answered(run, stored)
        waiting = [stored for stored in now if stored.state == "awaiting"]


def _note(lease: Lease, stored: StoredPart, kind: str, state: str, **values: str | int) -> None:
    """A step of sending, in the database and the log."""
    part = stored.part
    with lease.transaction() as connection:
        connection.execute(update(PART).where(PART.c.id == part.id).values(state=state, **values))
        body = {"exchange": lease.exchange, "window": stored.window_key, "part": part.id, "number": part.number}
        more = {"sha256": part.sha256, "rows": part.rows, "attempt": values.get("attempts", stored.attempts)}
        reason = token(str(values.get("reason", "")))
        record(connection, kind, body | more | {"state": state, "reason": reason}, lease.run.clock())


def _pause(run: Run, stored: StoredPart, attempt: int, reason: str, least: float = 0) -> None:
    """Longer after each failure, and by chance up to half as long again, so that many exchanges do not come back at once."""
    seconds = max(min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE), least) * (1 + run.dice() / 2)
    run.progress(Waiting(stored.part.heading.exchange, stored.window_key, seconds, reason))
    run.sleep(seconds)


def _answered(run: Run, stored: StoredPart) -> None:
    run.progress(Answered(stored.part.heading.exchange, stored.window_key, stored.part.number, stored.attempts, stored.state))
