"""Take what happened to one couple, give rows of local tables that a seed or a step of the sandbox may spoil and store.

Nothing is written here: a LocalRow is a row on its way, a Clock says when each was last saved.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table

Values = MutableMapping[str, Any]


@dataclass(slots=True)
class LocalRow:
    """One row of a local table. ``makes``: the standard tables of which it makes one row each; ``joined``: those that read it
    beside the row that makes them (a person inside a registration)."""

    table: Table
    values: Values
    makes: tuple[str, ...]
    joined: tuple[str, ...] = ()
    spare: bool = False  # nothing else depends on it: it is always spoilt
    dead: bool = False  # deleted before the hub ever read it: a deletion of what no partner has

    @property
    def number(self) -> int:
        """The vendor's own number of the row (its primary key)."""
        return int(self.values[self.table.primary_key.columns.keys()[0]])


@dataclass(frozen=True, slots=True)
class Clock:
    """When rows were last saved. ``now`` is the upper bound of what the sandbox has lived through (exclusive, local time).

    ``stamp``: everything is saved at that moment (a step). ``recent``: everything is saved in the last ten minutes, where
    the next window's overlap reads it again. Otherwise in the evening of the event, and at least an hour before ``now``.
    """

    now: datetime
    stamp: datetime | None = None
    recent: bool = False

    @property
    def today(self) -> date:
        """The last day that has wholly passed."""
        return (self.now - timedelta(days=1)).date()

    def saved(self, event: date, random: Random) -> datetime:
        """The value of an update column."""
        if self.stamp is not None:
            return self.stamp
        if self.recent:
            return self.now - timedelta(seconds=60 + int(random.random() * 480))
        # Asked for each row: randrange takes three times as long.
        evening = datetime.combine(event, time(17)) + timedelta(seconds=int(random.random() * 7_200))
        return min(evening, self.now - timedelta(seconds=3_660 + int(random.random() * 3_540)))


def between(random: Random, first: date, last: date) -> date:
    """A day from ``first`` to ``last``, both included; ``first`` if they are the wrong way round."""
    return first + timedelta(days=random.randrange(max((last - first).days, 0) + 1))


def at_work(random: Random, day: date) -> datetime:
    """A moment within office hours."""
    return datetime.combine(day, time(9)) + timedelta(seconds=random.randrange(7 * 3_600))


def years_after(birth: date, years: int) -> date:
    """The birthday ``years`` later; 1 March for those born on 29 February."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


def drawn(random: Random, *weighted: tuple[str, float]) -> str:
    """One of the words; what is left of the weights belongs to the last."""
    point = random.random()
    for word, weight in weighted:
        if point < weight:
            return word
        point -= weight
    return weighted[-1][0]
