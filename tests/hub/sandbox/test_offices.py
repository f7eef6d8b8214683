"""The small tables of the bureau: offices, registrars, blank certificate books."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from datetime import datetime
from random import Random

from hub.sandbox.offices import OFFICES, book_rows, office_rows, registrar, registrar_rows
from hub.sandbox.people import credit_code
from hub.sandbox.story import Clock

CLOCK = Clock(datetime(2026, 11, 22, 2))


def test_every_district_has_an_office_and_the_city_one_for_foreigners() -> None:
    """Sixteen districts; codes are the division and two digits; credit codes are true."""
    assert len(OFFICES) == 17
    assert all(office.code == office.division + "01" and credit_code(office.credit[:17]) == office.credit for office in OFFICES)
    assert [office.local for office in OFFICES if office.foreign] == ["SJ01"]


def test_only_branches_without_business_are_spare() -> None:
    """The offices that registrations name are never spoilt, or everything that refers to them would be."""
    rows = list(office_rows(CLOCK, Random(1)))
    assert {row.values["jgdm"] for row in rows if row.spare} == {"DC02", "XC02", "DX02"}


def test_registrars_are_of_working_age_and_always_the_same() -> None:
    """A registrar is a function of seed, office and place."""
    first = registrar(1, OFFICES[0], 0)
    assert first == registrar(1, OFFICES[0], 0)
    assert 1966 <= first.birth.year <= 1998


def test_registrars_have_numbers_of_their_own() -> None:
    """No two share a staff number, a name stands in every row."""
    rows = list(registrar_rows(1, CLOCK, Random(1)))
    assert len({row.values["gh"] for row in rows}) == len(rows) == 102
    assert all(row.values["xm"] for row in rows)


def test_books_count_their_certificates() -> None:
    """First and last number span the count; spoilt and left are not more than there were."""
    for row in book_rows(5, 40, CLOCK, Random(1)):
        values = row.values
        assert int(values["zzh"]) - int(values["qsh"]) + 1 == values["sl"]
        assert values["zf"] + values["jc"] <= values["sl"]
