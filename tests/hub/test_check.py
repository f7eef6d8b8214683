"""hub check: files, types, coverage, and the live systems they speak of."""

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.check import check, check_connections
from hub.connection import INSTALLED

TODAY = date(2026, 11, 22)
SOURCE = "adapters/sources/local.yaml"
PARTNER = "adapters/partners/centre.yaml"
TABLE = "contracts/mini/1.0.0/tables/person/person.yaml"
PERSON = "mappings/local/person.yaml"
NATION = "mappings/crosswalks/nation.csv"
TABLES = """
CREATE TABLE t_person (id text, name text, card text, sex text, nation text, reg_day date, amount decimal(12, 2), office text,
  status text, changed timestamp, operator text);
CREATE TABLE t_office (jg_bh text, memo text);
"""


def found(checkout: Any, severity: str = "error") -> list[str]:
    problems = check(checkout.root, TODAY).problems
    return [f"{problem.code}@{problem.place}" for problem in problems if problem.severity == severity]


@pytest.fixture
def live(checkout: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The small repository with a SQLite source and a folder as partner, both there."""
    database, folder = tmp_path / "local.db", tmp_path / "in"
    folder.mkdir()
    with sqlite3.connect(database) as connection:
        connection.executescript(TABLES)
    connection.close()
    monkeypatch.setenv("LOCAL_URL", f"sqlite:///{database}")
    checkout.edit(PARTNER, "system: http", "system: directory")
    checkout.edit(PARTNER, "{url: '${env:CENTRE_URL}', timeout: 30}", f"{{folder: {folder}}}")
    return checkout


def connected(checkout: Any) -> list[tuple[str, str]]:
    """Code and place of what the live systems say."""
    report = check(checkout.root, TODAY)
    assert [str(problem) for problem in report.problems if problem.severity == "error"] == []
    problems = check_connections(report, INSTALLED, checkout.root / ".hub")
    assert all(problem.cure for problem in problems)
    return [(problem.code, str(problem.place)) for problem in problems]


def test_a_sound_checkout_has_plans_and_one_warning(checkout: Any) -> None:
    """The pending code of the crosswalk waits for a reviewer."""
    report = check(checkout.root, TODAY)
    assert [plan.id for plan in report.plans] == ["centre/person", "centre/office"]
    assert [f"{problem.severity} {problem.code}" for problem in report.problems] == ["warning crosswalk-pending"]
    assert "XXX" in report.problems[0].message


def test_coverage_names_codes_that_are_never_produced_and_codes_nobody_approved(checkout: Any) -> None:
    """A code that is no longer valid is not missed; one that unmapped: produces is not either."""
    checkout.edit("contracts/mini/1.0.0/codes/nation.csv", "02,蒙古族,,,", "02,蒙古族,,,\n04,藏族,,,")
    coverage = {item.field: item for item in check(checkout.root, TODAY).coverage}
    assert coverage["mz_dm"].never_produced == ("04",)
    assert coverage["mz_dm"].pending == ("XXX",)
    assert coverage["xb_dm"].never_produced == ()
    checkout.edit(PERSON, "F: 2}, unmapped: 'null'", "K: 1}, unmapped: 2")
    assert {item.field: item.never_produced for item in check(checkout.root, TODAY).coverage}["xb_dm"] == ()


def test_a_crosswalk_that_nobody_uses_is_a_warning(checkout: Any) -> None:
    """Unless a mapping is broken: it might be the one that uses it."""
    checkout.edit(PERSON, "{code: p.nation, crosswalk: nation}", "{code: p.nation, crosswalk: {HAN: '01'}}")
    assert found(checkout, "warning") == [f"unused-crosswalk@{NATION}"]
    checkout.edit(PERSON, "trim(p.name)", "trim(p.nme)")
    assert found(checkout, "warning") == []


TYPES = [
    ("a text function of a date", PERSON, "dj_rq: p.reg_day", "dj_rq: upper(p.reg_day)", "upper(p.reg_day)"),
    ("a text compared with a number", PERSON, "trim(p.name)", "case when p.sex = 'M' and p.card > 5 then 'x' end", "case when"),
    ("a number joined with a date by +", PERSON, "trim(p.name)", "p.amount + p.reg_day", "p.amount +"),
    ("two types of one coalesce", PERSON, "trim(p.name)", "coalesce(p.name, 1)", "coalesce"),
    ("a rule that adds texts", TABLE, "sfzh IS NULL OR", "sfzh + 1 > 2 OR", "sfzh + 1"),
    ("a rule that is a text", TABLE, "sfzh IS NULL OR xb_dm IS NOT NULL", "xb_dm", "xb_dm}"),
    (
        "a rule that joins by OR what is a text",
        TABLE,
        "sfzh IS NULL OR xb_dm IS NOT NULL",
        "sfzh IS NULL OR xb_dm",
        "sfzh IS NULL OR",
    ),
    (
        "a rule that denies a text deep inside",
        TABLE,
        "sfzh IS NULL OR",
        "sfzh IS NULL OR (xm = 'x' AND NOT (xb_dm)) OR",
        "sfzh IS NULL",
    ),
    (
        "deleted: a text that OR would cast",
        PERSON,
        "deleted: p.status = 'D'",
        "deleted: p.status = 'D' OR p.status",
        "p.status = 'D'",
    ),
    ("deleted: a text after WHEN", PERSON, "p.status = 'D'", "case when p.status then true else false end", "case when"),
    ("deleted: a number that AND would cast", PERSON, "p.status = 'D'", "p.status = 'D' AND p.amount", "p.status = 'D'"),
    ("a field whose case asks a text", PERSON, "trim(p.name)", "case when p.sex then p.name end", "case when p.sex"),
    ("deleted: a text, of which '1' would be true", PERSON, "deleted: p.status = 'D'", "deleted: p.status", "p.status\n"),
]


@pytest.mark.parametrize("case", TYPES, ids=[case[0] for case in TYPES])
def test_types_that_do_not_fit_are_told_at_the_expression(checkout: Any, case: tuple[str, ...]) -> None:
    """Before a row is read, and only the expression that is wrong."""
    _, path, old, new, words = case
    checkout.edit(path, old, new)
    assert found(checkout) == [f"expression-type@{checkout.find(path, words)}"]


def test_a_condition_inside_that_is_none_is_named(checkout: Any) -> None:
    """What OR would cast, in the words of the file; the whole is true or false all the same."""
    checkout.edit(PERSON, "deleted: p.status = 'D'", "deleted: p.status = 'D' OR p.status")
    (problem,) = (each for each in check(checkout.root, TODAY).problems if each.severity == "error")
    assert problem.message == "'p.status' stands where a condition must: it is neither true nor false"
    assert problem.cure == "compare it: p.status = …"


def test_live_systems_that_are_as_declared_say_nothing(live: Any) -> None:
    """Every column of the tables is used, ignored, joined or filtered by."""
    live.edit(PERSON, "ignore: [p.operator]", "ignore: [p.operator, p.amount]")
    assert connected(live) == []


def test_live_columns_that_nobody_uses_are_named(live: Any, tmp_path: Path) -> None:
    """Declared or not; ignoring them by name is enough."""
    with sqlite3.connect(tmp_path / "local.db") as connection:
        connection.execute("ALTER TABLE t_person ADD COLUMN fingerprint text")
    connection.close()
    report = check(live.root, TODAY)
    (problem,) = check_connections(report, INSTALLED, live.root)
    assert (problem.code, problem.severity, str(problem.place)) == (
        "live-column-unused",
        "warning",
        live.find(SOURCE, "t_person"),
    )
    assert problem.message == "t_person has columns that no mapping uses or ignores: amount, fingerprint"
    live.edit(PERSON, "ignore: [p.operator]", "ignore: [p.operator, p.amount, p.fingerprint]")
    assert connected(live) == []


def test_tables_and_columns_that_are_not_there_are_told_where_they_are_declared(live: Any, tmp_path: Path) -> None:
    """At the line of the column, or at the name of the table."""
    live.edit(PERSON, "ignore: [p.operator]", "ignore: [p.operator, p.amount]")
    with sqlite3.connect(tmp_path / "local.db") as connection:
        connection.execute("ALTER TABLE t_person DROP COLUMN operator")
        connection.execute("DROP TABLE t_office")
    connection.close()
    assert sorted(connected(live)) == [
        ("live-column-missing", live.find(SOURCE, "operator")),
        ("live-table-missing", live.find(SOURCE, "t_office")),
    ]


def test_a_source_that_cannot_be_reached_is_told_without_its_password(live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One problem for the source; the partner is still asked."""
    monkeypatch.setenv("LOCAL_URL", "postgresql://nobody:hunter2@127.0.0.1:9/none")
    report = check(live.root, TODAY)
    (problem,) = check_connections(report, INSTALLED, live.root)
    assert (problem.code, str(problem.place)) == ("source-unreachable", live.find(SOURCE, "local"))
    assert "hunter2" not in str(problem)


def test_a_secret_that_is_not_set_is_told_by_its_name(live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The static check needs no secrets, the live one does."""
    monkeypatch.delenv("LOCAL_URL")
    assert found(live) == []
    (problem,) = check_connections(check(live.root, TODAY), INSTALLED, live.root)
    assert "LOCAL_URL" in problem.message


def test_a_partner_that_differs_or_does_not_answer_is_told(live: Any, tmp_path: Path) -> None:
    """What its probe says, at the partner's file."""
    live.edit(PERSON, "ignore: [p.operator]", "ignore: [p.operator, p.amount]")
    (tmp_path / "in").rmdir()
    assert connected(live) == [("partner-differs", live.find(PARTNER, "centre"))]
    live.edit(PARTNER, "system: directory", "system: http")
    live.edit(PARTNER, f"{{folder: {tmp_path / 'in'}}}", "{url: '${env:CENTRE_URL}'}")
    assert connected(live) == [("partner-unreachable", live.find(PARTNER, "centre"))]


def test_a_postgresql_source_is_compared_like_any_other(live: Any, postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing column, an unused one."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(TABLES.replace("operator text", "extra text"))
    monkeypatch.setenv("LOCAL_URL", postgresql_url)
    assert sorted(code for code, _ in connected(live)) == ["live-column-missing", "live-column-unused"]
