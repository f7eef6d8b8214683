"""Takes columns of received values and their contract table, gives the columns as canonical text and the rows left in doubt.

It clears rows and objects to none. A column holds few values, or many of one shape, so each distinct value is looked at once,
first by its shape and then, where only the row decides (its day, its kind of certificate), by the row checks themselves. What
is proven here may be less than hub/sandbox/inspection.py accepts, never more: that module alone says what is wrong with a row.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import cast

from hub.contract.model import CodeList, Field, Notation, Table
from hub.sandbox.inspection import CHECKS, canonical, certificate_type, own_day, value_objections
from hub.sandbox.shape import MOMENTS, Shape, shape_of, text_of

Texts = Sequence[str | None]  # a column

_TEXT: Set[type] = {str, type(None)}
_DAY: Set[type] = {date, type(None)}
_MOMENT: Set[type] = {datetime, type(None)}
_NUMBER: Set[type] = {int, float, Decimal, type(None)}
_ISO: Mapping[tuple[type, str, int], str] = {  # what a notation leaves out of ISO 8601
    (date, "d", 8): "-",
    (date, "d", 10): "",
    (datetime, "t", 14): "-: ",
    (datetime, "t", 19): "",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """A lot of rows seen as columns of canonical text, in field order. ``doubts``: field -> rows whose value is not proven."""

    columns: Sequence[Texts]
    doubts: Mapping[str, frozenset[int]]


class Glance:
    """The quick look at the rows of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._shapes = {name: shape_of(field) for name, field in table.fields.items()}
        self._proofs = {name: _proof(field, self._shapes[name]) for name, field in table.fields.items()}
        self._witnesses = {name: _witnesses(table, field) for name, field in table.fields.items()}

    def look(self, columns: Sequence[Sequence[object]], day: date) -> Sight:
        """See a lot of rows, received values in field order; ``day`` as for the row checks. Rows are taken for insertions."""
        fields = self.table.fields
        received = zip(fields.items(), columns, strict=True)
        texts = {name: _texts(field, self._shapes[name], column) for (name, field), column in received}
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


def _texts(field: Field, shape: Shape, column: Sequence[object]) -> Texts:
    """``canonical`` of every value, once for equal ones where equal values have equal texts (as 1 and 1.0 have not).

    A number of the proper ``shape`` is written as it should be already.
    """
    kinds = set(map(type, column))
    if kinds <= _TEXT and not field.numeric:
        texts = cast("Texts", column)
        return [value or None for value in texts] if "" in texts else texts
    if kinds <= _DAY:
        days = {value: _moment(value, field) for value in set(cast("Sequence[date]", column))}
        return [days[value] for value in cast("Sequence[date]", column)]
    if kinds <= _MOMENT:
        return [_moment(value, field) for value in cast("Sequence[datetime]", column)]
    if kinds <= _TEXT or kinds <= _NUMBER:
        written = [None if value is None else str(value) for value in column]
        distinct = dict(zip(written, column, strict=True))
        known = {text: text if text and shape.each(text) else canonical(value, field) for text, value in distinct.items()}
        return [known[text] for text in written]
    return [canonical(value, field) for value in column]


def _moment(value: date | datetime | None, field: Field) -> str | None:
    """``canonical`` of a day or moment. isoformat is faster than strftime, but for the years before 1000 they differ."""
    marks = _ISO.get((type(value), field.notation.kind, field.notation.maximum))
    if value is None or marks is None or value.year < 1000 or getattr(value, "tzinfo", None):
        return canonical(value, field)
    text = value.isoformat(" ", "seconds") if isinstance(value, datetime) else value.isoformat()
    for mark in marks:
        text = text.replace(mark, "")
    return text


def _proof(field: Field, shape: Shape) -> Callable[[set[str]], set[str]]:
    """Gives those of a column's distinct values that cannot be told right from the field alone."""
    listed = None if field.codes is None else _timeless(field.codes, field.notation)
    check = CHECKS.get(field.element.check or "")
    checked = None if check is None else Shape(check, lambda values: all(map(check, values)))
    asked = [each for each in (shape if listed is None else None, checked, _within(field)) if each is not None]

    def unproven(values: set[str]) -> set[str]:
        left = set[str]() if listed is None else values - listed
        for each in asked:  # a value without its proper shape has no check digit and no number
            rest = values - left
            if rest and not each.whole(rest):
                left |= {value for value in rest if not each.each(value)}
        return left

    return unproven


@cache
def _timeless(codes: CodeList, notation: Notation) -> frozenset[str]:
    """The codes of the right length that are valid on every day."""
    if (notation.kind, notation.maximum) in MOMENTS:  # a list of days: left to the row checks
        return frozenset()
    shape = text_of(notation)
    endless = (code for code, spans in codes.codes.items() if any(not (span.valid_from or span.valid_to) for span in spans))
    return frozenset(code for code in endless if shape.each(code))


def _within(field: Field) -> Shape | None:
    """Whether values of the proper shape are inside the bounds; None: there are none."""
    low, high = field.minimum or field.element.minimum, field.maximum or field.element.maximum
    if low is None and high is None:
        return None
    if field.numeric:
        least, most = Decimal(low or "-Infinity"), Decimal(high or "Infinity")
        return Shape(
            lambda value: least <= Decimal(value) <= most, lambda values: _between(least, list(map(Decimal, values)), most)
        )
    return Shape(lambda value: _ordered(low, value, value, high), lambda values: _ordered(low, min(values), max(values), high))


def _ordered(low: str | None, first: str, last: str, high: str | None) -> bool:
    return (low is None or low <= first) and (high is None or last <= high)


def _between(least: Decimal, numbers: list[Decimal], most: Decimal) -> bool:
    return least <= min(numbers) and max(numbers) <= most
