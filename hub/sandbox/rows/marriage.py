"""Take a couple, give what the marriage registration system holds about it: rows of its local tables in local codes.

A story is a pure function of (seed, couple, clock). Everybody is synthetic (see hub.sandbox.people).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from hub.sandbox.names import NATION_LETTERS
from hub.sandbox.people import Couple, Person
from hub.sandbox.rows.divorce import annulment, correction, divorce
from hub.sandbox.rows.papers import archive, backfill, certificates, reissue
from hub.sandbox.rows.review import refusal, review
from hub.sandbox.rows.visit import Visit, parties, visit_of, written_id
from hub.sandbox.story import Clock, LocalRow, Values, between, drawn, years_after
from hub.sandbox.systems import marriage

_DOCUMENTS = {"111": "01", "414": "02"}
_EDUCATION = {"11": "BS", "14": "SS", "21": "BK", "31": "ZK", "41": "ZZ", "61": "GZ", "71": "CZ", "81": "XX"}
_WORK = {"100": "GW", "200": "JS", "300": "BS", "400": "FW", "500": "NL", "600": "SC", "700": "JR", "800": "QT"}


def couple_rows(seed: int, couple: Couple, clock: Clock) -> Iterator[LocalRow]:
    """All rows of one couple, the two people first."""
    random = Random(f"{seed}/marriage/{couple.number}")  # noqa: S311 - reproducible, not secret
    visit = visit_of(seed, couple, clock, random)
    first = max(years_after(couple.man.birth, 22), years_after(couple.woman.birth, 20), clock.today - timedelta(days=1_800))
    day = between(random, first, clock.today - timedelta(days=3))
    course = _course(visit)
    if course == "registered":
        yield from _marriage(visit, day)
        return
    yield from _people(visit, "Y" if course == "backfill" else "W", day, registered=False)
    if course == "backfill":
        old = backfill(visit)
        yield old
        yield archive(visit, 2, None, datetime.strptime(old.values["blrq"], "%Y%m%d").date())  # noqa: DTZ007 - a day
    elif course == "refused":
        yield refusal(visit, day)
    else:
        yield _appointment(visit, clock.today + timedelta(days=random.randrange(2, 30)), "0")


def _course(visit: Visit) -> str:
    """registered | backfill | appointment | refused: what the system holds about a couple."""
    if not visit.ordinary:
        return "registered"
    if visit.couple.man.birth < years_after(visit.clock.today, -60) and visit.random.random() < 0.7:
        return "backfill"
    return drawn(visit.random, ("appointment", 0.04), ("refused", 0.03), ("registered", 1.0))


def _people(visit: Visit, state: str, event: date, *, registered: bool) -> Iterator[LocalRow]:
    for person in (visit.couple.man, visit.couple.woman):
        row = visit.row(marriage.PARTY, ["marriage_party"], event, _person_values(visit.random, person, state))
        row.joined = ("marriage_registration",) if registered else ()
        yield row


def _person_values(random: Random, person: Person, state: str) -> Values:
    padded = len(person.surname) == 1 and len(person.given) == 1 and random.random() < 0.3
    return {
        "pid": person.number,
        "xing": person.surname + "\u3000" if padded else person.surname or None,
        "ming": person.given,
        "xb": "M" if person.sex == "1" else "F",
        "zjlx": _DOCUMENTS[person.document],
        "zjhm": written_id(random, person),
        "csrq": f"{person.birth:%Y%m%d}",
        "mz": NATION_LETTERS[person.nation] if person.nation else None,
        "gj": person.nationality,
        "xl": _EDUCATION[person.education],
        "zy": _WORK[person.occupation],
        "hyzk": state,
        "hjqh": person.division,
        "hjdz": person.address if person.division else None,
        "lxdh": person.phone,
    }


def _marriage(visit: Visit, day: date) -> Iterator[LocalRow]:
    """A registered couple: the registration, its review and papers, and what followed."""
    fate = drawn(visit.random, ("divorce", 0.14), ("annulled", 0.008), ("together", 1.0)) if visit.ordinary else "together"
    old_enough = day < visit.clock.today - timedelta(days=200)
    parting = list(divorce(visit, day)) if fate == "divorce" and old_enough else []
    divorced = any(row.table is marriage.DIVORCE for row in parting)
    registration = _registration(visit, day, _state(visit, fate))
    joined = bool(registration.makes) and not registration.dead
    yield from _people(visit, "L" if divorced else "Y", day, registered=joined)
    yield registration
    yield review(visit, 0, visit.number("J", day), "J", day)
    if visit.ordinary:
        reason = "LH" if divorced else "CX" if fate == "annulled" else None
        yield from certificates(visit, "JHZ", visit.number("J", day), day, reason)
    if day < visit.clock.today - timedelta(days=40):
        yield archive(visit, 0, visit.number("J", day), day)
    yield from parting
    if visit.ordinary:
        yield from _around(visit, day, fate)


def _state(visit: Visit, fate: str) -> str:
    """1 valid, 3 annulled; now and then X, a draft that is never reported, or D, entered by mistake and struck out."""
    if fate == "together" and visit.ordinary:
        return drawn(visit.random, ("X", 0.01), ("D", 0.01), ("1", 1.0))
    return "3" if fate == "annulled" else "1"


def _around(visit: Visit, day: date, fate: str) -> Iterator[LocalRow]:
    """What comes with some marriages: an appointment before, a reissue, a correction or an annulment after."""
    random = visit.random
    if random.random() < 0.5:
        yield _appointment(visit, day, drawn(random, ("1", 0.9), ("2", 0.05), ("3", 1.0)))
    if random.random() < 0.1:
        yield reissue(visit, day)
    if random.random() < 0.05:
        yield correction(visit, day)
    if fate == "annulled":
        yield annulment(visit, day)


def _registration(visit: Visit, day: date, state: str) -> LocalRow:
    random = visit.random
    before = [random.choice("WWWWLS") for _ in range(2)]
    values: Values = {
        "djid": visit.key(0),
        "djbh": visit.number("J", day),
        "nf_pid": visit.couple.man.number,
        "nvf_pid": visit.couple.woman.number,
        "jgdm": visit.office.local,
        "djrq": f"{day:%Y%m%d}",
        "jhzh": visit.paper("J", day),
        "yzh": f"110{visit.couple.number + 1:09d}",
        "nf_hyzk": before[0],
        "nvf_hyzk": before[1],
        "sw": "N" if visit.ordinary else "Y",
        "fh": "Y" if before == ["L", "L"] and random.random() < 0.3 else "N",
        "djy": visit.registrar,
        "zt": state,
        "bz": None,
        "czip": f"10.0.{visit.office.number}.{random.randrange(2, 250)}",
    }
    row = visit.row(marriage.REGISTRATION, [] if state == "X" else ["marriage_registration"], day, values)
    row.dead = state == "D"
    return row


def _appointment(visit: Visit, day: date, state: str) -> LocalRow:
    random = visit.random
    hour = datetime(day.year, day.month, day.day, random.randrange(9, 16))  # noqa: DTZ001 - local time, as the vendor keeps it
    values = {
        "yyid": visit.key(0),
        "yyh": f"YY{visit.key(0):012d}",
        "ywlx": "J",
        **parties(visit),
        "jgdm": visit.office.local,
        "yysj": hour,
        "sd": f"{hour:%H:00}-{hour.hour + 1:02d}:00",
        "qd": random.choice(("WZ", "APP", "WX", "WX", "DH", "CK")),
        "sjh": visit.couple.woman.phone,
        "zt": state,
    }
    return visit.row(marriage.APPOINTMENT, ["marriage_appointment"], min(day, visit.clock.today), values)
