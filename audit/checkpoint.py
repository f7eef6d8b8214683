"""Takes origin, size and root, gives the text of a C2SP tlog-checkpoint, and reads one back. Nothing else spells checkpoints.

https://c2sp.org/tlog-checkpoint: a signed note whose text is the log's name (its origin), the number of entries, and the
root hash in base64, one a line.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audit.error import NoteError
from audit.note import Signer, Verifier, open_note, parse, sign, strict_base64

FILE = "checkpoint"  # its name in a log folder
VKEY = "vkey"  # the name of the verifier key's file beside it
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: ``size`` entries under ``root`` (32 bytes). ``note`` is the signed note it came from, verbatim."""

    origin: str
    size: int
    root: bytes
    note: str = field(default="", compare=False, repr=False)


def signed(origin: str, size: int, root: bytes, signer: Signer) -> Checkpoint:
    """A checkpoint signed by the log."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    return Checkpoint(origin, size, root, sign(text, [signer]).decode())


def opened(note: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
    """The checkpoint in a note that one of ``verifiers`` signed; NoteError otherwise. The caller checks the origin."""
    return _read(open_note(note, verifiers).text, note)


def unverified(note: bytes) -> Checkpoint:
    """The checkpoint in a note, signatures not looked at; NoteError if it is malformed."""
    return _read(parse(note)[0], note)


def published(folder: Path, verifiers: Sequence[Verifier]) -> Checkpoint | None:
    """The head that a log folder shows, None if it shows none yet; NoteError if none of ``verifiers`` signed it."""
    try:
        note = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    return opened(note, verifiers)


def _read(text: str, note: bytes) -> Checkpoint:
    """Extension lines are allowed and ignored, empty lines are not."""
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise NoteError("a checkpoint is three lines: origin, size, root hash")
    root = strict_base64(lines[2])
    if len(root) != 32:
        raise NoteError("the root hash of a checkpoint has 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root, note.decode())
