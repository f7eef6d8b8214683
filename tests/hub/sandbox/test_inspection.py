"""A partner's row checks: each promise of a contract is seen to be broken, and only then."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.contract.model import Field, Notation, Table
from hub.sandbox.inspection import Row, canonical, credit_code, objections, resident_id

TODAY = date(2026, 11, 22)
GOOD = {
    "bh": "FF000001",
    "xm": "王某",
    "xb": "2",
    "zjlx": "111",
    "zjhm": "11010519491231002X",
    "dw": "91350100M000100Y43",
    "je": "12.50",
    "rq": "20261122",
}


def codes(table: Table, row: Row, *, deleted: bool = False) -> list[tuple[str | None, str]]:
    """What a row is told, as (field, code)."""
    return [(found.field, found.code) for found in objections(table, row, TODAY, deleted=deleted)]


def test_a_row_that_keeps_its_contract_meets_no_objection(table: Table) -> None:
    """The good row is good, also with its optional fields empty."""
    assert codes(table, dict(GOOD)) == []
    assert codes(table, GOOD | {"xb": None, "zjlx": None, "dw": None, "je": None}) == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("bh", None, "required"),
        ("bh", "FF 1", "format"),
        ("bh", "FF-1", "format"),
        ("bh", "FF1\n", "format"),
        ("bh", "F" * 21, "length"),
        ("xm", "名" * 11, "length"),
        ("xb", "7", "code"),
        ("xb", "12", "length"),
        ("zjlx", "1111", "length"),
        ("zjhm", "110105194912310020", "check-digit"),
        ("zjhm", "11010519491231002x", "check-digit"),
        ("dw", "91350100M000100Y44", "check-digit"),
        ("dw", "91350100M000100Y4", "length"),
        ("je", "0.00", "range"),
        ("je", "100000.00", "range"),
        ("je", "1234567890.00", "length"),
        ("je", "1.001", "length"),
        ("je", "１２", "format"),
        ("je", "1_0", "format"),
        ("je", "1E2", "format"),
        ("je", "NaN", "format"),
        ("je", "abc", "format"),
        ("rq", "20260230", "format"),
        ("rq", "2026115", "format"),
        ("rq", "2026-11-22", "format"),
        ("rq", None, "required"),
    ],
)
def test_a_broken_promise_is_named_with_its_field(table: Table, field: str, value: str | None, code: str) -> None:
    """One change, one objection, on that field and of that kind."""
    assert codes(table, GOOD | {field: value}) == [(field, code)]


def test_an_objection_never_repeats_a_value(table: Table) -> None:
    """The words travel back over the wire and into logs: they name fields, not people."""
    row = {name: f"机密{name}" for name in table.fields}
    for found in objections(table, row, TODAY):
        assert "机密" not in found.message


def test_every_objection_to_a_row_is_told(table: Table) -> None:
    """Three broken fields give three objections, in field order."""
    assert codes(table, GOOD | {"rq": "x", "xm": None, "xb": "9"}) == [("xm", "required"), ("xb", "code"), ("rq", "format")]


def test_a_number_of_another_certificate_has_no_resident_check_digit(table: Table) -> None:
    """GB 11643 describes resident identity cards only: a passport number passes."""
    assert codes(table, GOOD | {"zjlx": "414", "zjhm": "E12345678"}) == []
    assert codes(table, GOOD | {"zjlx": None, "zjhm": "E12345678"}) == [("zjhm", "check-digit")]


def test_the_certificate_type_of_the_same_person_counts(table: Table) -> None:
    """男方证件号码 is judged by 男方证件类型代码, not by the other party's."""

    def titled(field: Field, name: str, title: str) -> Field:
        return replace(field, name=name, title=title)

    number, kind = table.fields["zjhm"], table.fields["zjlx"]
    fields = [
        titled(kind, "nf_lx", "男方证件类型代码"),
        titled(number, "nf_hm", "男方证件号码"),
        titled(kind, "nvf_lx", "女方证件类型代码"),
        titled(number, "nvf_hm", "女方证件号码"),
    ]
    pair = replace(table, key=(), as_of=None, fields={f.name: f for f in fields})
    row: Row = {"nf_lx": "414", "nf_hm": "E1", "nvf_lx": "111", "nvf_hm": "E2"}
    assert codes(pair, row) == [("nvf_hm", "check-digit")]


def test_a_code_is_judged_on_the_day_of_the_row(table: Table) -> None:
    """A code that ended in 2020 is right for a row of 2019 and expired for a row of today."""
    assert codes(table, GOOD | {"xb": "8", "rq": "20191231"}) == []
    assert codes(table, GOOD | {"xb": "8", "rq": "20200101"}) == [("xb", "code-expired")]
    assert codes(replace(table, as_of=None), GOOD | {"xb": "8", "rq": "20191231"}) == [("xb", "code-expired")]


def test_a_deletion_only_needs_its_key(table: Table) -> None:
    """Everything else may be empty or wrong; the key may not."""
    gone: dict[str, str | None] = {**dict.fromkeys(table.fields), "bh": "FF1", "xb": "77"}
    assert codes(table, gone, deleted=True) == []
    assert codes(table, gone | {"bh": None}, deleted=True) == [("bh", "required")]


@pytest.mark.parametrize(
    ("value", "field", "text"),
    [
        (None, "je", None),
        ("", "xm", None),
        (5, "je", "5.00"),
        (Decimal("5.5"), "je", "5.50"),
        (1245.5, "je", "1245.50"),
        ("0005", "je", "5.00"),
        ("x", "je", "x"),
        (date(2026, 1, 2), "rq", "20260102"),
        (8, "xb", "8"),
    ],
)
def test_values_of_every_transport_become_the_same_text(table: Table, value: object, field: str, text: str | None) -> None:
    """A database gives dates and decimals, JSON numbers, a fixed-width file text: all are compared as text."""
    assert canonical(value, table.fields[field]) == text


@pytest.mark.parametrize(
    ("notation", "good", "bad"),
    [
        (Notation("d", 4, 4), "2026", "26"),
        (Notation("d", 6, 6), "202602", "202613"),
        (Notation("d", 10, 10), "2026-02-28", "2026-02-30"),
        (Notation("t", 14, 14), "20260228235959", "20260228240000"),
        (Notation("t", 19, 19), "2026-02-28 23:59:59", "2026-02-28T23:59:59"),
        (Notation("a", 1, 3), "ab", "a1"),
        (Notation("n", 6, 6), "010101", "10101"),
        (Notation("n", 1, 3), "-12", "1234"),
        (Notation("c", 2, 4), "ab", "a"),
    ],
)
def test_every_notation_is_known(table: Table, notation: Notation, good: str, bad: str) -> None:
    """Dates, moments, letters, digit strings, numbers and free text."""
    fields = {"v": replace(table.fields["xm"], name="v", notation=notation, required=False)}
    lone = replace(table, key=(), as_of=None, fields=fields)
    assert codes(lone, {"v": good}) == []
    assert len(codes(lone, {"v": bad})) == 1


@given(st.text(alphabet="0123456789X", min_size=17, max_size=17).filter(lambda text: "X" not in text))
def test_one_check_character_of_eleven_is_right(digits: str) -> None:
    """GB 11643 accepts exactly one ending of any 17 digits."""
    assert sum(resident_id(digits + end) for end in "0123456789X") == 1


@given(st.text(max_size=20))
def test_check_digits_take_any_text(text: str) -> None:
    """Hostile input gives False, not an error."""
    assert resident_id(text) in (True, False)
    assert credit_code(text) in (True, False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the table is immutable
@given(changes=st.dictionaries(st.sampled_from(sorted(GOOD)), st.none() | st.text(min_size=1, max_size=30)))
def test_no_row_breaks_the_inspection(table: Table, changes: dict[str, str | None]) -> None:
    """Whatever text stands in a field, objections come out, never an exception."""
    list(objections(table, {**GOOD, **changes}, TODAY))
