"""The macros of stories: pure, in their bounds, independent of each other."""

# ruff: noqa: DTZ001 - local time without a zone

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest

from hub.sandbox.world.database import World
from hub.sandbox.world.macros import INSTITUTIONS, KINDS, Times, weighted
from hub.sandbox.world.offices import credit_code

UPPER = datetime(2026, 11, 22, 2)
MANY = "FROM range(20000) t(x)"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Nobody lives in it."""
    with World(7, Times(UPPER)) as made:
        yield made


def row(world: World, sql: str) -> tuple[object, ...]:
    """The only row of a query."""
    (found,) = world.values(f"SELECT {sql}")
    return found


def test_draws_are_even_and_of_two_salts_independent(world: World) -> None:
    """Chance keeps its share, draws keep their range, and one salt tells nothing of another."""
    share, low, high, together = row(
        world,
        "avg(chance(x, 'a', 0.3)::INTEGER), min(draw(x, 'b', 7)), max(draw(x, 'b', 7)),"
        f" corr(draw(x, 'c', 2), draw(x, 'd', 2)) {MANY}",
    )
    assert abs(float(str(share)) - 0.3) < 0.02
    assert (low, high) == (0, 6)
    assert abs(float(str(together))) < 0.03


def test_between_and_pick_and_yuan_stay_inside(world: World) -> None:
    """Both ends come up."""
    assert row(world, f"min(\"between\"(x, 'a', -2, 2)), max(\"between\"(x, 'a', -2, 2)) {MANY}") == (-2, 2)
    assert row(world, f"count(DISTINCT pick(x, 'a', ['甲', '乙', '丙'])) {MANY}") == (3,)
    low, high = row(world, f"min(yuan(x, 'a', 1.5, 1.6)), max(yuan(x, 'a', 1.5, 1.6)) {MANY}")
    assert (low, high) == (Decimal("1.50"), Decimal("1.60"))
    assert row(world, "fen(12.34), ref('JT', 123, 10)") == (1234, "JT0000000123")


def test_days_have_the_forms_of_old_systems(world: World) -> None:
    """Eight digits, dashes, slashes, a month, fourteen digits."""
    day = "DATE '2024-05-02'"
    forms = row(world, f"d8({day}), dash({day}), slash({day}), month6({day}), t14(TIMESTAMP '2024-05-02 03:04:05')")
    assert forms == ("20240502", "2024-05-02", "2024/5/2", "202405", "20240502030405")
    first, last = row(world, f"min(day(x, 'a', {day}, {day} + 3)), max(day(x, 'a', {day}, {day} + 3)) {MANY}")
    assert (first, last) == (date(2024, 5, 2), date(2024, 5, 5))


def test_everything_is_saved_an_hour_before_the_upper_bound(world: World) -> None:
    """In the evening of its day, or earlier if that has not passed; in a step at the moment of the step."""
    last, evening = row(world, f"max(saved(DATE '2030-01-01', x, 'a')), min(saved(DATE '2024-05-02', x, 'a')) {MANY}")
    assert isinstance(last, datetime)
    assert last < datetime(2026, 11, 22, 1)
    assert evening == datetime(2024, 5, 2, 17)
    with World(7, Times(UPPER, stamp=datetime(2026, 11, 22, 3))) as made:
        assert row(made, "saved(DATE '2024-05-02', 1, 'a')") == (datetime(2026, 11, 22, 3),)


def test_what_was_kept_just_now_lies_in_the_overlap(world: World) -> None:
    """Within the ten minutes before the upper bound, never at it; what is not recent is saved as everything else."""
    first, last, others = row(
        world,
        "min(kept(TRUE, DATE '2024-05-02', x, 'a')), max(kept(TRUE, DATE '2024-05-02', x, 'a')),"
        f" bool_and(kept(FALSE, DATE '2024-05-02', x, 'a') = saved(DATE '2024-05-02', x, 'a')) {MANY}",
    )
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    assert datetime(2026, 11, 22, 1, 50) < first < last < UPPER
    assert others is True


def test_clerks_set_short_names_apart_and_write_small_signs(world: World) -> None:
    """Names of two signs only, with U+3000; without it, and in capitals, everything is as it was."""
    names = {name for (name,) in world.values(f"SELECT DISTINCT written('张', '伟', x, 'a') {MANY}")}
    assert names == {"张伟", "张\u3000伟"}
    assert row(
        world, f"count(DISTINCT written('欧阳', '伟', x, 'a')) + count(DISTINCT written('张', '建国', x, 'a')) {MANY}"
    ) == (2,)
    typed = {number for (number,) in world.values(f"SELECT DISTINCT typed('11010519491231002X', x, 'a') {MANY}")}
    assert typed == {"11010519491231002X", "11010519491231002x"}
    assert row(world, f"count(DISTINCT typed('E00000012', x, 'a')) {MANY}") == (1,)


def test_credit_codes_are_true(world: World) -> None:
    """Of numbers and of all institutions, which are as many as the kinds need."""
    codes = [
        code for (code,) in world.values("SELECT credit(x) FROM range(300) t(x) UNION ALL SELECT credit_code FROM institutions")
    ]
    assert all(credit_code(code[:17]) == code for code in codes)
    assert len(set(codes)) == 300 + INSTITUTIONS
    assert row(world, "count(DISTINCT kind), count(DISTINCT name) FROM institutions") == (len(KINDS), INSTITUTIONS)


def test_a_weighted_sum_is_that_of_the_digits(world: World) -> None:
    """By its modulus, whatever the digits are."""
    weights = (7, 9, 10, 5, 8, 4)
    for number, found in world.values(f"SELECT b, ({weighted(weights, 11)}) % 11 FROM (SELECT x * 49 AS b {MANY})"):
        assert found == sum(int(digit) * weight for digit, weight in zip(f"{number:06d}", weights, strict=True)) % 11


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_check_digit_is_that_of_published_numbers(world: World, number: str) -> None:
    """GB 11643: the last character follows from the seventeen before it."""
    assert row(world, f"citizen({number[:17]})") == (number,)


def test_identity_numbers_and_accounts_have_true_check_digits(world: World, check_digit: Callable[[str], str]) -> None:
    """GB 11643, and Luhn (ISO/IEC 7812-1): double every other digit from the right, sum all digits, ten divides the sum."""
    rows = world.values("SELECT citizen(11010119360101900 + x * 7919), account(x * 49999999) FROM range(2000) t(x)")
    for number, account in rows:
        assert check_digit(number[:17]) == number[17]
        doubled = "".join(str(int(digit) * (1 + place % 2)) for place, digit in enumerate(reversed(account)))
        assert sum(map(int, doubled)) % 10 == 0


def test_an_institution_is_one_of_its_kind(world: World) -> None:
    """And stands in the table."""
    sql = "SELECT DISTINCT i.number, i.kind, i.name FROM (SELECT institution('医院', x) AS i FROM range(200) t(x))"
    found = world.values(sql)
    assert {kind for _, kind, _ in found} == {"医院"}
    assert set(found) <= set(world.values("SELECT number, kind, name FROM institutions"))
