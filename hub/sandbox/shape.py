"""Takes a field, gives the shape that its notation gives to values; proves that values are well written, one or many at once.

A shape may be narrower than the row checks (no number of more digits than are compared exactly), never wider.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache

from hub.contract.model import Field, Notation

_EXACT_DIGITS = 28  # decimal's context: longer numbers are rounded on the way
_YEAR = "(?!0000)[0-9]{4}"
_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_MONTH = "(?:0[1-9]|1[0-2])"


def _day(mark: str) -> str:
    common = f"{_MONTH}{mark}(?:0[1-9]|1[0-9]|2[0-8])"
    late = f"(?:0[13-9]|1[0-2]){mark}(?:29|30)|(?:0[13578]|1[02]){mark}31"
    return f"(?:{_YEAR}{mark}(?:{common}|{late})|{_LEAP}{mark}02{mark}29)"


def _time(mark: str) -> str:
    return f"(?:[01][0-9]|2[0-3]){mark}[0-5][0-9]{mark}[0-5][0-9]"


MOMENTS: Mapping[tuple[str, int], str] = {
    ("d", 4): _YEAR,
    ("d", 6): _YEAR + _MONTH,
    ("d", 8): _day(""),
    ("d", 10): _day("-"),
    ("t", 14): _day("") + _time(""),
    ("t", 19): _day("-") + " " + _time(":"),
}
_ALPHABETS: Mapping[str, tuple[str, Callable[[str], bool]]] = {  # of a text that is ASCII
    "a": ("[A-Za-z]", str.isalpha),
    "an": ("[A-Za-z0-9]", str.isalnum),
    "n": ("[0-9]", str.isdigit),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """``each`` proves one value, ``whole`` a set of them."""

    each: Callable[[str], object]
    whole: Callable[[Collection[str]], bool]


def shape_of(field: Field) -> Shape:
    """The shape of the field's values, whatever its code list says."""
    return _shape(field.notation, field.numeric)


@cache
def _shape(notation: Notation, numeric: bool) -> Shape:
    moment = MOMENTS.get((notation.kind, notation.maximum))
    if moment is not None:
        return patterned(moment)
    if not numeric:
        return text_of(notation)
    whole = notation.maximum - notation.scale
    if notation.maximum > _EXACT_DIGITS or whole < 1:
        return Shape(lambda _: False, lambda _: False)
    return patterned(rf"-?(?:0|[1-9][0-9]{{0,{whole - 1}}})" + (rf"\.[0-9]{{{notation.scale}}}" if notation.scale else ""))


def text_of(notation: Notation) -> Shape:
    """A text of a certain length, perhaps of certain characters."""
    low, high = notation.minimum, notation.maximum
    character, kind = _ALPHABETS.get(notation.kind, (".", None))

    def whole(values: Collection[str]) -> bool:
        if not low <= min(map(len, values)) <= max(map(len, values)) <= high:
            return False
        joined = "".join(values)
        return kind is None or (joined.isascii() and kind(joined))

    return Shape(re.compile(f"{character}{{{low},{high}}}", re.DOTALL).fullmatch, whole)


def patterned(pattern: str) -> Shape:
    """One pattern that no line end fits: many values are matched as lines."""
    lines = re.compile(f"(?:{pattern}\n)*")

    def whole(values: Collection[str]) -> bool:
        text = "\n".join(values) + "\n"
        return text.count("\n") == len(values) and lines.fullmatch(text) is not None

    return Shape(re.compile(pattern).fullmatch, whole)
