"""Texts are trimmed, empty ones become null, spoilt ones are marked; whole columns at a time."""

import pyarrow as pa
import pytest

from hub.kernel.clean import SPOILT, clean, untidy


def _cleaned(values: list[str | None]) -> tuple[list[str | None], list[bool] | None]:
    made = clean(pa.RecordBatch.from_arrays([pa.array(values, pa.string())], ["a"]))
    return made.batch.column("a").to_pylist(), made.spoilt and made.spoilt.to_pylist()


def test_blanks_at_the_ends_go() -> None:
    """Also the ideographic and the no-break space; what is nothing but blanks is null."""
    assert _cleaned([" a ", "　b　", "\u00a0c", "　", "", None]) == (["a", "b", "c", None, None, None], None)


def test_control_characters_spoil_a_text() -> None:
    """Tab and line ends do not."""
    assert _cleaned(["a\x01b", "a\tb\nc"]) == ([SPOILT, "a\tb\nc"], [True, False])


def test_bytes_that_are_no_utf8_spoil_a_text() -> None:
    """They would bring the database down."""
    broken = pa.array([b"\xff\xfe", "好".encode()], pa.binary()).view(pa.string())
    made = clean(pa.RecordBatch.from_arrays([broken], ["a"]))
    assert (made.batch.column("a").to_pylist(), made.spoilt.to_pylist()) == ([SPOILT, "好"], [True, False])


@pytest.mark.parametrize("text", ["", " a", "a ", "　a", "a　", "\u00a0a", "a\n", "\0"])
def test_what_cleaning_would_change_is_untidy(text: str) -> None:
    """A value that an expression has made out of clean ones."""
    assert untidy(pa.array(["好", text, None])).to_pylist() == [False, True, False]


def test_tidy_columns_need_no_second_look() -> None:
    """None, not a column of falses."""
    assert untidy(pa.array(["abc", None])) is None
    assert untidy(pa.array([None, None], pa.string())) is None
