"""The shape of a notation's values: what it proves is well written, one value or a whole set, the row checks accept too."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.contract.model import Field, Notation, Table
from hub.sandbox.inspection import objections
from hub.sandbox.shape import shape_of

TODAY = date(2026, 11, 22)
NOTATIONS = [
    "c1-5",
    "c0-3",
    "a1-3",
    "an2-4",
    "n3-3",
    "n1-3",
    "n1-5.2",
    "n1-30",
    "d4-4",
    "d5-5",
    "d6-6",
    "d8-8",
    "d10-10",
    "t14-14",
]


def field_of(table: Table, text: str) -> Field:
    """A field without a code list, a check digit or bounds: ``n1-5.2`` is a number of five digits, two after the point."""
    kind = text.rstrip("0123456789-.")
    length, _, scale = text[len(kind) :].partition(".")
    low, _, high = length.partition("-")
    return replace(table.fields["xm"], name="v", required=False, notation=Notation(kind, int(low), int(high), int(scale or 0)))


@pytest.mark.parametrize("notation", [*NOTATIONS, "t19-19"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the table is immutable
@given(values=st.lists(st.text(max_size=8) | st.text("0123456789.-:aB\n ", max_size=19), min_size=1, max_size=5, unique=True))
def test_a_set_is_proven_only_if_each_is_and_rightly(table: Table, notation: str, values: list[str]) -> None:
    """Line ends, empty texts and the digits of other alphabets do not slip through."""
    field = field_of(table, notation)
    shape, lone = shape_of(field), replace(table, key=(), as_of=None, fields={"v": field})
    proven = [bool(shape.each(value)) for value in values]
    assert shape.whole(values) <= all(proven)
    assert not [
        value for value, sound in zip(values, proven, strict=True) if sound and list(objections(lone, {"v": value}, TODAY))
    ]


@pytest.mark.parametrize(("notation", "mark"), [("d8-8", ""), ("d10-10", "-")])
def test_every_day_of_four_centuries_is_proven_and_no_other(table: Table, notation: str, mark: str) -> None:
    """The calendar of the shapes is the real one, leap years and all."""
    shape, start = shape_of(field_of(table, notation)), date(1700, 1, 1)
    days = {(start + timedelta(days=number)).isoformat().replace("-", mark) for number in range((date(2101, 1, 1) - start).days)}
    possible = [mark.join((f"{y}", f"{m:02}", f"{d:02}")) for y in range(1700, 2101) for m in range(14) for d in range(33)]
    assert {text for text in possible if shape.each(text)} == days
    assert shape.whole(days)


def test_a_number_longer_than_decimal_compares_exactly_is_left_to_the_row_checks(table: Table) -> None:
    """They round 30 nines up, and then it does not fit any more."""
    shape = shape_of(field_of(table, "n1-30"))
    assert not shape.each("1")
    assert not shape.whole({"1"})
    assert shape_of(field_of(table, "n1-28")).whole({"1", "-" + "9" * 28})
