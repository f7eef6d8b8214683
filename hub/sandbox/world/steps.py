"""Takes databases that ``fill`` made, lets one step of business happen in every story, gives the truth about its window.

New households come, some rows change, some are deleted as the vendor deletes, and some of the spoilt ones are repaired at their
owner. Everything is saved at the same moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, func, insert, or_, select, update

from hub.mapping.model import Mapping as FieldMapping
from hub.sandbox.store import engine
from hub.sandbox.truth import Truth
from hub.sandbox.world.database import World
from hub.sandbox.world.fill import DEFECT_RATE, Teller, chunks
from hub.sandbox.world.macros import Times
from hub.sandbox.world.mending import mend, revived
from hub.sandbox.world.planting import COPY
from hub.sandbox.world.reckoning import JOINED, Reckoner, settle
from hub.sandbox.world.script import DUPLICATE, Script
from hub.sandbox.world.tables import CHANGED, CHUNKS, PLANTED, duck_type, quoted, tables
from hub.sandbox.world.writer import writer

_MOST = 1_000  # rows of a table that one step changes
_FEWEST = 10  # a smaller table loses no row


@dataclass(slots=True)
class Step:
    """One step of one source under way. ``absent``: standard table -> rows that were there before and are not read any more."""

    script: Script
    connection: Connection
    world: World
    number: int
    at: datetime
    tables: Mapping[str, Table]
    absent: dict[str, int] = field(default_factory=dict)

    def stamp(self, table: str) -> dict[str, Any]:
        """The update column and its new value; nothing where the table has none."""
        column = self.script.fate(table).updated
        return {column: self._moment(table, column)} if column else {}

    def _moment(self, table: str, column: str) -> Any:
        kind = self.script.source.tables[table][column].type
        if kind == "text":
            return self.at.strftime(_format(self.script, table, column))
        return self.at.date() if kind == "date" else self.at

    def note(self, table: str, rows: Sequence[int], what: str) -> None:
        """Remember which rows were changed, and how."""
        if rows:
            self.connection.execute(insert(CHANGED), [{"table_name": table, "row_id": row, "what": what} for row in rows])

    def some(self, table: str, every: int, fewest: int) -> list[int]:
        """One row in ``every`` (one at least) that lives, is sound and is not changed yet in this step; other rows each step."""
        local, books = self.tables[table], (PLANTED, CHANGED)
        key = _key(local)
        quiet = [key.not_in(select(book.c.row_id).where(book.c.table_name == table)) for book in books]
        free = and_(*quiet, *self._alive(table))
        rows = self.connection.execute(select(func.count()).select_from(local).where(free)).scalar_one()
        if rows < fewest:
            return []
        wanted = min(max(1, rows // every), _MOST)
        query = select(key).where(free).order_by(key).limit(wanted).offset(self.number * 37 % (rows - wanted + 1))
        return list(self.connection.execute(query).scalars())

    def _alive(self, table: str) -> list[ColumnElement[bool]]:
        deleted = self.script.fate(table).deleted
        if not isinstance(deleted, Mapping):
            return []
        columns = self.tables[table].c
        said = self.script.source.tables[table]
        return [
            or_(*(or_(columns[name] != revived(said[name], value), columns[name].is_(None)) for name, value in deleted.items()))
        ]


def step(
    scripts: Sequence[Script],
    urls: Mapping[str, str],
    seed: int,
    number: int,
    at: datetime,
    *,
    defects: float = DEFECT_RATE,
) -> Truth:
    """Step ``number`` (1, 2 ...) of every story; the truth is that of the two-hour window that holds ``at`` (local time)."""
    truth = Truth({})
    lower = at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=at.hour % 2)
    if not scripts:
        return truth
    absent: dict[str, dict[str, int]] = {}
    with World(seed, Times(at, stamp=at)) as world:
        for script in scripts:
            url = urls[script.name]
            absent[script.name] = _changes(script, url, world, number, at)
            _newcomers(script, url, world, at, defects)
    for script in scripts:
        url = urls[script.name]
        settle(script, url)
        with Reckoner.open(script, url, lower, lower + timedelta(hours=2)) as reckoner:
            found = reckoner.later()
        for table, rows in absent[script.name].items():
            found[table].absent = rows
        truth.tables |= found
    return truth


def _changes(script: Script, url: str, world: World, number: int, at: datetime) -> dict[str, int]:
    database = engine(url)
    with database.begin() as connection:
        now = Step(script, connection, world, number, at, tables(script.source))
        connection.execute(delete(CHANGED).where(CHANGED.c.table_name.in_(list(now.tables))))
        for table in script.tables:
            _repairs(now, table)
        for table in script.tables:
            _deletes(now, table)
        for table in script.tables:
            _touches(now, table)
    database.dispose()
    return now.absent


def _repairs(now: Step, table: str) -> None:
    """One in seven of the spoilt rows gets its values back; whoever owns a join with it saves that, too."""
    spoilt = and_(PLANTED.c.table_name == table, PLANTED.c.repaired == "N", PLANTED.c.kind != JOINED, PLANTED.c.pair != 2)
    rows = now.connection.execute(select(PLANTED.c.row_id).where(spoilt).distinct().order_by(PLANTED.c.row_id)).scalars().all()
    chosen = rows[: min(-(-len(rows) // 7), _MOST)]
    notes = now.connection.execute(select(PLANTED).where(spoilt, PLANTED.c.row_id.in_(chosen))).all()
    if not notes:
        return
    mend(now.connection, now.script, now.tables[table], notes, now.stamp(table))
    for kind in {note.kind for note in notes}:
        own = [note for note in notes if note.kind == kind]
        rows = sorted({note.row_id for note in own})
        now.note(table, rows, f"repaired:{kind}")
        for target in {note.target for note in own}:
            _saved_again(now, table, rows, target)
    twins = [note.row_id + COPY for note in notes if note.kind == DUPLICATE]
    mine = and_(PLANTED.c.table_name == table, PLANTED.c.kind != JOINED, PLANTED.c.row_id.in_([*chosen, *twins]))
    now.connection.execute(update(PLANTED).where(mine).values(repaired="Y"))


def _saved_again(now: Step, table: str, rows: Sequence[int], target: str) -> None:
    """A mapping that looks at another table's update time would not see the repair: that table's rows are saved again."""
    mapping = next((each for each in now.script.mappings if each.table == target), None)
    if mapping is None or mapping.watermark is None:
        return
    watching, _, column = mapping.watermark.column.partition(".")
    reckoner = Reckoner(now.connection, now.script, None, now.at)
    for alias, local in mapping.aliases.items():
        if local != table or alias == watching:
            continue
        repaired = f"{reckoner.number(mapping, alias)} IN ({', '.join(map(str, rows))})"
        found = reckoner.numbers(mapping, watching, repaired)
        other = now.tables[mapping.aliases[watching]]
        moment = now._moment(other.name, column)
        now.connection.execute(update(other).where(_key(other).in_(found)).values({column: moment}))
        now.note(other.name, found, "saved")


def _deletes(now: Step, table: str) -> None:
    """A few rows, as the vendor deletes. Rows that others are joined to stay in the database: those would go with them."""
    said = now.script.fate(table).deleted
    if said is None or (said == "row" and any(table in list(each.aliases.values())[1:] for each in now.script.mappings)):
        return
    rows = _told(now, table, now.some(table, 200, _FEWEST))
    if not rows:
        return
    whole = [each for each in now.script.mappings if each.watermark is None and table in each.aliases.values()]
    before = [_reached(now, each, table, rows) for each in whole]
    local = now.tables[table]
    own = _key(local).in_(rows)
    if isinstance(said, Mapping):
        columns = now.script.source.tables[table]
        values = {name: revived(columns[name], value) for name, value in said.items()}
        now.connection.execute(update(local).where(own).values(values | now.stamp(table)))
    else:
        now.connection.execute(delete(local).where(own))
    now.note(table, rows, "deleted")
    for mapping, there in zip(whole, before, strict=True):
        gone = there - _reached(now, mapping, table, rows)
        now.absent[mapping.table] = now.absent.get(mapping.table, 0) + gone


def _told(now: Step, table: str, rows: Sequence[int]) -> list[int]:
    """Those that a mapping reads: what nobody was told of, a draft say, is not deleted, or its deletion would be told."""
    reckoner = Reckoner(now.connection, now.script, None, now.at)
    readers = [(each, alias) for each in now.script.mappings for alias, local in each.aliases.items() if local == table]
    own = ", ".join(map(str, rows))
    found = (reckoner.numbers(each, alias, f"{reckoner.number(each, alias)} IN ({own})") for each, alias in readers if own)
    return sorted({number for numbers in found for number in numbers})


def _reached(now: Step, mapping: FieldMapping, table: str, rows: Sequence[int]) -> int:
    reckoner = Reckoner(now.connection, now.script, None, now.at)
    numbers = ", ".join(map(str, rows))
    own = [f"{reckoner.number(mapping, alias)} IN ({numbers})" for alias, local in mapping.aliases.items() if local == table]
    return reckoner.count(mapping, " OR ".join(own), whole=True)


def _touches(now: Step, table: str) -> None:
    """Some rows change as the story says; its SQL is evaluated by the world, in batches."""
    touched = now.script.fate(table).touched
    rows = now.some(table, 100, 1) if touched else []
    if not touched or not rows:
        return
    local = now.tables[table]
    news = _news(now, local, rows, touched)
    if news:
        values: dict[str, Any] = {name: bindparam(f"new_{n}") for n, name in enumerate(touched)}
        changes = [{"own": number} | {f"new_{n}": value for n, value in enumerate(new)} for number, *new in news]
        now.connection.execute(update(local).where(_key(local) == bindparam("own")).values(values | now.stamp(table)), changes)
        now.note(table, [number for number, *_ in news], "touched")


def _news(now: Step, local: Table, rows: Sequence[int], touched: Mapping[str, str]) -> Sequence[tuple[Any, ...]]:
    """(row number, new value of each column in ``touched``) of those rows that a touch changes."""
    table, key, words = local.name, now.script.key(local.name), " ".join(touched.values()).lower()
    # The columns that the story's SQL names, at the least: each one more takes longer to plan than its values to read.
    said = now.script.source.tables[table].items()
    columns = {name: column for name, column in said if name == key or name in touched or name.lower() in words}
    found = now.connection.execute(select(*(local.c[name] for name in columns)).where(_key(local).in_(rows))).all()
    texts = [
        pa.array([None if value is None else str(value) for value in each], pa.string()) for each in zip(*found, strict=True)
    ]
    now.world.offer("_found", pa.table(texts, names=list(columns)))
    cast = ", ".join(f"CAST({quoted(name)} AS {duck_type(column)}) AS {quoted(name)}" for name, column in columns.items())
    made = {name: f"CAST(({sql}) AS {duck_type(columns[name])})" for name, sql in touched.items()}
    changed = " OR ".join(f"{sql} IS DISTINCT FROM {quoted(name)}" for name, sql in made.items())
    query = f"SELECT {quoted(key)}, {', '.join(made.values())} FROM (SELECT {cast} FROM _found) WHERE {changed}"
    return now.world.values(query, str(now.script.fate(table).place))


def _newcomers(script: Script, url: str, world: World, at: datetime, defects: float) -> None:
    """One household more for every fifty, forty at least."""
    database = engine(url)
    with database.connect() as connection:
        mine = select(func.max(CHUNKS.c.number), func.max(CHUNKS.c.first + CHUNKS.c.many)).where(CHUNKS.c.source == script.name)
        last, households = connection.execute(mine).one()
    database.dispose()
    stamps = {table: _literal(script, table, at) for table in script.tables if script.fate(table).updated}
    with writer(url) as target:
        told = Teller(world, script, target, defects)
        for number, first, many in chunks(last + 1, households, max(40, households // 50)):
            told.tell(number, first, many, stamps)


def _literal(script: Script, table: str, at: datetime) -> str:
    """The value of the update column of new rows, in the world's SQL."""
    column = script.fate(table).updated or ""
    kind = script.source.tables[table][column].type
    if kind == "text":
        return f"'{at.strftime(_format(script, table, column))}'"
    return f"CAST(TIMESTAMP '{at}' AS {'DATE' if kind == 'date' else 'TIMESTAMP'})"


def _format(script: Script, table: str, column: str) -> str:
    """How a text column writes a moment: as the mapping reads it that uses it as its watermark."""
    for mapping in script.mappings:
        mark = mapping.watermark
        if mark is not None and mark.format:
            alias, _, own = mark.column.partition(".")
            if (mapping.aliases[alias], own) == (table, column):
                return mark.format
    return "%Y%m%d%H%M%S"


def _key(table: Table) -> ColumnElement[int]:
    return next(iter(table.primary_key.columns))
