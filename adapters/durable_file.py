"""Takes bytes and a path, gives a file that survives a power cut, and its digest on the way."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_CHUNK = 256 << 10


def write(path: Path, chunks: Iterable[bytes]) -> None:
    """A file whose bytes are on the disk, not only in its cache. OSError."""
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def rename(old: Path, new: Path) -> None:
    """In one step, and durable: a rename is on the disk when its folder is. OSError."""
    old.replace(new)
    folder = os.open(new.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path, hashed: "hashlib._Hash") -> Iterator[bytes]:
    """The bytes of a file, each chunk added to ``hashed``. OSError."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            hashed.update(chunk)
            yield chunk


def sha256(path: Path) -> str:
    """The digest of a file, 64 hex digits. OSError."""
    hashed = hashlib.sha256()
    for _ in read(path, hashed):
        continue
    return hashed.hexdigest()
