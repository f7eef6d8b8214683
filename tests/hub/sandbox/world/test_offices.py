"""The marriage offices of the bureau, and the check signs of what they issue."""

# ruff: noqa: DTZ001 - local time without a zone

from collections.abc import Iterator
from datetime import datetime

import pytest

from hub.sandbox.names import BEIJING
from hub.sandbox.world.database import World
from hub.sandbox.world.macros import Times
from hub.sandbox.world.offices import OFFICES, TYPES, credit_code

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Nobody lives in it."""
    with World(7, Times(datetime(2026, 11, 22, 2))) as made:
        yield made


def check_sign(body: str) -> str:
    """ISO 7064 MOD 37,36 over all signs, as the standard says it."""
    product = 36
    for sign in body:
        product = ((product + SIGNS.index(sign)) % 36 or 36) * 2 % 37
    return SIGNS[(1 - product) % 36]


def test_the_check_sign_of_a_credit_code_is_that_of_a_published_one() -> None:
    """GB 32100: the eighteenth character follows from the seventeen before it."""
    assert credit_code("91350100M000100Y4") == "91350100M000100Y43"


def test_every_district_has_an_office_and_the_city_one_for_foreigners() -> None:
    """Sixteen districts; codes are the division and two digits; credit codes are true and of one office each."""
    main = [office for office in OFFICES if not office.branch]
    assert [office.division for office in main] == [code for code, _ in BEIJING] + ["110000"]
    assert all(office.code == office.division + "01" for office in main)
    assert len({office.credit for office in OFFICES}) == len(OFFICES) == len({office.local for office in OFFICES}) == 20


def test_the_table_says_what_the_offices_are(world: World) -> None:
    """In their order."""
    found = world.values(
        "SELECT number, local, code, division, district, name, credit, state, branch FROM offices ORDER BY number"
    )
    assert found == [
        (each.number, each.local, each.code, each.division, each.district, each.name, each.credit, each.state, each.branch)
        for each in OFFICES
    ]


@pytest.mark.parametrize("kind", ["JHZ", "LHZ"])
def test_the_check_sign_of_a_certificate_is_that_of_the_standard(world: World, kind: str) -> None:
    """Of every office, for serials small and large."""
    state = kind.lower()
    told = f"SELECT credit, b, certificate_sign({state}, b) FROM offices, (SELECT unnest([0, 10, 4711, 29000013, 99999999]) AS b)"
    for credit, serial, sign in world.values(told):
        assert check_sign(f"{TYPES[kind]}{credit}{serial:012d}001") == sign
