"""Takes a root and its state folder, keeps one rehearsal: seeded business systems, playing partners, and steps of business."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from hub.compiled import compiled
from hub.interface import ConfigurationError
from hub.repository import Repository
from hub.sandbox.databases import SOURCES, Made, drop, made, make, wanted
from hub.sandbox.ministry import FRONT_FILE
from hub.sandbox.server import Running, lock, sandbox_folder, status, up
from hub.sandbox.truth import Truth
from hub.sandbox.world import steps
from hub.sandbox.world.fill import DEMO_PEOPLE
from hub.sandbox.world.script import scripts
from hub.secret import resolve
from hub.state.folder import prepare

SEED = 20261122
_PROBE_SECONDS = 1.0  # who only looks whether a sandbox runs holds its lock for a moment, too
_FILE = "rehearsal.json"
_TRUTH = "truth.json"  # of hub/sandbox/hosting.py: written when the business systems are filled


def start(
    root: Path,
    state: Path,
    *,
    upper: datetime,
    seed: int = SEED,
    people: int = DEMO_PEOPLE,
    faults: Sequence[str] = (),
    partners: Sequence[str] | None = None,
    databases: Sequence[str] = (),
    attached: bool = False,
) -> Running:
    """Start the sandbox and remember how it was seeded; business systems that are there already stay as they are.

    ``databases``: servers on which business systems and front-end databases are to be, as ``databases.wanted`` reads them.
    """
    if databases or made(state):
        _on_servers(root, state, databases, partners)
    elsewhere = {each.what: each.url for each in made(state)}
    memory = state / "sandbox" / _FILE
    if not memory.exists():
        memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        memory.write_text(json.dumps({"seed": seed, "upper": upper.isoformat(), "steps": 0}), encoding="utf-8")
    kept = json.loads(memory.read_text(encoding="utf-8"))
    seeded = datetime.fromisoformat(kept["upper"])
    return up(
        root,
        state,
        partners=partners,
        faults=faults,
        seed=kept["seed"],
        people=people,
        upper=seeded,
        sources=elsewhere.pop(SOURCES, ""),
        databases=elsewhere,
        attached=attached,
    )


def _on_servers(root: Path, state: Path, words: Sequence[str], partners: Sequence[str] | None) -> None:
    """Make the databases that are missing; ConfigurationError where what they are for is a file already."""
    known = compiled(root, state).repository.partners.values()
    fronts = [each.name for each in known if each.system == "sql" and (partners is None or each.name in partners)]
    servers = wanted(words, fronts)
    there = {each.what for each in made(state)}
    for what in servers.keys() - there:
        if (state / "sandbox" / (_TRUTH if what == SOURCES else f"{what}/{FRONT_FILE}")).exists():
            raise ConfigurationError(
                f"{what} of this rehearsal is a file in {state} already: rehearse with HUB_STATE=/another/folder"
            )
    with _still(state):
        if SOURCES in make(state, servers):
            (state / "sandbox" / _TRUTH).unlink(missing_ok=True)  # empty now: fill it


def end(state: Path) -> list[Made]:
    """Drop the databases that the rehearsal made on servers; without its business systems it is over. What was dropped.

    Accounts, and what partners received, stay.
    """
    with _still(state):
        if any(each.what == SOURCES for each in made(state)):
            for name in (_TRUTH, _FILE):  # first: what is dropped half-way is filled anew by the next start
                (state / "sandbox" / name).unlink(missing_ok=True)
        return drop(state)


@contextmanager
def _still(state: Path) -> Iterator[None]:
    """Nobody plays in this state folder, nor starts to; ConfigurationError if somebody does."""
    prepare(state)
    with lock(sandbox_folder(state), _PROBE_SECONDS) as file:
        if file is None:
            raise ConfigurationError(f"the sandbox of {state} is running: hub sandbox down")
        yield


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
    truth = steps.step(scripts(repository), urls, kept["seed"], number, moment.replace(microsecond=0))
    memory.write_text(json.dumps(kept | {"steps": number}), encoding="utf-8")
    return moment, truth


def source_urls(repository: Repository, state: Path) -> Mapping[str, str]:
    """Where the business systems are."""
    names = {name: f"${{env:HUB_SOURCE_{name.upper()}_URL}}" for name in repository.sources}
    found: Mapping[str, str] = resolve(names, state)
    return found


def shift(now: datetime, windows: int) -> datetime:
    """The end of the newest complete two-hour window at ``now`` (local time), ``windows`` windows earlier."""
    even = now.replace(minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(hours=now.hour % 2)
    return even - timedelta(hours=2 * windows)
