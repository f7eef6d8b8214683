"""Take a seed and a number, give invented people: Person, Couple, two check digits. It alone knows how people are made up.

Everybody here is synthetic. The identity numbers have true division codes and true check digits, so that rules can be
tried, but the serial (digits 15 to 17) lies in 900..979, which registration offices hardly ever reach, and names, addresses
(示例路, "example road") and telephones (1390000xxxx, meant to ring nowhere) are drawn from the lists below. A likeness to a
living person is chance.

Couple ``n`` of a seed is a pure function of (seed, n): any range can be made again, in any order, with no memory of
the others, and no two of the first 44 million couples share an identity number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import gcd
from random import Random

from hub.sandbox.names import (
    BEIJING,
    DIVISIONS,
    EDUCATION,
    FEMALE,
    FOREIGN,
    HAN_LIKE,
    MALE,
    MINORITY_FEMALE,
    MINORITY_MALE,
    OCCUPATIONS,
    RARE,
    ROADS,
    SURNAMES,
)

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SLOTS = 40  # serials 900..979: forty odd ones for men, forty even ones for women
_DAYS = 23_376  # 64 years of birthdays
_FIRST = date(1936, 1, 1)  # birthdays of men: to the end of 1999, so every couple may marry from 2023 on
_SPACE = len(DIVISIONS) * _DAYS * _SLOTS
# 0.618 of the space spreads neighbours over all birthdays and divisions; coprime to it, the walk meets every point once.
_STRIDE = next(step for step in range(int(_SPACE * 0.618_034), _SPACE) if gcd(step, _SPACE) == 1)


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
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def credit_code(body: str) -> str:
    """An 18-character unified social credit code from its first 17 characters (GB 32100-2015)."""
    total = sum(_CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + _CREDIT_ALPHABET[-total % 31]


def id_number(division: str, birth: date, serial: int) -> str:
    """A citizen number; an odd ``serial`` is a man's."""
    body = f"{division}{birth:%Y%m%d}{serial:03d}"
    return body + check_digit(body)


def couples(seed: int, start: int, count: int) -> Iterator[Couple]:
    """Couples ``start`` .. ``start + count - 1`` of ``seed``, one at a time; their ages match."""
    for number in range(start, start + count):
        yield couple(seed, number)


def couple(seed: int, number: int) -> Couple:
    """The couple ``number`` of ``seed``."""
    random = Random(f"{seed}/{number}")  # noqa: S311 - reproducible, not secret
    slot, day, place = _coordinates(seed, number)
    birth = _FIRST + timedelta(days=day)
    # The woman's place and birthday are shifted by amounts that depend on slot and place alone: still no number twice.
    her_place = place if slot % 3 else (place + 7 * slot) % len(DIVISIONS)
    her_birth = birth + timedelta(days=(slot * 37 + her_place * 11) % 1_460 - 400)
    man = _person(random, 2 * number + 1, "1", DIVISIONS[place], birth, 901 + 2 * slot)
    woman = _person(random, 2 * number + 2, "2", DIVISIONS[her_place], her_birth, 900 + 2 * slot)
    if random.random() < 0.012:
        woman = _foreigner(random, woman)
    return Couple(number, man, woman)


def _coordinates(seed: int, number: int) -> tuple[int, int, int]:
    """(slot, day, place) of a couple: an affine walk through all combinations, so that none comes twice."""
    rest, place = divmod((number * _STRIDE + seed * 7_919) % _SPACE, len(DIVISIONS))
    slot, day = divmod(rest, _DAYS)
    return slot, day, place


def _person(random: Random, number: int, sex: str, place: tuple[str, str], birth: date, serial: int) -> Person:
    nation, surname, given = _naming(random, sex)
    home, home_name = random.choice(BEIJING) if random.random() < 0.7 else place
    road, block, door = random.choice(ROADS), random.randrange(1, 90), random.randrange(101, 2699)
    return Person(
        number=number,
        document="111",
        id_number=id_number(place[0], birth, serial),
        surname=surname,
        given=given,
        sex=sex,
        birth=birth,
        nation=nation,
        nationality="CN",
        education=random.choice(EDUCATION),
        occupation=random.choice(OCCUPATIONS),
        division=home,
        address=f"{home_name}{road}{block}号院{door}室",
        phone=f"1390000{random.randrange(10_000):04d}",
    )


def _naming(random: Random, sex: str) -> tuple[str, str, str]:
    """(ethnic group of GB/T 3304, surname, given name): nine in ten Han, the others by their own customs."""
    draw = random.random()
    nation = "01"
    if draw < 0.03:
        nation, given = random.choice(MINORITY_MALE if sex == "1" else MINORITY_FEMALE)
        return nation, "", given
    if draw < 0.10:
        nation = random.choice(HAN_LIKE)
    signs = MALE if sex == "1" else FEMALE
    given = random.choice(signs)
    if random.random() < 0.7:
        given += random.choice(RARE) if random.random() < 0.03 else random.choice(signs)
    return nation, random.choice(SURNAMES), given


def _foreigner(random: Random, person: Person) -> Person:
    nationality, name = random.choice(FOREIGN)
    return Person(
        number=person.number,
        document="414",
        id_number=f"E0000{person.number:07d}",
        surname="",
        given=name,
        sex=person.sex,
        birth=person.birth,
        nation=None,
        nationality=nationality,
        education=person.education,
        occupation=person.occupation,
        division=None,
        address=person.address,
        phone=person.phone,
    )
