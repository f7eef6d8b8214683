"""The three systems whose schemas are known in full, told once: sound for what a story is about, spoilt for what befalls it."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from hub.load import load
from hub.sandbox.store import SYSTEMS
from hub.sandbox.world import script
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import STORIES, Script
from tests.hub.sandbox.stories.made import Made

ROOT = Path(__file__).parents[4]
UPPER = datetime(2026, 11, 22, 2)


@pytest.fixture(scope="session")
def systems() -> tuple[Script, ...]:
    """Their stories."""
    repository = load(ROOT, date(2026, 11, 22))[0]
    found = [script.load(STORIES / f"{system}.sql", repository) for system in SYSTEMS]
    assert not any(problems for _, problems in found)
    return tuple(story for story, _ in found)


@pytest.fixture(scope="session")
def make(systems: tuple[Script, ...], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """``make(people, defects, seed)``: all three, in files of their own."""

    def made(people: int, defects: float, seed: int = 7) -> Made:
        folder = tmp_path_factory.mktemp("stories")
        urls = {system: f"sqlite:///{folder}/{system}.db" for system in SYSTEMS}
        return Made(urls, fill(systems, urls, seed, people, UPPER, defects=defects))

    return made


@pytest.fixture(scope="session")
def sound(make: Callable[..., Made]) -> Made:
    """Nine thousand people, nothing spoilt."""
    return make(9_000, 0)


@pytest.fixture(scope="session")
def spoilt(make: Callable[..., Made]) -> Made:
    """As many as in a demo, and as much spoilt."""
    return make(4_000, 0.03)
