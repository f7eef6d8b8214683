"""Takes committed entries of the database, gives each its place in the log, and alone writes tiles and signs checkpoints.

The life of an entry, each step durable before the next and harmless to repeat:

1. *recorded*   in the transaction of the change it tells (audit.record); ``position`` is NULL
2. *sequenced*  committed rows get the next positions, in one transaction; this order is final
3. *written*    bundles and tiles up to the new size; a file that exists must already say the same
4. *signed*     the new head goes into ``log_checkpoint``: whoever commits it first has signed; before that nobody saw it
5. *published*  the file ``checkpoint`` is replaced, the last step that readers see
6. *tidied*     partial tiles of tiles that are now full go

A sealer killed anywhere leaves a state from which the next one goes on, because it redoes steps 3 to 5 from the database.
Steps 2, 4 and 5 happen in transactions that hold the row of ``log_lock``; step 3 needs no lock, since two sealers write
the same bytes.  A head smaller than, or not an extension of, one that was signed before is never signed: ForkError.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text

from audit import tiles
from audit.checkpoint import FILE, VKEY, Checkpoint, opened, published, signed
from audit.entry import utc
from audit.error import DamageError, ForkError
from audit.merkle import edge_root, leaf_hash, mth
from audit.note import Signer, Verifier
from audit.record import LOG_CHECKPOINT, LOG_ENTRY

Step = Callable[[str], None]
Write = Callable[[Path, str, bytes], None]

_LOCK = text("INSERT INTO log_lock (id, taken) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET taken = log_lock.taken + 1")


def _unwatched(step: str) -> None:
    """The default watcher of steps."""


def seal(engine: Engine, folder: Path, signer: Signer, at: datetime, step: Step = _unwatched) -> Checkpoint | None:
    """Bring every committed entry into the log in ``folder``, and repair what a killed sealer left; give the head.

    None if there is no entry at all.  ``step`` is told the name of each step after it is done; what it raises ends the seal
    there.  ForkError or DamageError if database and folder do not fit together, NoteError if the folder's checkpoint is
    not of this key; OSError for a full disk; nothing is signed then.  Any number of sealers may run at once.
    """
    while True:
        head = _caught_up(engine, folder, signer.verifier, step)
        size = _sequence(engine, _size(head))
        step("sequenced")
        if size == _size(head):
            return head
        root = _write(engine, folder, _edge(folder, head), _size(head), size, tiles.put, step)
        checkpoint = signed(signer.name, size, root, signer)
        if _sign(engine, head, checkpoint, at):
            step("signed")
            _publish(engine, folder, checkpoint, signer.verifier, step)
            _tidy(folder, _size(head), size)
            step("tidied")
            return checkpoint


def restore(engine: Engine, folder: Path, verifier: Verifier) -> Checkpoint | None:
    """Rewrite every file of a damaged log folder from the database, up to the newest signed head; give that head.

    ForkError, and nothing is written, if the database's entries are not those that were signed.
    """
    head = _newest(engine, verifier)
    if head is None:
        return None
    if _write(engine, folder, [], 0, head.size, _nowhere, _unwatched) != head.root:
        raise ForkError(f"the database does not hold the {head.size} entries that were signed: restore it from a newer backup")
    _write(engine, folder, [], 0, head.size, tiles.replace, _unwatched)
    tiles.replace(folder, VKEY, f"{verifier.vkey}\n".encode())
    tiles.replace(folder, FILE, head.note.encode())
    return head


def _caught_up(engine: Engine, folder: Path, verifier: Verifier, step: Step) -> Checkpoint | None:
    """The newest signed head, after making sure that the folder shows it and that the two agree."""
    shown = published(folder, [verifier])  # before the database, or a head published in between would look like a fork
    head = _newest(engine, verifier)
    _agree(engine, shown, head, verifier)
    edge = _edge(folder, shown)
    if head is not None and _size(shown) < head.size:
        if _write(engine, folder, edge, _size(shown), head.size, tiles.put, step) != head.root:
            raise ForkError(f"the database does not hold the {head.size} entries that were signed; nothing was signed")
        _publish(engine, folder, head, verifier, step)
        _tidy(folder, _size(shown), head.size)
    return head


def _agree(engine: Engine, shown: Checkpoint | None, head: Checkpoint | None, verifier: Verifier) -> None:
    """ForkError unless the head that the folder shows is one that the database remembers having signed."""
    if shown is None:
        return
    if shown.origin != verifier.name:
        raise ForkError(f"the log folder belongs to {shown.origin}, not to {verifier.name}")
    if shown.size > _size(head):
        raise ForkError(
            f"the log folder shows {shown.size} sealed entries, the database knows of {_size(head)}: the database was restored "
            "from an old backup, or is not that of this log; nothing was signed"
        )
    with engine.connect() as connection:
        root = connection.scalar(select(LOG_CHECKPOINT.c.root).where(LOG_CHECKPOINT.c.size == shown.size))
    if root != shown.root.hex():
        raise ForkError(
            f"the database never signed the head of {shown.size} entries that the log folder shows: one of them was restored "
            "from an old backup or changed; nothing was signed"
        )


def _newest(engine: Engine, verifier: Verifier) -> Checkpoint | None:
    """The newest head that was signed."""
    with engine.connect() as connection:
        row = connection.execute(select(LOG_CHECKPOINT).order_by(LOG_CHECKPOINT.c.size.desc()).limit(1)).first()
    if row is None:
        return None
    head = opened(row.note.encode(), [verifier])
    if (head.size, head.root.hex()) != (row.size, row.root):
        raise ForkError(f"the row of log_checkpoint for {row.size} entries was changed; nothing was signed")
    return head


def _sequence(engine: Engine, sealed: int) -> int:
    """Give every committed entry without a position the next one, in the order of their ids; the number of positions."""
    with engine.connect() as connection:
        if connection.scalar(select(LOG_ENTRY.c.id).where(LOG_ENTRY.c.position.is_(None)).limit(1)) is None:
            return _sequenced(connection, sealed)
    with engine.begin() as connection:
        connection.execute(_LOCK)
        first = _sequenced(connection, sealed)
        places = (
            select(LOG_ENTRY.c.id, (func.row_number().over(order_by=LOG_ENTRY.c.id) + (first - 1)).label("position"))
            .where(LOG_ENTRY.c.position.is_(None))
            .subquery("places")
        )
        connection.execute(LOG_ENTRY.update().values(position=places.c.position).where(LOG_ENTRY.c.id == places.c.id))
        return _sequenced(connection, sealed)


def _sequenced(connection: Connection, sealed: int) -> int:
    last = connection.scalar(select(func.max(LOG_ENTRY.c.position)))
    size = 0 if last is None else int(last) + 1
    if size < sealed:
        raise ForkError(f"{sealed} entries were signed, the database holds {size} of them; nothing was signed")
    return size


def _edge(folder: Path, head: Checkpoint | None) -> list[list[bytes]]:
    """The right edge of the tree in the folder, proved against the signed head."""
    if head is None:
        return []
    edge = tiles.edge(folder, head.size)
    if edge_root(edge) != head.root:
        raise DamageError(
            f"the tiles of the log folder do not give the signed root of {head.size} entries: run the verification to see "
            "which file was changed, and restore the folder from a copy or from the database; nothing was signed"
        )
    return edge


def _write(engine: Engine, folder: Path, edge: list[list[bytes]], begin: int, end: int, write: Write, step: Step) -> bytes:
    """Write the files of entries ``begin`` to ``end`` onto a tree with this right edge; give the new root."""
    levels = [list(row) for row in edge]
    for index, entries in _bundles(engine, begin // tiles.WIDTH, end):
        leaves = [leaf_hash(entry) for entry in entries]
        known = levels[0] if levels else []
        if leaves[: len(known)] != known:
            raise ForkError(f"an entry of {index * tiles.WIDTH} to {begin - 1} was changed in the database after it was sealed")
        place = tiles.name(tiles.ENTRIES, index, len(entries))
        write(folder, place, tiles.encode_bundle(entries))
        step(f"wrote {place}")
        levels[:1] = [leaves]
        _carry(folder, levels, index, write, step)
    for level, row in enumerate(levels):
        if row:
            _tile(folder, level, end >> tiles.HEIGHT * (level + 1), row, write, step)
    return edge_root(levels)


def _carry(folder: Path, levels: list[list[bytes]], index: int, write: Write, step: Step) -> None:
    """Write each tile that is full now and put its root into the level above; ``index`` is that of the lowest tile."""
    level = 0
    while len(levels[level]) == tiles.WIDTH:
        _tile(folder, level, index >> tiles.HEIGHT * level, levels[level], write, step)
        if level + 1 == len(levels):
            levels.append([])
        levels[level + 1].append(mth(levels[level]))
        levels[level] = []
        level += 1


def _tile(folder: Path, level: int, index: int, row: list[bytes], write: Write, step: Step) -> None:
    place = tiles.name(level, index, len(row))
    write(folder, place, tiles.concatenate(row))
    step(f"wrote {place}")


def _nowhere(folder: Path, place: str, data: bytes) -> None:
    """Write nothing: for a root that is computed before anything is touched."""


def _bundles(engine: Engine, index: int, end: int) -> Iterator[tuple[int, list[bytes]]]:
    """Bundle by bundle (at most 256 entries in memory) the sequenced entries of the database, without a hole."""
    while index * tiles.WIDTH < end:
        begin, stop = index * tiles.WIDTH, min(end, (index + 1) * tiles.WIDTH)
        query = select(LOG_ENTRY.c.position, LOG_ENTRY.c.entry).order_by(LOG_ENTRY.c.position)
        with engine.connect() as connection:
            rows = connection.execute(query.where(LOG_ENTRY.c.position.between(begin, stop - 1))).all()
        missing = set(range(begin, stop)).difference(row.position for row in rows)
        if missing:
            raise ForkError(f"entry {min(missing)} is missing in the database; nothing was signed")
        yield index, [row.entry.encode() for row in rows]
        index += 1


def _sign(engine: Engine, head: Checkpoint | None, checkpoint: Checkpoint, at: datetime) -> bool:
    """Remember ``checkpoint`` as the newest head; False if another sealer was first, then ``checkpoint`` is void."""
    with engine.begin() as connection:
        connection.execute(_LOCK)
        newest = connection.scalar(select(func.max(LOG_CHECKPOINT.c.size)))
        if (newest or 0) != _size(head):
            return False
        values = {"size": checkpoint.size, "root": checkpoint.root.hex(), "note": checkpoint.note, "at": utc(at)}
        connection.execute(LOG_CHECKPOINT.insert().values(values))
    return True


def _publish(engine: Engine, folder: Path, checkpoint: Checkpoint, verifier: Verifier, step: Step) -> None:
    """Show ``checkpoint`` in the folder unless it shows a later one already."""
    with engine.begin() as connection:
        connection.execute(_LOCK)
        vkey = f"{verifier.vkey}\n".encode()
        if not (folder / VKEY).exists() or (folder / VKEY).read_bytes() != vkey:
            tiles.replace(folder, VKEY, vkey)
        if _size(published(folder, [verifier])) < checkpoint.size:
            tiles.replace(folder, FILE, checkpoint.note.encode())
    step("published")


def _tidy(folder: Path, before: int, size: int) -> None:
    """Remove the partial tiles of the tree of ``before`` that became full; what a killed sealer leaves here does no harm."""
    for level in range(tiles.levels(before)):
        index = before >> tiles.HEIGHT * (level + 1)
        if tiles.width(level, index, size) == tiles.WIDTH:
            kinds: list[int | str] = [level] if level else [level, tiles.ENTRIES]
            for kind in kinds:
                shutil.rmtree(folder / f"{tiles.name(kind, index)}.p", ignore_errors=True)


def _size(head: Checkpoint | None) -> int:
    return 0 if head is None else head.size
