"""Entries: what may stand in one, what may not, and how they read back."""

import json
from datetime import UTC, datetime, timedelta, timezone

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import parse
from audit.entry import LARGEST, SCHEMA, Entry, decode, encode, token
from audit.error import EntryError

AT = datetime(2026, 11, 22, 2, 0, 0, 5, tzinfo=UTC)
CITIZEN = "11010519491231002X"  # the example of GB 11643-1999
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_an_entry_reads_back():
    """Kind, body and time come back as they were given, the time in UTC."""
    china = AT.astimezone(timezone(timedelta(hours=8)))
    data = encode("part.outcome", {"exchange": "ministry/marriage_registration", "rows": 3, "done": True, "none": None}, china)
    body = {"exchange": "ministry/marriage_registration", "rows": 3, "done": True, "none": None}
    assert decode(7, data) == Entry(7, "2026-11-22T02:00:00.000005Z", "part.outcome", body)
    VALIDATOR.validate(json.loads(data))


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22-02:00",
        "2026-11-22 02:00:00.5",
        "2026-11-22T02:00:00+08:00",
        "jinmin@1.0.0",
        "sha256:" + "ab" * 32,
        "check-digit",
        "",
        "20261122020012345678" + "0001",
        {"reasons": {"check-digit": 2, "code-expired": 1}},
        [{"table": "marriage_registration"}, "a"],
        "110105194912310021",  # the check character is wrong: just a number
        "sha" + CITIZEN,
    ],
)
def test_codes_counts_and_times_are_accepted(value):
    """Ids, digests, windows, versions, rule codes, nested counts."""
    data = encode("window.closed", {"value": value}, AT)
    VALIDATOR.validate(json.loads(data))


@pytest.mark.parametrize(
    "value",
    [
        "张三",
        "Zhang San",
        "a\n",
        "tab\t",
        "a" * 257,
        '"quoted"',
        CITIZEN,
        CITIZEN.lower(),
        f"nf_gmsfhm={CITIZEN}",
        "13800138000",
        "tel:13800138000",
        1.5,
        2**53,
        b"bytes",
        AT,
        {"张三": 1},
        {"a": {CITIZEN: 1}},
        {1: 1},
        [[[[[[["deep"]]]]]]],
        "\ud800",
        "２０２６",
        "٢٠٢٦-١١-٢٢ ٠٢:٠٠",
    ],
)
def test_free_text_and_personal_numbers_are_refused_and_not_quoted(value):
    """Names, remarks, numbers of persons and of their telephones, at any depth; the message tells the place only."""
    with pytest.raises(EntryError) as caught:
        encode("window.closed", {"field": value}, AT)
    for secret in ("张三", "Zhang", "1101051949", "13800138000", "quoted"):
        assert secret not in str(caught.value)


@given(
    st.recursive(
        st.integers() | st.text(max_size=8) | st.booleans() | st.none() | st.floats(),
        lambda v: st.lists(v) | st.dictionaries(st.text(max_size=4), v),
        max_leaves=6,
    )
)
def test_whatever_is_accepted_fits_the_published_schema(value):
    """The JSON Schema allows all that the code allows."""
    try:
        data = encode("window.closed", {"value": value}, AT)
    except EntryError:
        return
    VALIDATOR.validate(json.loads(data))
    assert decode(0, data).body == {"value": value}


@given(st.text())
def test_a_token_of_any_text_is_accepted(text):
    """What a partner says can neither stop the log nor put free text into it; a code stays as it is."""
    value = token(text)
    encode("part.outcome", {"reference": value, value: 1}, AT)
    assert token(value) == value


def test_tokens_tell_texts_apart_but_withhold_personal_numbers():
    """Two error texts stay two; a number that could be found by trying them all is not even digested."""
    assert token("E-0042") == "E-0042"
    assert token("证件号码错误") != token("姓名为空")
    assert token("证件号码错误").startswith("text:")
    assert token(f"证件号码 {CITIZEN} 错误") == token("电话13800138000") == "withheld"


@pytest.mark.parametrize("kind", ["", "window", "Window.opened", "window.opened\n", "a.b.c", "窗口.打开", "w." + "o" * 40])
def test_a_kind_is_thing_and_event(kind):
    """Small letters, one dot."""
    with pytest.raises(EntryError):
        encode(kind, {}, AT)


def test_a_time_without_zone_is_refused():
    """A naive time is somebody's local time; the log has one time."""
    with pytest.raises(EntryError, match="time zone"):
        encode("window.opened", {}, datetime(2026, 11, 22))  # noqa: DTZ001


def test_an_entry_has_at_most_60_kib():
    """A list of digests that is too long is refused before it reaches the database."""
    assert len(encode("a.b", {"list": ["ab" * 32] * 900}, AT)) <= LARGEST
    with pytest.raises(EntryError, match="61440"):
        encode("a.b", {"list": ["ab" * 32] * 1000}, AT)


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b"1",
        b'{"at":"2026-11-22T02:00:00.000000Z","body":{},"kind":"a.b","v":2}',
        b'{"at":"2026-11-22T02:00:00.000000Z","body":{},"kind":"a.b","v":1,"x":1}',
        b'{"at":"2026-11-22T02:00:00Z","body":{},"kind":"a.b","v":1}',
        b'{"at":"2026-11-22T02:00:00.000000Z","body":[],"kind":"a.b","v":1}',
        b'{"at":"2026-11-22T02:00:00.000000Z","body":{},"kind":5,"v":1}',
        b'{"at":"2026-11-22T02:00:00.000000Z", "body":{},"kind":"a.b","v":1}',
    ],
)
def test_other_json_is_not_an_entry(data):
    """Another version, another member, another type, another spelling."""
    with pytest.raises(EntryError):
        decode(0, data)


def test_entries_are_canonical():
    """The bytes are the ones the verifier accepts."""
    assert parse(encode("a.b", {"z": 1, "a": 2}, AT))["body"] == {"a": 2, "z": 1}
