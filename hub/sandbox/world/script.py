"""Takes a repository; gives the scripts of its stories: the SQL that fills a source's tables, and what befalls their rows.

A source has a story when hub/sandbox/stories holds ``<source>.sql``; the ``.yaml`` beside it may be missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.document import Document, misnamed, read
from hub.mapping.model import Mapping as FieldMapping
from hub.mapping.model import Source
from hub.problem import Place, Problem, Problems, nearest
from hub.repository import Repository

STORIES = Path(__file__).parents[1] / "stories"
DUPLICATE = "duplicate"
_NOWHERE = Place("")
_WORD = re.compile(r"\w+")
_STATEMENT = re.compile(r"CREATE\s+OR\s+REPLACE\s+(TEMP(ORARY)?\s+)?(VIEW|MACRO)\s+\"?(\w+)\"?", re.IGNORECASE)
_AS = re.compile(_STATEMENT.pattern + r"\s+AS\b", re.IGNORECASE)
_TOKENS = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|;|\bbetween\(|[^-/'\";b]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Defect:
    """One way to spoil a row. ``changes``: column -> SQL, none for a duplicate; ``breaks``: standard table -> rule code."""

    kind: str
    changes: Mapping[str, str]
    when: str | None
    breaks: Mapping[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls the rows of one local table. ``deleted``: column -> value, or ``row``, or None (never).

    ``spare``: SQL of the rows that are always spoilt, because nothing depends on them.
    """

    updated: str | None = None
    deleted: Mapping[str, str] | str | None = None
    touched: Mapping[str, str] | None = None
    defects: tuple[Defect, ...] = ()
    place: Place = _NOWHERE
    spare: str = "FALSE"


@dataclass(frozen=True, slots=True)
class Statement:
    """One CREATE of a story's SQL. ``kind``: VIEW or MACRO."""

    name: str
    kind: str
    sql: str
    place: Place

    @property
    def query(self) -> str:
        """What a view shows."""
        return _AS.sub("", self.sql, count=1)

    @property
    def once(self) -> str:
        """To be run for every chunk, a view as a table: what several others read is told once, and planned once."""
        kind = "TABLE" if self.kind == "VIEW" else self.kind
        return _STATEMENT.sub(f'CREATE OR REPLACE {kind} "{self.name}"', self.sql, count=1)


@dataclass(frozen=True, slots=True)
class Script:
    """One source with its story and the mappings that read it. ``leaves``: tables whose view no other statement names."""

    source: Source
    statements: tuple[Statement, ...]
    fates: Mapping[str, Fate]
    mappings: tuple[FieldMapping, ...]
    leaves: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    @property
    def tables(self) -> list[str]:
        """The source's tables that have a view, in the source's order."""
        views = {statement.name for statement in self.statements if statement.kind == "VIEW"}
        return [table for table in self.source.tables if table in views]

    def fate(self, table: str) -> Fate:
        """Of a table without one: nothing befalls it."""
        return self.fates.get(table, Fate())

    def view(self, table: str) -> Statement:
        """The statement that tells a table."""
        return next(statement for statement in self.statements if statement.name == table and statement.kind == "VIEW")

    def place(self, table: str) -> Place:
        """Where the view of a table stands."""
        return self.view(table).place

    def key(self, table: str) -> str:
        """The row number: the first column."""
        return next(iter(self.source.tables[table]))


def scripts(repository: Repository, folder: Path = STORIES) -> tuple[Script, ...]:
    """Every story in ``folder`` whose source is in the repository. Raises Problems with every mistake in all of them."""
    found: list[Script] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.sql")):
        if path.stem in repository.sources:
            script, wrong = load(path, repository)
            problems += wrong
            found.append(script)
    if problems:
        raise Problems(problems)
    return tuple(found)


def load(path: Path, repository: Repository) -> tuple[Script, tuple[Problem, ...]]:
    """One story and what is wrong with it."""
    source = repository.sources[path.stem]
    latest = {mapping.table: mapping for mapping in repository.mappings if mapping.source == source.name}
    sql, problems = _statements(path)
    fates: dict[str, Fate] = {}
    plan = path.with_suffix(".yaml")
    if plan.exists():
        document, faults = read(plan, path.parent, "story")
        problems += faults
        if document is not None and not document.faults:
            problems += misnamed(document, "story", path.stem)
            fates = {table: _fate(document, table, said) for table, said in document.data["tables"].items()}
            problems += _unknown(document, source)
            problems += _unmade(document, source, latest)
    return Script(source, tuple(sql), fates, tuple(latest.values()), _leaves(source, sql)), tuple(problems)


def _leaves(source: Source, statements: Sequence[Statement]) -> frozenset[str]:
    words = {statement.name: set(_WORD.findall(statement.sql)) for statement in statements}
    named = {word for name, own in words.items() for word in own - {name}}
    views = {statement.name for statement in statements if statement.kind == "VIEW"}
    return frozenset(views & source.tables.keys() - named)


def _statements(path: Path) -> tuple[list[Statement], list[Problem]]:
    """The CREATEs of a file. ``between(`` is put in quotes: to DuckDB's parser it is a word of its own."""
    found, problems, line, start = [], [], 1, 1
    text = ""
    for token in (*_TOKENS.findall(path.read_text(encoding="utf-8")), ";"):
        if token == ";":  # noqa: S105 - a word of SQL
            match = _STATEMENT.search(text)
            place = Place(path.name, start, 1)
            if match:
                found.append(Statement(match[4], match[3].upper(), text.strip(), place))
            elif text.strip():
                message = "a statement that is no CREATE OR REPLACE TEMP VIEW"
                problems.append(Problem(place, "story-sql", message, "write CREATE OR REPLACE TEMP VIEW name AS SELECT ...;"))
            text = ""
        elif not token.startswith(("--", "/*")):
            if not text.strip():
                start = line + token.count("\n", 0, len(token) - len(token.lstrip()))
            text += '"between"(' if token == "between(" else token  # noqa: S105 - a word of SQL
        line += token.count("\n")
    return found, problems


def _fate(document: Document, table: str, said: Mapping[str, Any]) -> Fate:
    defects = tuple(
        Defect(
            each["kind"],
            each.get("set", {}),
            each.get("when"),
            each["breaks"],
            document.place("tables", table, "defects", number),
        )
        for number, each in enumerate(said.get("defects", ()))
    )
    place, spare = document.key("tables", table), said.get("spare", "FALSE")
    return Fate(said.get("updated"), said.get("deleted"), said.get("touched"), defects, place, spare)


def _unknown(document: Document, source: Source) -> Iterator[Problem]:
    """Tables and columns that the source does not declare, and defects that say neither ``set`` nor ``duplicate``."""
    for table, said in document.data["tables"].items():
        if table not in source.tables:
            message = f"{source.name} has no table {table}"
            yield Problem(document.key("tables", table), "unknown-table", message, nearest(table, source.tables))
            continue
        for keys, column in _named(table, said):
            if column not in source.tables[table]:
                message = f"{source.name}.{table} has no column {column}"
                place = document.key(*keys) if keys[-1] == column else document.place(*keys)
                yield Problem(place, "unknown-column", message, nearest(column, source.tables[table]))
        for number, defect in enumerate(said.get("defects", ())):
            if (defect["kind"] == DUPLICATE) == ("set" in defect):
                cure = f"a defect has set:, only the kind '{DUPLICATE}' has none"
                place = document.place("tables", table, "defects", number)
                yield Problem(place, "missing-key", f"the defect {defect['kind']} of {table} does not fit its kind", cure)


def _unmade(document: Document, source: Source, made: Iterable[str]) -> Iterator[Problem]:
    """Defects that break a standard table that no mapping of the source makes."""
    known = set(made)
    for table, said in document.data["tables"].items():
        for number, defect in enumerate(said.get("defects", ())):
            for target in defect["breaks"]:
                if target not in known:
                    place = document.place("tables", table, "defects", number)
                    yield Problem(
                        place, "unknown-table", f"no mapping makes {target} out of {source.name}", nearest(target, known)
                    )


def _named(table: str, said: Mapping[str, Any]) -> Iterable[tuple[tuple[str | int, ...], str]]:
    """Every column that a fate names, with where."""
    if "updated" in said:
        yield ("tables", table, "updated"), said["updated"]
    for key in ("deleted", "touched"):
        if isinstance(said.get(key), dict):
            yield from ((("tables", table, key, column), column) for column in said[key])
    for number, defect in enumerate(said.get("defects", ())):
        place = ("tables", table, "defects", number)
        yield from (((*place, "set", column), column) for column in defect.get("set", ()))
        if "key" in defect:
            yield (*place, "key"), defect["key"]
