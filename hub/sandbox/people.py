"""Take a seed and a number, give invented people as the old systems tell of them: Person, Couple, two check digits.

Couple ``n`` is the head and the spouse of household ``n`` of the synthetic world (hub.sandbox.world.population), which alone
knows how people are made up: so one person has one name and one number in every business system.

Everybody here is synthetic. The identity numbers have true division codes and true check digits, so that rules can be
tried, but the serial (digits 15 to 17) lies in 900..979, which registration offices hardly ever reach, and names, addresses
(示例路, "example road") and telephones (1390000xxxx, meant to ring nowhere) are drawn from lists. A likeness to a living person
is chance.

Couple ``n`` of a seed is a pure function of (seed, n): any range can be made again, in any order, with no memory of
the others, and no two of the first 11 million couples share an identity number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from hub.sandbox.world.database import World
from hub.sandbox.world.macros import Times
from hub.sandbox.world.population import WEIGHTS, everybody

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PAGE = 500  # couples that are made at a time
_COUPLES = """PREPARE couples AS
SELECT h, foreigner, country, foreign_name, surname, given, sex, id_number, birth, nation, education, occupation, division,
    address, phone FROM ({}) WHERE slot < 2 ORDER BY h, sex"""
_ANY_DAY = Times(datetime(2026, 1, 1))  # noqa: DTZ001 - what is told here does not depend on it


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic person in the codes of the standards (GB/T 2261, 3304, 4658, 6565, 2659; documents GA/T 2000.156)."""

    number: int
    document: str  # 111 identity card, 414 passport
    id_number: str
    surname: str  # empty where the name has none (an ethnic or foreign name)
    given: str
    sex: str  # 1 | 2
    birth: date
    nation: str | None  # None: not a Chinese citizen
    nationality: str  # two letters of GB/T 2659
    education: str
    occupation: str
    division: str | None
    address: str
    phone: str

    @property
    def name(self) -> str:
        """The full name as one text."""
        return self.surname + self.given


@dataclass(frozen=True, slots=True)
class Couple:
    """Two people who come to the registration office together."""

    number: int
    man: Person
    woman: Person


def check_digit(body: str) -> str:
    """The last character of an 18-character citizen number from its first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def credit_code(body: str) -> str:
    """An 18-character unified social credit code from its first 17 characters (GB 32100-2015)."""
    total = sum(_CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + _CREDIT_ALPHABET[-total % 31]


def couples(seed: int, start: int, count: int) -> Iterator[Couple]:
    """Couples ``start`` .. ``start + count - 1`` of ``seed``, one at a time; their ages match."""
    for number in range(start, start + count):
        yield couple(seed, number)


def couple(seed: int, number: int) -> Couple:
    """The couple ``number`` of ``seed``; those before the first are people, too."""
    page, place = divmod(number, _PAGE)
    return _page(seed, page)[place]


@lru_cache(maxsize=4)
def _world(seed: int) -> World:
    world = World(seed, _ANY_DAY)
    world.do(_COUPLES.format(everybody(seed)))
    return world


@lru_cache(maxsize=32)
def _page(seed: int, page: int) -> tuple[Couple, ...]:
    """A batch of couples: one query makes them all."""
    world = _world(seed)
    world.span(page * _PAGE, _PAGE)
    rows = world.values("EXECUTE couples")
    people = [_person(*row) for row in rows]
    return tuple(Couple(page * _PAGE + place // 2, *people[place : place + 2]) for place in range(0, len(people), 2))


def _person(household: int, foreigner: bool, country: str, foreign_name: str, *told: str | date) -> Person:
    """A row of the world; a spouse from abroad has a passport instead of an identity card."""
    surname, given, sex, id_number, birth, nation, education, occupation, division, address, phone = told
    assert isinstance(birth, date)
    number = 2 * household + int(str(sex))
    return Person(
        number=number,
        document="414" if foreigner else "111",
        id_number=f"E0000{number:07d}" if foreigner else str(id_number),
        surname="" if foreigner else str(surname),
        given=foreign_name if foreigner else str(given),
        sex=str(sex),
        birth=birth,
        nation=None if foreigner else str(nation),
        nationality=country if foreigner else "CN",
        education=str(education),
        occupation=str(occupation),
        division=None if foreigner else str(division),
        address=str(address),
        phone=str(phone),
    )
