"""How a couple meets an office, and how clerks write."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from datetime import date, datetime
from random import Random

from hub.sandbox.people import couples
from hub.sandbox.rows.visit import parties, visit_of, written_id, written_name
from hub.sandbox.story import Clock

CLOCK = Clock(datetime(2026, 11, 22, 2))


def test_citizens_go_to_the_mans_district_and_foreigners_to_the_city() -> None:
    """People from elsewhere go to any district."""
    for pair in couples(3, 0, 500):
        office = visit_of(3, pair, CLOCK, Random(1)).office
        if pair.woman.document != "111":
            assert office.foreign
        elif pair.man.division and pair.man.division.startswith("11"):
            assert office.division == pair.man.division
        else:
            assert not office.foreign


def test_two_character_names_are_set_apart_now_and_then() -> None:
    """With U+3000 between; without it the name is the person's."""
    names = [(written_name(Random(n), pair.man), pair.man.name) for n, pair in enumerate(couples(3, 0, 500))]
    assert any("\u3000" in written for written, _ in names)
    assert all(written.replace("\u3000", "") == name for written, name in names)


def test_the_check_sign_is_sometimes_small() -> None:
    """Never in a passport number."""
    for n, pair in enumerate(couples(3, 0, 500)):
        written = written_id(Random(n), pair.woman)
        assert written.upper() == pair.woman.id_number
        assert pair.woman.document == "111" or written == pair.woman.id_number


def test_business_numbers_name_office_year_and_couple() -> None:
    """Two couples never share one."""
    visit = visit_of(3, next(couples(3, 41, 1)), CLOCK, Random(1))
    assert visit.number("J", date(2024, 5, 20)) == f"J{visit.office.code}202400000042"
    assert visit.key(2) == 422


def test_copied_parties_are_the_two_people() -> None:
    """Names and numbers in four columns."""
    pair = next(couples(3, 5, 1))
    copied = parties(visit_of(3, pair, CLOCK, Random(1)))
    assert copied["nf_sfzh"].upper() == pair.man.id_number
    assert copied["nvf_xm"].replace("\u3000", "") == pair.woman.name
