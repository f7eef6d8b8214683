"""Takes a text and keys, gives a C2SP signed note, and opens notes with the keys one trusts. Ed25519 only.

https://c2sp.org/signed-note: the text, a blank line, one line ``— <key name> base64(key id || signature)`` for each signature.
Signatures by other keys are ignored (a witness, a later key); one by a key we know that does not verify spoils the note.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.error import NoteError

ED25519 = b"\x01"  # signature type
LARGEST = 1 << 20  # bytes of a note; the specification asks for room for 16 signatures

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_VKEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name it signs under."""

    name: str
    public: bytes  # 32 bytes, RFC 8032

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || 0x01 || public key)[:4]."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key as text: ``<name>+<key id in hex>+<base64 of type and key>``."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is this key's over ``text``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the name it signs under; its repr does not show the key."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.private.public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class Note:
    """An opened note: its text, and the known keys whose signatures it bears (at least one)."""

    text: str
    signed_by: tuple[Verifier, ...]


def parse_vkey(vkey: str) -> Verifier:
    """Read a verifier key; NoteError if it is malformed, not Ed25519, or its id is not that of its key."""
    match = _VKEY.fullmatch(vkey.strip())
    if match is None:
        raise NoteError("a verifier key is <name>+<8 hex digits>+<base64>")
    material = strict_base64(match[3])
    if material[:1] != ED25519 or len(material) != 33:
        raise NoteError(f"the verifier key of {match[1]} is not an Ed25519 key")
    verifier = Verifier(match[1], material[1:])
    if verifier.key_id.hex() != match[2]:
        raise NoteError(f"the verifier key of {match[1]} has the id {match[2]}, its key has {verifier.key_id.hex()}")
    return verifier


def check_name(name: str) -> str:
    """``name`` if it can be a key name: not empty, no blanks, no plus, no control characters; else NoteError."""
    if not name or "+" in name or not name.isprintable() or any(character.isspace() for character in name):
        raise NoteError("a key name must not be empty nor have blanks or a plus sign")
    return name


def sign(text: str, signers: Iterable[Signer]) -> bytes:
    """The note of ``text`` (which ends in a newline), signed by each of ``signers``."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("the text of a note ends in a newline and has no control characters")
    lines = []
    for signer in signers:
        signature = signer.verifier.key_id + signer.private.sign(text.encode())
        lines.append(f"— {signer.name} {base64.b64encode(signature).decode()}\n")
    return f"{text}\n{''.join(lines)}".encode()


def open_note(data: bytes, verifiers: Sequence[Verifier]) -> Note:
    """The text of a note that at least one of ``verifiers`` signed; NoteError otherwise."""
    text, signatures = parse(data)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed_by: list[Verifier] = []
    for name, key_id, signature in signatures:
        verifier = known.get((name, key_id))
        if verifier is None or verifier in signed_by:
            continue
        if not verifier.verifies(text.encode(), signature):
            raise NoteError(f"the signature of {name} does not verify: the text was changed after it was signed")
        signed_by.append(verifier)
    if not signed_by:
        names = ", ".join(sorted({verifier.name for verifier in verifiers}))
        raise NoteError(f"not signed by the key of {names}")
    return Note(text, tuple(signed_by))


def parse(data: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Text and signatures (name, key id, signature) of a note, nothing verified; NoteError if it is malformed."""
    if len(data) > LARGEST:
        raise NoteError(f"a note of {len(data)} bytes is too large")
    try:
        note = data.decode()
    except UnicodeDecodeError:
        raise NoteError("a note is UTF-8") from None
    text, blank, block = note.rpartition("\n\n")
    if not blank or not block.endswith("\n") or _CONTROL.search(note):
        raise NoteError("a note is a text, a blank line and signature lines, without control characters")
    signatures = []
    for line in block[:-1].split("\n"):
        match = _SIGNATURE.fullmatch(line)
        signature = strict_base64(match[2]) if match else b""
        if match is None or len(signature) < 5:
            raise NoteError("a malformed signature line")
        signatures.append((check_name(match[1]), signature[:4], signature[4:]))
    return text + "\n", signatures


def strict_base64(text: str) -> bytes:
    """RFC 4648 section 4 with one spelling for every value; NoteError for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error, and characters beyond ASCII
        raise NoteError("malformed base64") from None
    if base64.b64encode(data).decode() != text:
        raise NoteError("malformed base64")
    return data
