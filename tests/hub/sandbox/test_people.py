"""The people of the sandbox: true check digits, one number per person, the same people for the same seed."""

from datetime import date
from itertools import islice

import pytest

from hub.sandbox.names import DIVISIONS
from hub.sandbox.people import check_digit, couple, couples, credit_code


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_check_digit_is_that_of_published_numbers(number: str) -> None:
    """GB 11643: the last character follows from the seventeen before it."""
    assert check_digit(number[:17]) == number[17]


def test_the_check_sign_of_a_credit_code_is_that_of_a_published_one() -> None:
    """GB 32100: the eighteenth character follows from the seventeen before it."""
    assert credit_code("91350100M000100Y4") == "91350100M000100Y43"


def test_the_same_seed_gives_the_same_couples_in_any_order() -> None:
    """Couple n is a function of seed and n alone: a range made alone equals its part of a longer one."""
    assert list(couples(7, 0, 30))[10:20] == list(couples(7, 10, 10))


def test_another_seed_gives_other_people() -> None:
    """Two seeds share no couple."""
    assert not {pair.man.name + pair.man.id_number for pair in couples(1, 0, 200)} & {
        pair.man.name + pair.man.id_number for pair in couples(2, 0, 200)
    }


def test_no_two_people_share_a_number() -> None:
    """Forty thousand people, and as many from the far end of the walk, have as many numbers."""
    pairs = [*couples(3, 0, 10_000), *couples(3, 11_000_000, 10_000)]
    assert len({person.id_number for pair in pairs for person in (pair.man, pair.woman)}) == 40_000


def test_numbers_are_true_in_form_and_fictional_in_serial() -> None:
    """Check digit, division, birthday and sex agree with the person; the serial lies in 900..979."""
    divisions = {code for code, _ in DIVISIONS}
    for pair in couples(5, 0, 500):
        for person in (pair.man, pair.woman):
            if person.document != "111":
                continue
            number = person.id_number
            assert check_digit(number[:17]) == number[17]
            assert number[:6] in divisions
            assert number[6:14] == f"{person.birth:%Y%m%d}"
            assert number[16] in ("13579" if person.sex == "1" else "02468")
            assert 900 <= int(number[14:17]) <= 979


def test_no_division_stands_twice() -> None:
    """Twice the same division would let two people share a number."""
    assert len({code for code, _ in DIVISIONS}) == len(DIVISIONS)


def test_everybody_may_marry_from_2023_on() -> None:
    """The youngest man is 22 and the youngest woman 20 before 2023; nobody is older than 91 in 2027."""
    for pair in couples(11, 0, 2_000):
        assert date(1936, 1, 1) <= pair.man.birth <= date(2000, 1, 1)
        assert date(1934, 1, 1) <= pair.woman.birth <= date(2003, 1, 1)


def test_telephones_cannot_ring_anywhere() -> None:
    """Eleven digits of the block 1390000xxxx."""
    assert all(
        person.phone.startswith("1390000") and len(person.phone) == 11
        for pair in couples(5, 0, 100)
        for person in (pair.man, pair.woman)
    )


def test_names_have_what_breaks_systems() -> None:
    """Among ten thousand couples: signs outside GBK, outside 16 bits, names with a middle dot, and foreigners with passports."""
    names = "".join(pair.man.name + "," + pair.woman.name for pair in couples(1, 0, 10_000))
    assert "𠮷" in names
    assert "䶮" in names
    assert "·" in names
    foreign = [pair.woman for pair in couples(1, 0, 10_000) if pair.woman.document != "111"]
    assert foreign
    assert all(person.nation is None and person.division is None and person.nationality != "CN" for person in foreign)


def test_couples_come_one_at_a_time() -> None:
    """Ten million couples are not made before the first is used."""
    assert [pair.number for pair in islice(couples(1, 0, 10_000_000), 3)] == [0, 1, 2]


def test_a_couple_is_a_man_and_a_woman_with_neighbouring_numbers() -> None:
    """Person numbers are 2n+1 and 2n+2."""
    pair = couple(1, 20)
    assert (pair.man.number, pair.woman.number) == (41, 42)
    assert (pair.man.sex, pair.woman.sex) == ("1", "2")
