"""Takes staged rows, decides which of them leave, and makes them the window's parts; nothing has left after it.

Left behind are rows whose key came twice (refused), rows the partner has in this very form (unchanged), and rows it refused in
this very form before (held back: refused again, without asking it). Added are deletes of keys that are gone at the source.
Above a limit of the schedule the window is blocked: its rows are kept, no part of it exists.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
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
from hub.json_text import objects
from hub.kernel.compare import LEAVES, TWICE, UNCHANGED, compare
from hub.limits import broken_limit
from hub.memory import give_back
from hub.part import ENVELOPE, layout_text
from hub.plan import Plan
from hub.quarantine import Reject
from hub.replay import replayed
from hub.run import Compared, Encoded
from hub.stage import GONE, LATE, Staged, batches, folder_of, forget, refused_keys, stage, written
from hub.state.tables import PART
from hub.window import move

_KNOWN = ("_op", "_key", "_digest")
_LATE_SCHEMA = pa.schema(
    [
        pa.field("row", pa.string()),
        pa.field("_op", pa.string()),
        pa.field("_key", pa.binary(16)),
        pa.field("_digest", pa.binary(16)),
        pa.field("stage", pa.string()),
        pa.field("rule", pa.string()),
    ]
)
_GONE_SCHEMA = pa.schema([pa.field("key", pa.binary()), pa.field("keys", pa.string())])


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
    settled: list[pa.Array] = field(default_factory=lambda: [pa.array([], pa.binary(16))])

    def refuse(self, rows: pa.RecordBatch, stage: str, rule: str) -> None:
        """Keep rows for the quarantine."""
        self.refused += rows.num_rows
        if rows.num_rows:
            fields = [name for name in rows.schema.names if name not in _KNOWN]
            texts = objects({name: rows.column(name) for name in fields}, rows.num_rows)
            same = [pa.repeat(text, rows.num_rows) for text in (stage, rule)]
            known = [rows.column(name).cast(_LATE_SCHEMA.field(name).type) for name in _KNOWN]
            self.late.write_batch(pa.RecordBatch.from_arrays([texts, *known, *same], schema=_LATE_SCHEMA))


def prepare(plan: Plan, work: Work, adapters: Adapters) -> None:
    """Stage a planned window and make its parts; a window that is further on stays as it is.

    DataError above a limit, when the window is blocked; otherwise what ``stage`` and the format raise.
    """
    if work.state != "planned":
        forget(folder_of(plan, work))
        return
    staged, run = stage(plan, work, adapters), work.lease.run
    give_back(staged.source)
    with written(staged.folder / LATE, _LATE_SCHEMA) as late:
        tally = _Tally(late)
        made = list(_made(plan, work, adapters, staged, tally))
    run.progress(Compared(plan.id, work.window.key, sum(one.rows for one in made), tally.unchanged, tally.absent, tally.refused))
    run.at("parts written")
    refused = staged.refused + tally.refused
    broken = broken_limit(plan, work.window, source=staged.source, refused=refused, absent=tally.absent, live=tally.live)
    if broken and not work.released:
        _block(plan, work, staged, tally, broken)
    _depart(plan, work, staged, tally, made)
    run.at("departed")
    forget(staged.folder)


def _made(plan: Plan, work: Work, adapters: Adapters, staged: Staged, tally: _Tally) -> Iterator[Made]:
    """Compare and encode in one stream."""
    state = work.lease.state
    known = ledger.unchanged(state.engine, state.folder, plan.id)
    order = Order(plan, work.window, staged.folder, staged.staged_at, adapters.format(plan.partner, state.folder.root))
    verdicts = _compared(plan, work, staged, known.files, tally)
    give_back(staged.source)
    rows = chain(_leaving(plan, work, staged, verdicts, tally), _deletes(plan, staged, tally))
    for one in encode(order, rows, tally.refuse):
        work.lease.renew()
        work.lease.run.progress(Encoded(plan.id, work.window.key, one.number, one.rows, one.size))
        work.lease.run.at("part written")
        yield one


def _compared(plan: Plan, work: Work, staged: Staged, files: tuple[Path, ...], tally: _Tally) -> pa.UInt8Array:
    """A verdict for each accepted row; delivered keys that a whole read did not bring go to a file.

    A file, so that comparing has given its memory back before encoding begins.
    """
    keys, whole = refused_keys(staged), _whole(plan, work)
    with (
        compare(staged.accepted, files, refused_keys=keys, whole=whole, spill=staged.folder) as found,
        written(staged.folder / GONE, _GONE_SCHEMA) as gone,
    ):
        tally.live = found.live
        for batch in found.absent() if _says_deletes(plan) else ():
            gone.write_batch(batch.select(_GONE_SCHEMA.names).cast(_GONE_SCHEMA))
        return found.verdicts


def _leaving(plan: Plan, work: Work, staged: Staged, found: pa.UInt8Array, tally: _Tally) -> Iterator[pa.RecordBatch]:
    """The rows that leave, in the order of the source."""
    engine, start = work.lease.state.engine, 0
    forms = {} if work.window.kind == "replay" else quarantine.refused_forms(engine, plan.id)
    known_forms = pa.array(forms, pa.binary())
    open_keys = quarantine.open_keys(engine, plan.id) if pc.any(pc.equal(found, UNCHANGED)).as_py() else None
    for batch in batches(staged.accepted):
        verdicts = found.slice(start, batch.num_rows)
        start += batch.num_rows
        if open_keys is not None:
            same = batch.column("_key").filter(pc.equal(verdicts, UNCHANGED))
            tally.unchanged += len(same)
            tally.settled.append(same.filter(pc.is_in(same, open_keys)))
        tally.refuse(_where(batch, pc.equal(verdicts, TWICE)), "window", "duplicate-key")
        rest = _not_held(_where(batch, pc.equal(verdicts, LEAVES)), forms, known_forms, tally)
        if not _says_deletes(plan):
            tally.refuse(_where(rest, pc.equal(rest.column("_op"), "D")), "encode", "no-delete")
            rest = _where(rest, pc.equal(rest.column("_op"), "I"))
        yield rest


def _where(rows: pa.RecordBatch, mask: pa.BooleanArray) -> pa.RecordBatch:
    """Those rows; all or none of them are not copied, and mostly it is all or none."""
    if mask.true_count in (0, rows.num_rows):
        return rows.slice(0, mask.true_count)
    return rows.filter(mask)


def _deletes(plan: Plan, staged: Staged, tally: _Tally) -> Iterator[pa.RecordBatch]:
    """Deletes of the keys that are gone."""
    for keys in batches(staged.folder / GONE):
        tally.absent += keys.num_rows
        yield absences(plan, keys)


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
        _quarantine(connection, plan, work, staged, tally)
        quarantine.supersede(connection, plan.id, work.id, pa.concat_arrays(tally.settled), run.clock())
        if _whole(plan, work):
            quarantine.supersede_unseen(connection, plan.id, work.id, run.clock())
        if work.window.kind == "replay":
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
        _quarantine(connection, plan, work, staged, tally)
        record(connection, "window.blocked", {"exchange": plan.id, "window": key, "source": staged.source, **counts}, run.clock())
    run.at("blocked")
    raise DataError(message)


def _quarantine(connection: Connection, plan: Plan, work: Work, staged: Staged, tally: _Tally) -> None:
    now = work.lease.run.clock()
    for stage_name in ("window", "encode"):
        quarantine.store(connection, work.id, stage_name, _late_rows(plan, staged.folder / LATE, stage_name), now)
    quarantine.see(connection, work.id, sorted(tally.held), now)


def _late_rows(plan: Plan, path: Path, stage_name: str) -> Iterator[Reject]:
    for batch in batches(path):
        for row in batch.filter(pc.equal(batch.column("stage"), stage_name)).to_pylist():
            place = "/".join(plan.table.key) if row["rule"] == "duplicate-key" else ""
            yield Reject(row["row"], ((place, row["rule"]),), row["_op"], row["_key"], row["_digest"])


def _says_deletes(plan: Plan) -> bool:
    return plan.layout.row_id == ENVELOPE[0]


def _whole(plan: Plan, work: Work) -> bool:
    """Whether the window reads the whole table, so that what it does not bring is gone."""
    return plan.mapping.watermark is None and work.window.kind != "replay"
