"""Takes columns of received values and their contract table, gives the columns as canonical text and the rows left in doubt.

It clears rows and objects to none. A column holds few values, or many of one shape, so each distinct value is looked at once,
first by its shape and then, where only the row decides (its day, its kind of certificate), by the row checks themselves. What
is proven here may be less than hub/sandbox/inspection.py accepts, never more: that module alone says what is wrong with a row.
"""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import cast

from hub.contract.model import CodeList, Field, Notation, Table
from hub.sandbox.inspection import CHECKS, canonical, certificate_type, own_day, value_objections

Texts = Sequence[str | None]  # a column

_TEXT: Set[type] = {str, type(None)}
_DAY: Set[type] = {date, type(None)}
_NUMBER: Set[type] = {int, float, Decimal, type(None)}
_EXACT_DIGITS = 28  # decimal's context: longer numbers are rounded on the way
_MONTH = "(?:0[1-9]|1[0-2])"
_MONTH_DAY = "(?:{0}{1}(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2]){1}(?:29|30)|(?:0[13578]|1[02]){1}31)"
_TIME = "(?:[01][0-9]|2[0-3]){0}[0-5][0-9]{0}[0-5][0-9]"
_YEAR = "(?!0000)[0-9]{4}"
_MOMENTS: Mapping[tuple[str, int], str] = {  # of the 29th of February the row checks tell whether it was
    ("d", 4): _YEAR,
    ("d", 6): _YEAR + _MONTH,
    ("d", 8): _YEAR + _MONTH_DAY.format(_MONTH, ""),
    ("d", 10): _YEAR + "-" + _MONTH_DAY.format(_MONTH, "-"),
    ("t", 14): _YEAR + _MONTH_DAY.format(_MONTH, "") + _TIME.format(""),
    ("t", 19): _YEAR + "-" + _MONTH_DAY.format(_MONTH, "-") + " " + _TIME.format(":"),
}
_ALPHABETS = {"a": "[A-Za-z]", "an": "[A-Za-z0-9]", "n": "[0-9]"}


@dataclass(frozen=True, slots=True)
class Sight:
    """A lot of rows seen as columns of canonical text, in field order. ``doubts``: field -> rows whose value is not proven."""

    columns: Sequence[Texts]
    doubts: Mapping[str, frozenset[int]]


class Glance:
    """The quick look at the rows of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._proofs = {name: _proof(field) for name, field in table.fields.items()}
        self._witnesses = {name: _witnesses(table, field) for name, field in table.fields.items()}

    def look(self, columns: Sequence[Sequence[object]], day: date) -> Sight:
        """See a lot of rows, received values in field order; ``day`` as for the row checks. Rows are taken for insertions."""
        fields = self.table.fields
        texts = {name: _texts(field, column) for (name, field), column in zip(fields.items(), columns, strict=True)}
        doubts: dict[str, frozenset[int]] = {}
        for name, field in fields.items():
            unproven = self._proofs[name](cast("set[str]", set(texts[name]) - {None}))
            rows = self._unsound(field, unproven, texts, day) if unproven else set()
            if (field.required or name in self.table.key) and None in texts[name]:
                rows |= {number for number, value in enumerate(texts[name]) if value is None}
            if rows:
                doubts[name] = frozenset(rows)
        return Sight(tuple(texts.values()), doubts)

    def _unsound(self, field: Field, unproven: Set[str], texts: Mapping[str, Texts], day: date) -> set[int]:
        """The rows whose value has no proof and does not pass the row checks: equal cases are judged once."""
        column, witnesses = texts[field.name], self._witnesses[field.name]
        cases: dict[tuple[str | None, ...], bool] = {}
        rows: set[int] = set()
        for number, value in enumerate(column):
            if value is None or value not in unproven:
                continue
            case = (value, *(texts[name][number] for name in witnesses))
            if case not in cases:
                row = dict(zip((field.name, *witnesses), case, strict=True))
                lawful = own_day(self.table, row) or day
                cases[case] = not any(value_objections(self.table, field, value, row, lawful))
            if not cases[case]:
                rows.add(number)
        return rows


def _witnesses(table: Table, field: Field) -> tuple[str, ...]:
    """The other fields that decide about a value: the day on which its code must be valid, the kind of certificate."""
    kind = certificate_type(table.fields, field) if field.element.check == "gb11643" else None
    found = {table.as_of if field.codes is not None else None, kind}
    return tuple(name for name in table.fields if name in found and name != field.name)


def _texts(field: Field, column: Sequence[object]) -> Texts:
    """``canonical`` of every value, once for equal ones where equal values have equal texts (as 1 and 1.0 have not)."""
    kinds = set(map(type, column))
    if kinds <= _TEXT and not field.numeric:
        texts = cast("Texts", column)
        return [value or None for value in texts] if "" in texts else texts
    if kinds <= _TEXT or kinds <= _DAY:
        known = {value: canonical(value, field) for value in set(column)}
        return [known[value] for value in column]
    if kinds <= _NUMBER:
        written = [None if value is None else str(value) for value in column]
        told = {text: canonical(value, field) for text, value in dict(zip(written, column, strict=True)).items()}
        return [told[text] for text in written]
    return [canonical(value, field) for value in column]


def _proof(field: Field) -> Callable[[set[str]], set[str]]:
    """Gives those of a column's distinct values that cannot be told right from the field alone."""
    listed = None if field.codes is None else _timeless(field.codes, field.notation)
    tests: list[Callable[[str], object] | None] = [_shape(field) if listed is None else None]
    tests += [CHECKS.get(field.element.check or ""), _within(field)]
    asked = [test for test in tests if test is not None]

    def unproven(values: set[str]) -> set[str]:
        left = set[str]() if listed is None else values - listed
        for test in asked:  # a value without its proper shape has no check digit and no number
            left |= {value for value in values - left if not test(value)}
        return left

    return unproven


@cache
def _timeless(codes: CodeList, notation: Notation) -> frozenset[str]:
    """The codes of the right length that are valid on every day."""
    if (notation.kind, notation.maximum) in _MOMENTS:  # a list of days: left to the row checks
        return frozenset()
    pattern = re.compile(_characters(notation), re.DOTALL)
    endless = (code for code, spans in codes.codes.items() if any(not (span.valid_from or span.valid_to) for span in spans))
    return frozenset(code for code in endless if pattern.fullmatch(code))


def _shape(field: Field) -> Callable[[str], object]:
    """Whether a value is written as the notation says, told by a pattern alone."""
    notation = field.notation
    moment = _MOMENTS.get((notation.kind, notation.maximum))
    if moment is not None:
        return re.compile(moment).fullmatch
    if not field.numeric:
        return re.compile(_characters(notation), re.DOTALL).fullmatch
    whole = notation.maximum - notation.scale
    if notation.maximum > _EXACT_DIGITS or whole < 1:
        return lambda _: False
    return re.compile(
        rf"-?(?:0|[1-9][0-9]{{0,{whole - 1}}})" + (rf"\.[0-9]{{{notation.scale}}}" * bool(notation.scale))
    ).fullmatch


def _within(field: Field) -> Callable[[str], bool] | None:
    """Whether a value of the proper shape is inside the bounds; None: it has none."""
    low, high = field.minimum or field.element.minimum, field.maximum or field.element.maximum
    if low is None and high is None:
        return None
    if not field.numeric:
        return lambda value: (low is None or value >= low) and (high is None or value <= high)
    least, most = Decimal(low or "-Infinity"), Decimal(high or "Infinity")
    return lambda value: least <= Decimal(value) <= most


def _characters(notation: Notation) -> str:
    return f"{_ALPHABETS.get(notation.kind, '.')}{{{notation.minimum},{notation.maximum}}}"
