"""Takes a root and its state folder, keeps one rehearsal: seeded business systems, playing partners, and steps of business."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from hub.compiled import compiled
from hub.interface import ConfigurationError
from hub.repository import Repository
from hub.sandbox.advance import advance
from hub.sandbox.seed import DEMO_PEOPLE
from hub.sandbox.server import Running, status, up
from hub.sandbox.store import SYSTEMS
from hub.sandbox.truth import Truth
from hub.sandbox.world.script import scripts
from hub.secret import resolve

SEED = 20261122
_FILE = "rehearsal.json"


def start(
    root: Path,
    state: Path,
    *,
    upper: datetime,
    seed: int = SEED,
    people: int = DEMO_PEOPLE,
    faults: Sequence[str] = (),
    partners: Sequence[str] | None = None,
    attached: bool = False,
) -> Running:
    """Start the sandbox and remember how it was seeded; business systems that are there already stay as they are."""
    memory = state / "sandbox" / _FILE
    if not memory.exists():
        memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        memory.write_text(json.dumps({"seed": seed, "upper": upper.isoformat(), "steps": 0}), encoding="utf-8")
    kept = json.loads(memory.read_text(encoding="utf-8"))
    seeded = datetime.fromisoformat(kept["upper"])
    return up(root, state, partners=partners, faults=faults, seed=kept["seed"], people=people, upper=seeded, attached=attached)


def ensure(root: Path, state: Path, upper: datetime) -> Running:
    """The sandbox that runs, or a new one that ends with this process."""
    return status(state) or start(root, state, upper=upper, attached=True)


def step(root: Path, state: Path, now: datetime, at: datetime | None = None) -> tuple[datetime, Truth]:
    """Let one step of business happen, saved at ``at``: by default an hour after the last window's end, but never after ``now``.

    Local times without a zone. ConfigurationError if there is no rehearsal.
    """
    memory = state / "sandbox" / _FILE
    if not memory.exists():
        raise ConfigurationError("there is no rehearsal to advance: hub sandbox up")
    kept = json.loads(memory.read_text(encoding="utf-8"))
    number = kept["steps"] + 1
    planned = datetime.fromisoformat(kept["upper"]) + timedelta(hours=2 * number - 1)
    moment = at or min(planned, now)
    repository = compiled(root, state).repository
    urls = source_urls(repository, state)
    truth = advance(urls, kept["seed"], number, moment.replace(microsecond=0), scripts=scripts(repository))
    memory.write_text(json.dumps(kept | {"steps": number}), encoding="utf-8")
    return moment, truth


def source_urls(repository: Repository, state: Path) -> Mapping[str, str]:
    """Where the business systems are."""
    names = {name: f"${{env:HUB_SOURCE_{name.upper()}_URL}}" for name in {*SYSTEMS, *repository.sources}}
    found: Mapping[str, str] = resolve(names, state)
    return found


def shift(now: datetime, windows: int) -> datetime:
    """The end of the newest complete two-hour window at ``now`` (local time), ``windows`` windows earlier."""
    even = now.replace(minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(hours=now.hour % 2)
    return even - timedelta(hours=2 * windows)
