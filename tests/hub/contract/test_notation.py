"""Field formats in the spellings of data standards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.model import Notation
from hub.contract.notation import narrows, parse

SPELLINGS = [
    ("c..50", "c..50"),
    ("C..60", "c..60"),
    ("anc..100", "c..100"),
    ("c18", "c18"),
    ("C(60)", "c60"),
    ("c5..50", "c5..50"),
    ("c1..50", "c..50"),
    ("a3", "a3"),
    ("an18", "an18"),
    ("an8..32", "an8..32"),
    ("n2", "n2"),
    ("n..5", "n..5"),
    ("n..1", "n..1"),
    ("n..17,2", "n..17,2"),
    ("n17,2", "n..17,2"),
    ("N(17,2)", "n..17,2"),
    ("n..17.2", "n..17,2"),
    ("d8", "d8"),
    ("YYYYMMDD", "d8"),
    ("yyyy-MM-dd", "d10"),
    ("d10", "d10"),
    ("d4", "d4"),
    ("YYYY", "d4"),
    ("d6", "d6"),
    ("YYYYMM", "d6"),
    ("t14", "t14"),
    ("DT14", "t14"),
    ("DT15", "t14"),
    ("YYYYMMDDThhmmss", "t14"),
    ("YYYYMMDDhhmmss", "t14"),
    ("t19", "t19"),
    ("YYYY-MM-DD hh:mm:ss", "t19"),
    ("ｃ．．５０", "c..50"),
    ("Ｎ．．１７，２", "n..17,2"),
    (" n .. 17 , 2 ", "n..17,2"),
]
# fmt: off
REFUSED = [
    "", "c", "18", "..5", "c..", "c..0", "c0", "c5..3", "c..ul", "x9", "varchar(50)", "an..2,1", "d9", "d..8", "d8,2", "t8",
    "n..40", "n..39,2", "n..2,2", "n..2,5", "c..9999999", "c..50\n;drop", "日期", "d", "dt", "c-5", "n+5", "c٣",
]
# fmt: on


@pytest.mark.parametrize(("spelling", "expected"), SPELLINGS)
def test_a_spelling_met_in_the_wild_is_understood(spelling: str, expected: str) -> None:
    """Capitals, full-width characters, brackets, patterns: all become the one notation."""
    assert str(parse(spelling)) == expected


@pytest.mark.parametrize("spelling", REFUSED)
def test_an_unknown_spelling_is_an_error(spelling: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"format|length|decimals|digits|longer|characters"):
        parse(spelling)


def test_digits_of_fixed_length_are_text_and_others_numbers() -> None:
    """n2 keeps its leading zero; n..2 is a number, n..1 too."""
    assert [parse(text).numeric for text in ("n2", "n1", "n..2", "n..1", "n..17,2", "n17,2")] == [
        False,
        False,
        True,
        True,
        True,
        True,
    ]


@given(st.sampled_from(["c", "a", "an", "n"]), st.integers(0, 16), st.integers(1, 16), st.integers(0, 5))
def test_what_is_written_can_be_read_again(kind: str, least: int, more: int, scale: int) -> None:
    """str and parse are each other's inverse."""
    first = Notation(kind, least if least > 1 else 0, least + more + scale, scale if kind == "n" and least < 2 else 0)
    assert parse(str(first)) == Notation(kind, 0 if first.scale else first.minimum, first.maximum, first.scale)


NARROWER = [
    ("c..20", "c..50", True),
    ("c20", "c..50", True),
    ("an..20", "c..50", True),
    ("n6", "an..20", True),
    ("a2", "an2", True),
    ("c..50", "c..50", True),
    ("c..51", "c..50", False),
    ("c..50", "an..50", False),
    ("an18", "n18", False),
    ("c..50", "c5..50", False),
    ("n..5", "n..10", True),
    ("n..10,2", "n..12,2", True),
    ("n..12,1", "n..12,2", False),
    ("n..10", "n..12,2", True),
    ("n..12,3", "n..12,2", False),
    ("n2", "n..5", False),
    ("n..5", "an..5", False),
    ("d8", "d8", True),
    ("d10", "d8", False),
    ("d8", "t14", False),
    ("d8", "c..20", False),
]


@pytest.mark.parametrize(("field", "element", "expected"), NARROWER)
def test_a_field_may_narrow_and_never_widen(field: str, element: str, expected: bool) -> None:
    """Length, characters, digits before and after the point."""
    assert narrows(parse(field), parse(element)) is expected
