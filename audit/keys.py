"""Takes a folder and a log's name, makes or reads the log's Ed25519 key there. Nothing else touches private keys.

The file ``log.key`` (mode 600, in a folder of mode 700) holds one line in the encoding of golang.org/x/mod/sumdb/note:
``PRIVATE+KEY+<name>+<key id>+<base64 of type and seed>``.
"""

import base64
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.error import NoteError
from audit.note import ED25519, Signer, check_name, strict_base64
from audit.tiles import sync

FILE = "log.key"
# 33 bytes in base64, the first of which is 1, the signature type of Ed25519.
_LINE = re.compile(r"PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+(A[Q-Za-f][A-Za-z0-9+/]{42})\n?")


def make_or_read(folder: Path, origin: str, random: Callable[[int], bytes]) -> Signer:
    """The log's key in ``folder``, made from ``random(32)`` (``secrets.token_bytes``) if there is none.

    Two processes that make it at once get the same key.  NoteError if the key there is that of another log.
    """
    path = folder / FILE
    make(folder, origin, random)
    signer = read(path)
    if signer.name != origin:
        raise NoteError(f"{path.name} is the key of the log {signer.name}, not of {origin}")
    return signer


def make(folder: Path, origin: str, random: Callable[[int], bytes]) -> None:
    """A key in ``folder`` from ``random(32)``; one that is there already, of whatever log, stays. NoteError for a bad name."""
    if not (folder / FILE).exists():
        _make(folder / FILE, check_name(origin), random(32))


def read(path: Path) -> Signer:
    """Read a key file; NoteError if it is malformed or others may read it."""
    if path.stat().st_mode & 0o077:
        raise NoteError(f"{path.name} can be read by others: chmod 600 it, and make a new key if it may have been read")
    match = _LINE.fullmatch(path.read_text("utf-8"))
    if match is None:
        raise NoteError(f"{path.name} is not an Ed25519 key of a log: restore it from its backup")
    signer = Signer(match[1], Ed25519PrivateKey.from_private_bytes(strict_base64(match[3])[1:]))
    if signer.verifier.key_id.hex() != match[2]:
        raise NoteError(f"{path.name} is damaged (its key id is another): restore it from its backup")
    return signer


def _make(path: Path, origin: str, seed: bytes) -> None:
    """Write the whole file under another name, then link it: who comes second finds the first one's key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer = Signer(origin, Ed25519PrivateKey.from_private_bytes(seed))
    line = f"PRIVATE+KEY+{origin}+{signer.verifier.key_id.hex()}+{base64.b64encode(ED25519 + seed).decode()}\n"
    handle, temporary = tempfile.mkstemp(prefix=".key-", dir=path.parent)  # mode 600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()
    sync(path.parent)
