"""Takes a plan and the state, says how its exchange stands and what to do next; reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from hub.account import Account, accounts
from hub.lease import holder
from hub.part import OPEN
from hub.plan import Plan
from hub.state.database import State, reading
from hub.state.tables import PART, QUARANTINE, WINDOW
from hub.window import KEY, Window, due, newest


@dataclass(frozen=True, slots=True)
class Standing:
    """How one exchange stands.

    ``state``: running | blocked | failed | late (more than the newest regular window is due) | due |
    waiting (a receipt is open) | unstarted | good. ``due`` counts windows of any kind, ``oldest`` is the first of them;
    ``pending`` counts rows whose outcome is open, ``refused`` rows in quarantine, ``missing`` as in the last account.
    ``next`` is what to type, '' for nothing.
    """

    exchange: str
    title: str
    state: str
    last: str
    closed_at: str
    due: int
    oldest: str
    pending: int
    refused: int
    missing: int | None
    error: str
    next: str


def standing(plan: Plan, state: State, now: datetime) -> Standing:
    """The standing of an exchange at ``now`` (with a time zone)."""
    closed = accounts(state.engine, exchange=plan.id, states=("closed",), kind="regular", newest=1)
    begun = accounts(state.engine, exchange=plan.id, states=("planned", "staged", "sending", "failed", "blocked"), newest=1000)
    waiting = due(state.engine, plan, now)
    pending, refused = _open_rows(plan, state)
    trouble = next((one for one in reversed(begun) if one.state in ("blocked", "failed")), None)
    word = _word(plan, state, now, trouble, waiting, closed, pending)
    return Standing(
        exchange=plan.id,
        title=f"{plan.table.title} → {plan.partner.title}",
        state=word,
        last=closed[0].window if closed else "",
        closed_at=(closed[0].closed_at or "") if closed else "",
        due=len(waiting),
        oldest=waiting[0].key if waiting else "",
        pending=pending,
        refused=refused,
        missing=closed[0].missing if closed else None,
        error=trouble.error if trouble else next((one.error for one in reversed(begun) if one.error), ""),
        next=_next(plan, word, trouble, refused),
    )


def _open_rows(plan: Plan, state: State) -> tuple[int, int]:
    """Rows of parts whose outcome is open, and rows in quarantine."""
    parts = select(func.coalesce(func.sum(PART.c.rows), 0)).join(WINDOW, WINDOW.c.id == PART.c.window_id)
    rows = select(func.coalesce(func.sum(QUARANTINE.c.copies), 0))
    with reading(state.engine) as connection:
        pending = connection.scalar(parts.where(WINDOW.c.exchange == plan.id, PART.c.state.in_(OPEN)))
        refused = connection.scalar(rows.where(QUARANTINE.c.exchange == plan.id, QUARANTINE.c.state == "open"))
    return int(pending or 0), int(refused or 0)


def _word(
    plan: Plan,
    state: State,
    now: datetime,
    trouble: Account | None,
    waiting: Sequence[Window],
    closed: tuple[Account, ...],
    pending: int,
) -> str:
    if holder(state, plan.id, now) is not None:
        return "running"
    if trouble is not None:
        return trouble.state
    cell = newest(plan.schedule, now)
    behind = [one.key for one in waiting if one.kind == "regular"]  # a backfill or a replay has no time at which it must be done
    if behind and closed and cell is not None and behind != [cell[0].strftime(KEY)]:
        return "late"
    if waiting:
        return "due"
    if pending:
        return "waiting"
    return "good" if closed else "unstarted"


def _next(plan: Plan, word: str, trouble: Account | None, refused: int) -> str:
    """The command that helps."""
    if trouble is not None and word == "blocked":
        return f"hub quarantine list {plan.id} --reasons; hub windows release {plan.id} {trouble.window} --reason …"
    if word in ("failed", "late", "due"):
        return f"hub run {plan.id}"
    if word == "waiting":
        return f"hub settle {plan.id}"
    return f"hub quarantine list {plan.id}" if refused else ""
