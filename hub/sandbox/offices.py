"""Give the marriage offices, registrars and blank certificate books of the bureau: the small tables that hardly change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hub.sandbox.names import BEIJING
from hub.sandbox.people import Person, couple, credit_code
from hub.sandbox.story import Clock, LocalRow
from hub.sandbox.systems import marriage

_LETTERS = ("DC", "XC", "CY", "FT", "SJS", "HD", "MTG", "FS", "TZ", "SY", "CP", "DX", "HR", "PG", "MY", "YQ")
REGISTRARS_PER_OFFICE = 3
_BRANCHES = (
    (18, "DC", "110101", "北京市东城区民政局婚姻登记处（崇文）"),
    (19, "XC", "110102", "北京市西城区民政局婚姻登记处（宣武）"),
    (20, "DX", "110115", "北京市大兴区民政局婚姻登记处（亦庄）"),
)


@dataclass(frozen=True, slots=True)
class Office:
    """A marriage office: its local code, the code of the standard (division and two digits), and the names on paper."""

    number: int
    local: str
    code: str
    division: str
    name: str
    credit: str
    foreign: bool


def _offices() -> Iterator[Office]:
    for number, (letters, (division, name)) in enumerate(zip(_LETTERS, BEIJING, strict=True), 1):
        credit = credit_code(f"11{division}MB1{number:06d}")
        yield Office(number, f"{letters}01", f"{division}01", division, f"{name}民政局婚姻登记处", credit, False)
    yield Office(17, "SJ01", "11000001", "110000", "北京市民政局涉外婚姻登记处", credit_code("11110000MB1000017"), True)


OFFICES = tuple(_offices())
BY_DIVISION = {office.division: office for office in OFFICES}


def registrar(seed: int, office: Office, place: int) -> Person:
    """The registrar ``place`` (0 ..) of an office: of working age, and never one of the people who marry in the sandbox."""
    first = (office.number * 10 + place) * 50
    candidates = (couple(seed, -number).man for number in range(first, first + 50))
    return next(person for person in candidates if 1966 <= person.birth.year <= 1998)


def office_rows(clock: Clock, random: Random) -> Iterator[LocalRow]:
    """hy_jg: one row per office, and three branches on which nothing else depends."""
    for office in OFFICES:
        yield _office_row(office, "1", clock, random)
    for number, letters, division, name in _BRANCHES:
        credit = credit_code(f"11{division}MB1{number:06d}")
        branch = Office(number, f"{letters}02", f"{division}02", division, name, credit, False)
        row = _office_row(branch, "9" if number < 20 else "0", clock, random)
        row.spare = True
        yield row


def _office_row(office: Office, state: str, clock: Clock, random: Random) -> LocalRow:
    opened = date(1994, 2, 1) + timedelta(days=random.randrange(7_000))
    values = {
        "jg_id": office.number,
        "jgdm": office.local,
        "jgmc": office.name,
        "tyshxydm": office.credit,
        "xzqh": office.division,
        "jgdj": random.choice(("A3", "A4", "A4", "A5", "PT")),
        "swqx": "Q" if office.foreign else random.choice(("N", "N", "N", "W", "G")),
        "dz": f"{office.name[:6]}示例路{office.number}号",
        "lxdh": f"010-0000{office.number:04d}",
        "djyrs": REGISTRARS_PER_OFFICE,
        "slrq": f"{opened:%Y%m%d}",
        "zt": state,
        "gxsj": clock.saved(opened, random),
    }
    return LocalRow(marriage.OFFICE, values, ("marriage_office",))


def registrar_rows(seed: int, clock: Clock, random: Random) -> Iterator[LocalRow]:
    """hy_djy: the registrars of every office, and as many who left."""
    for office in OFFICES:
        for place in range(2 * REGISTRARS_PER_OFFICE):
            yield _registrar_row(seed, office, place, clock, random)


def _registrar_row(seed: int, office: Office, place: int, clock: Clock, random: Random) -> LocalRow:
    person = registrar(seed, office, place)
    issued = date(2015, 1, 1) + timedelta(days=random.randrange(3_000))
    working = place < REGISTRARS_PER_OFFICE
    values = {
        "djy_id": office.number * 10 + place,
        "gh": f"{office.local}-{place + 1:03d}",
        "xm": person.name,
        "sfzh": person.id_number,
        "jgdm": office.local,
        "zgzh": f"HYDJ{issued:%Y}{office.number * 10 + place:06d}",
        "fzrq": f"{issued:%Y%m%d}",
        "yxqz": f"{issued + timedelta(days=3_650):%Y%m%d}",
        "gwzt": "ZG" if working else random.choice(("ZT", "LG", "TX")),
        "sc_bz": "N",
        "gxsj": clock.saved(issued, random),
    }
    return LocalRow(marriage.REGISTRAR, values, ("marriage_registrar",))


def book_rows(first: int, count: int, clock: Clock, random: Random) -> Iterator[LocalRow]:
    """hy_zsly: books of blank certificates, numbered ``first`` .. ``first + count - 1``; no update time."""
    for number in range(first, first + count):
        office = OFFICES[number % len(OFFICES)]
        size = random.choice((50, 100, 200))
        spoiled = random.randrange(4)
        used = random.randrange(size - spoiled)
        taken = clock.today - timedelta(days=random.randrange(700))
        values = {
            "lyid": number * 10,
            "lybh": f"LY{office.local}{number:08d}",
            "lx": random.choice("JJL"),
            "qsh": f"{number * 1_000:012d}",
            "zzh": f"{number * 1_000 + size - 1:012d}",
            "sl": size,
            "jgdm": office.local,
            "lyrq": f"{taken:%Y%m%d}",
            "zf": spoiled,
            "jc": size - spoiled - used,
        }
        yield LocalRow(marriage.BLANK_STOCK, values, ("blank_certificate_stock",))
