"""Takes the staged rows' keys and digests and the ledger's files; says which rows leave and which keys are gone.

Only 16-byte keys and digests are looked at, never a value. In the order of the ledger's files the newest row of a key is what
the partner has; it is live unless that row is a delete. Memory is bounded by MEMORY: what does not fit goes to ``spill``.
"""

# ruff: noqa: S608 - SQL of our own over file names that are quoted

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from hub.kernel.duck import Database
from hub.kernel.sql import literal

LEAVES, UNCHANGED, TWICE = 0, 1, 2
MEMORY = 160 << 20
_BATCH = 50_000
_READ = ("_op", "_key", "_digest")
_NOTHING = "SELECT NULL::BLOB AS key, NULL::BLOB AS digest, NULL AS op, NULL AS row_id, NULL AS keys, 0 AS n WHERE FALSE"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a window's rows are to the ledger.

    ``verdicts``: for each accepted row, in order, LEAVES, UNCHANGED (the partner has it in this very form, or it is a delete of
    a key the partner does not have) or TWICE (its key comes more than once). ``live``: keys the partner has; 0 unless ``whole``.
    """

    verdicts: pa.UInt8Array
    live: int
    database: Database
    ledger: Sequence[Path]
    whole: bool

    def absent(self) -> Iterator[pa.RecordBatch]:
        """Live keys that no row of a whole read has, with columns key, row_id and keys as in the ledger."""
        if self.whole and self.ledger:
            yield from self.database.stream(
                f"""SELECT key, row_id, keys FROM ({_latest(self.ledger)}) WHERE op = 'I'
                AND key NOT IN (SELECT _key FROM rows) AND key NOT IN (SELECT key FROM refused) ORDER BY key""",
                _BATCH,
            )


@contextmanager
def compare(accepted: Path, ledger: Sequence[Path], *, refused_keys: pa.Array, whole: bool, spill: Path) -> Iterator[Comparison]:
    """Compare an Arrow file with ``_key``, ``_digest`` and ``_op`` to ledger files, oldest first.

    ``whole``: the window has read the whole table, so live keys that are neither accepted nor in ``refused_keys`` are absent.
    """
    with _database(ledger, spill) as database:
        database.offer("rows", _Rows(accepted))
        database.offer("refused", pa.table({"key": refused_keys}))
        live = _count(database, f"SELECT count(*) AS n FROM ({_latest(ledger)}) WHERE op = 'I'") if whole else 0
        found = database.stream(
            f"""WITH twice AS (SELECT _key FROM rows GROUP BY _key HAVING count(*) > 1),
            known AS ({_latest(ledger, "WHERE key IN (SELECT _key FROM rows)", "digest", "op")})
            SELECT (CASE WHEN _key IN (FROM twice) THEN {TWICE}
                         WHEN known.digest = _digest THEN {UNCHANGED}
                         WHEN _op = 'D' AND coalesce(known.op, 'D') = 'D' THEN {UNCHANGED}
                         ELSE {LEAVES} END)::UTINYINT AS verdict
            FROM rows LEFT JOIN known ON known.key = _key ORDER BY n""",
            _BATCH,
        )
        verdicts = pa.chunked_array([batch.column(0) for batch in found], pa.uint8()).combine_chunks()
        yield Comparison(verdicts, live, database, ledger, whole)


@contextmanager
def merge(ledger: Sequence[Path], spill: Path) -> Iterator[Iterator[pa.RecordBatch]]:
    """The newest row of each key, columns as in the ledger."""
    with _database(ledger, spill) as database:
        yield iter(database.stream(f"{_latest(ledger)} ORDER BY key", _BATCH))


def live(ledger: Sequence[Path], but: pa.Array, spill: Path) -> int:
    """How many keys the partner has, those in ``but`` not counted."""
    with _database(ledger, spill) as database:
        database.offer("but", pa.table({"key": but}))
        newest = _latest(ledger, "WHERE key NOT IN (SELECT key FROM but)", "op")
        return _count(database, f"SELECT count(*) AS n FROM ({newest}) WHERE op = 'I'")


class _Rows:
    """The staged rows as DuckDB may read them, from the file and more than once: three columns and their number ``n``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        with pa.OSFile(str(self._path)) as file, pa.ipc.open_file(file) as reader:
            fields = [reader.schema.get_field_index(name) for name in _READ]
            schema = pa.schema([*(reader.schema.field(field) for field in fields), pa.field("n", pa.int64())])
        return pa.RecordBatchReader.from_batches(schema, self._batches(fields, schema)).__arrow_c_stream__(requested_schema)

    def _batches(self, fields: list[int], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        options, done = pa.ipc.IpcReadOptions(included_fields=fields), 0
        with pa.OSFile(str(self._path)) as file, pa.ipc.open_file(file, options=options) as reader:
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number).select(list(_READ))
                count = pa.array(range(done, done + batch.num_rows), pa.int64())
                done += batch.num_rows
                yield pa.RecordBatch.from_arrays([*batch.columns, count], schema=schema)


def _database(ledger: Sequence[Path], spill: Path) -> Database:
    return Database(files=sorted({path.parent for path in ledger}), memory=MEMORY, spill=spill)


def _latest(ledger: Sequence[Path], where: str = "", *columns: str) -> str:
    """The newest row of each key (of those that ``where`` leaves), with these columns or all."""
    wanted = columns or ("digest", "op", "row_id", "keys")
    read = ", ".join(wanted)
    files = [f"SELECT key, {read}, {n} AS n FROM read_parquet({literal(str(path))})" for n, path in enumerate(ledger)]
    newest = ", ".join(f"arg_max({column}, n) AS {column}" for column in wanted)
    return f"SELECT key, {newest} FROM ({' UNION ALL '.join(files) or _NOTHING}) {where} GROUP BY key"


def _count(database: Database, sql: str) -> int:
    return int(database.query(sql).column("n")[0].as_py())
