"""Takes a source's database after a seed or a step; gives what the hub must find in it, table by table, counted by plain SQL.

``from:`` and ``where:`` of the mappings are the database's own SQL: counting needs neither the hub's extraction nor its kernel.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, select

from hub.mapping.expression import parse
from hub.mapping.model import Mapping as FieldMapping
from hub.sandbox.store import engine
from hub.sandbox.truth import Tally
from hub.sandbox.world.mending import mend
from hub.sandbox.world.planting import COPY
from hub.sandbox.world.script import DUPLICATE, Fate, Script
from hub.sandbox.world.tables import PLANTED, tables

WARNINGS: Mapping[str, str] = {"birth-date": "birth-mismatch", "sex": "sex-mismatch"}  # rule -> what the sandbox calls it
JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Reckoner:
    """Counts in one database, in the window from ``lower`` (None: no bound) to ``upper``."""

    connection: Connection
    script: Script
    lower: datetime | None
    upper: datetime

    @classmethod
    @contextmanager
    def open(cls, script: Script, url: str, lower: datetime | None, upper: datetime) -> "Iterator[Reckoner]":
        """A reckoner with a connection of its own."""
        database = engine(url)
        with database.connect() as connection:
            yield cls(connection, script, lower, upper)
        database.dispose()

    def first(self) -> dict[str, Tally]:
        """Every standard table in the first window: what is deleted already is nothing that a partner has."""
        found = {}
        for mapping in self.script.mappings:
            tally = self._read(mapping)
            dead = self._dead(mapping)
            tally.unchanged = self.count(mapping, dead, f"NOT ({self._refused(mapping)})") if dead else 0
            found[mapping.table] = tally
        return found

    def later(self) -> dict[str, Tally]:
        """Every standard table in the window of a step; ``absent`` is not counted here."""
        found = {}
        for mapping in self.script.mappings:
            tally = self._read(mapping)
            news = [self._changed(mapping, self._telling(mapping)), f"NOT ({self._refused(mapping)})"]
            dead = self._dead(mapping)
            if dead:  # deleted by this step, or else a row that was deleted before anybody read it
                news.append(f"NOT ({dead}) OR ({self._changed(mapping, lambda _, what: what == 'deleted')})")
            tally.unchanged = tally.source - tally.rejected - self.count(mapping, *news)
            found[mapping.table] = tally
        return found

    def count(self, mapping: FieldMapping, *conditions: str, whole: bool = False) -> int:
        """Rows of a mapping in the window (``whole``: in any) that meet all conditions."""
        return int(self._values(f"SELECT count(*) {self.rows(mapping, *conditions, whole=whole)}")[0][0])

    def rows(self, mapping: FieldMapping, *conditions: str, whole: bool = False, joined: str = "") -> str:
        """FROM and WHERE of a mapping; ``joined``: a JOIN more."""
        window = "" if whole else self._window(mapping)
        found = [f"(\n{each}\n)" for each in (mapping.where, window, *conditions) if each]
        return f"FROM {mapping.from_sql}\n{joined}\nWHERE {' AND '.join(found) if found else '1 = 1'}"

    def numbers(self, mapping: FieldMapping, alias: str, *conditions: str) -> list[int]:
        """The row numbers of one of the tables in all rows of a mapping that meet the conditions, each once."""
        number = self.number(mapping, alias)
        query = f"SELECT DISTINCT {number} {self.rows(mapping, *conditions, f'{number} IS NOT NULL', whole=True)}"
        return [int(row) for (row,) in self._values(query)]

    def number(self, mapping: FieldMapping, alias: str) -> str:
        """The row number of one of the tables that a mapping reads."""
        return self.name(f"{alias}.{self.script.key(mapping.aliases[alias])}")

    def name(self, column: str) -> str:
        """``alias.column`` in the database's words."""
        alias, _, own = column.partition(".")
        return f"{alias}.{self.connection.dialect.identifier_preparer.quote(own)}"

    def noted(self, mapping: FieldMapping, alias: str, more: str = "", sign: str = "") -> str:
        """Condition: the row of ``alias`` is spoilt, and because of that this mapping refuses it.

        ``sign``: with a plus SQLite looks here last, instead of trying every pair of two conditions like this one.
        """
        notes = (
            f"SELECT row_id FROM sandbox_defect WHERE table_name = '{mapping.aliases[alias]}' AND target = '{mapping.table}'"
            f" AND repaired = 'N'{more}"
        )
        return f"{sign}{self.number(mapping, alias)} IN ({notes})"

    def raw(self, mapping: FieldMapping) -> dict[str, int]:
        """Planted notes of a standard table by rule, whether or not its mapping reads their rows."""
        query = (
            f"SELECT rule, count(*) FROM sandbox_defect WHERE target = '{mapping.table}' AND repaired = 'N'"
            f" AND table_name IN ({', '.join(repr(table) for table in self.script.source.tables)}) GROUP BY rule"
        )
        return {rule: int(rows) for rule, rows in self._values(query)}

    def _read(self, mapping: FieldMapping) -> Tally:
        tally = Tally(source=self.count(mapping))
        for alias in mapping.aliases:
            for kind, rule, rows in self._kinds(mapping, alias):
                if rule in WARNINGS:
                    tally.warnings[WARNINGS[rule]] += rows
                else:
                    tally.kinds[kind] += rows
                    tally.rules[rule] += rows
        return tally

    def _kinds(self, mapping: FieldMapping, alias: str) -> Sequence[tuple[str, str, int]]:
        """(kind, rule, rows) of the notes about one of the tables that a mapping reads: all kinds in one query."""
        note = (
            f"JOIN sandbox_defect n_ ON n_.row_id = {self.number(mapping, alias)} AND n_.table_name = '{mapping.aliases[alias]}'"
            f" AND n_.target = '{mapping.table}' AND n_.repaired = 'N'"
        )
        query = f"SELECT n_.kind, n_.rule, count(*) {self.rows(mapping, joined=note)} GROUP BY n_.kind, n_.rule"
        return [(kind, rule, int(rows)) for kind, rule, rows in self._values(query)]

    def _refused(self, mapping: FieldMapping) -> str:
        doubts = ", ".join(f"'{rule}'" for rule in WARNINGS)
        return " OR ".join(self.noted(mapping, alias, f" AND rule NOT IN ({doubts})") for alias in mapping.aliases)

    def _dead(self, mapping: FieldMapping) -> str | None:
        """``deleted:`` as SQL that is never NULL."""
        if mapping.deleted is None:
            return None
        said = mapping.deleted.replace('"', "`") if self.connection.dialect.name in ("mysql", "mariadb") else mapping.deleted
        return f"CASE WHEN {said} THEN 1 ELSE 0 END = 1"

    def _window(self, mapping: FieldMapping) -> str:
        mark = mapping.watermark
        if mark is None:
            return ""
        alias, _, own = mark.column.partition(".")
        kind = self.script.source.tables[mapping.aliases[alias]][own].type
        form = mark.format or ("%Y-%m-%d" if kind == "date" else "%Y-%m-%d %H:%M:%S")
        column, told = self.name(mark.column), self.upper.strftime(form)
        exact = datetime.strptime(told, form) == self.upper  # noqa: DTZ007 - local time
        inside = f"{column} {'<' if exact else '<='} '{told}'"
        if self.lower is not None:
            inside += f" AND {column} >= '{(self.lower - mark.overlap).strftime(form)}'"
        return f"({inside}) OR {column} IS NULL" + (f" OR trim({column}) = ''" if kind == "text" else "")

    def _changed(self, mapping: FieldMapping, wanted: Callable[[str, str], bool]) -> str:
        """Condition: one of the local rows was changed in a way that this mapping tells (or ``wanted`` says)."""
        parts = []
        for alias, table in mapping.aliases.items():
            query = f"SELECT DISTINCT what FROM sandbox_change WHERE table_name = '{table}'"
            ways = [f"'{what}'" for (what,) in self._values(query) if wanted(alias, what)]
            if ways:
                own = f"SELECT row_id FROM sandbox_change WHERE table_name = '{table}' AND what IN ({', '.join(ways)})"
                parts.append(f"{self.number(mapping, alias)} IN ({own})")
        return " OR ".join(parts) or "1 = 0"

    def _telling(self, mapping: FieldMapping) -> Callable[[str, str], bool]:
        """Whether a way of changing a row of an alias can be seen in what the mapping makes."""
        used = {column for made in mapping.fields.values() for column in made.columns}
        used |= set(parse(mapping.deleted).columns) if mapping.deleted else set()

        def tells(alias: str, what: str) -> bool:
            fate = self.script.fate(mapping.aliases[alias])
            columns, breaks = _altered(fate, what)
            return what == "new" or mapping.table in breaks or any(f"{alias}.{column}" in used for column in columns)

        return tells

    def _values(self, sql: str) -> Sequence[Any]:
        """A statement as it stands: a per cent sign in it is a per cent sign."""
        return self.connection.execution_options(no_parameters=True).exec_driver_sql(sql).all()


def _altered(fate: Fate, what: str) -> tuple[set[str], set[str]]:
    """The columns that a change touches, and the standard tables that refused the row before it."""
    columns = {fate.updated} if fate.updated else set()
    breaks: set[str] = set()
    if what == "touched":
        columns |= set(fate.touched or ())
    elif what == "deleted" and isinstance(fate.deleted, Mapping):
        columns |= set(fate.deleted)
    for defect in fate.defects:
        if what == f"repaired:{defect.kind}":
            columns |= set(defect.changes)
            breaks |= set(defect.breaks)
    return columns, breaks


def settle(script: Script, url: str) -> None:
    """See to it that no row of a standard table has two findings, and note the sound rows that are joined to spoilt ones."""
    database = engine(url)
    with database.begin() as connection:
        own = list(script.source.tables)
        connection.execute(delete(PLANTED).where(PLANTED.c.table_name.in_(own), PLANTED.c.kind == JOINED))
        reckoner = Reckoner(connection, script, None, datetime(9999, 1, 1))  # noqa: DTZ001 - local time
        joining = [mapping for mapping in script.mappings if len(mapping.aliases) > 1]
        for mapping in joining:
            _part(reckoner, mapping)
        for mapping in joining:
            _note_joined(reckoner, mapping)
    database.dispose()


def _part(reckoner: Reckoner, mapping: FieldMapping) -> None:
    """Where two rows of one join are spoilt for this mapping, the second gets its values back."""
    aliases = list(mapping.aliases)
    for place, alias in enumerate(aliases):
        for other in aliases[place + 1 :]:
            both = reckoner.noted(mapping, alias), reckoner.noted(mapping, other, sign="+")
            for row in reckoner.numbers(mapping, other, *both):
                table = mapping.aliases[other]
                mine = and_(PLANTED.c.table_name == table, PLANTED.c.row_id == row)
                notes = reckoner.connection.execute(select(PLANTED).where(mine, PLANTED.c.pair != 2)).all()
                mend(reckoner.connection, reckoner.script, tables(reckoner.script.source)[table], notes)
                reckoner.connection.execute(delete(PLANTED).where(mine))
                doubles = [note.row_id + COPY for note in notes if note.kind == DUPLICATE]
                if doubles:
                    twin = and_(PLANTED.c.table_name == table, PLANTED.c.row_id.in_(doubles))
                    reckoner.connection.execute(delete(PLANTED).where(twin))


def _note_joined(reckoner: Reckoner, mapping: FieldMapping) -> None:
    for alias in mapping.aliases:
        for other, table in mapping.aliases.items():
            if other == alias:
                continue
            number = reckoner.number(mapping, other)
            spoilt = reckoner.rows(mapping, reckoner.noted(mapping, alias), f"{number} IS NOT NULL", whole=True)
            reckoner.connection.execution_options(no_parameters=True).exec_driver_sql(
                "INSERT INTO sandbox_defect (table_name, row_id, kind, target, rule, was, pair, repaired) "
                f"SELECT DISTINCT '{table}', {number}, '{JOINED}', '', '', '{{}}', 0, 'N' {spoilt}"
            )
