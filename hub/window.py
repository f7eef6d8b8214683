"""Takes a schedule's cron line and what the state database knows, gives the windows that are due; alone moves their states.

A window is half-open, [lower, upper), in naive local time of the schedule's time zone. Regular windows form a chain
without a hole: each begins where the last closed one ended; the first has no lower bound and loads everything. A window
that waits, is blocked or has failed stops those behind it, because a later one must not be overtaken by older rows.

States and their only transitions::

    planned ─▶ staged ─▶ sending ─▶ closed        planned: intent is recorded; staged: rows are durable, refused ones quarantined
       ▲          │         │                     sending: parts are durable; closed: the account balances
       ├──────────┤         │
       │       blocked      │                     blocked: above a limit, nothing left; a person or better data lets it go on
       └────── failed ◀─────┘                     failed: a person must mend something; the next run goes on where it stood
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from sqlalchemy import Connection, Engine, Row, func, select, update

from hub.interface import ConfigurationError
from hub.plan import Plan, Schedule
from hub.state.database import reading
from hub.state.tables import PART, WINDOW

KEY = "%Y-%m-%d-%H:%M"
BOUND = "%Y-%m-%d %H:%M:%S"
_CATCH_UP = 500  # the oldest windows of a long outage; the rest is due after them

_BEFORE = {
    "planned": ("staged", "blocked", "failed"),
    "staged": ("planned",),
    "sending": ("staged", "failed"),
    "closed": ("sending",),
    "blocked": ("staged",),
    "failed": ("planned", "staged", "sending"),
}


@dataclass(frozen=True, slots=True)
class Window:
    """One window of one exchange. ``kind``: regular | backfill | replay; bounds are naive local times, None is unbounded."""

    exchange: str
    key: str
    kind: str
    lower: datetime | None
    upper: datetime | None

    @property
    def batch(self) -> str:
        """The beginning of its parts' batch ids: yyyymmddHHMM of a regular window, B or R and the second of any other."""
        digits = "".join(filter(str.isdigit, self.key))
        return digits if self.kind == "regular" else self.kind[0].upper() + digits


def due(engine: Engine, plan: Plan, now: datetime) -> tuple[Window, ...]:
    """The windows of an exchange that should run at ``now`` (with a time zone), oldest first, at most 500.

    Windows that were begun and not closed come first, of any kind. None at all while a regular window is blocked under this
    very plan: the cure is a person's (``hub.account.release``), or a changed mapping, or an explicit run.
    """
    begun, last = _known(engine, plan.id)
    if any(row.state == "blocked" and row.kind == "regular" and row.plan == plan.digest for row in begun):
        return ()
    waiting = tuple(_window(row) for row in begun if row.state != "blocked" or row.kind == "regular")
    reached = max((row.upper for row in [*begun, *last] if row.kind == "regular"), default=None)
    return waiting + tuple(islice(_following(plan, reached, now), _CATCH_UP))


def named(engine: Engine, plan: Plan, key: str, now: datetime) -> Window:
    """The window with this key: one that exists (it may be closed), or one that may be run now.

    A new exchange may begin with any complete window of its schedule. ConfigurationError for a key that is not on the
    schedule, not over yet, or behind a window that must come first.
    """
    with reading(engine) as connection:
        row = connection.execute(select(WINDOW).where(WINDOW.c.exchange == plan.id, WINDOW.c.key == key)).first()
    if row is not None:
        return _window(row)
    begun, last = _known(engine, plan.id)
    begun = [row for row in begun if row.kind == "regular"]
    if not begun and not last:
        cell = _cell(plan.schedule, key, now)
        if cell is not None:
            return Window(plan.id, key, "regular", None, cell)
    reached = max((row.upper for row in [*begun, *last] if row.kind == "regular"), default=None)
    first = next(_following(plan, reached, now), None) if not begun else _window(begun[0])
    if first is not None and first.key == key:
        return first
    ahead = f"; first comes {first.key}" if first is not None else "; no window is due"
    raise ConfigurationError(f"{plan.id}: {key} is not a window that can run now{ahead}")


def newest(schedule: Schedule, now: datetime) -> tuple[datetime, datetime] | None:
    """Start and end of the newest complete window of a schedule; None if none has ended yet."""
    backwards = _ticks(schedule, now + timedelta(seconds=1), reverse=True)
    end, start = next(backwards), next(backwards)
    return (start, end) if start >= schedule.start else None


def first_begun(engine: Engine, exchanges: Collection[str]) -> datetime | None:
    """The start of the oldest regular window that any of these exchanges has begun; None if there is none."""
    oldest = select(WINDOW.c.exchange, func.min(WINDOW.c.key)).where(WINDOW.c.kind == "regular").group_by(WINDOW.c.exchange)
    with reading(engine) as connection:
        keys = [key for exchange, key in connection.execute(oldest) if exchange in exchanges]
    return datetime.strptime(min(keys), KEY) if keys else None  # noqa: DTZ007 - keys are naive local times


def departing(engine: Engine, exchange: str, but: str | None = None) -> tuple[Window, ...]:
    """Windows (other than ``but``) whose parts have begun to leave and which are not closed, in the order of their turns."""
    begun = (WINDOW.c.exchange == exchange) & WINDOW.c.state.in_(("sending", "failed")) & (WINDOW.c.key != (but or ""))
    turns = select(PART.c.window_id, func.min(PART.c.turn).label("turn")).group_by(PART.c.window_id).subquery("turns")
    query = select(WINDOW).join(turns, turns.c.window_id == WINDOW.c.id).where(begun).order_by(turns.c.turn)
    with reading(engine) as connection:
        return tuple(_window(row) for row in connection.execute(query))


def free_key(engine: Engine, plan: Plan, kind: str, now: datetime) -> str:
    """A key for a window that is not of the grid: its kind and the second of its beginning, or the next free one."""
    with reading(engine) as connection:
        taken = set(connection.scalars(select(WINDOW.c.key).where(WINDOW.c.exchange == plan.id, WINDOW.c.kind == kind)))
    moment = now.astimezone(ZoneInfo(plan.schedule.timezone))
    while (key := f"{kind}-{moment:%Y-%m-%d-%H:%M:%S}") in taken:
        moment += timedelta(seconds=1)
    return key


def _following(plan: Plan, reached: str | None, now: datetime) -> Iterator[Window]:
    """Windows not begun yet. Time between ``reached`` and the next cell (the schedule was changed) is added to that cell."""
    if reached is None:
        cell = newest(plan.schedule, now)
        if cell is not None:
            yield Window(plan.id, cell[0].strftime(KEY), "regular", None, cell[1])
        return
    lower = datetime.strptime(reached, BOUND)  # noqa: DTZ007 - bounds are naive local times
    for start, end in _cells(plan.schedule, lower, now):
        yield Window(plan.id, start.strftime(KEY), "regular", lower, end)
        lower = end


def _cell(schedule: Schedule, key: str, now: datetime) -> datetime | None:
    """The end of the complete cell that begins at ``key``; None if the grid has no such cell."""
    try:
        since = datetime.strptime(key, KEY)  # noqa: DTZ007 - keys are naive local times
    except ValueError:
        return None
    start, end = next(_cells(schedule, since, now), (None, None))
    return end if start == since >= schedule.start else None


def _cells(schedule: Schedule, since: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The complete cells of the grid that begin at ``since`` or later, oldest first."""
    local_now = now.astimezone(ZoneInfo(schedule.timezone)).replace(tzinfo=None)
    forwards = _ticks(schedule, since.replace(tzinfo=ZoneInfo(schedule.timezone)) - timedelta(seconds=1), reverse=False)
    start = next(forwards)
    for end in forwards:
        if end > local_now:
            return
        if end > start:  # an hour that the clock repeats in autumn is one window
            yield start, end
            start = end


def _ticks(schedule: Schedule, since: datetime, *, reverse: bool) -> Iterator[datetime]:
    for tick in CronSim(schedule.cron, since.astimezone(ZoneInfo(schedule.timezone)), reverse=reverse):
        yield tick.replace(tzinfo=None)


def _known(engine: Engine, exchange: str) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """The windows that were begun and not closed, in their order, and the newest closed regular one (or none)."""
    mine = select(WINDOW).where(WINDOW.c.exchange == exchange)
    with reading(engine) as connection:
        begun = connection.execute(mine.where(WINDOW.c.state != "closed").order_by(WINDOW.c.id)).all()
        closed = mine.where(WINDOW.c.state == "closed", WINDOW.c.kind == "regular").order_by(WINDOW.c.upper.desc())
        return list(begun), list(connection.execute(closed.limit(1)))


def _window(row: Row[Any]) -> Window:
    bounds = [None if bound is None else datetime.strptime(bound, BOUND) for bound in (row.lower, row.upper)]  # noqa: DTZ007
    return Window(row.exchange, row.key, row.kind, bounds[0], bounds[1])


def move(connection: Connection, window: int, to: str, **values: Any) -> None:
    """Change the state of a window (and ``values``) in the caller's transaction; only along the arrows above."""
    allowed = (WINDOW.c.id == window) & WINDOW.c.state.in_(_BEFORE[to])
    if connection.execute(update(WINDOW).where(allowed).values(state=to, **values)).rowcount != 1:
        raise AssertionError(f"window {window} cannot become {to} from the state it is in")
