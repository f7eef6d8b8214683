"""Take databases that ``seed`` filled, let one step of business happen in them, give the truth about the window that sees it.

New couples come, rows change, rows are deleted (softly by flag, really where the table has no update time), some are saved again
without a change, and about one in seven of the spoilt rows is repaired at its owner. Everything is saved at the same moment.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, func, literal, or_, select, update

from hub.sandbox.defects import DUPLICATE, WARNINGS
from hub.sandbox.offices import book_rows
from hub.sandbox.people import couples
from hub.sandbox.plant import COPY, PLANTED, Planter, restore
from hub.sandbox.rows.allowance import PayDay
from hub.sandbox.seed import DEFECT_RATE, add_batches, add_couple
from hub.sandbox.store import SYSTEMS, Store, opened
from hub.sandbox.story import Clock
from hub.sandbox.systems import case, marriage
from hub.sandbox.truth import Tally, Truth
from hub.sandbox.world.script import Script
from hub.sandbox.world.steps import step as stories

_STOCK = "blank_certificate_stock"
_NOTES = ("joined", "recent")  # notes about rows that are sound themselves
# system, local table, what is true of a row that lives and is reported, what deletes it, one row in so many, standard table
_SOFT_DELETES: tuple[tuple[str, Table, dict[str, str], dict[str, str], int, str], ...] = (
    ("marriage", marriage.REGISTRAR, {"sc_bz": "N"}, {"sc_bz": "Y"}, 51, "marriage_registrar"),
    ("marriage", marriage.REGISTRATION, {"zt": "1"}, {"zt": "D"}, 1_000, "marriage_registration"),
    ("marriage", marriage.DIVORCE, {"zt": "1"}, {"zt": "D"}, 500, "divorce_registration"),
    ("marriage", marriage.REISSUE, {"sc_bz": "N"}, {"sc_bz": "Y"}, 500, "certificate_reissue"),
    ("case", case.CASE, {"sc_bz": "N", "cs_bz": "N"}, {"sc_bz": "Y"}, 1_000, "up_pro_accept"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step under way: the open databases, its number, its moment, and what it has made true so far."""

    store: Store
    number: int
    at: datetime
    truth: Truth

    def moment(self, table: Table) -> datetime | str:
        """The update time in the form of a table: DATETIME, or CHAR(14)."""
        return f"{self.at:%Y%m%d%H%M%S}" if table is marriage.BACKFILL else self.at

    def some(self, table: Table, every: int) -> ColumnElement[bool]:
        """One sound row in ``every``, others in each step; rows noted in ``sandbox_planted`` are left alone."""
        key = _key(table)
        held = select(PLANTED.c.row_id).where(PLANTED.c.table_name == table.name)
        # Most vendor numbers end in 0: the tens decide as well.
        return and_(or_(key % every == self.number * 10 % every, key % every == self.number % every), key.not_in(held))

    def save(self, system: str, table: Table, where: ColumnElement[bool], **values: object) -> int:
        """Update rows and their update time; how many."""
        changes = dict(values) | ({"gxsj": self.moment(table)} if "gxsj" in table.c else {})
        if not changes:
            return 0
        return self.store.connections[system].execute(update(table).where(where).values(changes)).rowcount

    def delivered(self, table: str, rows: int) -> None:
        """So many rows of a standard table are read and must be delivered."""
        self.truth.tally(table).source += rows


def advance(
    urls: Mapping[str, str],
    seed: int,
    step: int,
    at: datetime,
    *,
    defects: float = DEFECT_RATE,
    scripts: Sequence[Script] = (),
) -> Truth:
    """Step ``step`` (1, 2 ...) of the databases that ``seed`` made with the same ``seed``; everything is saved at ``at``.

    Payments that were sent stay as they are: a bank takes nothing back. One step per window: returns what the window that
    holds ``at`` must find. ``at`` must lie more than ten minutes before that window's end, or the overlap of the next one reads
    the rows again; in the window after the seed, ``recent`` of the seed's truth comes on top of source and unchanged.
    """
    planter = Planter(defects, Truth({}))
    with opened(urls) as store:
        now = Step(store, step, at, planter.truth)
        moved = _stock(now)
        _soft_deletes(now)
        _changes(now)
        moved += _repairs(now)
        _newcomers(now, planter, seed)
        store.flush()
        _read_whole(now, moved)
        _without_time(now)
    planter.truth.tables |= stories(scripts, urls, seed, step, at, defects=defects).tables
    return planter.truth


def _soft_deletes(now: Step) -> None:
    for system, table, alive, dead, every, target in _SOFT_DELETES:
        where = and_(now.some(table, every), *(table.c[column] == value for column, value in alive.items()))
        now.delivered(target, now.save(system, table, where, **dead))


def _changes(now: Step) -> None:
    """Other telephones, a judgement, a new scan; and some people saved again with nothing new."""
    phone = f"1390000{now.number % 10_000:04d}"
    party, visit, result, scan = marriage.PARTY, marriage.APPOINTMENT, case.RESULT, marriage.BACKFILL
    now.delivered("marriage_party", now.save("marriage", party, and_(party.c.lxdh != phone, now.some(party, 100)), lxdh=phone))
    now.delivered(
        "marriage_appointment", now.save("marriage", visit, and_(visit.c.sjh != phone, now.some(visit, 500)), sjh=phone)
    )
    grumble = and_(func.coalesce(result.c.myd, "") != "E", now.some(result, 500))
    now.delivered("up_pro_result", now.save("case", result, grumble, myd="E"))
    timed = and_(scan.c.gxsj.is_not(None), now.some(scan, 500))
    now.delivered("archive_backfill", now.save("marriage", scan, timed, tx=f"IMG/STEP{now.number:04d}.tif"))
    again = and_(party.c.gxsj < now.at, now.some(party, 130))
    tally = now.truth.tally("marriage_party")
    rows = now.save("marriage", party, again)
    tally.source += rows
    tally.unchanged += rows


def _stock(now: Step) -> int:
    """Books of blank certificates: some are struck off for good, some were used; how many of those that stay differ."""
    connection, book = now.store.connections["marriage"], marriage.BLANK_STOCK
    gone = connection.execute(delete(book).where(now.some(book, 400))).rowcount
    now.truth.tally(_STOCK).absent += gone
    return now.save("marriage", book, and_(book.c.jc > 0, now.some(book, 250)), jc=book.c.jc - 1)


def _repairs(now: Step) -> int:
    """Spoilt rows get their values back, doubles are removed; how many of them were in the table without update time."""
    moved = 0
    for system, connection in now.store.connections.items():
        for note in connection.execute(_repairable(now, system)).all():
            table = _table(note.table_name)
            own = _key(table) == note.row_id
            now.save(system, table, own, **restore(note.was))
            if note.kind == DUPLICATE:
                connection.execute(delete(table).where(_key(table) == note.row_id + COPY))
            both = PLANTED.c.row_id.in_((note.row_id, note.row_id + COPY) if note.kind == DUPLICATE else (note.row_id,))
            same = and_(PLANTED.c.table_name == note.table_name, PLANTED.c.kind == note.kind, both)
            connection.execute(update(PLANTED).where(same).values(repaired="Y"))
            for target, rule in json.loads(note.rules).items():
                moved += _saved_again(now, table, note.row_id, target, rule)
    return moved


def _saved_again(now: Step, table: Table, row: int, target: str, rule: str) -> int:
    """Count a repaired row for one standard table; 1 if that is the table without update time."""
    if target == _STOCK:
        return 1
    if table is marriage.PARTY and target == "marriage_registration":
        # The vendor's program saves the registration again when one of its two people is corrected.
        whose = or_(marriage.REGISTRATION.c.nf_pid == row, marriage.REGISTRATION.c.nvf_pid == row)
        now.delivered(target, now.save("marriage", marriage.REGISTRATION, whose))
    else:
        now.delivered(target, 1)
        now.truth.tally(target).unchanged += not rule  # read again, but what was wrong is no part of this table
    return 0


def _repairable(now: Step, system: str) -> Any:
    """At most 300 notes of one system: rows spoilt and not yet repaired, the first of a pair for doubles."""
    turn = (PLANTED.c.row_id + literal(now.number)) % 7 == 0
    spoilt = and_(PLANTED.c.repaired == "N", PLANTED.c.kind.not_in(_NOTES), PLANTED.c.pair != 2, turn)
    own = PLANTED.c.table_name.in_(SYSTEMS[system].tables)
    return select(PLANTED).where(spoilt, own).order_by(PLANTED.c.table_name, PLANTED.c.row_id).limit(300)


def _newcomers(now: Step, planter: Planter, seed: int) -> None:
    """One couple more for every hundred, with cases and payments, and two books."""
    connection = now.store.connections["marriage"]
    last = connection.execute(select(func.max(marriage.PARTY.c.pid))).scalar_one_or_none() or 0
    book = connection.execute(select(func.max(marriage.BLANK_STOCK.c.lyid))).scalar_one_or_none() or 0
    clock, pay_day = Clock(now.at, stamp=now.at), PayDay(now.number)
    for couple in couples(seed, last // 2, max(4, last // 200)):
        add_couple(now.store, planter, seed, couple, clock, pay_day)
    add_batches(now.store, planter, seed, pay_day, clock)
    random = Random(f"{seed}/books/{now.number}")  # noqa: S311 - reproducible, not secret
    for row in book_rows(book // 10 + 1, 2, clock, random):
        now.store.add("marriage", planter.plant([row], random))


def _read_whole(now: Step, moved: int) -> None:
    """The table without update time: all of it is read, what was refused before and not repaired is refused again."""
    connection, tally = now.store.connections["marriage"], now.truth.tally(_STOCK)
    fresh = tally.source - tally.rejected
    tally.source = connection.execute(select(func.count()).select_from(marriage.BLANK_STOCK)).scalar_one()
    tally.kinds, tally.rules = Counter(), Counter()
    for note in _unrepaired(connection, marriage.BLANK_STOCK):
        _refuse(tally, note)
    tally.unchanged = tally.source - tally.rejected - fresh - moved


def _without_time(now: Step) -> None:
    """Rows of early imports have no update time: every window reads them."""
    connection, tally = now.store.connections["marriage"], now.truth.tally("archive_backfill")
    untimed = marriage.BACKFILL.c.gxsj.is_(None)
    rows = connection.execute(select(func.count()).select_from(marriage.BACKFILL).where(untimed)).scalar_one()
    before = tally.rejected
    for note in _unrepaired(connection, marriage.BACKFILL, untimed):
        if note.kind not in WARNINGS:
            _refuse(tally, note)
    tally.source += rows
    tally.unchanged += rows - (tally.rejected - before)


def _unrepaired(connection: Connection, table: Table, where: ColumnElement[bool] | None = None) -> Iterator[Row[Any]]:
    joined = PLANTED.join(table, and_(_key(table) == PLANTED.c.row_id, PLANTED.c.table_name == table.name))
    spoilt = and_(PLANTED.c.repaired == "N", PLANTED.c.kind.not_in(_NOTES))
    query = select(PLANTED.c.kind, PLANTED.c.rules).select_from(joined).where(spoilt)
    yield from connection.execute(query if where is None else query.where(where))


def _refuse(tally: Tally, note: Row[Any]) -> None:
    for rule in filter(None, json.loads(note.rules).values()):
        tally.kinds[note.kind] += 1
        tally.rules[rule] += 1


def _key(table: Table) -> ColumnElement[int]:
    return next(iter(table.primary_key.columns))


def _table(name: str) -> Table:
    return next(metadata.tables[name] for metadata in SYSTEMS.values() if name in metadata.tables)
