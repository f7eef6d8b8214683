"""Takes the fields around an ID number; gives SQL that is true where birth date or sex disagree with it. Pure text.

Digits 7 to 14 of a citizen's ID number (GB 11643) are the birth date; the 17th is odd for a man, even for a woman.
Sex on record and number may differ rightly after a change, so these are warnings.
"""

from hub.kernel import moment
from hub.kernel.person import RESIDENT_CARD, Person
from hub.kernel.rules import wrong_column
from hub.kernel.sql import name


def doubts(person: Person) -> tuple[tuple[str, str, str], ...]:
    """(finding code, field, condition on the finished columns) of one person; cheap, may be true for a wrong number too."""
    number = name(person.number.name)
    found = []
    if person.birth is not None:
        day = moment.day_of(person.birth.notation, name(person.birth.name))
        found.append(("birth-date", person.birth.name, f"substr({number}, 7, 8) <> {day}"))
    if person.sex is not None:
        told = name(person.sex.name)
        man = f"substr({number}, 17, 1) IN ('1', '3', '5', '7', '9')"
        found.append(("sex", person.sex.name, f"({told} = '1' AND NOT {man}) OR ({told} = '2' AND {man})"))
    return tuple(found)


def applies(person: Person) -> str:
    """True where the number is that of a resident identity card and is right (column of ``checked``): else it says nothing."""
    right = f"NOT {wrong_column(person.number)}"
    if person.type is None:
        return right
    return f"coalesce({name(person.type.name)} = '{RESIDENT_CARD}', TRUE) AND {right}"
