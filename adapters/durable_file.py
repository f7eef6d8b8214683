"""Takes bytes and a path, gives a file that survives a power cut, and its digest on the way."""

import glob
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

_CHUNK = 256 << 10


def write(path: Path, chunks: Iterable[bytes]) -> Path:
    """A file beside ``path``, under a hidden name that nobody else has, whose bytes are on the disk and not only in its cache.

    OSError, after which it is gone.
    """
    written = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with written.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        written.unlink(missing_ok=True)
        raise
    return written


def rename(written: Path, path: Path) -> None:
    """In one step, and durable: a rename is on the disk when its folder is. Takes away what killed processes left. OSError."""
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        left.unlink(missing_ok=True)


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
