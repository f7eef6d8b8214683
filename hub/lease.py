"""Takes an exchange and a run, gives the right to work on it, to one run at a time; alone writes exchange_lease.

A lease lasts TERM and is renewed by each transaction and each batch. It is taken over when it has passed, or at once when
its owner was a process of this machine that is no more. Who lost it finds out in its next transaction, before any harm.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from audit.entry import token, utc
from audit.record import record
from hub.interface import TransientError
from hub.run import Run, is_dead
from hub.state.database import State, reading, writing
from hub.state.tables import LEASE

TERM = timedelta(minutes=15)
_RENEWAL = timedelta(minutes=1)


@dataclass(slots=True)
class Lease:
    """The right to work on ``exchange``; ``until`` moves with every renewal."""

    state: State
    exchange: str
    run: Run
    until: datetime

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction of its holder; TransientError if another run holds the exchange by now."""
        with writing(self.state.engine) as connection:
            until = self.run.clock() + TERM
            mine = (LEASE.c.exchange == self.exchange) & (LEASE.c.owner == self.run.owner)
            if connection.execute(update(LEASE).where(mine).values(until=utc(until))).rowcount != 1:
                raise TransientError(f"{self.exchange}: another run has taken over; this one stops")
            yield connection
        self.until = until

    def renew(self) -> None:
        """Keep it during long work: at most one transaction a minute."""
        if self.until - self.run.clock() < TERM - _RENEWAL:
            with self.transaction():
                pass


@contextmanager
def leased(state: State, exchange: str, run: Run) -> Iterator[Lease]:
    """Hold the exchange while the block runs; TransientError if another run holds it."""
    until = _take(state, exchange, run)
    try:
        yield Lease(state, exchange, run, until)
    finally:
        with suppress(TransientError), writing(state.engine) as connection:  # else it passes by itself
            connection.execute(delete(LEASE).where(LEASE.c.exchange == exchange, LEASE.c.owner == run.owner))


def holder(state: State, exchange: str, now: datetime) -> str | None:
    """The run that works on an exchange at this moment."""
    with reading(state.engine) as connection:
        row = connection.execute(select(LEASE).where(LEASE.c.exchange == exchange)).first()
    return None if row is None or row.until <= utc(now) or is_dead(row.owner) else str(row.owner)


def _take(state: State, exchange: str, run: Run) -> datetime:
    now = run.clock()
    until = now + TERM
    with writing(state.engine) as connection:
        values = {"exchange": exchange, "owner": run.owner, "until": utc(until)}
        added = insert_for(connection)(LEASE).values(values).on_conflict_do_nothing().returning(LEASE.c.owner)
        if connection.execute(added).first() is not None:
            return until
        row = connection.execute(select(LEASE).where(LEASE.c.exchange == exchange).with_for_update()).one()
        if row.until > utc(now) and not is_dead(row.owner):
            raise TransientError(f"{exchange}: another run works on it until {row.until}; wait for it, or try again later")
        connection.execute(update(LEASE).where(LEASE.c.exchange == exchange).values(values))
        record(connection, "lease.taken", {"exchange": exchange, "from": token(row.owner), "window": None}, now)
    return until


def insert_for(connection: Connection) -> Any:
    """The dialect's own INSERT, the one that knows ON CONFLICT."""
    inserts: dict[str, type[Insert]] = {"sqlite": sqlite.Insert, "postgresql": postgresql.Insert}
    return inserts[connection.dialect.name]
