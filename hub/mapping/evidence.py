"""Takes the sampled values of a column and a field; gives how well they fit it, from 0 to 1, and in a word why. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from hub.contract.model import Field
from hub.kernel.digits import credit_wrong, id_wrong
from hub.mapping.local_codes import MOST, translate

UNKNOWN = 0.75
"""Nothing was sampled: neither for nor against."""

_DAY = re.compile(r"(19|20|99)\d\d[-/.年]?(0?[1-9]|1[0-2])[-/.月]?(0?[1-9]|[12]\d|3[01])日?")
_MOMENT = re.compile(_DAY.pattern + r"[ T]?\d\d:?\d\d(:?\d\d)?(\.\d+)?")
_MONTH = re.compile(r"(19|20)\d\d[-/.年]?(0?[1-9]|1[0-2])月?")
_YEAR = re.compile(r"(19|20)\d\d年?")
_NUMBER = re.compile(r"-?\d{1,18}(\.\d+)?")
_PHONE = re.compile(r"1\d{10}|(0\d{2,3}-?)?\d{7,8}(-\d+)?")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ffff·　 ]{2,20}|[A-Z][A-Z ]+")
_ADDRESS = re.compile(r".*[省市区县镇乡街路村号里院].*")
_CARD = re.compile(r"[1-9]\d{16}[\dXx]", re.ASCII)
_SHORT = 12
_MASKS = {"name": _NAME, "phone": _PHONE, "address": _ADDRESS, "account": re.compile(r"\d{9,30}")}
_WEAK = 0.15
_ROW_NUMBER = 0.5  # of a table that has no other number


@dataclass(frozen=True, slots=True)
class Column:
    """A live column: ``name`` is ``alias.column``; ``type`` as declared; ``values`` sampled, as text, none of them empty."""

    name: str
    type: str
    comment: str
    values: tuple[str, ...]
    serial: bool = False  # a row number that means nothing elsewhere


def fit(field: Field, column: Column, *, key: bool = False) -> tuple[float, str]:
    """How well the values of a column fit the format, the codes and the kind of the field (``key``: of the table's key)."""
    if field.codes is not None:
        return _codes(field, column)
    if column.serial:
        return _ROW_NUMBER if key and not field.numeric else _WEAK, "a row number"
    values = column.values
    if field.element.check is not None:
        return _checked(values, field.element.check), "check digits"
    if field.notation.kind in ("d", "t"):
        return _dates(field, column)
    if field.numeric:
        number = column.type == "integer" or column.type.startswith("decimal")
        return (1.0 if number else 0.7 * _matching(values, _NUMBER)) * (1 - _dated(values)), "numbers"
    return _texts(field, column), "texts"


def _codes(field: Field, column: Column) -> tuple[float, str]:
    assert field.codes is not None
    if column.type in ("date", "timestamp") or column.type.startswith("decimal") or column.serial:
        return _WEAK, "no codes"
    done = translate(column.comment, column.values, field.codes)
    distinct = len(set(column.values))
    if done.plain:
        return 1.0, "codes of the list"
    if distinct > MOST:
        return 0.05, "too many values for codes"
    return max(done.fit, 0.45 * _shorter(column.values, _SHORT)), "local codes"


def _dates(field: Field, column: Column) -> tuple[float, str]:
    values, wanted = column.values, (field.notation.kind, field.notation.maximum)
    if column.type in ("date", "timestamp"):
        exact = (column.type == "timestamp") == (wanted[0] == "t")
        return (1.0 if exact else 0.6) * (1.0 if wanted[0] == "t" or wanted[1] >= 8 else 0.4), "type of the column"
    if column.type.startswith("decimal"):
        return _WEAK, "numbers"
    form = {("d", 4): _YEAR, ("d", 6): _MONTH}.get(wanted, _DAY if wanted[0] == "d" else _MOMENT)
    nearly = _DAY if form is _MOMENT else _MOMENT
    return max(_matching(values, form), 0.6 * _matching(values, nearly)), "dates"


def _texts(field: Field, column: Column) -> float:
    """Texts fit unless they are plainly something else, or too long."""
    values = column.values
    if column.type in ("date", "timestamp"):
        return _WEAK
    mask = field.element.mask or ""
    score = 1.0
    if mask in _MASKS:
        score = 0.2 + 0.8 * _matching(values, _MASKS[mask])
    elif mask != "idcard":
        score -= 0.7 * _matching(values, _CARD, 0.0)
    if column.type.startswith("decimal"):
        score *= 0.4
    if mask != "account":
        score *= 1 - 0.7 * _dated(values)
    return score * (0.3 + 0.7 * _shorter(values, field.notation.maximum))


def _dated(values: tuple[str, ...]) -> float:
    return _matching(values, _DAY, 0.0) + _matching(values, _MOMENT, 0.0)


@lru_cache(maxsize=10_000)
def _checked(values: tuple[str, ...], check: str) -> float:
    """The share of texts whose check digit holds."""
    if not values:
        return UNKNOWN
    wrong = id_wrong if check == "gb11643" else credit_wrong
    column = pa.array([value.upper() for value in values], pa.string())
    return 1.0 - sum(map(bool, wrong(column).to_pylist())) / len(values)


@lru_cache(maxsize=50_000)
def _matching(values: tuple[str, ...], pattern: re.Pattern[str], none: float = UNKNOWN) -> float:
    """The share of texts that are wholly of a pattern."""
    return sum(bool(pattern.fullmatch(value)) for value in values) / len(values) if values else none


def _shorter(values: tuple[str, ...], length: int) -> float:
    return sum(len(value) <= length for value in values) / len(values) if values else 1.0
