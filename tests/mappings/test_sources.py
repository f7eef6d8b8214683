"""The source files against the databases that they describe, and the mappings against the sources: nothing forgotten."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import CHAR, VARCHAR, BigInteger, Column, Date, DateTime, Integer, Numeric

from hub.load import load
from hub.mapping.expression import condition, parse, tables
from hub.mapping.model import Mapping
from hub.sandbox.store import SYSTEMS
from hub.sandbox.world.script import STORIES
from hub.sandbox.world.script import load as load_script

ROOT = Path(__file__).parents[2]
REPOSITORY, PROBLEMS = load(ROOT, date(2026, 11, 22))
OURS = ("adapters/sources", "mappings")


def declared(column: Column[object]) -> str:
    """The type that a source file must declare for a local column."""
    if isinstance(column.type, Numeric):
        return f"decimal({column.type.precision},{column.type.scale})"
    for kinds, name in (((CHAR, VARCHAR), "text"), ((BigInteger, Integer), "integer"), (DateTime, "timestamp"), (Date, "date")):
        if isinstance(column.type, kinds):
            return name
    raise AssertionError(f"no type for {column}")


def test_sources_mappings_and_crosswalks_load_without_a_problem() -> None:
    """Not even a warning."""
    assert [str(problem) for problem in PROBLEMS if problem.place.path.startswith(OURS)] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_source_declares_every_table_column_type_and_title(system: str) -> None:
    """The YAML says what the database is: names, types and Chinese titles, in its order."""
    source = REPOSITORY.sources[system]
    assert list(source.tables) == list(SYSTEMS[system].tables)
    for name, table in SYSTEMS[system].tables.items():
        found = [(column.name, column.type, column.title) for column in source.tables[name].values()]
        assert found == [(column.name, declared(column), column.comment) for column in table.columns]
    assert (source.timezone, source.reader) == ("Asia/Shanghai", "sql")


@pytest.mark.parametrize("path", sorted(STORIES.glob("*.sql")), ids=lambda path: path.stem)
def test_a_story_fills_every_table_of_its_source(path: Path) -> None:
    """Without a mistake in it."""
    script, problems = load_script(path, REPOSITORY)
    assert problems == ()
    assert script.tables == list(REPOSITORY.sources[path.stem].tables)


def test_every_source_is_filled() -> None:
    """By a story of its name."""
    assert set(REPOSITORY.sources) == {path.stem for path in STORIES.glob("*.sql")} > set(SYSTEMS)


def test_every_standard_table_has_its_mapping() -> None:
    """Of every release that is in force."""
    made = {(mapping.standard, mapping.table) for mapping in REPOSITORY.mappings}
    wanted = {(standard.name, table) for standard in REPOSITORY.standards.values() for table in standard.tables}
    assert made == wanted


@pytest.mark.parametrize("mapping", REPOSITORY.mappings, ids=lambda mapping: mapping.name)
def test_every_source_column_is_used_or_ignored_by_name(mapping: Mapping) -> None:
    """Of every table that a mapping reads; nothing is both."""
    source = REPOSITORY.sources[mapping.source]
    there = {f"{alias}.{column}" for alias, table in mapping.aliases.items() for column in source.tables[table]}
    used = {column for made in mapping.fields.values() for column in made.columns} | set(tables(mapping.from_sql).columns)
    used |= set(condition(mapping.where)) if mapping.where else set()
    used |= set(parse(mapping.deleted).columns) if mapping.deleted else set()
    used |= {mapping.watermark.column} if mapping.watermark else set()
    assert there - used - set(mapping.ignore) == set()
    assert not used & set(mapping.ignore)


def test_the_shapes_that_a_mapping_can_have_all_occur() -> None:
    """A join of three local tables, constants, inline and reviewed crosswalks, deletes, overlap, text watermark, none at all."""
    mappings = REPOSITORY.mappings
    fields = [made for mapping in mappings for made in mapping.fields.values()]
    assert max(len(mapping.aliases) for mapping in mappings) >= 3
    assert any(made.const for made in fields)
    assert any(made.crosswalk and made.crosswalk.name == "marriage_office" for made in fields)
    assert any(made.crosswalk and not (ROOT / f"mappings/crosswalks/{made.crosswalk.name}.csv").exists() for made in fields)
    assert {"reject", "null", "=97"} <= {made.unmapped for made in fields}
    assert any(mapping.deleted for mapping in mappings)
    assert any(mapping.watermark is None for mapping in mappings)
    assert any(mapping.watermark and mapping.watermark.format for mapping in mappings)
    assert all(mapping.watermark.overlap.total_seconds() >= 600 for mapping in mappings if mapping.watermark)
    assert any(mapping.ignore for mapping in mappings)


@pytest.mark.parametrize("mapping", REPOSITORY.mappings, ids=lambda mapping: mapping.name)
def test_every_mapping_shows_what_it_takes_and_what_it_refuses(mapping: Mapping) -> None:
    """An inline test with a row that comes out, and one with a row that is refused or special."""
    assert any(test.expect for test in mapping.tests)
    assert any(test.reject for test in mapping.tests) or len(mapping.tests) > 1
