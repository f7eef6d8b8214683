"""Takes a kind, a body and a time, gives the bytes of one log entry; it alone says what an entry may contain.

An entry is the canonical JSON (RFC 8785) of ``{"at", "body", "kind", "v"}``, at most 60 KiB (a bundle holds lengths of
16 bits).  ``at`` is UTC, ``2026-11-22T02:00:00.000000Z``.  ``SCHEMA`` publishes the rules as JSON Schema 2020-12.

No free text, so that no name, address or remark of a person can get in.  A value of the body is

* an integer (a count, a size), ``true``, ``false`` or ``null``;
* a *code*: up to 256 ASCII letters, digits and ``. _ : / @ + = , # % ~ -``, no blanks: ids, digests, rule and error codes,
  versions, names of exchanges, tables and partners, times in ISO 8601;
* a time with a blank, ``2026-11-22 02:00:00``;
* a list or an object of these, at most six deep, whose keys are codes.

A code that holds a valid 18-digit citizen's number (GB 11643) or a mobile number is refused too.  ``token`` turns a
string from outside (a partner's reference, its error code) into a value that is always accepted.

A kind is ``<thing>.<event>``; anyone may add one.  By convention, and for ``audit.report`` to find them,

* ``window.*`` (opened, staged, closed, failed, blocked ...), ``quarantine.*`` (replayed, discarded) and ``lease.*`` (taken)
  have ``exchange`` and ``window`` in their body,
* ``part.*`` (sending, outcome) have ``exchange``, ``window`` and ``part``; a receipt or payload is named by its SHA-256 in hex,
  by which ``audit.evidence`` ties the file to the entry.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from audit.canonical import canonical, parse
from audit.error import EntryError

LARGEST = 60 * 1024
VERSION = 1

_KIND = r"^[a-z][a-z_]{0,30}\.[a-z][a-z_]{0,30}$"
_CODE = r"^[A-Za-z0-9._:/@+=,#%~-]{0,256}$"
_TIME = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"
_AT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$"
_DEEPEST = 6
_MEMBERS = frozenset({"at", "body", "kind", "v"})

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One entry of the exchange log",
    "type": "object",
    "required": ["at", "body", "kind", "v"],
    "additionalProperties": False,
    "properties": {
        "at": {"type": "string", "pattern": _AT},
        "kind": {"type": "string", "pattern": _KIND},
        "v": {"const": VERSION},
        "body": {"$ref": "#/$defs/object"},
    },
    "$defs": {
        "object": {
            "type": "object",
            "propertyNames": {"pattern": _CODE},
            "additionalProperties": {"$ref": "#/$defs/value"},
        },
        "value": {
            "anyOf": [
                {"type": ["integer", "boolean", "null"]},
                {"type": "string", "pattern": _CODE},
                {"type": "string", "pattern": _TIME},
                {"type": "array", "items": {"$ref": "#/$defs/value"}},
                {"$ref": "#/$defs/object"},
            ]
        },
    },
}

# re's "$" would accept a trailing newline; fullmatch does not, and tells ASCII digits from others.
_is_kind = re.compile(_KIND, re.ASCII).fullmatch
_is_code = re.compile(_CODE, re.ASCII).fullmatch
_is_time = re.compile(_TIME, re.ASCII).fullmatch
_is_at = re.compile(_AT, re.ASCII).fullmatch
_CITIZEN = re.compile(r"(?<![0-9A-Za-z])(\d{6}(\d{8})\d{3}[0-9Xx])(?![0-9A-Za-z])", re.ASCII)
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as read back: its position in the log (from 0), time (ISO 8601, UTC), kind and body."""

    index: int
    at: str
    kind: str
    body: Mapping[str, Any]


def encode(kind: str, body: Mapping[str, Any], at: datetime) -> bytes:
    """The bytes of one entry; EntryError if it breaks the schema, naming the key and never the value."""
    if not _is_kind(kind):
        raise EntryError("the kind of an entry is <thing>.<event> in small letters")
    if at.tzinfo is None:
        raise EntryError(f"{kind}: the time of an entry needs a time zone")
    _check(body, "body", 0)
    data = canonical({"at": utc(at), "body": body, "kind": kind, "v": VERSION})
    if len(data) > LARGEST:
        raise EntryError(f"{kind}: {len(data)} bytes, an entry holds at most {LARGEST}: log a digest of the list instead")
    return data


def decode(index: int, data: bytes) -> Entry:
    """Read the entry at ``index`` back; EntryError if these bytes are not canonical JSON or not an entry."""
    return shape(index, parse(data))


def shape(index: int, value: Any) -> Entry:
    """``value`` as an entry; EntryError if it has other members than an entry, or malformed ones."""
    if not isinstance(value, dict) or value.keys() != _MEMBERS or value["v"] != VERSION:
        raise EntryError(f"entry {index} has not the members of an entry")
    at, kind, body = value["at"], value["kind"], value["body"]
    if not (isinstance(at, str) and _is_at(at) and isinstance(kind, str) and _is_kind(kind) and isinstance(body, dict)):
        raise EntryError(f"entry {index} has a malformed time, kind or body")
    return Entry(index, at, kind, body)


def token(text: str) -> str:
    """``text`` itself if the schema accepts it, else ``text:`` and 8 hex digits of the SHA-256 of its UTF-8.

    For strings that come from outside: they can neither break the log nor carry a person's data into it.  The short digest
    tells two error texts apart and is too short to prove a guess; a citizen's or mobile number becomes ``withheld``,
    because all of them can be tried.
    """
    if _personal(text) is not None:
        return "withheld"
    if _refusal(text) is None:
        return text
    return "text:" + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]


def _check(value: object, place: str, depth: int) -> None:
    """Refuse whatever the schema does not name; ``place`` is the path of keys for the message."""
    if depth > _DEEPEST:
        raise EntryError(f"{place}: deeper than {_DEEPEST} levels")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or _refusal(key) is not None or not _is_code(key):
                raise EntryError(f"{place}: a key is not a code")  # the key itself may be the secret
            _check(item, f"{place}.{key}", depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item, f"{place}[]", depth + 1)
    elif isinstance(value, str):
        refusal = _refusal(value)
        if refusal is not None:
            raise EntryError(f"{place}: {refusal}; log an id or a digest (audit.entry.token)")
    elif not (value is None or isinstance(value, int)):
        raise EntryError(f"{place}: {type(value).__name__} is not a value of an entry")


def _refusal(text: str) -> str | None:
    """Why ``text`` may not stand in an entry; None if it may."""
    if not (_is_code(text) or _is_time(text)):
        return "not a code"
    return _personal(text)


def _personal(text: str) -> str | None:
    if any(_is_citizen(number, born) for number, born in _CITIZEN.findall(text)):
        return "holds a citizen's number"
    if _MOBILE.search(text):
        return "holds a mobile number"
    return None


def _is_citizen(number: str, born: str) -> bool:
    """GB 11643-1999: birth date and ISO 7064 MOD 11-2 check character."""
    try:
        date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper() and "1850" <= born[:4] < "2100"


def utc(at: datetime) -> str:
    """``at`` as entries spell it: UTC, microseconds, ``Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
