"""Takes the state database and the log folder, gives a verdict on whether the rows still say what was sealed. Reads only.

Apart from ``audit.verify`` so that a reviewer's copy needs no database.  Run the verification first: this trusts the folder.
A row that was changed before it was sealed cannot be found by anybody.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from audit import tiles
from audit.checkpoint import FILE, Checkpoint, unverified
from audit.error import DamageError, NoteError
from audit.prove import head, subtree
from audit.record import LOG_CHECKPOINT, LOG_ENTRY
from audit.verdict import Findings, Verdict

_ROWS, _HEADS = LOG_ENTRY.name, LOG_CHECKPOINT.name


def cross_check(engine: Engine, folder: Path) -> Verdict:
    """Compare every sealed row with its entry in the log, and every signed head with the tiles; DamageError without a head."""
    findings = Findings()
    with engine.connect() as connection:
        newest = connection.scalar(select(func.max(LOG_CHECKPOINT.c.size)))
    checkpoint = head(folder)  # after the database: a head published in between is no rollback
    with engine.connect() as connection:
        _heads(connection, folder, newest or 0, checkpoint, findings)
    for index in range(-(-checkpoint.size // tiles.WIDTH)):
        _rows(engine, folder, index, checkpoint.size, findings)
    with engine.connect() as connection:
        waiting = connection.scalar(select(func.count()).where(LOG_ENTRY.c.position.is_(None)))
    if waiting:
        findings.notes.append(f"{waiting} entries wait for the next seal")
    return findings.verdict(checkpoint)


def _heads(connection: Connection, folder: Path, newest: int, checkpoint: Checkpoint, findings: Findings) -> None:
    if newest > checkpoint.size:
        message = f"the log shows {checkpoint.size} entries, {newest} were signed: it was rolled back, or a seal was interrupted"
        findings.add("rolled-back", FILE, message, checkpoint.size, newest - 1)
    tree, known = subtree(folder, checkpoint.size), False
    for row in connection.execute(select(LOG_CHECKPOINT).order_by(LOG_CHECKPOINT.c.size)).yield_per(1000):
        if _said(row.note) != (row.size, row.root):
            findings.add("head-edited", _HEADS, f"the row for {row.size} entries is not what its note says", None)
        if not 0 < row.size <= checkpoint.size:
            continue
        known = known or row.size == checkpoint.size
        try:
            if tree(0, row.size).hex() != row.root:
                message = f"the head signed at {row.at} is not that of the log's first {row.size} entries"
                findings.add("head-rewritten", _HEADS, message, 0, row.size - 1)
        except DamageError as error:
            findings.add("missing-tile", _HEADS, str(error))
    if not known:
        message = f"the database never signed the log's head of {checkpoint.size} entries: it was restored from an old backup"
        findings.add("head-unknown", _HEADS, message, 0, checkpoint.size - 1)


def _said(note: str) -> tuple[int, str] | None:
    try:
        checkpoint = unverified(note.encode())
    except NoteError:
        return None
    return checkpoint.size, checkpoint.root.hex()


def _rows(engine: Engine, folder: Path, index: int, size: int, findings: Findings) -> None:
    """One bundle against the rows at its positions."""
    base, width = index * tiles.WIDTH, tiles.width(0, index, size)
    place = tiles.name(tiles.ENTRIES, index, width)
    query = select(LOG_ENTRY.c.position, LOG_ENTRY.c.entry).where(LOG_ENTRY.c.position.between(base, base + width - 1))
    with engine.connect() as connection:
        rows = {row.position - base: row.entry.encode() for row in connection.execute(query)}
    try:
        sealed = tiles.decode_bundle(tiles.load(folder, tiles.ENTRIES, index, width))[0][:width]
    except FileNotFoundError:
        sealed = []
    if len(sealed) < width:
        findings.add("missing-bundle", place, f"the bundle lacks entries from {base + len(sealed)} on", base + len(sealed))
    known = set(sealed)
    for number, entry in enumerate(sealed):
        position, row = base + number, rows.get(number)
        if row is None:
            findings.add("row-missing", _ROWS, f"the row of entry {position} is gone from the database", position)
        elif row != entry:
            code, what = (
                ("row-moved", "holds another entry") if row in known else ("row-edited", "was changed after it was sealed")
            )
            findings.add(code, _ROWS, f"the row of entry {position} {what}", position)
    findings.entries += len(sealed)
