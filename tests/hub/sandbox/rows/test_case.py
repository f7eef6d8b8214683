"""Cases: steps in order of time, a result when all is past, one case for one person."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections import Counter
from datetime import datetime
from itertools import pairwise

from hub.sandbox.people import couples
from hub.sandbox.rows.case import ITEMS, case_rows, item_rows
from hub.sandbox.story import Clock
from hub.sandbox.systems import case

CLOCK = Clock(datetime(2026, 11, 22, 2))
CASES = [list(case_rows(7, person, CLOCK)) for pair in couples(7, 0, 1_500) for person in (pair.man, pair.woman)]
OPENED = [story for story in CASES if story]


def test_about_one_person_in_four_has_a_case() -> None:
    """The others have nothing."""
    assert 0.2 < len(OPENED) / len(CASES) < 0.3


def test_rows_are_whole_and_fit() -> None:
    """Every column, no text longer than its column."""
    for row in [row for story in OPENED for row in story] + list(item_rows(CLOCK)):
        assert set(row.values) == set(row.table.columns.keys())
        for name, value in row.values.items():
            size = getattr(row.table.c[name].type, "length", None)
            assert size is None or value is None or len(value) <= size, (row.table.name, name)


def test_case_numbers_are_given_once() -> None:
    """They are the key at the national platform."""
    assert max(Counter(story[0].values["bjbh"] for story in OPENED).values()) == 1


def test_steps_follow_each_other() -> None:
    """No step ends before it began or begins before the one before; a result comes with the last of five."""
    for story in OPENED:
        steps = [row.values for row in story if row.table is case.STEP]
        assert all(step["kssj"] <= step["jssj"] for step in steps)
        assert all(first["kssj"] < then["kssj"] for first, then in pairwise(steps))
        assert any(row.table is case.RESULT for row in story) == (len(steps) == 5)


def test_nothing_happens_in_the_future() -> None:
    """Cases under way have fewer steps."""
    assert all(row.values["kssj"] < CLOCK.now for story in OPENED for row in story if row.table is case.STEP)
    assert any(not any(row.table is case.RESULT for row in story) for story in OPENED)


def test_trial_runs_have_nothing_but_their_case() -> None:
    """They are not reported, and nothing refers to them."""
    trials = [story for story in OPENED if story[0].values["cs_bz"] == "Y"]
    assert trials
    assert all(len(story) == 1 and story[0].makes == () for story in trials)


def test_withdrawn_cases_are_dead() -> None:
    """They were deleted before anybody read them: nothing of them reaches a partner."""
    withdrawn = [story for story in OPENED if story[0].values["sc_bz"] == "Y"]
    assert withdrawn
    assert all(len(story) == 1 and story[0].dead for story in withdrawn)


def test_every_case_is_about_an_item_of_the_catalogue() -> None:
    """The join finds it."""
    assert {story[0].values["sxid"] for story in OPENED} == {item.number for item in ITEMS}


def test_task_codes_fit_the_national_form() -> None:
    """Twelve digits of the catalogue, at most 36 signs of the task."""
    for row in item_rows(CLOCK):
        assert len(row.values["gjbm"]) == 12
        assert len(row.values["ssbm"]) == 36
