"""Take database URLs, a seed and a size, fill the business systems with synthetic people, give the truth about them.

Three systems are told couple by couple, all others by the stories of hub.sandbox.world; their people are the same.

Memory does not grow with the number of people: their stories are made, spoilt, written and forgotten a chunk at a time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

from hub.sandbox.offices import book_rows, office_rows, registrar_rows
from hub.sandbox.people import Couple, couples
from hub.sandbox.plant import Planter
from hub.sandbox.rows.allowance import PayDay, batch_rows, line_rows
from hub.sandbox.rows.case import case_rows, item_rows
from hub.sandbox.rows.marriage import couple_rows
from hub.sandbox.store import Store, create, opened
from hub.sandbox.story import Clock, LocalRow
from hub.sandbox.truth import Truth
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import Script

DEMO_PEOPLE = 4_000  # about 25,000 local rows
DEFECT_RATE = 0.03
_RECENT = 0.006  # share of couples that were saved within the last ten minutes


def seed(
    urls: Mapping[str, str],
    seed: int,
    people: int,
    upper: datetime,
    *,
    defects: float = DEFECT_RATE,
    scripts: Sequence[Script] = (),
) -> Truth:
    """Make and fill the databases ``marriage``, ``case`` and ``allowance`` as they stand at ``upper`` (local time, exclusive).

    ``scripts``: the stories to be told as well, each in the database of its source. ``people`` is rounded up to couples, or
    households; ``defects`` is the share of rows to spoil. The same arguments give the same rows. Tables of these names are
    dropped first. Returns what the first window, with no lower bound and ``upper`` as its upper, must find.
    """
    planter = Planter(defects, Truth({}))
    with opened(urls) as store:
        create(store)
        clock = Clock(upper)
        _static(store, planter, seed, people, clock)
        pay_day = PayDay(0)
        for couple in couples(seed, 0, (people + 1) // 2):
            add_couple(store, planter, seed, couple, clock, pay_day)
        add_batches(store, planter, seed, pay_day, clock)
        store.flush()
    planter.truth.tables |= fill(scripts, urls, seed, people, upper, defects=defects).tables
    return planter.truth


def _static(store: Store, planter: Planter, seed: int, people: int, clock: Clock) -> None:
    """What does not belong to anybody: offices, registrars, blank certificate books, the catalogue of service items."""
    random = Random(f"{seed}/static")  # noqa: S311 - reproducible, not secret
    tables: list[LocalRow] = [*office_rows(clock, random), *registrar_rows(seed, clock, random)]
    tables += book_rows(1, 100 + people // 50, clock, random)
    for row in tables:
        store.add("marriage", planter.plant([row], random))
    store.add("case", planter.plant(list(item_rows(clock)), random))


def add_couple(store: Store, planter: Planter, seed: int, couple: Couple, clock: Clock, pay_day: PayDay) -> None:
    """Write the stories of one couple in all three systems."""
    random = Random(f"{seed}/defects/{couple.number}")  # noqa: S311 - reproducible, not secret
    recent = clock.stamp is None and random.random() < _RECENT
    at = Clock(clock.now, recent=True) if recent else clock
    store.add("marriage", planter.plant(list(couple_rows(seed, couple, at)), random, recent=recent))
    for person in (couple.man, couple.woman):
        store.add("case", planter.plant(list(case_rows(seed, person, at)), random, recent=recent))
        store.add("allowance", planter.plant(list(line_rows(seed, person, pay_day, at)), random, recent=recent))


def add_batches(store: Store, planter: Planter, seed: int, pay_day: PayDay, clock: Clock) -> None:
    """Write the payment batches once all their lines are known."""
    random = Random(f"{seed}/batches/{pay_day.wave}")  # noqa: S311 - reproducible, not secret
    for row in batch_rows(pay_day, clock):
        store.add("allowance", planter.plant([row], random))
