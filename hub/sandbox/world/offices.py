"""Gives the bureau's marriage offices as a table in SQL, and the check signs of the certificates that they issue. Pure.

The same offices stand in several business systems, under their local codes, their names or their credit codes. Nobody's office:
districts are real, the serials of the credit codes are invented.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.sandbox.names import BEIJING

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS = ("DC", "XC", "CY", "FT", "SJS", "HD", "MTG", "FS", "TZ", "SY", "CP", "DX", "HR", "PG", "MY", "YQ")
_DIGITS = 8  # of a certificate's serial that are not always nought
_VERSION = "001"


@dataclass(frozen=True, slots=True)
class Office:
    """A marriage office: its local code, the code of the standard (division and two digits), and the names on paper.

    ``state``: 1 open, 0 closed, 9 merged. Nothing else depends on a ``branch``.
    """

    number: int
    local: str
    code: str
    division: str
    district: str
    name: str
    state: str = "1"
    branch: bool = False

    @property
    def credit(self) -> str:
        """The unified social credit code."""
        return credit_code(f"11{self.division}MB1{self.number:06d}")


def credit_code(body: str) -> str:
    """An 18-character unified social credit code from its first 17 characters (GB 32100-2015)."""
    total = sum(_CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + _CREDIT_ALPHABET[-total % 31]


# Made-up certificate types: 18 characters of their defining body and three digits; the true ones are not public.
TYPES = {"JHZ": credit_code("11100000MB9999999") + "901", "LHZ": credit_code("11100000MB9999999") + "902"}


def _offices() -> Iterator[Office]:
    for number, (letters, (division, name)) in enumerate(zip(_LETTERS, BEIJING, strict=True), 1):
        yield Office(number, f"{letters}01", f"{division}01", division, name, f"{name}民政局婚姻登记处")
    yield Office(17, "SJ01", "11000001", "110000", "北京市民政局", "北京市民政局涉外婚姻登记处")
    yield Office(18, "DC02", "11010102", "110101", "北京市东城区", "北京市东城区民政局婚姻登记处（崇文）", "9", branch=True)
    yield Office(19, "XC02", "11010202", "110102", "北京市西城区", "北京市西城区民政局婚姻登记处（宣武）", "9", branch=True)
    yield Office(20, "DX02", "11011502", "110115", "北京市大兴区", "北京市大兴区民政局婚姻登记处（亦庄）", "0", branch=True)


OFFICES = tuple(_offices())


def statements() -> list[str]:
    """CREATE statements: the table ``offices``, and ``certificate_sign(state, b)``, the check sign of an identifier.

    ``state`` is the office's ``jhz`` or ``lhz``: where the check stands after type, issuer and the noughts before serial ``b``.
    """
    columns = "number, local, code, division, district, name, credit, state, branch, jhz, lhz"
    rows = ", ".join(_row(office) for office in OFFICES)
    product = "state"
    for place in reversed(range(_DIGITS)):
        product = f"(({product} + b // {10**place} % 10 + 35) % 36 + 1) * 2 % 37"
    ends = "".join(_SIGNS[(1 - _product(state, _VERSION)) % 36] for state in range(1, 37))
    return [
        f"CREATE TABLE offices AS SELECT * FROM (VALUES {rows}) t({columns})",
        f"CREATE MACRO certificate_sign(state, b) AS substr('{ends}', CAST({product} AS INTEGER), 1)",
    ]


def _row(office: Office) -> str:
    noughts = "0" * (12 - _DIGITS)
    texts = (office.local, office.code, office.division, office.district, office.name, office.credit, office.state)
    states = (_product(36, f"{TYPES[kind]}{office.credit}{noughts}") for kind in ("JHZ", "LHZ"))
    return f"({office.number}, {', '.join(map(repr, texts))}, {office.branch}, {', '.join(map(str, states))})"


def _product(state: int, signs: str) -> int:
    """ISO 7064 MOD 37,36: where the check stands after further signs; it begins with 36."""
    for sign in signs:
        state = ((state + _SIGNS.index(sign)) % 36 or 36) * 2 % 37
    return state
