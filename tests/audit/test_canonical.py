"""Canonical JSON: one spelling to write, and nothing but that spelling to read."""

import json
import math
from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import canonical, parse
from audit.error import EntryError

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALAR = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
VALUE = st.recursive(SCALAR, lambda item: st.lists(item, max_size=4) | st.dictionaries(TEXT, item, max_size=4), max_leaves=12)


@given(VALUE)
def test_what_is_written_is_rfc_8785_and_reads_back(value):
    """``canonical`` writes what the RFC 8785 library writes, and ``parse`` accepts just that."""
    data = canonical(value)
    assert data == rfc8785.dumps(value)
    assert parse(data) == value


@given(st.dictionaries(st.text(st.characters(codec="ascii"), max_size=6), SCALAR, max_size=5))
def test_another_spelling_of_the_same_value_is_refused(value):
    """Blanks, an unsorted object or escapes that were not needed: only one spelling is canonical."""
    for spelling in (json.dumps(value), json.dumps(value, indent=1), " " + json.dumps(value, separators=(",", ":"))):
        if spelling.encode() != canonical(value):
            with pytest.raises(EntryError):
                parse(spelling.encode())


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud800"}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b"[" * 100_000,
        b"",
        # RFC 8785 section 3.2.3 sorts by UTF-16 units: U+10000 (D800 DC00) comes before U+E000.
        '{"\ue000":1,"\U00010000":2}'.encode(),
    ],
)
def test_hostile_spellings_are_refused(data):
    """Duplicate and unsorted keys, floats, large numbers, needless escapes, byte order marks, broken UTF-8, deep nesting."""
    with pytest.raises(EntryError):
        parse(data)


def test_keys_beyond_the_basic_plane_sort_by_utf_16():
    """U+10000 before U+E000, as RFC 8785 section 3.2.3 has it, although its code point is higher."""
    data = '{"\U00010000":2,"\ue000":1}'.encode()
    assert canonical({"\ue000": 1, "\U00010000": 2}) == data
    assert parse(data) == {"\ue000": 1, "\U00010000": 2}


@pytest.mark.parametrize(
    "value", [1.0, math.nan, 2**53, {"a": [{"b": 0.5}]}, {1: 2}, {"a": b"x"}, {"\ud800": 1}, "\ud800", {"a": {1}}]
)
def test_values_without_an_exact_spelling_are_refused(value):
    """Floats at any depth, integers beyond 53 bits, keys that are no text, bytes, lone surrogates."""
    with pytest.raises(EntryError):
        canonical(value)


def test_the_refusal_does_not_quote_the_value():
    """An error may end up in a log file, a value may not."""
    with pytest.raises(EntryError) as caught:
        canonical({"a": 11010519491231002 * 10})
    assert "1101051949" not in str(caught.value)


def test_any_mapping_and_tuple_will_do():
    """Read-only mappings and tuples are written as objects and lists."""
    assert canonical(MappingProxyType({"b": (1, 2), "a": MappingProxyType({})})) == b'{"a":{},"b":[1,2]}'
