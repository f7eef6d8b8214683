"""Takes the staged rows' keys and digests and the ledger's files; says which rows leave and which keys are gone.

Only 16-byte keys and digests are looked at, never a value. In the order of the ledger's files the newest row of a key is what
the partner has; it is live unless that row is a delete. What does not fit in memory goes to ``spill``.
"""

# ruff: noqa: S608 - SQL of our own over file names that are quoted

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from hub.kernel.duck import Database
from hub.kernel.sql import literal

LEAVES, UNCHANGED, TWICE = 0, 1, 2
BATCH = 50_000
_MEMORY = 512 << 20
_NOTHING = "SELECT NULL::BLOB AS key, NULL::BLOB AS digest, NULL AS op, NULL AS row_id, NULL AS keys, 0 AS n WHERE FALSE"
_LATEST = "SELECT key, arg_max(digest, n) AS digest, arg_max(op, n) AS op, arg_max(row_id, n) AS row_id, arg_max(keys, n) AS keys"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a window's rows are to the ledger.

    ``verdicts``: for each accepted row, in order, LEAVES, UNCHANGED (the partner has it in this very form, or it is a delete of
    a key the partner does not have) or TWICE (its key comes more than once). ``live``: keys the partner has.
    """

    verdicts: pa.UInt8Array
    live: int
    database: Database
    gone: str

    def absent(self) -> Iterator[pa.RecordBatch]:
        """Live keys that no row of the window has, with columns key, row_id and keys as in the ledger."""
        yield from self.database.stream(self.gone, BATCH)


@contextmanager
def compare(accepted: Path, ledger: Sequence[Path], *, refused_keys: pa.Array, whole: bool, spill: Path) -> Iterator[Comparison]:
    """Compare an Arrow file with ``_key``, ``_digest`` and ``_op`` to ledger files, oldest first.

    ``whole``: the window has read the whole table, so live keys that are neither accepted nor in ``refused_keys`` are absent.
    """
    folders = sorted({path.parent for path in ledger})
    with Database(files=folders, memory=_MEMORY, spill=spill) as database:
        with pa.OSFile(str(accepted)) as file, pa.ipc.open_file(file) as reader:
            parts = [reader.get_batch(n).select(["_key", "_digest", "_op"]) for n in range(reader.num_record_batches)]
            rows = pa.Table.from_batches(parts, pa.schema([reader.schema.field(n) for n in ("_key", "_digest", "_op")]))
        database.offer("rows", rows.append_column("n", pa.array(range(rows.num_rows), pa.int64())))
        database.offer("refused", pa.table({"key": refused_keys}))
        latest = f"{_LATEST} FROM ({_files(ledger)}) GROUP BY key"
        live = int(database.query(f"SELECT count(*) AS n FROM ({latest}) WHERE op = 'I'").column("n")[0].as_py())
        verdicts = database.query(f"""
            SELECT n, (CASE WHEN count(*) OVER (PARTITION BY _key) > 1 THEN {TWICE}
                            WHEN l.digest = _digest THEN {UNCHANGED}
                            WHEN _op = 'D' AND coalesce(l.op, 'D') = 'D' THEN {UNCHANGED}
                            ELSE {LEAVES} END)::UTINYINT AS verdict
            FROM rows LEFT JOIN ({latest}) l ON l.key = _key ORDER BY n""")
        gone = f"""SELECT key, row_id, keys FROM ({latest}) WHERE op = 'I' AND {"TRUE" if whole else "FALSE"}
            AND key NOT IN (SELECT _key FROM rows) AND key NOT IN (SELECT key FROM refused) ORDER BY key"""
        column = verdicts.column("verdict").combine_chunks()
        yield Comparison(column, live, database, gone)


def _files(ledger: Sequence[Path]) -> str:
    reads = [f"SELECT key, digest, op, row_id, keys, {n} AS n FROM read_parquet({literal(str(p))})" for n, p in enumerate(ledger)]
    return " UNION ALL ".join(reads) or _NOTHING


@contextmanager
def merge(ledger: Sequence[Path], spill: Path) -> Iterator[Iterator[pa.RecordBatch]]:
    """The newest row of each key, columns as in the ledger."""
    folders = sorted({path.parent for path in ledger})
    with Database(files=folders, memory=_MEMORY, spill=spill) as database:
        yield iter(database.stream(f"{_LATEST} FROM ({_files(ledger)}) GROUP BY key ORDER BY key", BATCH))


def live(ledger: Sequence[Path], but: pa.Array, spill: Path) -> int:
    """How many keys the partner has, those in ``but`` not counted."""
    folders = sorted({path.parent for path in ledger})
    with Database(files=folders, memory=_MEMORY, spill=spill) as database:
        database.offer("refused", pa.table({"key": but}))
        latest = f"{_LATEST} FROM ({_files(ledger)}) GROUP BY key"
        found = database.query(f"SELECT count(*) AS n FROM ({latest}) WHERE op = 'I' AND key NOT IN (SELECT key FROM refused)")
        return int(found.column("n")[0].as_py())
