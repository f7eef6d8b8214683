"""Take a couple, give its Visit to an office (registrar, clock, dice), and how clerks there write names and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from sqlalchemy import Table

from hub.sandbox.offices import BY_DIVISION, OFFICES, REGISTRARS_PER_OFFICE, Office, registrar
from hub.sandbox.people import Couple, Person
from hub.sandbox.story import Clock, LocalRow, Values


@dataclass(frozen=True, slots=True)
class Visit:
    """Where and by whom a couple is served, and the clock and the dice of its story."""

    couple: Couple
    office: Office
    registrar: str
    clock: Clock
    random: Random

    @property
    def ordinary(self) -> bool:
        """Both are Chinese citizens; the others go to the city's own office."""
        return self.couple.woman.document == "111"

    def key(self, place: int) -> int:
        """The vendor's number of row ``place`` (0..4) of this couple in a table; 5..9 are left for planted doubles."""
        return self.couple.number * 10 + 10 + place

    def number(self, letter: str, day: date) -> str:
        """The business number of a registration (J), a divorce (L) or a refused application (S)."""
        return f"{letter}{self.office.code}{day:%Y}{self.couple.number + 1:08d}"

    def paper(self, letter: str, day: date) -> str:
        """The number on a marriage (J) or divorce (L) certificate, with 补 (B) for a reissued one."""
        return f"{letter}{self.office.division}-{day:%Y}-{self.couple.number + 1:06d}"

    def row(self, table: Table, makes: Sequence[str], event: date, values: Values) -> LocalRow:
        """A row that was saved on the day of its event."""
        return LocalRow(table, {**values, "gxsj": self.clock.saved(event, self.random)}, tuple(makes))


def visit_of(seed: int, couple: Couple, clock: Clock, random: Random) -> Visit:
    """The office of the man's district, or any; the city's own office for couples with a foreigner."""
    if couple.woman.document != "111":
        office = OFFICES[-1]
    else:
        office = BY_DIVISION.get(couple.man.division or "") or random.choice(OFFICES[:-1])
    return Visit(couple, office, _registrar_name(seed, office.number, random.randrange(REGISTRARS_PER_OFFICE)), clock, random)


@cache
def _registrar_name(seed: int, office: int, place: int) -> str:
    return registrar(seed, OFFICES[office - 1], place).name


def written_name(random: Random, person: Person) -> str:
    """A name in one column: clerks set two-character names apart with U+3000 to fill three places."""
    padded = len(person.surname) == 1 and len(person.given) == 1 and random.random() < 0.3
    return f"{person.surname}\u3000{person.given}" if padded else person.name


def written_id(random: Random, person: Person) -> str:
    """A number as it was typed: the check sign X is often small."""
    return person.id_number.lower() if random.random() < 0.3 and person.document == "111" else person.id_number


def parties(visit: Visit) -> Values:
    """The four columns that tables without a person number copy."""
    man, woman, random = visit.couple.man, visit.couple.woman, visit.random
    return {
        "nf_xm": written_name(random, man),
        "nf_sfzh": written_id(random, man),
        "nvf_xm": written_name(random, woman),
        "nvf_sfzh": written_id(random, woman),
    }
