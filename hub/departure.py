"""Takes staged rows, decides which of them leave, and makes them the window's parts; nothing has left after it.

Left behind are rows whose key came twice (refused), rows the partner has in this very form (unchanged), and rows it refused in
this very form before (held back: refused again, without asking it). Added are deletes of keys that are gone at the source.
Above a limit of the schedule the window is blocked: its rows are kept, no part of it exists.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, insert

from audit.checkpoint import FILE as CHECKPOINT
from audit.record import record
from hub import ledger, quarantine
from hub.account import Work
from hub.connection import Adapters
from hub.encode import Made, Order, absences, encode
from hub.interface import DataError
from hub.kernel.compare import Comparison, compare
from hub.kernel.engine import schema
from hub.limits import broken_limit
from hub.part import ENVELOPE, layout_text
from hub.plan import Plan
from hub.quarantine import Reject
from hub.replay import replayed
from hub.run import Compared, Encoded
from hub.stage import Staged, batches, forget, refused_keys, stage, written
from hub.state.tables import PART
from hub.window import move

_UNCHANGED, _TWICE = 1, 2
_LATE = "late.arrow"


@dataclass(slots=True)
class _Tally:
    """What is found while the rows stream by; ``late`` takes the rows that are refused here, with stage and rule.

    ``held``: entries of the quarantine that hold a row back; ``settled``: keys whose older refusals are history.
    """

    late: pa.RecordBatchFileWriter
    unchanged: int = 0
    absent: int = 0
    refused: int = 0
    live: int = 0
    held: set[int] = field(default_factory=set)
    settled: set[bytes] = field(default_factory=set)

    def refuse(self, rows: pa.RecordBatch, stage: str, rule: str) -> None:
        """Keep rows for the quarantine."""
        self.refused += rows.num_rows
        extra = [pa.repeat(text, rows.num_rows) for text in (stage, rule)]
        if rows.num_rows:
            self.late.write_batch(pa.RecordBatch.from_arrays([*rows.columns, *extra], schema=_late_schema(rows.schema)))


def prepare(plan: Plan, work: Work, adapters: Adapters) -> None:
    """Stage a planned window and make its parts; a window that is further on stays as it is.

    DataError above a limit, when the window is blocked; otherwise what ``stage`` and the format raise.
    """
    if work.state != "planned":
        return
    staged, run = stage(plan, work, adapters), work.lease.run
    with written(staged.folder / _LATE, _late_schema(schema(plan.table))) as late:
        tally = _Tally(late)
        made = list(_made(plan, work, adapters, staged, tally))
    run.progress(Compared(plan.id, work.window.key, sum(one.rows for one in made), tally.unchanged, tally.absent, tally.refused))
    run.at("parts written")
    refused = staged.refused + tally.refused
    broken = broken_limit(plan, work.window, source=staged.source, refused=refused, absent=tally.absent, live=tally.live)
    if broken and not work.released:
        _block(plan, work, staged, tally, broken)
    _depart(plan, work, staged, tally, made)
    forget(staged)
    (staged.folder / _LATE).unlink()
    run.at("departed")


def _made(plan: Plan, work: Work, adapters: Adapters, staged: Staged, tally: _Tally) -> Iterator[Made]:
    """Compare and encode in one stream."""
    state = work.lease.state
    known = ledger.ledger(state.engine, state.folder, plan.id)
    order = Order(plan, work.window, staged.folder, staged.staged_at, adapters.format(plan.partner, state.folder.root))
    with compare(
        staged.accepted, known.files, refused_keys=refused_keys(staged), whole=_whole(plan, work), spill=staged.folder
    ) as found:
        tally.live = found.live
        for one in encode(order, _leaving(plan, work, staged, found, tally), tally.refuse):
            work.lease.renew()
            work.lease.run.progress(Encoded(plan.id, work.window.key, one.number, one.rows, one.size))
            work.lease.run.at("part written")
            yield one


def _leaving(plan: Plan, work: Work, staged: Staged, found: Comparison, tally: _Tally) -> Iterator[pa.RecordBatch]:
    """The rows that leave, in the order of the source, then the deletes of absent keys."""
    engine, start = work.lease.state.engine, 0
    forms = {} if work.window.kind == "replay" else quarantine.refused_forms(engine, plan.id)
    known_forms = pa.array(forms, pa.binary())
    open_keys = quarantine.open_keys(engine, plan.id)
    deletes = plan.layout.row_id == ENVELOPE[0]
    for batch in batches(staged.accepted):
        verdicts = found.verdicts.slice(start, batch.num_rows)
        start += batch.num_rows
        same = batch.filter(pc.equal(verdicts, _UNCHANGED))
        tally.unchanged += same.num_rows
        tally.settled.update(same.column("_key").filter(pc.is_in(same.column("_key"), open_keys)).to_pylist())
        tally.refuse(batch.filter(pc.equal(verdicts, _TWICE)), "window", "duplicate-key")
        rest = _not_held(batch.filter(pc.equal(verdicts, 0)), forms, known_forms, tally)
        if not deletes:
            tally.refuse(rest.filter(pc.equal(rest.column("_op"), "D")), "encode", "no-delete")
            rest = rest.filter(pc.equal(rest.column("_op"), "I"))
        yield rest
    for gone in found.absent() if deletes else ():
        tally.absent += gone.num_rows
        yield absences(plan, gone)


def _not_held(rows: pa.RecordBatch, forms: Mapping[bytes, int], known: pa.Array, tally: _Tally) -> pa.RecordBatch:
    """The rows without those that the partner refused in this very form."""
    if not forms or not rows.num_rows:
        return rows
    form = pc.binary_join_element_wise(rows.column("_key").cast(pa.binary()), rows.column("_digest").cast(pa.binary()), b"")
    held = pc.is_in(form, known)
    entries = [forms[one] for one in form.filter(held).to_pylist()]
    tally.held.update(entries)
    tally.refused += len(entries)
    return rows.filter(pc.invert(held))


def _depart(plan: Plan, work: Work, staged: Staged, tally: _Tally, made: list[Made]) -> None:
    """The parts come to be, with every count and every refusal, in one transaction: from here on the window only sends."""
    run, folder = work.lease.run, work.lease.state.folder
    shown = folder.log / CHECKPOINT
    checkpoint = shown.read_text() if shown.exists() else ""
    counts = {"absent": tally.absent, "unchanged": tally.unchanged, "refused": staged.refused + tally.refused}
    with work.lease.transaction() as connection:
        for one in made:
            values = {"id": one.id, "window_id": work.id, "turn": staged.turn + 1, "number": one.number, "batch": one.batch}
            files = {"path": folder.relative(one.path), "sidecar": folder.relative(one.sidecar), "sha256": one.sha256}
            size = {"rows": one.rows, "bytes": one.size, "suffix": one.suffix, "media_type": one.media_type}
            rest = {"state": "staged", "staged_at": staged.staged_at, "checkpoint": checkpoint, "attempts": 0}
            connection.execute(insert(PART).values(**values, **files, **size, **rest))
        move(connection, work.id, "sending", layout=layout_text(plan.layout), **counts)
        _quarantine(connection, work, staged, tally)
        quarantine.supersede(connection, plan.id, work.id, frozenset(tally.settled), run.clock())
        if _whole(plan, work):
            quarantine.supersede_unseen(connection, plan.id, work.id, run.clock())
        replayed(connection, plan, work)
        body = {"exchange": plan.id, "window": work.window.key, "parts": len(made), "rows": sum(one.rows for one in made)}
        record(connection, "window.sending", body | counts, run.clock())


def _block(plan: Plan, work: Work, staged: Staged, tally: _Tally, broken: str) -> NoReturn:
    """Nothing leaves; what was refused can be looked at."""
    run, key = work.lease.run, work.window.key
    cure = f"look: hub quarantine list {plan.id} --reasons; mend and run it again, or: hub windows release {plan.id} {key}"
    message = f"{plan.id} {key} is blocked: {broken}; {cure}"
    counts = {"absent": tally.absent, "unchanged": tally.unchanged, "refused": staged.refused + tally.refused}
    with work.lease.transaction() as connection:
        move(connection, work.id, "blocked", **counts)
        _quarantine(connection, work, staged, tally)
        record(connection, "window.blocked", {"exchange": plan.id, "window": key, "source": staged.source, **counts}, run.clock())
    run.at("blocked")
    raise DataError(message)


def _quarantine(connection: Connection, work: Work, staged: Staged, tally: _Tally) -> None:
    now = work.lease.run.clock()
    for stage_name in ("window", "encode"):
        quarantine.store(connection, work.id, stage_name, _late_rows(staged.folder / _LATE, stage_name), now)
    quarantine.see(connection, work.id, sorted(tally.held), now)


def _late_rows(path: Path, stage_name: str) -> Iterator[Reject]:
    for batch in batches(path):
        for row in batch.filter(pc.equal(batch.column("_stage"), stage_name)).to_pylist():
            op, key, digest, _, rule = (row.pop(name) for name in ("_op", "_key", "_digest", "_stage", "_rule"))
            fields = {name: None if value is None else str(value) for name, value in row.items()}
            yield Reject(fields, (("", rule),), op, key, digest)


def _late_schema(rows: pa.Schema) -> pa.Schema:
    return rows.append(pa.field("_stage", pa.string())).append(pa.field("_rule", pa.string()))


def _whole(plan: Plan, work: Work) -> bool:
    """Whether the window reads the whole table, so that what it does not bring is gone."""
    return plan.mapping.watermark is None and work.window.kind != "replay"
