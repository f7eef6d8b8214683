"""Takes stories, database URLs, a seed and a size; fills the databases chunk by chunk, and gives the truth about them.

Memory is that of one chunk of people, whatever their number.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import ceil

from sqlalchemy import Table, delete

from hub.sandbox.store import engine
from hub.sandbox.truth import Truth
from hub.sandbox.world.database import World
from hub.sandbox.world.macros import Times
from hub.sandbox.world.planting import NOTES, ROWS, SPOILT, lay, plant
from hub.sandbox.world.population import MEMBERS
from hub.sandbox.world.reckoning import Reckoner, settle
from hub.sandbox.world.script import Script
from hub.sandbox.world.tables import CHANGED, CHUNKS, PLANTED, quoted, tables, wire
from hub.sandbox.world.tables import NOTES as BOOKS
from hub.sandbox.world.writer import Writer, writer

CHUNK = 17_000  # households: about 50,000 people


def fill(
    scripts: Sequence[Script],
    urls: Mapping[str, str],
    seed: int,
    people: int,
    upper: datetime,
    *,
    defects: float,
    size: int = CHUNK,
) -> Truth:
    """Make and fill the tables of every story as they stand at ``upper`` (local time, exclusive); those of these names go.

    The truth is what the first window, with no lower bound, must find. The same arguments give the same rows.
    ``size``: households of a chunk.
    """
    truth = Truth({})
    if not scripts:
        return truth
    with World(seed, Times(upper)) as world:
        for script in scripts:
            _create(script, urls[script.name])
            with world.room(), writer(urls[script.name]) as target:
                told = Teller(world, script, defects)
                for number, first, many in chunks(0, 0, households(people), size):
                    told.tell(target, number, first, many)
    for script in scripts:
        settle(script, urls[script.name])
        with Reckoner.open(script, urls[script.name], None, upper) as reckoner:
            truth.tables |= reckoner.first()
    return truth


def households(people: int) -> int:
    """About so many households hold so many people."""
    return max(1, ceil(people / MEMBERS))


def chunks(number: int, first: int, many: int, size: int = CHUNK) -> Iterator[tuple[int, int, int]]:
    """(number, first household, how many) of each chunk of at most ``size`` households."""
    for start in range(first, first + many, size):
        yield number + (start - first) // size, start, min(size, first + many - start)


class Teller:
    """A story under way: its views stand in a world, its rows go to a writer. ``rate``: the share of rows to spoil."""

    def __init__(self, world: World, script: Script, rate: float) -> None:
        self._world, self._script, self._rate = world, script, rate
        self._tables = tables(script.source)
        for statement in script.statements:
            if statement.kind == "MACRO":
                world.do(statement.once, str(statement.place))

    def tell(self, target: Writer, number: int, first: int, many: int, stamps: Mapping[str, str] | None = None) -> dict[str, int]:
        """Write the rows of one chunk; ``stamps``: table -> SQL of the update column's value. How many rows each table got."""
        self._world.stand(number, first, many)
        for statement in self._script.statements:
            if statement.kind == "VIEW":
                self._world.do(statement.once, str(statement.place))
        counts = {}
        for table in self._script.tables:
            counts[table] = lay(self._world, self._script, table)
            if stamps and table in stamps:
                updated = quoted(self._script.fate(table).updated or "")
                self._world.do(f"UPDATE {ROWS} SET {updated} = {stamps[table]} WHERE {updated} IS NOT NULL")
            self._store(target, table)
            if stamps is not None:
                key = quoted(self._script.key(table))
                self._write(target, CHANGED, f"SELECT '{table}' AS table_name, {key} AS row_id, 'new' AS what FROM {ROWS}")
        numbers = f"{number}::BIGINT AS number, {first}::BIGINT AS first, {many}::BIGINT AS many"
        self._write(target, CHUNKS, f"SELECT '{self._script.name}' AS source, {numbers}")
        return counts

    def _store(self, target: Writer, table: str) -> None:
        key = quoted(self._script.key(table))
        columns = self._script.source.tables[table].values()
        values = ", ".join(f"{wire(column, target.dialect)} AS {quoted(column.name)}" for column in columns)
        spoilt = plant(self._world, self._script, table, self._rate)
        sound = f" WHERE {key} NOT IN (SELECT {key} FROM {SPOILT})" if spoilt else ""
        self._write(target, self._tables[table], f"SELECT {values} FROM {ROWS}{sound}")
        if spoilt:
            self._write(target, self._tables[table], f"SELECT {values} FROM {SPOILT}")
            self._write(target, PLANTED, f"SELECT * FROM {NOTES}")

    def _write(self, target: Writer, table: Table, sql: str) -> None:
        target.write(table, self._world.rows(sql))


def _create(script: Script, url: str) -> None:
    """Make the tables anew and empty; the books of the sandbox lose what they say of these tables."""
    database = engine(url)
    with database.begin() as connection:
        made = tables(script.source)
        metadata = next(iter(made.values())).metadata
        metadata.drop_all(connection)
        metadata.create_all(connection)
        BOOKS.create_all(connection)
        for book in (PLANTED, CHANGED):
            connection.execute(delete(book).where(book.c.table_name.in_(list(made))))
        connection.execute(delete(CHUNKS).where(CHUNKS.c.source == script.name))
    database.dispose()
