"""Clocks and days of the sandbox's stories."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from datetime import date, datetime
from random import Random

import pytest

from hub.sandbox.story import Clock, between, drawn, years_after

NOW = datetime(2026, 11, 22, 2)


def test_a_row_is_saved_in_the_evening_of_its_event() -> None:
    """Between five and seven o'clock."""
    saved = Clock(NOW).saved(date(2026, 3, 5), Random(1))
    assert datetime(2026, 3, 5, 17) <= saved < datetime(2026, 3, 5, 19)


def test_nothing_is_saved_within_the_hour_before_now() -> None:
    """An event of today was saved at least an hour ago: the overlap of the next window does not meet it."""
    for seed in range(50):
        assert Clock(NOW).saved(date(2026, 11, 22), Random(seed)) <= datetime(2026, 11, 22, 1)


def test_recent_rows_lie_in_the_overlap() -> None:
    """Within the ten minutes before now, never at now itself."""
    for seed in range(50):
        assert datetime(2026, 11, 22, 1, 50) < Clock(NOW, recent=True).saved(date(2020, 1, 1), Random(seed)) < NOW


def test_a_step_stamps_everything_with_its_moment() -> None:
    """Whatever the event."""
    assert Clock(NOW, stamp=NOW).saved(date(2020, 1, 1), Random(1)) == NOW


def test_a_birthday_on_leap_day_is_kept_on_the_first_of_march() -> None:
    """In years without 29 February."""
    assert years_after(date(1992, 2, 29), 22) == date(2014, 3, 1)
    assert years_after(date(1992, 2, 29), 24) == date(2016, 2, 29)


def test_days_the_wrong_way_round_give_the_first() -> None:
    """A period that has not begun has one day."""
    assert between(Random(1), date(2026, 1, 2), date(2026, 1, 1)) == date(2026, 1, 2)


def test_the_last_word_gets_what_is_left() -> None:
    """Weights need not add up."""
    assert drawn(Random(1), ("a", 0.0), ("b", 0.0)) == "b"


@pytest.mark.parametrize("seed", range(5))
def test_both_ends_of_a_period_are_reached(seed: int) -> None:
    """A period of two days yields both."""
    random = Random(seed)
    assert {between(random, date(2026, 1, 1), date(2026, 1, 2)) for _ in range(50)} == {date(2026, 1, 1), date(2026, 1, 2)}
