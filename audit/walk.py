"""Takes the tiles of a log folder and a signed root, gives the lowest tiles from left to right and says which the root proves.

Trust flows downwards: the root proves the rightmost tiles of all levels together, each tile proves those below it.  Where a
tile does not prove, it is made anew from what is below; if that proves, only the tile's file was damaged and the entries are
sound, else what is below was changed.  One tile of each level is in memory.  Reads only; part of the verifier.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from audit import tiles
from audit.checkpoint import FILE
from audit.merkle import edge_root, leaf_hash, mth
from audit.verdict import Findings

_CHANGED = "the tile was changed; what is below it is as it was signed"


@dataclass(frozen=True, slots=True)
class Log:
    """What is being verified: the first ``size`` entries in ``folder``.

    ``limit``: no file of the lowest level has this index or a higher one.
    """

    folder: Path
    size: int
    limit: int
    findings: Findings


@dataclass(frozen=True, slots=True)
class Row:
    """A tile's hashes (None: it cannot be had), and whether the signed root proves them."""

    hashes: list[bytes] | None
    proved: bool


def limit(folder: Path) -> int:
    """One more than the highest index of a tile or bundle file at the lowest level.

    At most twice the number of files: a single file with a huge number does not send the verifier on an endless walk.
    """
    highest, count = -1, 0
    for base in (folder / "tile" / "0", folder / "tile" / tiles.ENTRIES):
        for path in base.rglob("[0-9][0-9][0-9]*"):
            *groups, last = path.relative_to(base).parts
            digits = "".join(group.removeprefix("x") for group in groups) + last.removesuffix(".p")
            if digits.isascii() and digits.isdecimal():  # not so for what is inside a partial tile's folder
                highest, count = max(highest, int(digits)), count + 1
    return min(highest + 1, 2 * count)


def leaves(log: Log, root: bytes) -> Iterator[tuple[int, Row]]:
    """The lowest tiles from left to right, as far as there are files, with what the root proves of them."""
    rows = _right_edge(log, root)
    for level in reversed(range(len(rows))):
        index = log.size >> tiles.HEIGHT * (level + 1)
        yield from _below(log, level, index, tiles.width(level, index, log.size), rows[level])


def _below(log: Log, level: int, index: int, width: int, row: Row) -> Iterator[tuple[int, Row]]:
    """The lowest tiles under this one."""
    if level == 0:
        if width and index < log.limit:
            yield index, row
        return
    for place in range(width):
        child = index * tiles.WIDTH + place
        if child << tiles.HEIGHT * (level - 1) >= log.limit:
            return
        expected = None if row.hashes is None else row.hashes[place]
        yield from _below(log, level - 1, child, tiles.WIDTH, _tile(log, level - 1, child, expected, row.proved))


def _tile(log: Log, level: int, index: int, expected: bytes | None, proved: bool) -> Row:
    """A full tile; ``expected`` is what the tile above says of it, which is sure if that one is proved."""
    hashes = _read_tile(log, level, index)
    if hashes is not None and mth(hashes) == expected:
        return Row(hashes, proved)
    place = tiles.name(level, index)
    if not proved:
        if hashes is not None and expected is not None:
            log.findings.add("bad-tile", place, "it does not give the hash that the tile above has for it")
        return Row(hashes, proved=False)
    made = _make(log, level, index, tiles.WIDTH)
    if made is not None and mth(made) == expected:
        if hashes is not None:
            log.findings.add("bad-tile", place, _CHANGED)
        return Row(made, proved=True)
    first = index << tiles.HEIGHT * (level + 1)
    last = first + (1 << tiles.HEIGHT * (level + 1)) - 1
    message = f"entries {first} to {last}: neither the tile nor what is below gives the hash that was signed"
    log.findings.add("edited", place, message, first, last)
    return Row(made if hashes is None else hashes, proved=False)


def _right_edge(log: Log, root: bytes) -> list[Row]:
    """The rightmost tiles of all levels. Each is taken from its file or made anew, whichever proves them all together."""
    places = [(level, log.size >> tiles.HEIGHT * (level + 1)) for level in range(tiles.levels(log.size))]
    widths = [tiles.width(level, index, log.size) for level, index in places]
    files = [_read_tile(log, *place) if width else [] for place, width in zip(places, widths, strict=True)]
    rows = _proving([[file] for file in files], root)
    if rows is not None:
        return [Row(row, proved=True) for row in rows]
    made = [_make(log, *place, width) if width else [] for place, width in zip(places, widths, strict=True)]
    rows = _proving(list(zip(files, made, strict=True)), root)
    if rows is None:
        either = [new if file is None else file for file, new in zip(files, made, strict=True)]
        if None in either:
            code, why = "unproved", "cannot be made: files are missing"
        else:
            code, why = "wrong-root", "is not that of the tiles: the log or its checkpoint was rewritten"
        log.findings.add(code, FILE, f"the signed root of {log.size} entries {why}", 0, max(0, log.size - 1))
        return [Row(row, proved=False) for row in either]
    for place, width, file, row in zip(places, widths, files, rows, strict=True):
        if file is not None and row != file:
            log.findings.add("bad-tile", tiles.name(*place, width), _CHANGED)
    return [Row(row, proved=True) for row in rows]


def _proving(choices: Sequence[Sequence[list[bytes] | None]], root: bytes) -> list[list[bytes]] | None:
    """One of each level's choices, such that they give ``root``."""
    for chosen in product(*choices):
        rows = [row for row in chosen if row is not None]
        if len(rows) == len(choices) and edge_root(rows) == root:
            return rows
    return None


def _make(log: Log, level: int, index: int, width: int) -> list[bytes] | None:
    """A tile as the files below it say, quietly; None if they do not say enough."""
    if index << tiles.HEIGHT * level >= log.limit:
        return None
    if level == 0:
        found = load(log, tiles.ENTRIES, index, width)
        entries = [] if found is None else tiles.decode_bundle(found)[0][:width]
        return [leaf_hash(entry) for entry in entries] if len(entries) == width else None
    made = []
    for child in range(index * tiles.WIDTH, index * tiles.WIDTH + width):
        data = load(log, level - 1, child, tiles.WIDTH)
        sound = data is not None and len(data) == tiles.WIDTH * tiles.HASH
        below = tiles.split(data or b"") if sound else _make(log, level - 1, child, tiles.WIDTH)
        if below is None:
            return None
        made.append(mth(below))
    return made


def _read_tile(log: Log, level: int, index: int) -> list[bytes] | None:
    """The hashes of a tile's file; a finding and None if it is missing or torn."""
    width = tiles.width(level, index, log.size)
    place = tiles.name(level, index, width)
    if index << tiles.HEIGHT * level >= log.limit:
        return None  # told as "truncated"
    data = load(log, level, index, width)
    if data is None:
        log.findings.add("missing-tile", place, "the tile is missing")
        return None
    if len(data) != width * tiles.HASH:
        log.findings.add("torn-tile", place, f"the tile has {len(data)} bytes instead of {width * tiles.HASH}")
        return None
    return tiles.split(data)


def load(log: Log, level: int | str, index: int, width: int) -> bytes | None:
    """The bytes of a tile's or bundle's file, cut to ``width`` items if only the full one is there."""
    path = log.folder / tiles.name(level, index, width)
    try:
        return path.read_bytes()
    except OSError:
        if width == tiles.WIDTH:
            return None
    try:
        data = (log.folder / tiles.name(level, index)).read_bytes()
    except OSError:
        return None
    if level != tiles.ENTRIES:
        return data[: width * tiles.HASH]
    return tiles.encode_bundle(tiles.decode_bundle(data)[0][:width])
