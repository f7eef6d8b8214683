"""Takes settled parts, keeps what the partner has of an exchange as Parquet files; alone writes the ledger folder.

A ledger file has the sidecar's columns: ``key`` and ``digest`` (16 bytes), ``op`` (I, D), ``row_id``, ``keys`` (JSON of the key
fields). In the order of the parts' turns the newest row of a key wins. A part that the partner has taken but not judged yet
counts as delivered, or its rows would be sent a second time; what the partner refuses later is taken out again.
The digest of each file is in the database and in the log from the moment the file counts: ``hub.vouching`` compares the three,
and no window is compared with a file that is another by now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Engine, func, select, update

from audit.entry import utc
from audit.record import record
from hub import spool
from hub.interface import PermanentError
from hub.kernel.compare import merge
from hub.lease import Lease, insert_for
from hub.part import OPEN, StoredPart
from hub.state.database import reading
from hub.state.folder import Folder
from hub.state.tables import PART, SEGMENT, WINDOW

SCHEMA = pa.schema(
    [
        pa.field("key", pa.binary(16)),
        pa.field("digest", pa.binary(16)),
        pa.field("op", pa.string()),
        pa.field("row_id", pa.string()),
        pa.field("keys", pa.string()),
    ]
)
_TURNS = 24  # files of more turns than these are merged into one: two days of two-hourly windows
_BATCH = 50_000
_COMPRESSION = {"key": "none", "digest": "none", "op": "lz4", "row_id": "lz4", "keys": "lz4"}  # digests do not compress


@dataclass(frozen=True, slots=True)
class Ledger:
    """The files of one exchange, oldest first, and how many rows they hold (several of one key count each).

    ``digests``: of the files, None where a file is older than digests of the ledger are.
    """

    files: tuple[Path, ...]
    rows: int
    digests: tuple[str | None, ...]


def ledger(engine: Engine, folder: Folder, exchange: str, *, after: int = 0) -> Ledger:
    """What the partner has; ``after``: only by parts of later turns. PermanentError if a file is gone."""
    parts = (
        select(PART.c.ledger, PART.c.rows, PART.c.ledger_sha256)
        .join(WINDOW, WINDOW.c.id == PART.c.window_id)
        .where(WINDOW.c.exchange == exchange, PART.c.ledger.is_not(None), PART.c.merged.is_(False), PART.c.turn > after)
        .order_by(PART.c.turn, PART.c.number)
    )
    segment = select(SEGMENT.c.path, SEGMENT.c.rows, SEGMENT.c.sha256).where(
        SEGMENT.c.exchange == exchange, SEGMENT.c.turn > after
    )
    with reading(engine) as connection:
        rows = [*connection.execute(segment), *connection.execute(parts)]
    files = tuple(folder.absolute(row[0]) for row in rows)
    gone = [path.name for path in files if not path.exists()]
    if gone:
        raise PermanentError(f"{exchange}: {gone[0]} is gone from the ledger: restore the state folder from its backup")
    return Ledger(files, sum(int(row[1]) for row in rows), tuple(row[2] for row in rows))


def unchanged(engine: Engine, folder: Folder, exchange: str) -> Ledger:
    """What the partner has, every file read through once: PermanentError if one is not the file that was logged."""
    known = ledger(engine, folder, exchange)
    for path, sha256 in zip(known.files, known.digests, strict=True):
        if sha256 is not None and spool.digest(path) != sha256:
            raise PermanentError(
                f"{exchange}: {path.name} in the ledger was changed after it was written, nothing can be compared with it: "
                "restore it from a backup of the state folder"
            )
    return known


def turn(engine: Engine, exchange: str) -> int:
    """The newest turn of an exchange: how many windows have sent something."""
    query = select(func.max(PART.c.turn)).join(WINDOW, WINDOW.c.id == PART.c.window_id).where(WINDOW.c.exchange == exchange)
    with reading(engine) as connection:
        return int(connection.scalar(query) or 0)


def extend(folder: Folder, stored: StoredPart, taken: pa.Table) -> dict[str, str]:
    """Make the ledger file of a part of which the partner has taken these rows of the sidecar; its path and digest."""
    name = f"{stored.turn:08d}-{stored.part.number:04d}-{stored.part.id[:12]}.parquet"
    path = folder.ledger / stored.part.heading.exchange / name
    if taken.num_rows == stored.part.rows:
        spool.write(path, stored.sidecar.read_bytes())
    else:
        write(path, iter(taken.to_batches()))
    return named(folder, path)


def named(folder: Folder, path: Path) -> dict[str, str]:
    """A file that is the ledger's from now on, as exchange_part names it."""
    return {"ledger": folder.relative(path), "ledger_sha256": spool.digest(path) or ""}


def write(path: Path, batches: Iterator[pa.RecordBatch]) -> int:
    """A durable file of the ledger's columns; its rows."""
    rows = 0
    options = {"compression": _COMPRESSION, "use_dictionary": ["op"], "write_statistics": False}
    with spool.durable(path) as file, pq.ParquetWriter(file, SCHEMA, **options) as writer:
        for batch in batches:
            rows += batch.num_rows
            writer.write_batch(batch.cast(SCHEMA))
    return rows


def delivered_later(engine: Engine, folder: Folder, stored: StoredPart, keys: pa.ChunkedArray) -> pa.Array:
    """Those of ``keys`` that parts of later turns delivered, so that older news about them is history."""
    found = [pa.array([], pa.binary(16))]
    files = ledger(engine, folder, stored.part.heading.exchange, after=stored.turn).files if len(keys) else ()
    wanted = keys.combine_chunks()
    for path in files:
        for batch in pq.ParquetFile(path).iter_batches(_BATCH, columns=["key"]):
            column = batch.column(0)
            found.append(column.filter(pc.is_in(column, wanted)))
    return pa.concat_arrays(found)


def compact(lease: Lease) -> None:
    """Merge the files of an exchange into one when they are of many turns; the database names it before the old ones go.

    Only what can no longer change is merged: turns before the first one that still has an open part.
    """
    state, exchange = lease.state, lease.exchange
    mine = select(WINDOW.c.id).where(WINDOW.c.exchange == exchange)
    parts = PART.c.window_id.in_(mine) & PART.c.merged.is_(False)
    with reading(state.engine) as connection:
        limit = connection.scalar(select(func.min(PART.c.turn)).where(parts, PART.c.state.in_(OPEN)))
        settled = parts & (PART.c.turn < limit) if limit is not None else parts
        rows = connection.execute(select(PART.c.turn, PART.c.ledger).where(settled).order_by(PART.c.turn, PART.c.number)).all()
        old = connection.scalar(select(SEGMENT.c.path).where(SEGMENT.c.exchange == exchange))
    if len({row.turn for row in rows}) <= _TURNS:
        return
    unchanged(state.engine, state.folder, exchange)  # or a change would be sealed as the truth
    names = [name for name in (old, *(row.ledger for row in rows)) if name is not None]
    path = state.folder.ledger / exchange / f"segment-{rows[-1].turn:08d}.parquet"
    with merge([state.folder.absolute(name) for name in names], state.folder.spool / exchange) as batches:
        count = write(path, batches)
    lease.run.at("segment written")
    told = {"turn": rows[-1].turn, "rows": count, "sha256": spool.digest(path)}
    with lease.transaction() as connection:
        made = told | {"path": state.folder.relative(path), "made_at": utc(lease.run.clock())}
        segment = insert_for(connection)(SEGMENT).values(exchange=exchange, **made)
        connection.execute(segment.on_conflict_do_update(index_elements=["exchange"], set_=made))
        connection.execute(update(PART).where(settled).values(merged=True))
        record(connection, "ledger.merged", {"exchange": exchange, "window": None} | told, lease.run.clock())
    lease.run.at("segment known")
    for name in names:
        state.folder.absolute(name).unlink(missing_ok=True)
