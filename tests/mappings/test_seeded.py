"""Whole seeded databases through extract and kernel: what is refused is what was planted, nothing else, table by table.

The second window is judged with the ledger that hub.sandbox.world.trial keeps, in a few lines, apart from the one of the hub.
"""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from hub.load import load
from hub.repository import Repository
from hub.sandbox.store import SYSTEMS
from hub.sandbox.truth import Truth
from hub.sandbox.world import script
from hub.sandbox.world.fill import fill
from hub.sandbox.world.reckoning import WARNINGS
from hub.sandbox.world.script import STORIES, Script
from hub.sandbox.world.steps import step
from hub.sandbox.world.trial import Trial, opened

ROOT = Path(__file__).parents[2]
UPPER, NEXT = datetime(2026, 11, 22, 2), datetime(2026, 11, 22, 4)
STEP = datetime(2026, 11, 22, 3)
TOLD = sorted(path.stem for path in STORIES.glob("*.sql"))


@cache
def repository() -> Repository:
    """Everything under the root; that it has no mistakes is told by other tests."""
    return load(ROOT, date(2026, 11, 22))[0]


@cache
def story(source: str) -> Script:
    """A story without a mistake."""
    found, problems = script.load(STORIES / f"{source}.sql", repository())
    assert problems == ()
    return found


@cache
def trials(source: str) -> tuple[Trial, ...]:
    """Kernels ready to run, one for each mapping of a source: preparing one takes longer than all else here."""
    mappings = {mapping.table: mapping for mapping in repository().mappings if mapping.source == source}
    return tuple(Trial(repository(), mapping, UPPER) for mapping in mappings.values())


def judged(source: str, url: str, truth: Truth, window: tuple[datetime | None, datetime]) -> None:
    """Every part of the account, and every rule, of every standard table that a source makes."""
    reader = opened("sql", url)
    for trial in trials(source):
        found, told = trial.window(reader, *window), truth.tally(trial.table)
        counts = (found.tally.source, found.tally.absent, found.tally.unchanged)
        assert counts == (told.source, told.absent, told.unchanged), trial.table
        assert found.tally.rules == told.rules, trial.table
        assert found.tally.delivered == told.delivered, trial.table
        assert {WARNINGS[code]: rows for code, rows in found.warnings.items()} == dict(+told.warnings) or window[0], trial.table
    reader.close()


def forget(sources: Iterable[str]) -> None:
    """No partner has anything."""
    for source in sources:
        for trial in trials(source):
            trial.forget()


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The three systems: three files, or one database of a server."""
    if request.param == "sqlite":
        return {system: f"sqlite:///{tmp_path}/{system}.db" for system in SYSTEMS}
    return dict.fromkeys(SYSTEMS, str(request.getfixturevalue(f"{request.param}_url")))


def test_two_windows_end_as_the_truth_says(urls: dict[str, str]) -> None:
    """The seed, then a step: source, absent, delivered, unchanged and refused by rule, for all 23 tables, exactly."""
    assert sum(len(trials(system)) for system in SYSTEMS) == 23
    forget(SYSTEMS)
    told = [story(system) for system in SYSTEMS]
    first = fill(told, urls, 7, 2_000, UPPER)
    for system in SYSTEMS:
        judged(system, urls[system], first, (None, UPPER))
    second = step(told, urls, 7, 1, STEP)
    for system in SYSTEMS:
        judged(system, urls[system], second, (UPPER, NEXT))


def test_steps_in_a_row_and_then_silence(tmp_path: Path) -> None:
    """Rows changed before are deleted, refused ones are repaired; and a window in which nothing happened delivers nothing."""
    urls = {system: f"sqlite:///{tmp_path}/{system}.db" for system in SYSTEMS}
    forget(SYSTEMS)
    told = [story(system) for system in SYSTEMS]
    truth = fill(told, urls, 2, 800, UPPER)
    for system in SYSTEMS:
        judged(system, urls[system], truth, (None, UPPER))
    for number in (1, 2):
        lower = UPPER + timedelta(hours=2 * number - 2)
        truth = step(told, urls, 2, number, lower + timedelta(hours=1))
        for system in SYSTEMS:
            judged(system, urls[system], truth, (lower, lower + timedelta(hours=2)))
    for system in SYSTEMS:
        reader = opened("sql", urls[system])
        for trial in trials(system):
            silent = trial.window(reader, datetime(2026, 11, 22, 6), datetime(2026, 11, 22, 8)).tally
            assert (silent.delivered, silent.absent) == (0, 0), trial.table
        reader.close()


@pytest.mark.parametrize("source", TOLD)
def test_a_story_ends_as_its_truth_says(source: str, tmp_path: Path) -> None:
    """A thousand people, one row in ten spoilt, then two steps: all that the hub finds was planted, and the other way round."""
    url = f"sqlite:///{tmp_path}/{source}.db"
    forget([source])
    judged(source, url, fill([story(source)], {source: url}, 7, 1_000, UPPER, defects=0.1), (None, UPPER))
    for number in (1, 2):
        lower = UPPER + timedelta(hours=2 * number - 2)
        truth = step([story(source)], {source: url}, 7, number, lower + timedelta(hours=1), defects=0.1)
        judged(source, url, truth, (lower, lower + timedelta(hours=2)))


@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
@pytest.mark.parametrize("source", TOLD)
def test_a_story_on_a_server_ends_as_its_truth_says(source: str, server: str, request: pytest.FixtureRequest) -> None:
    """The seed, then a step, of a few people."""
    url = str(request.getfixturevalue(f"{server}_url"))
    forget([source])
    judged(source, url, fill([story(source)], {source: url}, 3, 300, UPPER, defects=0.1), (None, UPPER))
    judged(source, url, step([story(source)], {source: url}, 3, 1, STEP, defects=0.1), (UPPER, NEXT))
