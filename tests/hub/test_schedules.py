"""Schedules as YAML: what is read and every kind of mistake."""

from datetime import date
from typing import Any

import pytest

from hub.load import load

PATH = "schedules/to_centre.yaml"
MISTAKES = [
    ("another file's name", "schedule: to_centre", "schedule: to_center", "file-name", "to_center"),
    ("cron of four fields", "0 */2 * * *", "0 */2 * *", "bad-cron", "0 */2"),
    ("a minute that is none", "0 */2 * * *", "60 */2 * * *", "bad-cron", "60 */2"),
    ("a day that never comes", "0 */2 * * *", "0 0 31 2 *", "bad-cron", "0 0 31"),
    ("words for a cron", "0 */2 * * *", "every two hours", "bad-cron", "every"),
    ("unknown time zone", "Asia/Shanghai", "Asia/Peking", "unknown-timezone", "Asia/Peking"),
    ("a start that does not exist", "2026-01-01 00:00", "2026-02-30 00:00", "bad-date", "2026-02-30"),
    ("a start of another form", "2026-01-01 00:00", "2026-01-01", "bad-form", "2026-01-01"),
    ("unknown partner", "partner: centre", "partner: center", "unknown-partner", "center"),
    ("unknown standard", "standard: mini", "standard: mimi", "unknown-standard", "mimi"),
    ("unknown release", "standard: mini", "standard: mini@1.0.1", "unknown-version", "mini@"),
    ("unknown domain", "domain: 人员", "domain: 人口", "unknown-domain", "人口"),
    ("unknown table", "domain: 人员", "tables: [person, offce]", "unknown-table", "offce"),
    ("a table twice", "domain: 人员", "tables: [person, person]", "duplicate-item", "[person"),
    ("tables and a domain", "domain: 人员", "domain: 人员\ntables: [person]", "missing-key", "to_centre"),
    ("neither tables nor a domain", "domain: 人员\n", "", "missing-key", "to_centre"),
    ("a rate that is no percentage", "5%", "0.05", "bad-form", "0.05"),
    ("a rate above all", "5%", "101%", "out-of-bounds", "101%"),
    ("limits that exclude each other", "reject_floor: 3", "rows_min: 5, rows_max: 4", "out-of-bounds", "4}"),
    ("an unknown limit", "reject_floor", "reject_flor", "unknown-key", "reject_flor"),
]


def test_a_sound_schedule_knows_its_release_tables_and_limits(checkout: Any) -> None:
    """A domain is its tables in the order of their codes; the rest of the limits has its default."""
    repository, problems = load(checkout.root, date(2026, 6, 1))
    assert problems == ()
    schedule = repository.schedules["to_centre"]
    assert (schedule.standard, schedule.version, schedule.tables) == ("mini", "1.0.0", ("person", "office"))
    assert schedule.start.isoformat() == "2026-01-01T00:00:00"
    assert (schedule.limits.reject_rate, schedule.limits.reject_floor, schedule.limits.rows_max) == (0.05, 3, None)


def test_tables_keep_the_order_of_the_file(checkout: Any) -> None:
    """Who lists them says in which order they go."""
    checkout.edit(PATH, "domain: 人员", "tables: [office, person]")
    assert load(checkout.root)[0].schedules["to_centre"].tables == ("office", "person")


STANDARD = "contracts/mini/1.0.0/standard.yaml"


def test_a_draft_may_be_written_but_not_exchanged(checkout: Any) -> None:
    """One error at the release that the schedule pins; the mappings are judged against it all the same."""
    checkout.edit(STANDARD, "status: published", "status: draft")
    checkout.edit(PATH, "standard: mini", "standard: mini@1.0.0")
    repository, problems = load(checkout.root, date(2026, 6, 1))
    (problem,) = problems
    assert (problem.code, problem.severity, str(problem.place)) == ("draft-release", "error", checkout.find(PATH, "mini@"))
    assert "hub contract shadow mini@1.0.0" in problem.cure
    assert {mapping.version for mapping in repository.mappings} == {"1.0.0"}


def test_a_release_that_is_pinned_before_its_day_is_a_warning(checkout: Any) -> None:
    """Until the eve, with the day; the schedule stands ready."""
    checkout.edit(STANDARD, "effective_from: 2026-01-01", "effective_from: 2026-07-01")
    checkout.edit(PATH, "standard: mini", "standard: mini@1.0.0")
    repository, problems = load(checkout.root, date(2026, 6, 30))
    (problem,) = problems
    assert (problem.code, problem.severity, str(problem.place)) == ("future-release", "warning", checkout.find(PATH, "mini@"))
    assert "2026-07-01" in problem.message
    assert list(repository.schedules) == ["to_centre"]
    assert load(checkout.root, date(2026, 7, 1))[1] == ()


@pytest.mark.parametrize("case", MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_told_once_where_it_stands(checkout: Any, case: tuple[str, ...]) -> None:
    """With its code and without follow-on complaints."""
    _, old, new, code, words = case
    checkout.edit(PATH, old, new)
    _, problems = load(checkout.root)
    assert [(problem.code, str(problem.place)) for problem in problems] == [(code, checkout.find(PATH, words))]
    assert all(problem.cure for problem in problems)
