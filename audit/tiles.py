"""Takes hashes and entries, gives the names and bytes of C2SP tlog-tiles files, and alone puts files into a log folder.

https://c2sp.org/tlog-tiles: ``tile/<L>/<N>[.p/<W>]`` holds up to 256 hashes of 32 bytes, ``tile/entries/<N>[.p/<W>]`` as many
entries, each behind its length (16 bits, big-endian).  A file appears whole or not at all and is on disk before it has its
name; a process killed while writing leaves at most one ``.tmp-*`` file, which nobody reads.
"""

import os
import struct
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from audit.error import DamageError, ForkError

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH = 32
ENTRIES = "entries"


def name(level: int | str, index: int, width: int = WIDTH) -> str:
    """The path of a tile (``level`` 0..63) or bundle (``ENTRIES``) below the log folder; ``width`` < 256: a partial one.

    >>> name(0, 1234067)
    'tile/0/x001/x234/067'
    """
    digits = f"{index:03d}"
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = "/".join([*("x" + group for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{path}" + (f".p/{width}" if width < WIDTH else "")


def levels(size: int) -> int:
    """How many tile levels a tree of ``size`` entries has."""
    return -(-size.bit_length() // HEIGHT)


def width(level: int, index: int, size: int) -> int:
    """How many hashes tile ``index`` of ``level`` has in a tree of ``size`` entries (0: there is no such tile)."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """The bytes of an entry bundle."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def decode_bundle(data: bytes) -> tuple[list[bytes], int]:
    """The whole entries of a bundle and the number of bytes behind them that form no whole entry (0 in a sound bundle)."""
    entries = []
    place, end = 0, len(data)
    while place + 2 <= end:
        stop = place + 2 + (data[place] << 8 | data[place + 1])
        if stop > end:
            break
        entries.append(data[place + 2 : stop])
        place = stop
    return entries, end - place


def split(data: bytes) -> list[bytes]:
    """The hashes of a tile; bytes behind the last whole hash are left away."""
    return [data[i : i + HASH] for i in range(0, len(data) - HASH + 1, HASH)]


def load(folder: Path, level: int | str, index: int, wanted: int) -> bytes:
    """The file of a tile or bundle that holds its first ``wanted`` items, maybe more.

    The partial file is tried first: the full one appears before the partial one goes (both are allowed at once by the
    specification, section "Partial Tiles").  FileNotFoundError if there is neither.
    """
    if wanted < WIDTH:
        try:
            return (folder / name(level, index, wanted)).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            pass
    return (folder / name(level, index)).read_bytes()


def hashes(folder: Path, level: int, index: int, wanted: int) -> list[bytes]:
    """The first ``wanted`` hashes of a tile; DamageError if the file is missing or torn."""
    place = name(level, index, wanted)
    try:
        data = load(folder, level, index, wanted)
    except FileNotFoundError:
        raise DamageError(f"{place} is missing from the log: restore the log folder from a copy or from the database") from None
    if len(data) % HASH or len(data) < wanted * HASH:
        raise DamageError(f"{place} is torn ({len(data)} bytes): restore the log folder from a copy or from the database")
    return split(data[: wanted * HASH])


def entries(folder: Path, index: int, wanted: int) -> list[bytes]:
    """The first ``wanted`` entries of a bundle; DamageError if the file is missing or torn."""
    place = name(ENTRIES, index, wanted)
    try:
        found = decode_bundle(load(folder, ENTRIES, index, wanted))[0]
    except FileNotFoundError:
        raise DamageError(f"{place} is missing from the log: verify the log") from None
    if len(found) < wanted:
        raise DamageError(f"{place} is torn after {len(found)} entries: verify the log")
    return found[:wanted]


def edge(folder: Path, size: int) -> list[list[bytes]]:
    """The hashes of the rightmost tiles of a tree of ``size`` that are not in a full tile, by level."""
    found = []
    for level in range(levels(size)):
        count = (size >> HEIGHT * level) % WIDTH
        found.append(hashes(folder, level, size >> HEIGHT * (level + 1), count) if count else [])
    return found


def put(folder: Path, place: str, data: bytes) -> None:
    """Write a file that never changes: if it is there with other bytes, ForkError and it stays as it is."""
    path = folder / place
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        replace(folder, place, data)
        return
    if found != data:
        raise ForkError(
            f"{place} in the log folder is not what the database says it is: one of them was restored from an old backup "
            "or changed; nothing was signed"
        )


def replace(folder: Path, place: str, data: bytes) -> None:
    """Give the file ``place`` the content ``data``, durably and in one step; OSError (disk full ...) leaves it as it was."""
    path = folder / place
    _make(path.parent)
    handle, temporary = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(directory: Path) -> None:
    """Make the names in ``directory`` durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def concatenate(tile: Sequence[bytes]) -> bytes:
    """The bytes of a tile."""
    return b"".join(tile)


def _make(directory: Path) -> None:
    if not directory.is_dir():
        _make(directory.parent)
        directory.mkdir(exist_ok=True)
        sync(directory.parent)
