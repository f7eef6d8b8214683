"""Takes the state and a period, removes what is older and settled; alone deletes what was exchanged.

Payloads, sidecars and staged rows of windows that closed before the period and whose parts are all settled go, and so do rows of
the quarantine that were superseded or replayed. Accounts, receipts, the ledger and the log stay: they are the record.
Open and discarded rows stay too: a discarded row would come back as an open one.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, func, select

from audit.entry import utc
from audit.record import record
from hub import spool
from hub.part import OPEN
from hub.run import Run
from hub.state.database import State, reading, writing
from hub.state.tables import PART, QUARANTINE, WINDOW


@dataclass(frozen=True, slots=True)
class Removed:
    """What went: folders of windows, their bytes, and rows of the quarantine."""

    windows: int
    bytes: int
    rows: int


def tidy(state: State, run: Run, keep: timedelta, *, dry: bool = False) -> Removed:
    """Remove (``dry``: only count) what was settled more than ``keep`` ago; safe to repeat and to run beside anything."""
    limit = utc(run.clock() - keep)
    there = _folders(state, limit)
    size = sum(spool.size(folder) for folder in there)
    settled = QUARANTINE.c.state.in_(("superseded", "replayed")) & (QUARANTINE.c.changed_at < limit)
    if dry:
        with reading(state.engine) as connection:
            rows = connection.execute(select(func.count()).select_from(QUARANTINE).where(settled)).scalar_one()
        return Removed(len(there), size, rows)
    with writing(state.engine) as connection:
        rows = connection.execute(delete(QUARANTINE).where(settled)).rowcount
        if there or rows:
            body = {"exchange": None, "window": None, "windows": len(there), "bytes": size, "rows": rows, "before": limit}
            record(connection, "retention.applied", body, run.clock())
    for folder in there:
        spool.remove(folder)
    return Removed(len(there), size, rows)


def _folders(state: State, limit: str) -> list[Path]:
    """What is still there of windows that closed before ``limit`` and owe nothing."""
    owing = select(PART.c.window_id).where(PART.c.state.in_(OPEN))
    closed = select(WINDOW.c.exchange, WINDOW.c.key).where(WINDOW.c.closed_at < limit, WINDOW.c.id.not_in(owing))
    with reading(state.engine) as connection:
        rows = connection.execution_options(yield_per=1000).execute(closed)  # every window of every year
        folders = (state.folder.spool / row.exchange / row.key.replace(":", "") for row in rows)
        return [folder for folder in folders if folder.exists()]
