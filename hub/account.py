"""Takes a window's counts, opens and closes its account in the state database and the log; alone says whether it balances.

``source + absent = delivered + unchanged + rejected + pending``. The left side is counted at the source and in the ledger,
the right side by the hub and the partner; what became of sent rows is kept with the parts alone, so that the equation
compares numbers of different origin. The closing transaction asserts it: an unbalanced window never closes.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, case, func, insert, select, update

from audit.entry import token, utc
from audit.record import record
from hub.interface import ConfigurationError, DataError, HubError, PermanentError, TransientError
from hub.lease import Lease, leased
from hub.part import StoredPart, open_parts
from hub.plan import Plan
from hub.run import Ended, Opened, Run
from hub.state.database import State, reading
from hub.state.tables import PART, WINDOW
from hub.window import BOUND, Window, move

SETTLED = ("confirmed", "rejected")
COUNTED = ("source", "absent", "delivered", "unchanged", "rejected", "pending", "warnings", "bytes", "parts", "missing")
DOUBT = "the receipt"  # how the reason begins when a partner's answer cannot be believed: a person must look


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows of one window; counts are rows, ``bytes`` is the size of its ``parts`` payloads.

    ``rejected``: refused by the hub or the partner, each one in quarantine. ``pending``: sent or to be sent, outcome open.
    ``missing``: rows of the source that neither the partner nor the quarantine has (negative: the reverse), None if it
    cannot be told; ``note`` says why.
    """

    exchange: str
    window: str
    kind: str
    state: str
    lower: str | None
    upper: str | None
    source: int
    absent: int
    delivered: int
    unchanged: int
    rejected: int
    pending: int
    warnings: int
    bytes: int
    parts: int
    missing: int | None
    note: str
    standard: str
    plan: str
    attempts: int
    opened_at: str
    closed_at: str | None
    error_class: str
    error: str

    @property
    def balanced(self) -> bool:
        """Whether every row is accounted for."""
        return self.source + self.absent == self.delivered + self.unchanged + self.rejected + self.pending

    @property
    def counts(self) -> dict[str, int | None]:
        """The numbers as the log keeps them."""
        return {name: getattr(self, name) for name in COUNTED}


@dataclass(frozen=True, slots=True)
class Missing:
    """Rows that nobody accounts for (``hub.completeness``); None if it cannot be told, for the reason in ``note``."""

    rows: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Work:
    """A window that this run holds: its row's id, and the state in which the run goes on with it.

    ``anew``: what an earlier run staged must not be used, because a person or other rows may have come between. ``released``:
    a person let it pass its limits.
    """

    id: int
    window: Window
    state: str
    lease: Lease
    anew: bool = False
    released: bool = False

    def parts(self) -> tuple[StoredPart, ...]:
        """The parts that have to leave or be asked for; none of a closed window."""
        if self.state == "closed":
            return ()
        return open_parts(self.lease.state.engine, self.lease.state.folder, self.window.exchange, window=self.id)


def accounts(
    engine: Engine, *, exchange: str | None = None, states: tuple[str, ...] = (), kind: str | None = None, newest: int = 100
) -> tuple[Account, ...]:
    """The newest accounts, newest first."""
    query = _query().order_by(WINDOW.c.id.desc()).limit(newest)
    if exchange is not None:
        query = query.where(WINDOW.c.exchange == exchange)
    if states:
        query = query.where(WINDOW.c.state.in_(states))
    if kind is not None:
        query = query.where(WINDOW.c.kind == kind)
    with reading(engine) as connection:
        return tuple(_account(row) for row in connection.execute(query))


def closed_accounts(connection: Connection) -> Iterator[Account]:
    """Every closed account, oldest first."""
    query = _query().where(WINDOW.c.state == "closed").order_by(WINDOW.c.id)
    return map(_account, connection.execute(query))


def account(engine: Engine, exchange: str, key: str) -> Account | None:
    """The account of one window; None if it was never begun."""
    with reading(engine) as connection:
        row = connection.execute(_query().where(WINDOW.c.exchange == exchange, WINDOW.c.key == key)).first()
    return None if row is None else _account(row)


def opened(plan: Plan, window: Window, lease: Lease) -> Work:
    """Record the intent before anything moves, or find the window where an earlier run left it.

    ConfigurationError if the window is not the one that must come next.
    """
    run = lease.run
    with lease.transaction() as connection:
        row = connection.execute(
            select(WINDOW).where(WINDOW.c.exchange == plan.id, WINDOW.c.key == window.key).with_for_update()
        ).first()
        if row is not None and row.state == "closed":
            work, attempt = Work(row.id, window, "closed", lease), int(row.attempts)
        elif row is not None:
            work, attempt = _resumed(connection, plan, window, row, lease), int(row.attempts) + 1
        else:
            work, attempt = Work(begin(connection, plan, window, run), window, "planned", lease), 1
    run.progress(Opened(plan.id, window.key, work.state, attempt))
    run.at("opened")
    return work


def begin(connection: Connection, plan: Plan, window: Window, run: Run) -> int:
    """Insert a window and its log entry in the caller's transaction; its id."""
    if window.kind == "regular":
        _chained(connection, window)
    bounds = {name: value and value.strftime(BOUND) for name, value in (("lower", window.lower), ("upper", window.upper))}
    standard = f"{plan.table.standard}@{plan.table.version}"
    values = {"exchange": plan.id, "key": window.key, "kind": window.kind, "plan": plan.digest, "standard": standard, **bounds}
    now = run.clock()
    added = connection.execute(insert(WINDOW).values(**values, state="planned", attempts=1, opened_at=utc(now)))
    names = {"partner": plan.partner.name, "origin": plan.source.name}
    record(connection, "window.opened", _entry(window, attempt=1, **{**values, **names}), now)
    return int((added.inserted_primary_key or (0,))[0])


def _chained(connection: Connection, window: Window) -> None:
    """Refuse a regular window that would leave a hole or overtake another one: two runs may have planned at once."""
    regular = (WINDOW.c.exchange == window.exchange) & (WINDOW.c.kind == "regular")
    begun = connection.scalar(select(WINDOW.c.key).where(regular, WINDOW.c.state != "closed").limit(1))
    reached = connection.scalar(select(func.max(WINDOW.c.upper)).where(regular))
    expected = window.lower and window.lower.strftime(BOUND)
    if begun is not None or reached != expected:
        first = f"window {begun} is not closed" if begun is not None else f"the windows are closed up to {reached}"
        raise ConfigurationError(f"{window.exchange}: {window.key} cannot run now, because {first}; run what is due")


def _resumed(connection: Connection, plan: Plan, window: Window, row: Row[Any], lease: Lease) -> Work:
    """A window that an earlier run left. With parts it goes on sending them; without, under another plan, it is staged anew."""
    sending = (
        row.state == "sending" or connection.scalar(select(PART.c.id).where(PART.c.window_id == row.id).limit(1)) is not None
    )
    state = "sending" if sending else "planned"
    values: dict[str, Any] = {"attempts": row.attempts + 1, "error_class": None, "error": None}
    if not sending:
        standard = f"{plan.table.standard}@{plan.table.version}"
        values |= {"plan": plan.digest, "standard": standard, "released": row.released and row.plan == plan.digest}
    if row.state == state:
        connection.execute(update(WINDOW).where(WINDOW.c.id == row.id).values(**values))
    else:
        move(connection, row.id, state, **values)
    body = {"from": row.state, "attempt": row.attempts + 1, "plan": values.get("plan", row.plan)}
    record(connection, "window.resumed", _entry(window, **body), lease.run.clock())
    anew = row.kind != "regular" or (row.state == "blocked" and not row.released)
    return Work(row.id, window, state, lease, anew, values.get("released", row.released))


def close(plan: Plan, work: Work, missing: Missing) -> Account:
    """Close the account, if it balances and no part still has to leave, together with its log entry.

    TransientError while a part has to be sent or asked for again: the window stays ``sending`` for the next run. A window
    that is closed already is given as it is.
    """
    run = work.lease.run
    if work.state == "closed":
        return _one(work)
    with work.lease.transaction() as connection:
        _nothing_waits(connection, plan, work)
        now = run.clock()
        found = {"missing": missing.rows, "missing_note": missing.note}
        move(connection, work.id, "closed", closed_at=utc(now), error_class=None, error=None, **found)
        closed = _account(connection.execute(_query().where(WINDOW.c.id == work.id)).one())
        if not closed.balanced:
            numbers = ", ".join(f"{name} {value}" for name, value in closed.counts.items())
            raise DataError(f"{plan.id} {work.window.key}: the account does not balance ({numbers}); nothing was closed")
        record(connection, "window.closed", _entry(work.window, plan=closed.plan, **closed.counts), now)
    run.progress(Ended(plan.id, work.window.key, "closed"))
    run.at("closed")
    return closed


def _one(work: Work) -> Account:
    with reading(work.lease.state.engine) as connection:
        return _account(connection.execute(_query().where(WINDOW.c.id == work.id)).one())


def _nothing_waits(connection: Connection, plan: Plan, work: Work) -> None:
    unsent = (PART.c.window_id == work.id) & PART.c.state.in_(("staged", "sending", "unknown"))
    reasons = [reason or "not sent yet" for reason in connection.scalars(select(PART.c.reason).where(unsent))]
    if not reasons:
        return
    place = f"{plan.id} {work.window.key}: {len(reasons)} part(s) wait for {plan.partner.name}"
    doubts = [reason for reason in reasons if reason.startswith(DOUBT)]
    if doubts:
        raise PermanentError(f"{place}; {doubts[0]}: ask the partner what it has under this id, then run again")
    raise TransientError(f"{place} ({reasons[0]}); run again later")


def amended(connection: Connection, window: int, lease: Lease) -> None:
    """Log the account of a closed window again, because a part that was pending is settled now; the sum stays the same."""
    changed = _account(connection.execute(_query().where(WINDOW.c.id == window)).one())
    if changed.state == "closed":
        body = {"exchange": changed.exchange, "window": changed.window, **changed.counts}
        record(connection, "window.settled", body, lease.run.clock())


@contextmanager
def failures_kept(plan: Plan, work: Work) -> Iterator[None]:
    """An error that ends the window's run stands in its row and in the log; a passing one leaves the state as it is."""
    try:
        yield
    except HubError as error:
        with suppress(TransientError):  # the state database itself is what failed, or another run has taken over
            _keep(plan, work, error)
        raise


def _keep(plan: Plan, work: Work, error: HubError) -> None:
    run = work.lease.run
    with work.lease.transaction() as connection:
        state = str(connection.scalar(select(WINDOW.c.state).where(WINDOW.c.id == work.id)))
        values = {"error_class": type(error).__name__, "error": str(error)}
        if state in ("blocked", "closed") or isinstance(error, TransientError):
            connection.execute(update(WINDOW).where(WINDOW.c.id == work.id).values(**values))
        else:
            move(connection, work.id, "failed", **values)
            state = "failed"
        if state != "blocked":
            kind = "window.failed" if state == "failed" else "window.interrupted"
            record(connection, kind, _entry(work.window, error=type(error).__name__, state=state), run.clock())
    run.progress(Ended(plan.id, work.window.key, state, str(error)))


def release(state: State, exchange: str, key: str, reason: str, run: Run) -> None:
    """Let a blocked window pass its limits; ``reason`` (an order's number, a person's account) goes into the log as a code.

    ConfigurationError if the window is not blocked, or the reason is empty.
    """
    if not reason.strip():
        raise ConfigurationError("a window is released for a reason: say which")
    with leased(state, exchange, run) as lease, lease.transaction() as connection:
        this = (WINDOW.c.exchange == exchange) & (WINDOW.c.key == key)
        row = connection.execute(select(WINDOW).where(this)).first()
        if row is None or row.state != "blocked":
            raise ConfigurationError(f"{exchange} {key} is not blocked: there is nothing to release")
        move(connection, row.id, "planned", released=True)
        body = {"exchange": exchange, "window": key, "reason": token(reason), "by": token(run.owner)}
        record(connection, "window.released", body, run.clock())


def _entry(window: Window, **body: Any) -> dict[str, Any]:
    return {"exchange": window.exchange, "window": window.key, **body}


def _query() -> Select[Any]:
    def total(column: Any, *states: str) -> Any:
        chosen = case((PART.c.state.in_(states), column), else_=0) if states else column
        return func.coalesce(func.sum(chosen), 0)

    sent = (
        select(
            PART.c.window_id,
            total(PART.c.accepted, *SETTLED).label("delivered"),
            total(PART.c.refused, *SETTLED).label("turned_down"),
            total(PART.c.rows, "staged", "sending", "awaiting", "unknown").label("pending"),
            total(PART.c.bytes).label("bytes"),
            func.count().label("parts"),
        )
        .group_by(PART.c.window_id)
        .subquery("sent")
    )
    return select(WINDOW, *[sent.c[name] for name in ("delivered", "turned_down", "pending", "bytes", "parts")]).outerjoin(
        sent, sent.c.window_id == WINDOW.c.id
    )


def _account(row: Row[Any]) -> Account:
    count: dict[str, Any] = {
        name: int(getattr(row, name) or 0)
        for name in (
            "source",
            "absent",
            "delivered",
            "unchanged",
            "refused",
            "turned_down",
            "pending",
            "warnings",
            "bytes",
            "parts",
        )
    }
    rejected = count.pop("refused") + count.pop("turned_down")
    same: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            "exchange",
            "kind",
            "state",
            "lower",
            "upper",
            "missing",
            "standard",
            "plan",
            "attempts",
            "opened_at",
            "closed_at",
        )
    }
    words: dict[str, Any] = {"note": row.missing_note or "", "error_class": row.error_class or "", "error": row.error or ""}
    return Account(window=row.key, rejected=rejected, **same, **words, **count)
