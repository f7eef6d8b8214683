"""Takes a window that is about to close, says how many rows of the source neither the partner nor the quarantine has.

A watermark sees only what its column tells; a row written late, or with an old time, would stay behind for ever without a sign.
So each window also counts the whole source in its snapshot (``hub.extract.census``): every such row must be live in the ledger
or refused. Two things blur the picture: rows that changed between the window's end and the reading, and rows that were refused
earlier without a usable key, which may have been mended since. Then only a difference larger than their number is certain, and
only that is told.
"""

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, func, select

from hub import ledger
from hub.account import Missing, Work
from hub.kernel.compare import live
from hub.plan import Plan
from hub.state.database import reading
from hub.state.tables import QUARANTINE as Q
from hub.state.tables import WINDOW

_KEPT = ("open", "discarded")


def complete(plan: Plan, work: Work) -> Missing:
    """The certain difference: positive, rows that were lost; negative, rows the partner has and the source has not."""
    state = work.lease.state
    if work.state == "closed":
        return Missing(None, "")
    with reading(state.engine) as connection:
        row = connection.execute(select(WINDOW).where(WINDOW.c.id == work.id)).one()
        if row.census is None:
            return Missing(None, row.missing_note or "")
        nameless, seen = Q.c.key.is_(None), Q.c.last_window == work.id
        refused = _rows(connection, plan, (Q.c.key.is_not(None) & (Q.c.op == "I")) | (nameless & seen))
        doubtful = _rows(connection, plan, nameless & ~seen)
        mine = (Q.c.exchange == plan.id) & Q.c.state.in_(_KEPT) & Q.c.key.is_not(None)
        keys = [bytes.fromhex(key) for key in connection.scalars(select(Q.c.key).where(mine).distinct())]
    folder = state.folder.spool / plan.id
    known = live(ledger.ledger(state.engine, state.folder, plan.id).files, pa.array(keys, pa.binary(16)), folder) + refused
    least, most = int(row.census) - known - doubtful, int(row.census) - known + int(row.beyond)
    return Missing(max(least, 0) or min(most, 0), _doubt(int(row.beyond), doubtful))


def _doubt(beyond: int, doubtful: int) -> str:
    """What the number cannot show, in words."""
    reasons = [f"{beyond} rows changed before they were read"] if beyond else []
    reasons += [f"{doubtful} rows were refused earlier without a usable key"] if doubtful else []
    return f"{' and '.join(reasons)}: a difference of up to as many cannot be seen" if reasons else ""


def _rows(connection: Connection, plan: Plan, condition: ColumnElement[bool]) -> int:
    rows = select(func.coalesce(func.sum(Q.c.copies), 0)).where(Q.c.exchange == plan.id, Q.c.state.in_(_KEPT), condition)
    return int(connection.scalar(rows) or 0)
