"""Takes open rows of the quarantine, gives them back to the stream as a window of their own kind: same road, same account.

Rows that the kernel refused go through the (perhaps mended) kernel again; rows refused later are taken as the kernel made them,
if the plan is still the one that made them. Rows without a usable key are not replayed: nobody could tell whether a
newer form of them was delivered meanwhile. For those, and for rows of another plan, a backfill reads the source again.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from audit.entry import utc
from audit.record import record
from hub.account import Work, begin
from hub.interface import ConfigurationError, DataError
from hub.lease import Lease
from hub.plan import Plan
from hub.state.database import reading
from hub.state.tables import QUARANTINE as Q
from hub.window import Window, free_key

_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Rows:
    """What a replay brings: ``batches`` of source rows for the kernel, ``ready`` ones that have been through it."""

    total: int
    batches: Iterator[pa.RecordBatch]
    ready: Iterator[pa.RecordBatch]


def choose(plan: Plan, lease: Lease, entries: Sequence[int] | None) -> Window:
    """Open a replay of these entries (None: of all that can be); its window and their mark are one transaction.

    ConfigurationError if none of them can be replayed.
    """
    open_rows = (Q.c.exchange == plan.id) & (Q.c.state == "open") & Q.c.replay_window.is_(None)
    if entries is not None:
        open_rows &= Q.c.id.in_(entries)
    run = lease.run
    window = Window(plan.id, free_key(lease.state.engine, plan, "replay", run.clock()), "replay", None, None)
    with lease.transaction() as connection:
        found = connection.scalar(select(func.count()).where(open_rows)) or 0
        id = begin(connection, plan, window, run)
        chosen = connection.execute(update(Q).where(open_rows, _replayable(plan)).values(replay_window=id)).rowcount
        chosen -= _leave_out(connection, plan, id)
        if not chosen:
            why = f"{found} open row(s) have no usable key or were made by another plan" if found else "no such row is open"
            raise ConfigurationError(f"{plan.id}: nothing to replay, {why}; mend the source, or run a backfill")
        record(connection, "quarantine.replayed", {"exchange": plan.id, "window": window.key, "rows": chosen}, run.clock())
    return window


def _leave_out(connection: Connection, plan: Plan, window: int) -> int:
    """Source rows that were kept without a column which the mapping reads by now cannot be judged again; how many."""
    mine = (Q.c.exchange == plan.id) & (Q.c.replay_window == window)
    older = select(Q.c.id, Q.c.row).where(mine, Q.c.stage == "kernel", Q.c.plan != plan.digest)
    wanted = set(plan.extract.columns)
    ids = [row.id for row in connection.execute(older) if not json.loads(row.row).keys() >= wanted]
    for start in range(0, len(ids), _CHUNK):
        connection.execute(update(Q).where(Q.c.id.in_(ids[start : start + _CHUNK])).values(replay_window=None))
    return len(ids)


def rows(plan: Plan, work: Work) -> Rows:
    """The rows of an open replay. Equal copies come as often as they came from the source."""
    mine = (Q.c.exchange == plan.id) & (Q.c.replay_window == work.id) & (Q.c.state == "open") & _replayable(plan)
    with reading(work.lease.state.engine) as connection:
        total = connection.scalar(select(func.coalesce(func.sum(Q.c.copies), 0)).where(mine))
    return Rows(
        int(total or 0),
        (_source_rows(plan, chunk) for chunk in _chunks(work, mine & (Q.c.stage == "kernel"))),
        (_ready_rows(plan, chunk) for chunk in _chunks(work, mine & (Q.c.stage != "kernel"))),
    )


def replayed(connection: Connection, plan: Plan, work: Work) -> None:
    """The rows have left quarantine with this window; what was refused again is open already, the rest waits on."""
    now = utc(work.lease.run.clock())
    mine = (Q.c.exchange == plan.id) & (Q.c.replay_window == work.id) & (Q.c.state == "open")
    connection.execute(update(Q).where(mine, _replayable(plan)).values(state="replayed", changed_at=now))
    connection.execute(update(Q).where(mine).values(replay_window=None))


def _replayable(plan: Plan) -> ColumnElement[bool]:
    return Q.c.key.is_not(None) & ((Q.c.stage == "kernel") | (Q.c.plan == plan.digest))


def _chunks(work: Work, condition: ColumnElement[bool]) -> Iterator[Sequence[Row[Any]]]:
    last = 0
    while True:
        with reading(work.lease.state.engine) as connection:
            chunk = connection.execute(select(Q).where(condition, Q.c.id > last).order_by(Q.c.id).limit(_CHUNK)).all()
        if not chunk:
            return
        yield [row for row in chunk for _ in range(row.copies)]
        last = chunk[-1].id


def _source_rows(plan: Plan, chunk: Sequence[Row[Any]]) -> pa.RecordBatch:
    """As the reader gave them; DataError if the mapping has begun to read another column since."""
    contents = [json.loads(row.row) for row in chunk]
    if any(not content.keys() >= set(plan.extract.columns) for content in contents):
        raise DataError(f"{plan.id}: the mapping reads columns that these rows were kept without; run a backfill instead")
    columns = [pa.array([content[name] for content in contents], pa.string()) for name in plan.extract.columns]
    return pa.RecordBatch.from_arrays(columns, names=list(plan.extract.columns))


def _ready_rows(plan: Plan, chunk: Sequence[Row[Any]]) -> pa.RecordBatch:
    """As the kernel gave them."""
    contents = [json.loads(row.row) for row in chunk]
    columns = [
        pa.array([content.get(name) for content in contents], pa.string()).cast(field.column.type)
        for name, field in plan.table.fields.items()
    ]
    known = [
        pa.array([row.op for row in chunk], pa.string()),
        pa.array([bytes.fromhex(row.key) for row in chunk], pa.binary()),
        pa.array([bytes.fromhex(row.digest) for row in chunk], pa.binary()),
    ]
    return pa.RecordBatch.from_arrays([*columns, *known], names=[*plan.table.fields, "_op", "_key", "_digest"])
