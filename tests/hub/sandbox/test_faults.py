"""``--fault`` texts: understood, refused with the cure, and struck on the occasion they name."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.interface import ConfigurationError
from hub.sandbox.faults import KINDS, Injector, parse

SYSTEMS = {"ministry": "sql", "city_platform": "http", "bank": "sftp"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bank=cut-at-percent:40@2", "bank=cut-at-percent:40@2"),
        ("bank=cut-at-percent", "bank=cut-at-percent:50@1"),
        ("city_platform=500-after-commit@3", "city_platform=500-after-commit@3"),
        ("city_platform=timeout-with-effect@12.5%", "city_platform=timeout-with-effect@12.5%"),
        ("ministry=down", "ministry=down@always"),
        ("ministry=dropped-receipt@always", "ministry=dropped-receipt@always"),
        (" ministry=slow:5 ", "ministry=slow:5@always"),
    ],
)
def test_a_fault_is_written_as_partner_name_argument_and_occasion(text: str, told: str) -> None:
    """What is left out has a default: the first occasion for a passing fault, always for a lasting one."""
    assert [str(fault) for fault in parse([text], SYSTEMS)] == [told]


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("down", "partner=fault"),
        ("", "partner=fault"),
        ("bnk=down", "did you mean 'bank'?"),
        ("bank=dwn", "did you mean 'down'?"),
        ("ministry=cut-at-percent", "not possible for ministry, which is reached by sql; possible: disk-full-at-partner, down"),
        ("bank=500-after-commit", "not possible for bank, which is reached by sftp"),
        ("bank=down:3", "takes no argument"),
        ("bank=cut-at-percent:101", "0 to 100"),
        ("bank=cut-at-percent:x", "whole number of percent"),
        ("bank=cut-at-percent:４０", "whole number of percent"),
        ("bank=down@0", "neither an occasion"),
        ("bank=down@101%", "neither an occasion"),
        ("bank=down@nan%", "neither an occasion"),
        ("bank=down@sometimes", "neither an occasion"),
    ],
)
def test_a_wrong_fault_says_what_would_be_right(text: str, cure: str) -> None:
    """Each message names the text and the cure."""
    with pytest.raises(ConfigurationError, match="--fault") as caught:
        parse([text], SYSTEMS)
    assert cure in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    """Two wrong texts of three: two lines."""
    with pytest.raises(ConfigurationError) as caught:
        parse(["bank=dwn", "bank=down", "nobody=down"], SYSTEMS)
    assert len(str(caught.value).splitlines()) == 2


@given(st.text(max_size=40))
def test_any_text_is_a_fault_or_a_configuration_error(text: str) -> None:
    """Nothing else comes out of a hostile command line."""
    with suppress(ConfigurationError):
        assert len(parse([text], SYSTEMS)) == 1


def test_every_fault_is_possible_for_some_partner() -> None:
    """The list has no dead name."""
    for kind in KINDS.values():
        assert any(system in kind.systems for system in SYSTEMS.values()), kind.name


def test_a_fault_with_an_occasion_strikes_once() -> None:
    """``@2``: not the first, the second, never again."""
    injector = Injector("bank", parse(["bank=disk-full-at-partner@2"], SYSTEMS))
    assert [injector.strikes("disk-full-at-partner") is not None for _ in range(4)] == [False, True, False, False]


def test_a_lasting_fault_strikes_always() -> None:
    """``down`` without an occasion is there every time."""
    injector = Injector("bank", parse(["bank=down"], SYSTEMS))
    assert all(injector.strikes("down") for _ in range(3))


def test_probability_is_reproduced_by_the_seed() -> None:
    """The same seed gives the same run, another seed another one, and about the share asked for."""
    faults = parse(["bank=disk-full-at-partner@30%"], SYSTEMS)

    def run(seed: int) -> list[bool]:
        injector = Injector("bank", faults, seed)
        return [injector.strikes("disk-full-at-partner") is not None for _ in range(1000)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert 230 < sum(run(1)) < 370


def test_a_fault_of_another_partner_or_name_does_not_strike() -> None:
    """Faults are addressed: nobody else misbehaves, and nobody misbehaves otherwise."""
    faults = parse(["bank=down"], SYSTEMS)
    assert Injector("ministry", faults).strikes("down") is None
    assert Injector("bank", faults).strikes("slow") is None
    assert Injector("bank", faults).has("down")
    assert not Injector("ministry", faults).has("down")


def test_two_occasions_of_one_fault_both_strike() -> None:
    """``@1`` and ``@3`` given together."""
    injector = Injector("bank", parse(["bank=disk-full-at-partner@1", "bank=disk-full-at-partner@3"], SYSTEMS))
    assert [injector.strikes("disk-full-at-partner") is not None for _ in range(4)] == [True, False, True, False]
