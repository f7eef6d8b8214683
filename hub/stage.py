"""Takes a window, brings its rows through the kernel into two files, quarantines the refused ones; nothing has left after it.

``accepted.arrow``: fields, ``_op``, ``_key``, ``_digest``. ``refused.arrow``: ``row`` (JSON of the source's columns), ``op``,
``key`` (NULL where it is unusable), ``findings`` (JSON). ``staged.json`` is written last: a killed run goes on from there
without reading the source again, unless the plan has changed, other rows have left since, or the machine was started anew:
these files are not synchronised, because the source has the rows still.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from audit.entry import utc
from audit.record import record
from hub import ledger, quarantine, replay, spool
from hub.account import Work
from hub.connection import Adapters
from hub.extract import Census, census, extract
from hub.json_text import objects
from hub.kernel.buckets import read
from hub.kernel.engine import Engine, Transformed, schema
from hub.plan import Finding, Plan
from hub.quarantine import Reject
from hub.run import Extracted, boot
from hub.window import BOUND, move

ACCEPTED, REFUSED, _MANIFEST = "accepted.arrow", "refused.arrow", "staged.json"
GONE, LATE = "gone.arrow", "late.arrow"  # made when the rows are compared and encoded
_REFUSED_SCHEMA = pa.schema(
    [
        pa.field("row", pa.string()),
        pa.field("op", pa.string()),
        pa.field("key", pa.binary(16)),
        pa.field("findings", pa.string()),
    ]
)
_CHEAP = 10_000_000  # rows of a ledger beyond which counting the whole source in each window is not cheap


@dataclass(frozen=True, slots=True)
class Staged:
    """What lies in ``folder``. ``turn``: of the exchange when it was read; ``staged_at`` is local time; counts are rows.

    ``census`` and ``beyond`` as in ``hub.extract.Census``; ``census`` is None if it was not taken, ``note`` says why.
    """

    folder: Path
    plan: str
    turn: int
    staged_at: str
    source: int
    refused: int
    warnings: int
    census: int | None
    beyond: int
    note: str

    @property
    def accepted(self) -> Path:
        """Where the accepted rows are."""
        return self.folder / ACCEPTED


@dataclass(frozen=True, slots=True)
class Supply:
    """Where a window's rows come from: ``batches`` for the kernel, ``ready`` rows that have been through it."""

    total: int
    batches: Iterator[pa.RecordBatch]
    ready: Iterator[pa.RecordBatch]
    census: Census | str


def stage(plan: Plan, work: Work, adapters: Adapters) -> Staged:
    """Read, judge and keep the rows of a planned window, or find them where an earlier run has done so.

    DataError if the source's count and rows disagree; what the reader raises otherwise; TransientError for a full disk.
    """
    lease, run = work.lease, work.lease.run
    folder = folder_of(plan, work)
    turn = ledger.turn(lease.state.engine, plan.id)
    staged = None if work.anew else _found(folder, plan, turn)
    if staged is None:
        spool.remove(folder)
        staged = _read(plan, work, adapters, folder, turn)
    run.at("files staged")
    with lease.transaction() as connection:
        quarantine.store(connection, work.id, "kernel", _refused(folder), run.clock())
        counts = {"source": staged.source, "refused": staged.refused, "warnings": staged.warnings}
        census = {"census": staged.census, "beyond": staged.beyond, "missing_note": staged.note}
        move(connection, work.id, "staged", staged_at=utc(run.clock()), **counts, **census)
        record(connection, "window.staged", {"exchange": plan.id, "window": work.window.key, **counts}, run.clock())
    run.at("staged")
    return staged


def refused_keys(staged: Staged) -> pa.Array:
    """The keys of refused rows, as far as they are usable: these rows are not gone."""
    columns = (batch.column("key") for batch in read(staged.folder / REFUSED, ["key"]))
    keys = [column.filter(pc.is_valid(column)) for column in columns]  # copied: as they are, each holds its whole batch
    return pa.chunked_array(keys, pa.binary(16)).combine_chunks()


def folder_of(plan: Plan, work: Work) -> Path:
    """The window's folder in the spool."""
    return work.lease.state.folder.spool / plan.id / work.window.key.replace(":", "")


def forget(folder: Path) -> None:
    """The parts are made: what they were made from is no longer needed."""
    for name in (_MANIFEST, ACCEPTED, REFUSED, GONE, LATE):
        (folder / name).unlink(missing_ok=True)


def _found(folder: Path, plan: Plan, turn: int) -> Staged | None:
    """A complete staging that still holds; none where nobody can tell whether the machine has been on since."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text())
    except (FileNotFoundError, ValueError):  # a power cut may leave it empty
        return None
    begun = manifest.pop("boot", "")
    if not begun or begun != boot():
        return None
    staged = Staged(folder=folder, **manifest)
    return staged if (staged.plan, staged.turn) == (plan.digest, turn) else None


@contextmanager
def _supply(plan: Plan, work: Work, adapters: Adapters) -> Iterator[Supply]:
    """The rows of a replay come from quarantine, all others from the source."""
    if work.window.kind == "replay":
        rows = replay.rows(plan, work)
        yield Supply(rows.total, rows.batches, rows.ready, "a replay does not read the source")
        return
    reader = adapters.reader(plan.source, work.lease.state.folder.root)
    try:
        with reader.snapshot() as view:
            large = ledger.ledger(work.lease.state.engine, work.lease.state.folder, plan.id).rows > _CHEAP
            counted = "the table is too large to count it in each window" if large else census(plan, work.window, reader, view)
            found = extract(plan, work.window, reader, view)
            yield Supply(found.total, found.batches, iter(()), counted)
    finally:
        reader.close()


def _read(plan: Plan, work: Work, adapters: Adapters, folder: Path, turn: int) -> Staged:
    """Write both files and, when they are whole, the manifest."""
    now = work.lease.run.clock().astimezone(ZoneInfo(plan.schedule.timezone))
    day = (work.window.upper or now).date()
    with (
        _supply(plan, work, adapters) as supply,
        Engine(plan.kernel, plan.table, day) as engine,
        written(folder / ACCEPTED, schema(plan.table)) as good,
        written(folder / REFUSED, _REFUSED_SCHEMA) as bad,
    ):
        refused, warnings = _through(plan, work, supply, engine, good, bad)
        for batch in supply.ready:
            good.write_batch(batch.cast(schema(plan.table)))
    counted = supply.census
    taken = (counted.rows, counted.beyond, "") if isinstance(counted, Census) else (None, 0, counted)
    staged = Staged(folder, plan.digest, turn, now.strftime(BOUND), supply.total, refused, warnings, *taken)
    manifest = {name: value for name, value in asdict(staged).items() if name != "folder"} | {"boot": boot()}
    with spool.scratch(folder / _MANIFEST) as file:
        file.write(json.dumps(manifest, ensure_ascii=False).encode())
    return staged


def _through(
    plan: Plan, work: Work, supply: Supply, engine: Engine, good: pa.RecordBatchFileWriter, bad: pa.RecordBatchFileWriter
) -> tuple[int, int]:
    """Every batch through the kernel; how many rows were refused, and how many warnings were given."""
    done = refused = warnings = 0
    for made in engine.divide(supply.batches):
        good.write_batch(made.accepted)
        if made.rejected.num_rows:
            bad.write_batch(_told(plan, made))
        done += made.accepted.num_rows + made.rejected.num_rows
        refused += made.rejected.num_rows
        warnings += sum(made.warnings.values())
        work.lease.renew()
        work.lease.run.progress(Extracted(plan.id, work.window.key, done, supply.total, refused))
        work.lease.run.at("batch staged")
        del made  # or it would stay in memory while the next batch is judged
    return refused, warnings


@contextmanager
def written(path: Path, schema: pa.Schema) -> Iterator[pa.RecordBatchFileWriter]:
    """An Arrow file that appears when it is whole. It lives for minutes: packing it would cost more than it saves."""
    with spool.scratch(path) as file, pa.ipc.new_file(file, schema) as writer:
        yield writer


def _told(plan: Plan, made: Transformed) -> pa.RecordBatch:
    """Refused rows with their findings as words. A key is usable unless a finding is about one of its fields."""
    texts: dict[tuple[int, ...], str] = {}  # few combinations, many rows
    useless = {number for number, finding in enumerate(plan.kernel.findings) if finding.field in plan.table.key}
    told = [tuple(numbers) for numbers in made.findings.to_pylist()]
    for numbers in set(told):
        texts[numbers] = json.dumps([_named(plan.kernel.findings[number]) for number in numbers], ensure_ascii=False)
    usable = pa.array([useless.isdisjoint(numbers) for numbers in told], pa.bool_())
    rows = objects(dict(zip(made.rejected.schema.names, made.rejected.columns, strict=True)), made.rejected.num_rows)
    keys = pc.if_else(usable, made.keys.cast(pa.binary(16)), pa.scalar(None, pa.binary(16)))
    columns = [rows, made.ops, keys, pa.array([texts[numbers] for numbers in told], pa.string())]
    return pa.RecordBatch.from_arrays(columns, schema=_REFUSED_SCHEMA)


def _named(finding: Finding) -> tuple[str, str]:
    """Field and rule code; a rule across fields has no field, so its code carries its name."""
    return finding.field or "", f"rule: {finding.title}" if finding.rule == "rule" else finding.rule


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of one of the files."""
    with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def _refused(folder: Path) -> Iterator[Reject]:
    for batch in batches(folder / REFUSED):
        columns = (batch.column(name).to_pylist() for name in _REFUSED_SCHEMA.names)
        for row, op, key, findings in zip(*columns, strict=True):
            yield Reject(row, _found_in(findings), op, key)


@lru_cache(maxsize=10_000)
def _found_in(findings: str) -> tuple[tuple[str, str], ...]:
    """Findings as they stand in the file: few combinations, many rows."""
    return tuple((field, rule) for field, rule in json.loads(findings))
