"""Slips of the hand in an expression: what an input method writes, and how many arguments a function has."""

import pytest

from hub.mapping.language import FUNCTIONS
from hub.mapping.spelling import miscounted, unclosed, wide

WIDE = [
    ("upper（d.zt）", "the full-width '（' is no sign of SQL", "write (", 5),
    ("left(d.zt，2)", "the full-width '，' is no sign of SQL", "write ,", 9),
    ("d.zt = ‘1’", "the full-width '‘' is no sign of SQL", "write '", 7),
    ("d.zt = “1”", "the full-width '“' is no sign of SQL", "write '", 7),
    ("d.zt ＝ '1'", "the full-width '＝' is no sign of SQL", "write =", 5),
    ("d.zt\u3000= '1'", "a full-width blank is no sign of SQL", "write a blank", 4),
    ("d.zt = '（' and f（d.zt）", "the full-width '（' is no sign of SQL", "write (", 16),
]


@pytest.mark.parametrize(("text", "message", "cure", "at"), WIDE)
def test_a_full_width_sign_is_told_as_what_it_is(text: str, message: str, cure: str, at: int) -> None:
    """With the sign that is meant, at its own place."""
    slip = wide(text)
    assert slip is not None
    assert (slip.message, slip.at) == (message, at)
    assert slip.cure.startswith(cure)


@pytest.mark.parametrize(
    "text", ["d.zt = '（x，y）'", 'd."金额（元）" > 1', "d.金额 > 1", "d.zt = 'it''s （'", "replace(a, '，', ',')"]
)
def test_full_width_signs_within_quotes_are_text(text: str) -> None:
    """In a value, and in a name that is quoted."""
    assert wide(text) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [("d.zt = 'x", 7), ("'", 0), ("'x''", 0), ("d.zt = 'x' or d.\"zt = 1", 16), ("'a' = 'it''s'", None), ("d.zt", None)],
)
def test_a_quote_that_is_not_closed_is_found_where_it_opens(text: str, at: int | None) -> None:
    """A doubled quote is a character of the text."""
    slip = unclosed(text)
    assert (slip.at if slip else None) == at


COUNTS = [
    ("left(a)", "left takes 2 arguments, not 1", 0),
    ("left(a, 1, 2)", "left takes 2 arguments, not 3", 0),
    ("a = UPPER ()", "upper takes 1 argument, not 0", 4),
    ("coalesce()", "coalesce takes 1 or more arguments, not 0", 0),
    ("concat_ws('-')", "concat_ws takes 2 or more arguments, not 1", 0),
    ("trim(a, 'x', 'y')", "trim takes 1 to 2 arguments, not 3", 0),
    ("coalesce(a, round(n, 1, 2))", "round takes 1 to 2 arguments, not 3", 12),
]


@pytest.mark.parametrize(("text", "message", "at"), COUNTS)
def test_too_few_or_too_many_arguments_are_counted(text: str, message: str, at: int) -> None:
    """The cure is the meaning of the function, which begins with its call."""
    slip = miscounted(text)
    assert slip is not None
    assert (slip.message, slip.at) == (message, at)
    assert slip.cure == FUNCTIONS[message.partition(" ")[0]]


@pytest.mark.parametrize(
    "text",
    [
        "left(a, length(concat(a, b)))",
        "replace(a, ',', ')')",
        "coalesce(a)",
        "try_cast(a as decimal(17, 2))",
        "left(a",
        "leftover",
    ],
)
def test_brackets_and_commas_elsewhere_do_not_count(text: str) -> None:
    """Those inside quotes and of calls within; brackets that are not closed are the parser's to tell."""
    assert miscounted(text) is None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_takes_the_arguments_of_its_own_meaning(name: str) -> None:
    """The call with which it is documented, in which a comma and three dots stand for more."""
    call = FUNCTIONS[name].partition("): ")[0] + ")"
    assert miscounted(call.replace("[", "").replace("]", "")) is None
    assert miscounted(f"{name}()") is not None
