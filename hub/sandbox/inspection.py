"""Takes one received row and its contract table, gives what a receiving office objects to; alone knows the partners' row checks.

Plain Python over contract values, written apart from the kernel on purpose: the sandbox is the second reader of every contract,
so a mistake in one of the two shows as a refused row.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from operator import mul

from hub.contract.model import CodeList, Field, Notation, Table

Row = Mapping[str, str | None]  # canonical text by field name
_OTHER_LENGTH = 15  # a passport, a travel permit, or an ID number of the first generation is no longer than this
RESIDENT_ID = "111"  # GA/T 2000.156: 居民身份证; the only certificate type whose number GB 11643 describes

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = sum(_WEIGHTS) * ord("0")
_RESIDENT = re.compile("[0-9]{17}[0-9X]")
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUES = {ord(character): number for number, character in enumerate(_CREDIT)}
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CREDITED = re.compile(f"[{_CREDIT}]{{18}}")
_STAMPS = {
    ("d", 4): "%Y",
    ("d", 6): "%Y%m",
    ("d", 8): "%Y%m%d",
    ("d", 10): "%Y-%m-%d",
    ("t", 14): "%Y%m%d%H%M%S",
    ("t", 19): "%Y-%m-%d %H:%M:%S",
}
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_ALPHABETS = {"a": re.compile(r"[A-Za-z]*"), "an": re.compile(r"[A-Za-z0-9]*"), "n": re.compile(r"[0-9]*")}


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a row: the field (None: the row as a whole), a stable code, words without any value of the row."""

    field: str | None
    code: str
    message: str


def canonical(value: object, field: Field) -> str | None:
    """A received value (text, number, date or None) as the text of the field's notation; blank is None."""
    if value is None or value == "":
        return None
    if isinstance(value, (date, datetime, time)):
        return value.strftime(_stamp(field.notation) or "%Y-%m-%d %H:%M:%S")
    text = str(value)
    if not field.numeric:
        return text
    number = Decimal(text) if isinstance(value, (int, float, Decimal)) else _number(text)
    return f"{number:.{field.notation.scale}f}" if number is not None and _fits(number, field.notation) else text


def objections(table: Table, row: Row, day: date, *, deleted: bool = False) -> Iterator[Objection]:
    """All that is wrong with ``row``, in field order. ``day`` decides which codes are valid when the row names no day of its own.

    A deletion must only name its key.
    """
    lawful_day = own_day(table, row) or day
    for name, field in table.fields.items():
        value = row.get(name)
        if value is None:
            if name in table.key or (field.required and not deleted):
                yield Objection(name, "required", f"{field.title}不能为空")
        elif not deleted or name in table.key:
            yield from value_objections(table, field, value, row, lawful_day)


def value_objections(table: Table, field: Field, value: str, row: Row, day: date) -> Iterator[Objection]:
    """What is wrong with one value. ``row`` tells the kind of certificate; on ``day`` a code must be valid."""
    written = _written(field, value)
    if written is not None:
        yield Objection(field.name, *written)
        return
    if field.codes is not None:
        coded = _coded(field.codes, value, day)
        if coded is not None:
            yield Objection(field.name, coded, f"{field.title}的代码不在{field.codes.name}的有效值内")
    if not _check_digit(table, field, value, row):
        yield Objection(field.name, "check-digit", f"{field.title}校验位错误")
    if not _within(field, value):
        yield Objection(field.name, "range", f"{field.title}超出允许范围")


def _written(field: Field, value: str) -> tuple[str, str] | None:
    """Whether ``value`` is written as its notation says: None, or a code and words."""
    notation = field.notation
    stamp = _stamp(notation)
    if stamp is not None:
        return None if _moment(value, stamp) else ("format", f"{field.title}不是{notation}格式的日期时间")
    if field.numeric:
        return _written_number(field, value)
    if not notation.minimum <= len(value) <= notation.maximum:
        return "length", f"{field.title}长度不符合{notation}"
    alphabet = _ALPHABETS.get(notation.kind)
    if alphabet is not None and not alphabet.fullmatch(value):
        return "format", f"{field.title}含有{notation}以外的字符"
    return None


def _written_number(field: Field, value: str) -> tuple[str, str] | None:
    number = _number(value)
    if number is None:
        return "format", f"{field.title}不是数值"
    return None if _fits(number, field.notation) else ("length", f"{field.title}的位数超出{field.notation}")


def _number(text: str) -> Decimal | None:
    """Plain ASCII digits only: Decimal() would also take 1_000, full-width digits, NaN and 1E5."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _fits(number: Decimal, notation: Notation) -> bool:
    """Whether a number has at most ``maximum`` digits, ``scale`` of them after the point."""
    if not number.is_finite():
        return False
    exponent = Decimal(1).scaleb(notation.maximum - notation.scale)
    decimals = f"{number:f}".partition(".")[2].rstrip("0")
    return abs(number) < exponent and len(decimals) <= notation.scale


def _coded(codes: CodeList, value: str, day: date) -> str | None:
    known = codes.codes.get(value)
    if not known:
        return "code"
    valid = any((c.valid_from is None or c.valid_from <= day) and (c.valid_to is None or day < c.valid_to) for c in known)
    return None if valid else "code-expired"


def _check_digit(table: Table, field: Field, value: str, row: Row) -> bool:
    check = CHECKS.get(field.element.check or "")
    if check is None:
        return True
    if field.element.check == "gb11643":
        kind = certificate_type(table.fields, field)
        if kind is not None and row.get(kind) not in (None, RESIDENT_ID):
            return True
        if kind is None and field.notation.minimum <= len(value) <= _OTHER_LENGTH:
            return True
    return check(value)


def certificate_type(fields: Mapping[str, Field], field: Field) -> str | None:
    """The field that says what kind of certificate ``field`` numbers: 男方证件类型代码 beside 男方证件号码."""
    found: list[tuple[int, str]] = []
    for other in fields.values():
        prefix, mark, _ = other.title.partition("证件类型")
        if mark and field.title.startswith(prefix):
            found.append((len(prefix), other.name))
    return max(found)[1] if found else None


def resident_id(value: str) -> bool:
    """GB 11643-1999: 17 digits and the ISO 7064 MOD 11-2 check character."""
    if not _RESIDENT.fullmatch(value):
        return False
    return value[17] == "10X98765432"[(sum(map(mul, value.encode(), _WEIGHTS)) - _ZEROS) % 11]


def credit_code(value: str) -> bool:
    """GB 32100-2015: 18 characters of 31, the last one the MOD 31 check character."""
    if not _CREDITED.fullmatch(value):
        return False
    return value[17] == _CREDIT[-sum(map(mul, value.translate(_CREDIT_VALUES).encode(), _CREDIT_WEIGHTS)) % 31]


CHECKS: Mapping[str, Callable[[str], bool]] = {"gb11643": resident_id, "gb32100": credit_code}


def _within(field: Field, value: str) -> bool:
    low, high = field.minimum or field.element.minimum, field.maximum or field.element.maximum
    if field.numeric:
        number = Decimal(value)
        return (low is None or number >= Decimal(low)) and (high is None or number <= Decimal(high))
    return (low is None or value >= low) and (high is None or value <= high)


def own_day(table: Table, row: Row) -> date | None:
    """The row's own day, on which its codes must be valid."""
    if table.as_of is None:
        return None
    value, stamp = row.get(table.as_of), _stamp(table.fields[table.as_of].notation)
    moment = _moment(value, stamp) if value and stamp else None
    return moment.date() if moment else None


def _stamp(notation: Notation) -> str | None:
    return _STAMPS.get((notation.kind, notation.maximum))


@cache
def _pattern(stamp: str) -> re.Pattern[str]:
    """strptime takes 2024115 for %Y%m%d: the number of digits is checked first."""
    return re.compile(re.sub("%[mdHMS]", "[0-9]{2}", stamp.replace("%Y", "[0-9]{4}")))


def _moment(value: str, stamp: str) -> datetime | None:
    if not _pattern(stamp).fullmatch(value):
        return None
    try:
        return datetime.strptime(value, stamp)  # noqa: DTZ007 - notations carry no zone
    except ValueError:
        return None
