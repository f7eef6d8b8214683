"""Takes rows in their usual form; gives which of them need a closer look. Pure, on whole columns.

A column whose longest text fits, or whose codes are all known, is done with in one glance. What is found here is told to nobody:
the rows go through ``Kernel.sql``, which knows every spelling and every finding. So a row that breaks a rule must be found,
and one that is found for nothing costs only time. Numbers, days and rules across fields are judged by ``Kernel.quick``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce

import pyarrow as pa
import pyarrow.compute as pc

from hub.contract.model import CodeList, Field, Notation, Table
from hub.kernel.digits import credit_wrong, id_wrong
from hub.kernel.lookups import code_lookup
from hub.kernel.person import RESIDENT_CARD, people

_CLASSES = {"a": pc.ascii_is_alpha, "an": pc.ascii_is_alnum, "n": pc.ascii_is_decimal}
_ID_LENGTH = 18
_FIRST_MONTH_AND_DAY = {4: "0101", 6: "01"}
Columns = Mapping[str, pa.StringArray]
Found = Iterator[pa.BooleanArray]


class Glance:
    """What to look for in the rows of one table; ``day`` is that of the window."""

    def __init__(self, table: Table, day: date) -> None:
        self._fields = tuple(table.fields.values())
        self._cards = {person.number.name: person.type.name for person in people(table) if person.type}
        lists = {each.codes.name: each.codes for each in self._fields if each.codes is not None}
        self._codes = {name: _columns(codes) for name, codes in lists.items()}
        self._as_of = table.as_of
        self._day = f"{day:%Y%m%d}"

    def suspicious(self, columns: Columns) -> pa.BooleanArray | None:
        """Which rows must be looked at; None: no row. ``columns`` are the fields, by name."""
        days = self._days(columns)
        found = [mask for each in self._fields for mask in self._field(each, columns, days)]
        return reduce(pc.or_, (pc.fill_null(mask, False) for mask in found)) if found else None

    def _days(self, columns: Columns) -> tuple[str, str]:
        """The first and the last day on which codes of these rows must be valid."""
        if self._as_of is None:
            return self._day, self._day
        edge = pc.min_max(columns[self._as_of])
        days = {_digits(edge[side].as_py() or self._day) for side in ("min", "max")}
        if columns[self._as_of].null_count:
            days.add(self._day)
        return min(days), max(days)

    def _field(self, field: Field, columns: Columns, days: tuple[str, str]) -> Found:
        column = columns[field.name]
        if field.required and column.null_count:
            yield pc.is_null(column)
        if column.null_count == len(column) or field.numeric:
            return
        if field.element.check == "gb11643":
            yield from self._resident(field, column, columns)
        elif field.element.check == "gb32100":
            yield credit_wrong(column)
            yield from () if _implied(field) else self._plain(field, column, days)
        else:
            yield from self._plain(field, column, days)

    def _plain(self, field: Field, column: pa.StringArray, days: tuple[str, str]) -> Found:
        if field.codes is not None:
            known = pc.is_in(column, self._codes[field.codes.name].between(*days))
            if known.true_count + column.null_count < len(column):
                yield pc.and_(pc.invert(known), pc.is_valid(column))
        elif field.notation.kind == "c":
            yield from _text(field.notation, column)
        elif field.notation.kind not in "dt":
            yield from _word(field.notation, column)

    def _resident(self, field: Field, column: pa.StringArray, columns: Columns) -> Found:
        """Where the certificate is a resident identity card the number must be right, elsewhere only what the notation asks."""
        plain = list(self._plain(field, column, (self._day, self._day)))
        if field.name not in self._cards:
            yield id_wrong(column)
            yield from () if _implied(field) else plain
            return
        card = pc.fill_null(pc.equal(columns[self._cards[field.name]], RESIDENT_CARD), True)
        yield pc.and_(card, id_wrong(column))
        for mask in plain:
            yield pc.and_(pc.invert(card), mask) if _implied(field) else mask


@dataclass(frozen=True, slots=True)
class _Codes:
    """A code list as columns, one row for each code and period: from ``begin`` on, not on ``end`` any more."""

    code: pa.StringArray
    begin: pa.StringArray | None = None
    end: pa.StringArray | None = None

    def between(self, first: str, last: str) -> pa.StringArray:
        """The codes that are valid on every day from first to last."""
        if self.begin is None:
            return self.code
        return self.code.filter(pc.and_(pc.less_equal(self.begin, first), pc.greater(self.end, last)))


@lru_cache(maxsize=256)
def _columns(codes: CodeList) -> _Codes:
    lookup = code_lookup(codes)
    width = len(lookup.columns) // 2
    if not width:
        return _Codes(pa.array([row[0] for row in lookup.rows], pa.string()))
    spans = [(row[0], row[1 + 2 * index], row[2 + 2 * index]) for row in lookup.rows for index in range(width)]
    return _Codes(*(pa.array(column, pa.string()) for column in zip(*spans, strict=True)))


def _text(notation: Notation, column: pa.StringArray) -> Found:
    """Characters are counted only where bytes are too many: no text has more characters than bytes."""
    if pc.max(pc.binary_length(column)).as_py() > notation.maximum:
        yield pc.greater(pc.utf8_length(column), notation.maximum)
    if notation.minimum > 1:
        yield pc.less(pc.utf8_length(column), notation.minimum)


def _word(notation: Notation, column: pa.StringArray) -> Found:
    fits = _CLASSES[notation.kind](column)
    if not pc.all(fits).as_py():
        yield pc.invert(fits)
    sizes = pc.binary_length(column)
    edge = pc.min_max(sizes)
    if edge["min"].as_py() < notation.minimum or edge["max"].as_py() > notation.maximum:
        yield pc.or_(pc.less(sizes, notation.minimum), pc.greater(sizes, notation.maximum))


def _implied(field: Field) -> bool:
    """Whether a right number of 18 characters has the characters and the length that the notation asks for."""
    notation = field.notation
    return field.codes is None and notation.kind in ("an", "c") and notation.minimum <= _ID_LENGTH <= notation.maximum


def _digits(text: str) -> str:
    """The day of a canonical date or time as eight digits."""
    digits = re.sub(r"\D", "", text)[:8]
    return digits + _FIRST_MONTH_AND_DAY.get(len(digits), "")
