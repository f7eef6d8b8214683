"""Takes the static files of a log folder, gives inclusion and consistency proofs as text, and checks such texts offline.

* Inclusion: ``c2sp.org/tlog-proof@v1`` (https://c2sp.org/tlog-proof), file extension ``.tlog-proof``.
* Consistency: C2SP has no file for it, so the body of an ``add-checkpoint`` request to a witness is used
  (https://c2sp.org/tlog-witness): ``old <size>``, the proof's hashes, a blank line, the newer checkpoint.

A proof that would not verify is not handed out: DamageError says that the folder needs verification.
"""

import base64
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from audit import tiles
from audit.checkpoint import FILE, Checkpoint, opened, unverified
from audit.error import DamageError, NoteError
from audit.merkle import (
    Subtree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    mth,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from audit.note import Verifier, strict_base64

HEADER = "c2sp.org/tlog-proof@v1"
_NUMBER = "0|[1-9][0-9]{0,18}"
_HASH = "[A-Za-z0-9+/]{43}="
_INCLUSION = re.compile(
    rf"{re.escape(HEADER)}\n(?:extra ([A-Za-z0-9+/]+={{0,2}})\n)?index ({_NUMBER})\n((?:{_HASH}\n)*)\n(.*)", re.DOTALL
)
_CONSISTENCY = re.compile(rf"old ({_NUMBER})\n((?:{_HASH}\n)*)\n(.*)", re.DOTALL)


def subtree(folder: Path, size: int) -> Subtree:
    """MTH(D[begin:end]) of the tree of the first ``size`` entries, answered from tiles (a few of them are kept in memory).

    DamageError for a missing or torn tile.  The hashes are taken as they are: check the proof made of them.
    """

    @lru_cache(maxsize=64)
    def tile(level: int, index: int) -> list[bytes]:
        return tiles.hashes(folder, level, index, tiles.width(level, index, size))

    def range_hash(begin: int, end: int) -> bytes:
        count = end - begin
        if count & (count - 1):  # only at the right edge: a full subtree and the rest
            middle = begin + (1 << count.bit_length() - 1)
            return node_hash(range_hash(begin, middle), range_hash(middle, end))
        level = (count.bit_length() - 1) // tiles.HEIGHT
        first = begin >> tiles.HEIGHT * level
        place = first % tiles.WIDTH
        return mth(tile(level, first // tiles.WIDTH)[place : place + (count >> tiles.HEIGHT * level)])

    return range_hash


def head(folder: Path) -> Checkpoint:
    """The checkpoint of a log folder, its signature not looked at; DamageError if there is none."""
    try:
        return unverified((folder / FILE).read_bytes())
    except FileNotFoundError:
        raise DamageError("the folder has no checkpoint: it is not a log, or nothing was sealed yet") from None


def entry(folder: Path, index: int, size: int) -> bytes:
    """The bytes of entry ``index`` of the first ``size``; DamageError if its bundle is missing or torn."""
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a log of {size}")
    bundle, place = divmod(index, tiles.WIDTH)
    return tiles.entries(folder, bundle, tiles.width(0, bundle, size))[place]


def prove_inclusion(folder: Path, index: int, extra: bytes = b"") -> str:
    """The ``tlog-proof@v1`` text for entry ``index`` under the folder's checkpoint; ``extra`` travels along, unproved.

    ValueError if the log has no such entry.
    """
    checkpoint = head(folder)
    path = inclusion_proof(index, checkpoint.size, subtree(folder, checkpoint.size))
    leaf = leaf_hash(entry(folder, index, checkpoint.size))
    if not verify_inclusion(leaf, index, checkpoint.size, path, checkpoint.root):
        raise DamageError(f"the files of the log do not prove entry {index}: verify the log to see which one was changed")
    lines = [HEADER, *([f"extra {_text(extra)}"] if extra else []), f"index {index}", *map(_text, path), "", checkpoint.note]
    return "\n".join(lines)


def check_inclusion(proof: str, data: bytes, verifiers: Sequence[Verifier]) -> tuple[int, Checkpoint]:
    """Check that ``data`` is the entry that ``proof`` speaks of; its index and the signed head it is under.

    NoteError if the proof is malformed, its checkpoint is not signed by one of ``verifiers`` under that key's own origin, or
    it proves other bytes.
    """
    match = _INCLUSION.fullmatch(proof)
    if match is None:
        raise NoteError(f"not a {HEADER}")
    index, path = int(match[2]), _hashes(match[3])
    checkpoint = _trusted(match[4], verifiers)
    if not verify_inclusion(leaf_hash(data), index, checkpoint.size, path, checkpoint.root):
        raise NoteError("the proof does not lead from this entry to the signed root")
    return index, checkpoint


def prove_consistency(folder: Path, first: int) -> str:
    """The proof that the folder's checkpoint extends the tree of ``first`` entries; ValueError if it has fewer."""
    checkpoint = head(folder)
    tree = subtree(folder, checkpoint.size)
    proof = consistency_proof(first, checkpoint.size, tree)
    first_root = tree(0, first) if first else mth([])
    if not verify_consistency(first, checkpoint.size, first_root, checkpoint.root, proof):
        raise DamageError(f"the files of the log do not prove its head from {first} on: verify the log to see what was changed")
    return "\n".join([f"old {first}", *map(_text, proof), "", checkpoint.note])


def check_consistency(proof: str, older: Checkpoint, verifiers: Sequence[Verifier]) -> Checkpoint:
    """Check that the checkpoint in ``proof`` extends ``older`` (which the caller trusts), and give it; NoteError otherwise."""
    match = _CONSISTENCY.fullmatch(proof)
    if match is None:
        raise NoteError("not a consistency proof")
    checkpoint = _trusted(match[3], verifiers)
    if int(match[1]) != older.size:
        raise NoteError(f"the proof starts at {match[1]} entries, the older checkpoint has {older.size}")
    if checkpoint.origin != older.origin:
        raise NoteError(f"the checkpoints are of two logs, {older.origin} and {checkpoint.origin}")
    if not verify_consistency(older.size, checkpoint.size, older.root, checkpoint.root, _hashes(match[2])):
        raise NoteError(f"the log of {checkpoint.size} entries does not extend that of {older.size}: history was rewritten")
    return checkpoint


def _trusted(note: str, verifiers: Sequence[Verifier]) -> Checkpoint:
    """A checkpoint signed by the key whose name is its origin."""
    checkpoint = unverified(note.encode())
    own = [verifier for verifier in verifiers if verifier.name == checkpoint.origin]
    if not own:
        raise NoteError(f"the checkpoint is of the log {checkpoint.origin}, for which no key was given")
    return opened(note.encode(), own)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _hashes(lines: str) -> list[bytes]:
    return [strict_base64(line) for line in lines.splitlines()]
