"""Whether a text is a value of a notation."""

import pytest

from hub.contract.notation import parse
from hub.contract.value import bounded, fits, reversed_bounds

CASES = [
    ("c..3", "民政局", True),
    ("c..3", "民政局长", False),
    ("c..2", "𠮷野", True),
    ("a2", "AB", True),
    ("a2", "A1", False),
    ("an..5", "3A", True),
    ("an..5", "3-A", False),
    ("n2", "01", True),
    ("n2", "1", False),
    ("n2", "０１", False),
    ("n2", "01\n", False),
    ("n..3", "12", True),
    ("n..3", "-12", True),
    ("n..3", "1234", False),
    ("n..3", "1.5", False),
    ("n..5,2", "123.45", True),
    ("n..5,2", "1234.5", False),
    ("n..5,2", "1.234", False),
    ("d8", "20240229", True),
    ("d8", "20230229", False),
    ("d8", "2024115", False),
    ("d8", "00010101", True),
    ("d10", "2024-02-29", True),
    ("d10", "2024-2-29", False),
    ("d4", "2024", True),
    ("d6", "202413", False),
    ("t14", "20240101235959", True),
    ("t14", "20240101246000", False),
    ("t19", "2024-01-01 09:00:00", True),
]


@pytest.mark.parametrize(("form", "text", "expected"), CASES)
def test_a_text_fits_its_notation(form: str, text: str, expected: bool) -> None:
    """Characters, lengths, digits, and days that exist."""
    assert fits(text, parse(form)) is expected


def test_a_code_is_text_even_where_its_format_is_a_number() -> None:
    """1 and 01 are two codes of n..2."""
    assert fits("01", parse("n..2"), listed=True)
    assert not fits("-1", parse("n..2"), listed=True)


def test_only_numbers_and_dates_have_bounds() -> None:
    """A text has no order that means anything."""
    assert [bounded(parse(form)) for form in ("n..3", "n..5,2", "d8", "t14", "n3", "c..5")] == [True] * 4 + [False] * 2


def test_bounds_are_compared_by_value() -> None:
    """9 is less than 10, and an open bound is never reversed."""
    assert reversed_bounds("10", "9", parse("n..3"))
    assert not reversed_bounds("9", "10", parse("n..3"))
    assert reversed_bounds("20240102", "20240101", parse("d8"))
    assert not reversed_bounds(None, "1", parse("n..3"))
