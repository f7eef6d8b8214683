"""Takes plain data, gives its one spelling as bytes (RFC 8785), and reads back nothing but that spelling.

Shared by the writer and the verifier.  The domain is narrower than JSON: objects, lists, strings, integers of at most
53 bits (RFC 8785 section 3.2.2.3 would print larger ones differently elsewhere), booleans and null.  No floats: a
count or an amount has one exact spelling.
"""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

import rfc8785

from audit.error import EntryError

_LARGEST = 2**53 - 1  # I-JSON, RFC 7493 section 2.2


def canonical(value: object) -> bytes:
    """The RFC 8785 spelling of ``value``; EntryError for a float, a large integer, a lone surrogate or another type."""
    try:
        return rfc8785.dumps(_plain(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        # The library's message may quote the value, so only its class is told.
        raise EntryError(f"the entry has no canonical JSON form ({type(error).__name__})") from None


def parse(data: bytes) -> Any:
    """What ``data`` says; EntryError unless it is byte for byte what ``canonical`` writes for that.

    For ASCII the C-coded ``json`` writes exactly RFC 8785 (tests compare the two) and is ten times as fast; beyond ASCII
    the two sort keys differently (code points there, UTF-16 units here), so such data take the slow road.
    """
    try:
        text = data.decode()
        value = _DECODER.decode(text)
        same = _ENCODER.encode(value) == text if data.isascii() else canonical(value) == data
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise EntryError("not canonical JSON (RFC 8785)")
    return value


def _plain(value: object) -> Any:
    """Mappings and tuples as the dicts and lists the library knows; floats refused before it would round them."""
    if isinstance(value, float):
        raise EntryError("floats are refused: write a count, or an amount in its smallest unit")
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def _small(digits: str) -> int:
    value = int(digits)
    if not -_LARGEST <= value <= _LARGEST:
        raise ValueError("an integer beyond 53 bits")
    return value


# Made once: json.loads and json.dumps would build them anew for every entry.
_DECODER = json.JSONDecoder(parse_float=_refuse, parse_int=_small, parse_constant=_refuse)
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False)
