"""Households and people: unique numbers, coherent ages, the same world for the same seed."""

# ruff: noqa: DTZ001 - local time without a zone

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from hub.sandbox.names import DIVISIONS
from hub.sandbox.world.database import World
from hub.sandbox.world.macros import Times
from hub.sandbox.world.population import AWAY, SPACE, everybody

TIMES = Times(datetime(2026, 11, 22, 2))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Six thousand people."""
    with World(7, TIMES) as made:
        made.stand(0, 0, 2_000)
        yield made


def one(world: World, sql: str) -> object:
    """The only value of a query."""
    ((value,),) = world.values(sql)
    return value


def test_a_million_people_have_a_million_numbers() -> None:
    """Half of them from the first households, half from far behind; the walk itself comes to no point twice."""
    with World(7, TIMES) as made:
        made.do("CREATE TABLE seen (id_number VARCHAR)")
        for first in (0, 60_000, 120_000, 9_000_000, 9_060_000, 9_120_000):
            made.span(first, 60_000)
            made.do(f"INSERT INTO seen SELECT id_number FROM ({everybody(7)}) WHERE present")
        ((people, numbers),) = made.values("SELECT count(*), count(DISTINCT id_number) FROM seen")
        assert people == numbers > 1_000_000
        points = "SELECT count(DISTINCT (h * 6934639) % {0}) FROM range({0}) t(h)"
        assert one(made, points.format(SPACE)) == SPACE > 10_000_000 / 2.9


def test_numbers_are_true_in_form_and_synthetic_in_serial(world: World, check_digit: Callable[[str], str]) -> None:
    """Check digit, birthday, sex; serials 900 to 979."""
    for number, birth, sex in world.values("SELECT id_number, birth, sex FROM people LIMIT 3000"):
        assert check_digit(number[:17]) == number[17]
        assert number[6:14] == f"{birth:%Y%m%d}"
        assert int(number[16]) % 2 == int(sex) % 2
        assert 900 <= int(number[14:17]) <= 979


def test_ages_of_a_household_fit(world: World) -> None:
    """Spouses are near in age, children 18 to 43 years younger than either parent, parents of the head 20 to 43 years older."""
    pair = "people a JOIN people b ON b.h = a.h AND a.slot = {} AND b.slot IN {}"
    years = "min(b.birth - a.birth) / 365.25, max(b.birth - a.birth) / 365.25"
    for slot, others, low, high in ((0, "(1)", -3.1, 3.1), (0, "(2, 3)", 18, 43), (1, "(2, 3)", 18, 43), (0, "(4, 5)", -43, -16)):
        ((least, most),) = world.values(f"SELECT {years} FROM {pair.format(slot, others)}")
        assert low <= least <= most <= high


def test_there_are_children_and_the_very_old(world: World) -> None:
    """Every age that a domain needs has people enough; nobody is older than 100, nobody is born after the clock's day."""
    ages = "SELECT count(*) FROM people WHERE date_sub('year', birth, DATE '2026-11-21') BETWEEN {} AND {}"
    assert one(world, ages.format(0, 17)) > 300
    assert one(world, ages.format(60, 100)) > 1_000
    assert one(world, ages.format(90, 100)) > 20
    assert one(world, ages.format(0, 100)) == one(world, "SELECT count(*) FROM people")


def test_every_household_has_one_living_head(world: World) -> None:
    """And counts its living members."""
    assert one(world, "SELECT count(*) FROM people WHERE slot = 0 AND died IS NULL") == 2_000
    members = "SELECT h, count(*) FILTER (died IS NULL) AS living FROM people GROUP BY h"
    assert one(world, f"SELECT count(*) FROM households JOIN ({members}) USING (h) WHERE size <> living") == 0
    heads = "households f JOIN people p ON p.n = f.head WHERE (f.head_name, f.head_id_number) <> (p.name, p.id_number)"
    assert one(world, f"SELECT count(*) FROM {heads}") == 0


def test_a_death_lies_between_birth_and_today(world: World) -> None:
    """Some people have died, within two years."""
    assert one(world, "SELECT count(*) FROM people WHERE died IS NOT NULL") > 50
    assert one(world, "SELECT count(*) FROM people WHERE died <= birth OR died >= DATE '2026-11-21'") == 0


def test_names_have_what_breaks_systems(world: World) -> None:
    """Signs outside the 16-bit plane, names with a middle dot, ethnic groups; children have their father's surname."""
    assert one(world, "SELECT count(*) FROM people WHERE name LIKE '%𠮷%'") > 0
    assert one(world, "SELECT count(*) FROM people WHERE name LIKE '%·%'") > 0
    assert one(world, "SELECT count(DISTINCT nation) FROM people") > 8
    father = "people c JOIN people f ON f.h = c.h AND f.slot < 2 AND f.sex = '1' WHERE c.slot = 2 AND c.surname <> f.surname"
    assert one(world, f"SELECT count(*) FROM {father}") == 0


def test_the_same_chunk_comes_out_alike_whatever_stood_before(world: World) -> None:
    """A household is a function of seed and number; another seed has other people."""
    before = world.values("SELECT * FROM people WHERE h BETWEEN 500 AND 509 ORDER BY n")
    found = {}
    for seed in (7, 8):
        with World(seed, TIMES) as made:
            made.stand(3, 500, 10)
            found[seed] = made.values("SELECT * FROM people ORDER BY n")
    assert found[7] == before
    assert not {row[7] for row in found[8]} & {row[7] for row in before}


def test_no_division_stands_twice() -> None:
    """Twice the same division would let two people share a number."""
    assert len({code for code, _ in DIVISIONS}) == len(DIVISIONS)


def test_heads_and_those_they_live_with_are_the_spouses_that_papers_tell_of(world: World) -> None:
    """One person has one name, number, address, telephone and account everywhere; his number is odd, hers follows."""
    same = "id_number, surname, given, sex, birth, nation, education, division, address, phone, bank_account"
    assert one(world, f"SELECT count(*) FROM (SELECT {same} FROM people WHERE slot < 2 EXCEPT SELECT {same} FROM spouses)") == 0
    assert one(world, "SELECT count(*) FROM spouses WHERE number <> 2 * h + CAST(sex AS INTEGER)") == 0


def test_half_of_all_people_are_in_couples(world: World) -> None:
    """Also those who live alone by now, and nine couples in twenty more that live elsewhere and in no household."""
    assert one(world, "SELECT count(*) FROM spouses") == one(world, "SELECT count(DISTINCT number) FROM spouses") == 2 * 2_900
    assert one(world, f"SELECT count(*) FROM spouses WHERE h >= {AWAY}") == 2 * 900
    assert one(world, f"SELECT count(*) FROM people WHERE h >= {AWAY}") == 0
    assert one(world, "SELECT count(*) FROM households") == 2_000


def test_nobody_who_lives_elsewhere_has_the_number_of_somebody_here(world: World) -> None:
    """Nor of a child or a parent."""
    numbers = "SELECT id_number FROM spouses WHERE h >= {0} INTERSECT SELECT id_number FROM people"
    assert one(world, f"SELECT count(*) FROM ({numbers.format(AWAY)})") == 0
    assert one(world, "SELECT count(DISTINCT id_number) FROM spouses") == 2 * 2_900


def test_a_spouse_from_abroad_has_a_passport_and_no_district(world: World) -> None:
    """A few wives; nobody else."""
    abroad = world.values("SELECT sex, id_number, nation, division, country, surname, given FROM spouses WHERE foreigner")
    assert len(abroad) > 10
    for sex, number, nation, division, country, surname, given in abroad:
        assert (sex, number[:4], len(number), nation, division, surname) == ("2", "E000", 12, None, None, "")
        assert country != "CN"
        assert given
    assert one(world, "SELECT count(*) FROM spouses WHERE NOT foreigner AND (length(id_number) <> 18 OR country <> 'CN')") == 0


def test_everybody_may_marry_from_2023_on(world: World) -> None:
    """The youngest man is 22 and the youngest woman 20 before 2023."""
    assert one(
        world, "SELECT bool_and(birth <= CASE sex WHEN '1' THEN DATE '2000-01-01' ELSE DATE '2003-01-01' END) FROM spouses"
    )


def test_telephones_cannot_ring_anywhere(world: World) -> None:
    """Eleven digits of the block 1390000xxxx."""
    assert one(world, "SELECT count(*) FROM spouses WHERE NOT regexp_full_match(phone, '1390000[0-9]{4}')") == 0
