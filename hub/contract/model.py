"""The words of a contract as values: Notation, Element, CodeList, Field, Rule, Table, Standard. Pure data, no input or output.

The three parts of a Chinese data standard are 数据元 (Element), 值域代码 (CodeList) and 数据集 (Table).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from hub.interface import Column
from hub.problem import Place

if TYPE_CHECKING:  # pyarrow costs 0.2 s to import
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Notation:
    """A field format as data standards write it (GB/T 18391, GB/T 19488.1): ``c..50 an18 n2 n..17,2 d8 t14``.

    ``kind``: ``c`` any text, ``a`` letters, ``an`` letters and digits, ``n`` digits or a number, ``d`` date, ``t`` date and time.
    Lengths are characters. A ``n`` of fixed length, or with a code list, is text (leading zeros count); a variable ``n..p``
    is an integer and ``n..p,s`` a decimal with p digits in all and s after the point. ``d8`` is YYYYMMDD, ``d4``
    YYYY, ``d6`` YYYYMM,
    ``t14`` YYYYMMDDhhmmss; ``d10`` and ``t19`` are the same with ISO punctuation (2024-01-15, 2024-01-15 09:30:00).
    """

    kind: str
    minimum: int
    maximum: int
    scale: int = 0

    def __str__(self) -> str:
        length = (
            f"{self.maximum}"
            if self.minimum == self.maximum
            else f"..{self.maximum}"
            if self.minimum <= 1
            else f"{self.minimum}..{self.maximum}"
        )
        return f"{self.kind}{length}{f',{self.scale}' if self.scale else ''}"

    @property
    def numeric(self) -> bool:
        """A number by value (an integer or a decimal), not text made of digits."""
        return self.kind == "n" and (self.minimum != self.maximum or self.scale > 0)

    @property
    def arrow(self) -> pa.DataType:
        """string, int64 (up to 18 digits) or decimal128(p, s)."""
        import pyarrow as pa

        if not self.numeric:
            return pa.string()
        return pa.int64() if self.scale == 0 and self.maximum <= 18 else pa.decimal128(self.maximum, self.scale)


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list, with the days on which it is valid (``valid_to`` is the first day on which it is not)."""

    code: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CodeList:
    """A list of codes.

    ``name`` is its standard number or local name (``GB/T 3304-1991``); ``local``: authored here, not published.
    """

    name: str
    title: str
    codes: Mapping[str, tuple[Code, ...]]
    local: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Element:
    """A data element (数据元): what a kind of value is, whatever table it stands in."""

    name: str
    id: str
    short: str
    notation: Notation
    definition: str
    place: Place
    codes: str | None = None
    check: str | None = None  # gb11643 | gb32100
    minimum: str | None = None
    maximum: str | None = None
    unit: str = ""
    level: str = "一般"  # 一般 | 重要 | 敏感
    personal: bool = False
    mask: str | None = None  # name | idcard | phone | account | address | all
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table: an element, perhaps narrowed, under an ASCII name and a Chinese title."""

    name: str
    title: str
    element: Element
    notation: Notation
    required: bool
    codes: CodeList | None
    references: tuple[str, str] | None  # (table, field)
    place: Place
    minimum: str | None = None
    maximum: str | None = None

    @property
    def numeric(self) -> bool:
        """A number by value: never so with a code list, where 01 and 1 differ."""
        return self.notation.numeric and self.codes is None

    @property
    def column(self) -> Column:
        """The field on the wire."""
        import pyarrow as pa

        return Column(
            self.name,
            self.title,
            self.notation.arrow if self.numeric else pa.string(),
            str(self.notation),
            self.required,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule across the fields of one row: SQL (the closed expression language) that must not be false; null passes."""

    name: str
    sql: str
    severity: str  # error | warning
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """A data set (数据集) of a release."""

    standard: str
    version: str
    name: str
    code: str
    title: str
    domain: str
    grain: str
    key: tuple[str, ...]
    fields: Mapping[str, Field]
    rules: tuple[Rule, ...]
    as_of: str | None  # the date field whose value decides which codes are valid; None: the window's day
    catalog: Mapping[str, str]
    digest: str  # sha256 of the expanded table: two equal digests mean the same promise
    place: Place


@dataclass(frozen=True, slots=True)
class Standard:
    """One immutable release: contracts/<name>/<version>/."""

    name: str
    version: str
    title: str
    authority: str
    status: str  # draft | published | retired
    effective_from: date
    source: Mapping[str, str]
    elements: Mapping[str, Element]
    code_lists: Mapping[str, CodeList]
    tables: Mapping[str, Table]
    place: Place
