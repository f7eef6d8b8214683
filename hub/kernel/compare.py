"""Takes the staged rows' keys and digests and the ledger's files; says which rows leave and which keys are gone.

Only 16-byte keys and digests are looked at, never a value. In the order of the ledger's files the newest row of a key is what
the partner has; it is live unless that row is a delete. Memory is bounded whatever the number of rows: more than
``BUCKET`` of them are divided by key into files below ``spill`` and compared one file after the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hub.interface import PermanentError
from hub.kernel.buckets import ArrowFile, divide, read
from hub.kernel.digits import counted
from hub.kernel.duck import Database, Rows

LEAVES, UNCHANGED, TWICE = 0, 1, 2
BATCH = 50_000
BUCKET = 50_000  # rows of a window and its ledger that are compared at once
PLACES = 1_000_000  # rows whose verdicts are put in order at once: 18 bytes for each
MEMORY = 128 << 20  # bytes that DuckDB may use
_FEW = 20_000  # so many accepted rows or less are looked up in the ledger instead of dividing both
_MINE = ("_key", "_digest", "_op")
_THEIRS = ("key", "digest", "op")
_SCHEMA = pa.schema(
    [("key", pa.binary(16)), ("digest", pa.binary(16)), ("op", pa.string()), ("n", pa.int64()), ("turn", pa.int32())]
)
_LEDGER_ROWS = pa.schema([*list(_SCHEMA)[:3], ("row_id", pa.string()), ("keys", pa.string()), ("turn", pa.int32())])
_ABSENT_ROWS = pa.schema([_LEDGER_ROWS.field(name) for name in ("key", "row_id", "keys", "turn")])
_VERDICTS = pa.schema([("n", pa.int64()), ("verdict", pa.uint8())])
_GONE = pa.schema([("key", pa.binary(16)), ("turn", pa.int32())])
_GROUPED = f"""
    SELECT key, copies, n, live, turn,
           (CASE WHEN new = old OR (NOT stays AND NOT live) THEN {UNCHANGED} ELSE {LEAVES} END) AS verdict
    FROM (SELECT key, count(n) AS copies, max(n) AS n, max(turn) AS turn,
            max(digest) FILTER (n IS NOT NULL) AS new, coalesce(bool_or(op = 'I') FILTER (n IS NOT NULL), FALSE) AS stays,
            arg_max(digest, turn) AS old, coalesce(arg_max(op = 'I', turn), FALSE) AS live
          FROM bucket GROUP BY key)"""  # noqa: S608 - numbers of our own
_TWICE = f"""
    SELECT n, {TWICE} AS verdict FROM bucket
    WHERE n IS NOT NULL AND key IN (SELECT key FROM bucket GROUP BY key HAVING count(n) > 1)"""  # noqa: S608
_LIVE = """
    SELECT count(*) AS rows FROM (SELECT key FROM bucket GROUP BY key HAVING arg_max(op, turn) = 'I') ANTI JOIN but USING (key)"""
_ABSENT = "SELECT key, row_id, keys FROM bucket SEMI JOIN gone USING (key, turn) ORDER BY key"
_NEWEST = """
    SELECT key, digest, op, row_id, keys FROM bucket
    SEMI JOIN (SELECT key, max(turn) AS turn FROM bucket GROUP BY key) USING (key, turn) ORDER BY key"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a window's rows are to the ledger.

    ``verdicts``: for each accepted row, in order, LEAVES, UNCHANGED (the partner has it in this very form, or it is a delete of
    a key the partner does not have) or TWICE (its key comes more than once). ``live``: keys the partner has; 0 unless
    the window was whole.
    """

    verdicts: pa.UInt8Array
    live: int
    _ledger: tuple[Path, ...]
    _folder: Path
    _database: Database

    def absent(self) -> Iterator[pa.RecordBatch]:
        """Live keys that no row of the window has, with columns key, row_id and keys as in the ledger, sorted by key."""
        gone = sorted(self._folder.glob("gone/*.arrow"))
        if any(batch.num_rows for path in gone for batch in read(path)):
            wide = _wide(self._ledger, ("key", "row_id", "keys"))
            for bucket, keys in zip(divide(wide, _ABSENT_ROWS, len(gone), self._folder / "absent"), gone, strict=True):
                self._database.offer("gone", ArrowFile(keys))
                yield from _through(self._database, bucket, _ABSENT)


@contextmanager
def compare(accepted: Path, ledger: Sequence[Path], *, refused_keys: pa.Array, whole: bool, spill: Path) -> Iterator[Comparison]:
    """Compare an Arrow file with ``_key``, ``_digest`` and ``_op`` to ledger files, oldest first.

    ``whole``: the window has read the whole table, so live keys that are neither accepted nor in ``refused_keys`` are absent.
    OSError for a file that cannot be read and for a full disk.
    """
    with _workshop(spill) as (database, folder):
        mine = sum(batch.num_rows for batch in read(accepted, _MINE[2:]))
        known, count = _known(ledger), _rows(ledger)
        if not whole and mine <= _FEW:
            known, count = _only(known, accepted), mine
        rows = (each for part in (_numbered(accepted), known) for each in part)
        buckets = divide(rows, _SCHEMA, (mine + count) // BUCKET + 1, folder / "rows")
        live = _compared(database, buckets, refused_keys.cast(pa.binary(16)) if whole else None, folder)
        verdicts = _in_order(folder / "verdicts.arrow", mine)
        yield Comparison(verdicts, live, tuple(ledger), folder, database)


@contextmanager
def merge(ledger: Sequence[Path], spill: Path) -> Iterator[Iterator[pa.RecordBatch]]:
    """The newest row of each key, columns as in the ledger, sorted by key."""
    columns = (*_THEIRS, "row_id", "keys")
    with _workshop(spill) as (database, folder):
        buckets = divide(_wide(ledger, columns), _LEDGER_ROWS, _rows(ledger) // BUCKET + 1, folder / "rows")
        yield (batch for bucket in buckets for batch in _through(database, bucket, _NEWEST))


def live(ledger: Sequence[Path], but: pa.Array, spill: Path) -> int:
    """How many keys the partner has, those in ``but`` not counted."""
    with _workshop(spill) as (database, folder):
        schema = pa.schema([_SCHEMA.field(name) for name in ("key", "op", "turn")])
        known = (pa.RecordBatch.from_arrays([*columns, _turns(turn, columns)], schema=schema) for turn, columns in _keys(ledger))
        database.offer("but", pa.table([but.cast(pa.binary(16))], pa.schema([schema.field("key")])))
        count = 0
        for bucket in divide(known, schema, _rows(ledger) // BUCKET + 1, folder / "rows"):
            count += sum(batch["rows"][0].as_py() for batch in _through(database, bucket, _LIVE))
            if isinstance(bucket, ArrowFile):
                bucket.path.unlink()
        return count


def _keys(ledger: Sequence[Path]) -> Iterator[tuple[int, list[pa.Array]]]:
    """Keys and operations of the ledger, with the turn of their file."""
    for turn, batch in _parquet(ledger, ("key", "op")):
        yield turn, [column.cast(_SCHEMA.field(name).type) for name, column in zip(("key", "op"), batch.columns, strict=True)]


def _turns(turn: int, columns: Sequence[pa.Array]) -> pa.Int32Array:
    return pa.repeat(pa.scalar(turn, pa.int32()), len(columns[0]))


@contextmanager
def _workshop(spill: Path) -> Iterator[tuple[Database, Path]]:
    """A database and a folder that is gone afterwards."""
    spill.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="compare-", dir=spill) as folder, Database(memory=MEMORY, ordered=False) as database:
        yield database, Path(folder)


def _compared(database: Database, buckets: Sequence[Rows], refused: pa.Array | None, folder: Path) -> int:
    """Compare bucket by bucket into verdicts.arrow and gone/; the number of live keys. ``refused`` None: nothing can be gone."""
    live = 0
    (folder / "gone").mkdir()
    with pa.OSFile(str(folder / "verdicts.arrow"), "wb") as file, pa.ipc.new_file(file, _VERDICTS) as verdicts:
        for number, bucket in enumerate(buckets):
            again = False
            with (
                pa.OSFile(str(folder / "gone" / f"{number:03d}.arrow"), "wb") as gone_file,
                pa.ipc.new_file(gone_file, _GONE) as gone,
            ):
                for keys in _through(database, bucket, _GROUPED):
                    again = again or pc.any(pc.greater(keys["copies"], 1)).as_py()
                    verdicts.write_batch(_shaped(keys.filter(pc.equal(keys["copies"], 1)), _VERDICTS))
                    if refused is not None:
                        live += keys["live"].true_count
                        missing = pc.and_(keys["live"], pc.equal(keys["copies"], 0))
                        left = pc.and_(missing, pc.invert(pc.is_in(keys["key"].cast(pa.binary(16)), refused)))
                        gone.write_batch(_shaped(keys.filter(left), _GONE))
            for rows in _through(database, bucket, _TWICE) if again else ():
                verdicts.write_batch(_shaped(rows, _VERDICTS))
            if isinstance(bucket, ArrowFile):
                bucket.path.unlink()
    return live


def _in_order(told: Path, rows: int) -> pa.UInt8Array:
    """The verdicts by the places of their rows: a byte for each. They are read once for every ``PLACES`` rows."""
    spans = [(start, min(PLACES, rows - start)) for start in range(0, rows, PLACES)]
    return pa.concat_arrays([_placed(told, *span) for span in spans] or [pa.array([], pa.uint8())])


def _placed(told: Path, start: int, rows: int) -> pa.UInt8Array:
    """The verdicts of so many rows from ``start`` on."""
    inside = pa.Table.from_batches((_within(batch, start, rows) for batch in read(told)), _VERDICTS)
    places = pc.subtract(inside.column("n").combine_chunks(), start)
    placed: pa.UInt8Array = pc.scatter(inside.column("verdict").combine_chunks(), places, max_index=rows - 1)
    if placed.null_count or inside.num_rows != rows:
        raise PermanentError(f"{rows} rows were compared, {inside.num_rows} verdicts came of it: the ledger was not understood")
    return placed


def _within(batch: pa.RecordBatch, start: int, rows: int) -> pa.RecordBatch:
    places = batch.column("n")
    return batch.filter(pc.and_(pc.greater_equal(places, start), pc.less(places, start + rows)))


def _through(database: Database, bucket: Rows, query: str) -> Iterator[pa.RecordBatch]:
    database.offer("bucket", bucket)
    yield from database.stream(query, BATCH)


def _shaped(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([rows[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def _numbered(accepted: Path) -> Iterator[pa.RecordBatch]:
    """The accepted rows with their places."""
    start = 0
    for batch in read(accepted, _MINE):
        size = batch.num_rows
        extra = [pc.add(counted(size), start), pa.nulls(size, pa.int32())]
        yield pa.RecordBatch.from_arrays([*(batch.column(name) for name in _MINE), *extra], schema=_SCHEMA)
        start += size


def _known(ledger: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    """The rows of the ledger with the turn of their file."""
    for turn, batch in _parquet(ledger, _THEIRS):
        extra = [pa.nulls(batch.num_rows, pa.int64()), pa.repeat(pa.scalar(turn, pa.int32()), batch.num_rows)]
        columns = [column.cast(field.type) for column, field in zip(batch.columns, _SCHEMA, strict=False)]
        yield pa.RecordBatch.from_arrays([*columns, *extra], schema=_SCHEMA)


def _only(known: Iterator[pa.RecordBatch], accepted: Path) -> Iterator[pa.RecordBatch]:
    """Those rows of the ledger whose keys are accepted now."""
    keys = pa.chunked_array([batch.column(0) for batch in read(accepted, _MINE[:1])], pa.binary(16))
    for batch in known:
        yield batch.filter(pc.is_in(batch.column("key"), keys))


def _wide(ledger: Sequence[Path], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The ledger's rows with the turn of their file, these columns as they are."""
    for turn, batch in _parquet(ledger, columns):
        turns = pa.repeat(pa.scalar(turn, pa.int32()), batch.num_rows)
        schema = pa.schema([_LEDGER_ROWS.field(name) for name in (*columns, "turn")])
        kept = [column.cast(schema.field(name).type) for name, column in zip(columns, batch.columns, strict=True)]
        yield pa.RecordBatch.from_arrays([*kept, turns], schema=schema)


def _parquet(ledger: Sequence[Path], columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    for turn, path in enumerate(ledger):
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(BATCH, columns=list(columns)):
                yield turn, batch.select(list(columns))


def _rows(ledger: Sequence[Path]) -> int:
    return sum(pq.read_metadata(path).num_rows for path in ledger)
