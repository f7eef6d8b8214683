"""Takes stories, database URLs, a seed and a size; fills the databases chunk by chunk, and gives the truth about them.

Memory is that of one chunk of people, whatever their number; the same people stand there for every story, one after the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import pyarrow as pa
from sqlalchemy import delete
from sqlalchemy.schema import DropTable

from hub.sandbox.store import engine
from hub.sandbox.truth import Truth
from hub.sandbox.world.database import World
from hub.sandbox.world.macros import Times
from hub.sandbox.world.planting import notes, replaced, spoil, told
from hub.sandbox.world.population import MEMBERS
from hub.sandbox.world.reckoning import Reckoner, settle
from hub.sandbox.world.script import Script
from hub.sandbox.world.tables import CHANGED, CHUNKS, PLANTED, tables, wired
from hub.sandbox.world.tables import NOTES as BOOKS
from hub.sandbox.world.writer import Writer, writers

CHUNK = 35_000  # households: about 100,000 people
DEMO_PEOPLE = 4_000  # about 50,000 local rows
DEFECT_RATE = 0.03  # share of rows to spoil


def fill(
    scripts: Sequence[Script],
    urls: Mapping[str, str],
    seed: int,
    people: int,
    upper: datetime,
    *,
    defects: float = DEFECT_RATE,
    size: int = CHUNK,
) -> Truth:
    """Make and fill the tables of every story as they stand at ``upper`` (local time, exclusive); those of these names go.

    The truth is what the first window, with no lower bound, must find. The same arguments give the same rows.
    ``size``: households of a chunk.
    """
    truth = Truth({})
    if not scripts:
        return truth
    for script in scripts:
        _create(script, urls[script.name])
    with World(seed, Times(upper)) as world, writers({urls[script.name] for script in scripts}) as targets:
        tellers = [Teller(world, script, targets[urls[script.name]], defects) for script in scripts]
        for number, first, many in chunks(0, 0, households(people), size):
            for teller in tellers:
                teller.tell(number, first, many)
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


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells one story in a world, to a writer. ``rate``: the share of rows to spoil."""

    world: World
    script: Script
    target: Writer
    rate: float

    def tell(self, number: int, first: int, many: int, stamps: Mapping[str, str] | None = None) -> None:
        """Write the rows of one chunk; ``stamps``: in a step, table -> SQL of the update column's value."""
        self.world.stand(number, first, many)
        with self.world.room():
            for statement in self.script.statements:
                if statement.name not in self.script.leaves:
                    self.world.do(statement.once, str(statement.place))
            noted = [note for table in self.script.tables for note in self._store(table, stamps)]
        for book in (PLANTED.name, CHANGED.name):
            pages = [page for own, page in noted if own == book]
            if pages:
                self.target.write(book, pa.concat_tables(pages))
        self.target.write(
            CHUNKS.name, pa.table({"source": [self.script.name], "number": [number], "first": [first], "many": [many]})
        )

    def _store(self, table: str, stamps: Mapping[str, str] | None) -> Iterator[tuple[str, pa.Table]]:
        """Write the rows of one local table; what is to be noted of them, and in which book."""
        rows = told(self.world, self.script, table, stamps or {})
        if stamps is not None:
            yield CHANGED.name, _new(table, rows[self.script.key(table)])
        spoilt = spoil(self.world, self.script, table, rows, self.rate)
        if spoilt.kinds:
            rows = replaced(self.script, table, rows, spoilt)
            yield PLANTED.name, notes(self.script, table, spoilt)
        # In the order of their numbers a database appends rows; in any other it looks for the place of each.
        rows = rows.sort_by(self.script.key(table))
        self.target.write(table, wired(rows, self.script.source.tables[table], self.target.dialect))


def _new(table: str, numbers: pa.ChunkedArray) -> pa.Table:
    words = (pa.repeat(word, len(numbers)) for word in (table, "new"))
    return pa.table(dict(zip(("table_name", "what"), words, strict=True)) | {"row_id": numbers})


def _create(script: Script, url: str) -> None:
    """Make the tables anew and empty; the books of the sandbox lose what they say of these tables."""
    database = engine(url)
    with database.begin() as connection:
        made = tables(script.source)
        if connection.dialect.name == "sqlite":  # its driver begins nothing before DDL: each statement would be synced alone
            connection.exec_driver_sql("BEGIN")
        # Without looking what is there: that would be one more question for each table.
        for table in made.values():
            connection.execute(DropTable(table, if_exists=True))
        next(iter(made.values())).metadata.create_all(connection, checkfirst=False)
        BOOKS.create_all(connection)
        for book in (PLANTED, CHANGED):
            connection.execute(delete(book).where(book.c.table_name.in_(list(made))))
        connection.execute(delete(CHUNKS).where(CHUNKS.c.source == script.name))
    database.dispose()
