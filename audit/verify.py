"""Takes a copy of a log folder and the log's verifier key, gives a verdict that names every bad entry. Reads files only, offline.

It shares with the writer the hashing (audit.merkle), the canonical form and the names of files, and nothing else: no
database, no private key, none of the sealer's code.  One pass from left to right; memory does not grow with the log.
"""

from pathlib import Path

from audit import tiles
from audit.canonical import parse
from audit.checkpoint import FILE, Checkpoint, unverified
from audit.compare import Bundle, compare
from audit.entry import shape
from audit.error import EntryError, NoteError
from audit.merkle import edge_root, leaf_hash, mth
from audit.note import Verifier, open_note, parse_vkey
from audit.verdict import Findings, Verdict
from audit.walk import Log, leaves, limit, load


def verify(folder: Path, vkey: str, *, origin: str | None = None, older: bytes | None = None) -> Verdict:
    """Verify the log in ``folder``, signed by ``vkey`` under ``origin`` (default: the key's own name).

    ``older`` is the note of a checkpoint kept from earlier; the log must extend it.  NoteError only if ``vkey`` itself is
    malformed: all that is wrong with the log is in the verdict.
    """
    verifier = parse_vkey(vkey)
    findings = Findings()
    checkpoint = _head(folder, verifier, origin or verifier.name, findings)
    earlier = None if older is None else _older(older, verifier, checkpoint, findings)
    if checkpoint is None:
        return findings.verdict(None)
    log = Log(folder, checkpoint.size, limit(folder), findings)
    prefix = _Prefix(earlier.size if earlier else 0)
    _entries(log, checkpoint.root, prefix)
    if earlier is not None:
        _extends(prefix, earlier, findings)
    _beyond(log)
    return findings.verdict(checkpoint)


def _head(folder: Path, verifier: Verifier, origin: str, findings: Findings) -> Checkpoint | None:
    """The checkpoint, if it can be read at all: with a bad signature the entries are looked at nevertheless."""
    try:
        note = (folder / FILE).read_bytes()
    except OSError as error:
        findings.add("no-checkpoint", FILE, f"the log has no readable checkpoint ({type(error).__name__})")
        return None
    try:
        checkpoint = unverified(note)
    except NoteError as error:
        findings.add("bad-checkpoint", FILE, str(error))
        return None
    if checkpoint.origin != origin:
        findings.add("wrong-origin", FILE, f"the checkpoint is of the log {checkpoint.origin}, expected {origin}")
    try:
        open_note(note, [verifier])
    except NoteError as error:
        findings.add("bad-signature", FILE, str(error))
    return checkpoint


def _older(note: bytes, verifier: Verifier, head: Checkpoint | None, findings: Findings) -> Checkpoint | None:
    """The older checkpoint, if the log's history can be compared with it."""
    try:
        open_note(note, [verifier])
        older = unverified(note)
    except NoteError as error:
        findings.add("bad-older", "the older checkpoint", str(error))
        return None
    if head is None:
        return None
    if older.origin != head.origin:
        findings.add("bad-older", "the older checkpoint", f"it is of the log {older.origin}, not of {head.origin}")
        return None
    if older.size > head.size:
        message = f"the log has {head.size} entries, an older checkpoint has {older.size}: it was rolled back"
        findings.add("rolled-back", FILE, message, head.size, older.size - 1)
        return None
    return older


def _extends(prefix: "_Prefix", earlier: Checkpoint, findings: Findings) -> None:
    root, last = prefix.root(), max(0, earlier.size - 1)
    if root is None:
        message = f"the root of the older checkpoint's {earlier.size} entries cannot be made: files are missing"
        findings.add("unproved", FILE, message, 0, last)
    elif root != earlier.root:
        message = f"the log does not extend the older checkpoint of {earlier.size} entries: its history was rewritten"
        findings.add("rewritten", FILE, message, 0, last)


def _entries(log: Log, root: bytes, prefix: "_Prefix") -> None:
    """Compare every bundle with the tile above it, and every entry with its canonical form."""
    before, missing = Bundle.none(), 0
    for index, row in leaves(log, root):
        entries = _bundle(log, index)
        if entries is None:
            missing += 1
            before = Bundle(row.hashes, None)
        else:
            _missing(log, index - missing, index)
            missing = 0
            bundle = Bundle(row.hashes, [leaf_hash(entry) for entry in entries])
            if bundle.tile is not None and bundle.tile != bundle.found:
                compare(index, log.size, before, bundle, _after(log, index + 1), log.findings)
            _forms(log, index, entries)
            before = bundle
        prefix.add(before.tile or before.found or [], tiles.width(0, index, log.size))
    last = -(-log.size // tiles.WIDTH)
    gone = min(log.limit, last) - missing
    if gone < last:
        message = f"the last entries are gone, from {gone * tiles.WIDTH} on"
        log.findings.add("truncated", tiles.name(tiles.ENTRIES, gone), message, gone * tiles.WIDTH, log.size - 1)


def _missing(log: Log, begin: int, end: int) -> None:
    if begin < end:
        first, last = begin * tiles.WIDTH, end * tiles.WIDTH - 1
        message = f"the entries {first} to {last} are gone"
        log.findings.add("missing-bundle", tiles.name(tiles.ENTRIES, begin), message, first, last)


def _forms(log: Log, index: int, entries: list[bytes]) -> None:
    """Every entry is the canonical spelling of an entry."""
    for place, data in enumerate(entries, index * tiles.WIDTH):
        code = "not-canonical"
        try:
            value = parse(data)
            code = "not-an-entry"
            shape(place, value)
        except EntryError as error:
            log.findings.add(code, tiles.name(tiles.ENTRIES, index), f"entry {place}: {error}", place)
    log.findings.entries += len(entries)


def _bundle(log: Log, index: int) -> list[bytes] | None:
    """The entries of a bundle's file, more or fewer than there should be; None if it is missing."""
    data = load(log, tiles.ENTRIES, index, tiles.width(0, index, log.size))
    if data is None:
        return None
    entries, rest = tiles.decode_bundle(data)
    if rest:
        first = index * tiles.WIDTH + len(entries)
        place = tiles.name(tiles.ENTRIES, index, tiles.width(0, index, log.size))
        log.findings.add("torn-bundle", place, f"the bundle breaks off within entry {first}", first)
    return entries


def _after(log: Log, index: int) -> Bundle:
    """The next bundle and tile as their files say, quietly, to see where an entry went."""
    width = tiles.width(0, index, log.size)
    if not width:
        return Bundle.none()
    data, tile = load(log, tiles.ENTRIES, index, width), load(log, 0, index, width)
    found = None if data is None else [leaf_hash(entry) for entry in tiles.decode_bundle(data)[0]]
    return Bundle(None if tile is None else tiles.split(tile), found)


def _beyond(log: Log) -> None:
    """Note files that hold more than the checkpoint covers: after a crash they may, after a rollback they do."""
    index, width = divmod(log.size, tiles.WIDTH)
    partial = log.folder / f"{tiles.name(tiles.ENTRIES, index)}.p"
    wider = [path.name for path in partial.glob("*") if path.name.isdecimal() and int(path.name) > width]
    if wider or log.limit > -(-log.size // tiles.WIDTH) or (width and (log.folder / tiles.name(tiles.ENTRIES, index)).exists()):
        log.findings.notes.append(
            f"there are files beyond the {log.size} entries of the checkpoint: a seal was under way or interrupted when the copy "
            "was made, or an older checkpoint was put back; compare with a checkpoint that a partner holds"
        )


class _Prefix:
    """The root of the first ``size`` entries, from the lowest tiles as they pass by."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._whole = True
        self._levels: list[list[bytes]] = [[]]

    def add(self, tile: list[bytes], width: int) -> None:
        """Take the next tile, which should have ``width`` hashes."""
        self._whole = self._whole and (len(tile) == width or not self._left)
        row = tile[: self._left]
        self._left -= len(row)
        level = 0
        while len(row) == tiles.WIDTH:
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            row, self._levels[level - 1] = [*self._levels[level], mth(row)], []
        if row:
            self._levels[level] = row

    def root(self) -> bytes | None:
        """The root; None if tiles were missing."""
        return edge_root(self._levels) if self._whole and not self._left else None
