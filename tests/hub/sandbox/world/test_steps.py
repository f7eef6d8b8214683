"""Steps of business in a story: what comes, changes, goes and is repaired, and the window that sees it."""

# ruff: noqa: DTZ001 - local time without a zone

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.problem import Problem
from hub.repository import Repository
from hub.sandbox.store import engine
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import Script
from hub.sandbox.world.steps import step
from hub.sandbox.world.trial import Trial, opened

Told = Callable[..., tuple[Script, tuple[Problem, ...]]]
UPPER = datetime(2026, 11, 22, 2)
WINDOWS = ((None, UPPER), (UPPER, datetime(2026, 11, 22, 4)), (datetime(2026, 11, 22, 4), datetime(2026, 11, 22, 6)))


def values(url: str, sql: str) -> list[tuple[object, ...]]:
    """Rows of a query."""
    database = engine(url)
    with database.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(sql))]
    database.dispose()
    return found


def test_a_step_makes_deletes_changes_and_repairs(micro: Script, tmp_path: Path) -> None:
    """All is saved at one moment, and noted."""
    url = f"sqlite:///{tmp_path}/a"
    fill([micro], {"local": url}, 7, 3_000, UPPER, defects=0.2)
    spoilt = values(url, "SELECT count(DISTINCT row_id) FROM sandbox_defect WHERE kind <> 'joined' AND pair <> 2")[0][0]
    step([micro], {"local": url}, 7, 1, datetime(2026, 11, 22, 3), defects=0.2)
    ways = {str(what).partition(":")[0] for (what,) in values(url, "SELECT DISTINCT what FROM sandbox_change")}
    assert ways == {"new", "deleted", "touched", "repaired"}
    late = values(url, "SELECT count(*) FROM t_person WHERE changed = '2026-11-22 03:00:00'")[0][0]
    doubles = (
        "SELECT count(*) FROM sandbox_defect WHERE pair = 2 AND row_id - 1000000000000 IN (SELECT row_id FROM sandbox_change)"
    )
    noted = "SELECT count(*) FROM sandbox_change WHERE table_name = 't_person'"
    assert late == values(url, noted)[0][0] + values(url, doubles + " AND repaired = 'N'")[0][0]
    repaired = values(url, "SELECT count(DISTINCT row_id) FROM sandbox_defect WHERE repaired = 'Y' AND pair <> 2")[0][0]
    assert repaired == -(-int(str(spoilt)) // 7)
    names = values(url, "SELECT name FROM t_person WHERE nm IN (SELECT row_id FROM sandbox_change WHERE what = 'touched')")
    assert names
    assert all(str(name).endswith("示") for (name,) in names)


def test_what_nobody_was_told_of_is_not_deleted(told: Told, tmp_path: Path) -> None:
    """A draft that no mapping reads would be read once it is deleted: a deletion of what no partner has."""
    told()
    sound = (tmp_path / "local.sql").read_text(encoding="utf-8")
    drafts = sound.replace("THEN 'D' ELSE '1' END AS status", "THEN 'D' WHEN p.n % 2 = 0 THEN 'X' ELSE '1' END AS status")
    assert drafts != sound
    script, problems = told(sql=drafts)
    assert problems == ()
    url = f"sqlite:///{tmp_path}/a"
    fill([script], {"local": url}, 7, 3_000, UPPER, defects=0.1)
    step([script], {"local": url}, 7, 1, datetime(2026, 11, 22, 3), defects=0)
    gone = [row for (row,) in values(url, "SELECT row_id FROM sandbox_change WHERE what = 'deleted'")]
    assert gone
    assert all(int(str(row)) % 2 == 1 for row in gone)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_windows_in_a_row_find_what_the_truth_says(micro: Script, small: Repository, tmp_path: Path, seed: int) -> None:
    """Read by the hub's own extraction and kernel: every part of the account, three windows one after the other."""
    url = f"sqlite:///{tmp_path}/a"
    trials = [Trial(small, mapping, UPPER) for mapping in micro.mappings]
    truth = fill([micro], {"local": url}, seed, 1_500, UPPER, defects=0.3, size=200)
    for number, window in enumerate(WINDOWS):
        if number:
            truth = step([micro], {"local": url}, seed, number, datetime(2026, 11, 22, 1 + 2 * number), defects=0.3)
        reader = opened("sql", url)
        for trial in trials:
            found, told = trial.window(reader, *window).tally, truth.tally(trial.table)
            assert (found.source, found.absent, found.unchanged) == (told.source, told.absent, told.unchanged)
            assert found.rules == told.rules
        reader.close()
    for trial in trials:
        trial.close()
