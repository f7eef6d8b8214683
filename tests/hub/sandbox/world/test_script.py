"""Stories as they are read: which tables they fill, and what is told of a malformed one."""

from collections.abc import Callable

import pytest

from hub.problem import Problem
from hub.repository import Repository
from hub.sandbox.world.script import STORIES, Script, scripts

Told = Callable[..., tuple[Script, tuple[Problem, ...]]]


def fates(lines: str) -> str:
    """The story of one table."""
    return f"story: local\ntables:\n  t_person:\n{lines}"


def test_a_story_knows_its_tables_and_mappings(micro: Script) -> None:
    """Helpers are no tables; the first column is the row number; comments and quotes end no statement."""
    assert micro.tables == ["t_person", "t_office"]
    assert [statement.name for statement in micro.statements] == ["families", "t_person", "t_office"]
    assert {mapping.table for mapping in micro.mappings} == {"person", "office"}
    assert micro.key("t_person") == "nm"
    assert '"between"(p.n' in micro.statements[1].sql
    assert micro.fate("t_office").defects == ()


def test_a_place_names_the_line_of_a_statement(micro: Script) -> None:
    """The first line of the statement itself, not of the comment before it."""
    assert [str(statement.place) for statement in micro.statements][:2] == ["local.sql:2:1", "local.sql:3:1"]


def test_a_story_without_yaml_is_one_in_which_nothing_happens(told: Told) -> None:
    """No defects, no steps."""
    script, problems = told(fates=None)
    assert problems == ()
    assert script.fates == {}


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        ("    updatd: changed\n", "local.yaml:4:5", "unknown key 'updatd'"),
        ("    updated: chnged\n", "local.yaml:4:14", "has no column chnged; did you mean 'changed'?"),
        ("    touched: {nam: \"'x'\"}\n", "local.yaml:4:15", "has no column nam"),
        ("    deleted: gone\n", "local.yaml:4:14", "deleted"),
        ("    defects:\n      - {kind: x, set: {sex: \"'?'\"}}\n", "local.yaml:5:9", "the key 'breaks' is missing"),
        ("    defects:\n      - {kind: x, breaks: {person: required}}\n", "local.yaml:5:9", "does not fit its kind"),
        ("    defects:\n      - {kind: x, set: {sx: NULL}, breaks: {person: required}}\n", "local.yaml:5:25", "no column sx"),
        (
            "    defects:\n      - {kind: x, set: {sex: NULL}, breaks: {persn: required}}\n",
            "local.yaml:5:9",
            "no mapping makes persn",
        ),
    ],
)
def test_a_malformed_story_is_told_with_its_place(told: Told, lines: str, place: str, words: str) -> None:
    """File, line, column, what is wrong, and what would be right."""
    _, problems = told(fates=fates(lines))
    assert any(str(problem.place) == place and words in str(problem) for problem in problems), [str(each) for each in problems]


def test_a_table_that_the_source_has_not(told: Told) -> None:
    """With the nearest name."""
    _, problems = told(fates="story: local\ntables:\n  t_persn: {}\n")
    assert [str(problem.place) for problem in problems] == ["local.yaml:3:3"]
    assert "did you mean 't_person'?" in str(problems[0])


def test_sql_that_makes_no_view(told: Told) -> None:
    """Neither an INSERT nor a SELECT alone."""
    _, problems = told(sql="-- x\nSELECT 1;\n")
    assert [(str(problem.place), problem.code) for problem in problems] == [("local.sql:2:1", "story-sql")]


def test_every_story_of_the_sandbox_is_found(small: Repository) -> None:
    """By its file; a story of a source that the repository has not is left out."""
    assert scripts(small, STORIES) == ()


def test_a_table_that_nothing_else_names_is_a_leaf(told: Told, micro: Script) -> None:
    """It is read once and need not be made first; comments name nothing."""
    assert micro.leaves == {"t_person", "t_office"}
    assert micro.view("t_office").query.lstrip().startswith("SELECT CAST(d.code AS BIGINT) AS nm")
    named = "CREATE OR REPLACE TEMP VIEW t_office AS SELECT 1 AS nm, name AS jg_bh, '' AS memo FROM t_person LIMIT 1;"
    script, _ = told(sql="-- t_office\nCREATE OR REPLACE TEMP VIEW t_person AS SELECT 1 AS nm;" + named)
    assert script.leaves == {"t_office"}
