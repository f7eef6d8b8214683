"""Takes bytes and a path in the state folder, writes files there: whole or not at all; alone may write and remove them.

A file gets a temporary name, is synchronised, renamed, and its folder synchronised; who sees the name sees the whole
content, also after a power cut. A scratch file is not synchronised: it is whole for every process until the machine stops.
A full disk is a TransientError that says so, and leaves no half file behind.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hub.interface import PermanentError, TransientError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_TEMPORARY = ".partial"


@contextmanager
def durable(path: Path) -> Iterator[BinaryIO]:
    """A file to be written; it appears under ``path`` when the block ends without an error."""
    with _whole(path) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    _synchronise(path.parent)


@contextmanager
def scratch(path: Path) -> Iterator[BinaryIO]:
    """A file that may be made again: as ``durable``, but a power cut may lose it or leave it empty."""
    with _whole(path) as file:
        yield file


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file under another name until the block ends without an error."""
    temporary = path.with_name(path.name + _TEMPORARY)
    try:
        with _told(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                yield file
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write(path: Path, data: bytes) -> None:
    """One durable file."""
    with durable(path) as file:
        file.write(data)


def verify(path: Path, sha256: str) -> None:
    """The file must still be the one that was written; PermanentError if it is gone or another."""
    found = digest(path)
    if found is None:
        raise PermanentError(f"{path.name} is gone from the spool: restore the state folder from its backup")
    if found != sha256:
        raise PermanentError(f"{path.name} in the spool was changed after it was written: restore it from a backup")


def digest(path: Path) -> str | None:
    """The SHA-256 of a file, 64 hex digits; None if it is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def remove(folder: Path) -> None:
    """A folder of the spool with all that is in it; nothing if there is none."""
    shutil.rmtree(folder, ignore_errors=True)


def size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _synchronise(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """A full disk, told as what it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise TransientError(
            f"no room left for {path.name} in the state folder: free space on its disk, then run again"
        ) from None
