"""Takes a table; gives which fields speak of the same person as an ID number: certificate type, birth date, sex. Pure.

Fields belong together when their titles share what stands before the noun: 男方证件号码, 男方证件类型代码, 男方出生日期.
"""

import re
from dataclasses import dataclass

from hub.contract.model import Field, Table

RESIDENT_CARD = "111"  # GA/T 2000.156 (before: GA/T 517): 居民身份证
_NUMBER = re.compile(r"(公民身份号码|公民身份证号码|居民身份证号码?|身份证件?号码?|身份号码|证件号码?)$")
_TYPE = re.compile(r"(身份)?(证件|证照)(类型|种类|类别)(代码)?$")
_BIRTH = re.compile(r"(出生日期|出生年月日|生日)$")
_SEX = re.compile(r"性别(代码)?$")
_SEX_LIST = re.compile(r"GB/?T ?2261\.1")


@dataclass(frozen=True, slots=True)
class Person:
    """The fields around one ID number; None where the table has no such field."""

    number: Field
    type: Field | None
    birth: Field | None
    sex: Field | None


def people(table: Table) -> tuple[Person, ...]:
    """One Person for each field of ``table`` whose element is checked by gb11643, in the order of the fields."""
    return tuple(_person(field, table) for field in table.fields.values() if field.element.check == "gb11643")


def _person(number: Field, table: Table) -> Person:
    prefix = _before(_NUMBER, number)
    same = [field for field in table.fields.values() if field is not number]
    return Person(
        number,
        next((field for field in same if _before(_TYPE, field) == prefix and _tells_cards(field)), None),
        next((field for field in same if _before(_BIRTH, field) == prefix and _is_day(field)), None),
        next((field for field in same if _before(_SEX, field) == prefix and _is_sex(field)), None),
    )


def _before(noun: re.Pattern[str], field: Field) -> str | None:
    """What the title says before the noun (the whole title of a number that is called otherwise); None: another thing."""
    match = noun.search(field.title)
    if match:
        return field.title[: match.start()]
    return field.title if noun is _NUMBER else None


def _tells_cards(field: Field) -> bool:
    return field.codes is not None and RESIDENT_CARD in field.codes.codes


def _is_day(field: Field) -> bool:
    return field.notation.kind in "dt" and field.notation.maximum >= 8


def _is_sex(field: Field) -> bool:
    return field.codes is not None and bool(_SEX_LIST.match(field.codes.name))
