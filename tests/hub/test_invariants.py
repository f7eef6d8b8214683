"""Whatever sequence of faults: nothing lost, nothing doubled, every attempt in a log that verifies, every account balanced."""

import itertools
import json
import os
import random
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from audit.keys import make_or_read
from audit.record import LOG_ENTRY
from audit.seal import seal
from audit.verify import verify
from hub.account import accounts
from hub.pipeline import run_due, settle
from hub.plan import Plan
from hub.run import Run
from hub.state.database import State, open_state, reading
from hub.state.tables import PART, QUARANTINE
from hub.window import due

SAYS = [
    "good",
    "good",
    "down",
    "down",
    "lost",
    "vanished",
    "later",
    "forged",
    "stranger",
    "miscounted",
    "partial",
    "refused",
    "permanent",
]
ANSWERS = ["good", "good", "down", "unknown", "later", "refused"]
STEPS = [
    *("opened", "batch staged", "files staged", "staged", "part written", "parts written", "departed"),
    *("sending", "sent", "receipt kept", "outcome kept", "closed"),
]
EXAMPLES = int(os.environ.get("HUB_TEST_EXAMPLES", "12"))


class Killed(BaseException):
    """A run that ends at a step without a word."""


@dataclass(frozen=True)
class Round:
    """Two hours: rows (number, name) written at the source, how the partner behaves, and the step at which the run dies."""

    rows: list[tuple[int, str]]
    says: list[str]
    answers: list[str]
    death: tuple[str, int] | None
    settles: bool


rounds = st.lists(
    st.builds(
        Round,
        rows=st.lists(
            st.tuples(st.integers(1, 12), st.sampled_from(["张三", "李四", "王五", "赵六", "", "deleted"])), max_size=8
        ),
        says=st.lists(st.sampled_from(SAYS), max_size=6),
        answers=st.lists(st.sampled_from(ANSWERS), max_size=6),
        death=st.none() | st.tuples(st.sampled_from(STEPS), st.integers(1, 3)),
        settles=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A migrated, empty state to copy: migrating takes longer than a window."""
    with tempfile.TemporaryDirectory() as folder:
        open_state(Path(folder) / "state").engine.dispose()
        yield Path(folder) / "state"


def write(registry: Any, clock: Any, rows: list[tuple[int, str]]) -> None:
    """Rows of this round, within the window that ends next."""
    changed = (clock.now + timedelta(hours=8, minutes=30)).strftime("%Y-%m-%d %H:%M:%S")
    for number, name in rows:
        registry.put((f"R{number}", "张三" if name == "deleted" else name, None, "1"), changed=changed)
        registry.execute(f"UPDATE t_reg SET state = '{'D' if name == 'deleted' else 'A'}' WHERE id = 'R{number}'")


def live_through(one: Round, plan: Plan, state: State, run: Run, world: Any) -> None:
    """One run with its faults; it may die."""
    count = Counter[str]()

    def at(step: str) -> None:
        count[step] += 1
        if one.death == (step, count[step]):
            raise Killed

    world.says, world.answers = list(one.says), list(one.answers)
    try:
        run_due([plan], state, replace(run, at=at), world.adapters)
        if one.settles:
            settle([plan], state, replace(run, at=at), world.adapters)
    except Killed:
        pass
    world.says, world.answers = [], []


def nothing_is_lost(state: State, registry: Any, world: Any) -> None:
    """Each row of the source is at the partner in its last form, or open in quarantine in that form; a deleted one is neither."""
    with reading(state.engine) as connection:
        contents = connection.scalars(select(QUARANTINE.c.row).where(QUARANTINE.c.state == "open")).all()
    kept = {(row.get("djbh") or row.get("r.id"), row.get("xm", row.get("r.name"))) for row in map(json.loads, contents)}
    for id, name, mark in registry.connection.execute("SELECT id, name, state FROM t_reg").fetchall():
        if mark == "D":
            assert id not in world.rows or (id, None) in kept or (id, "张三") in kept
        else:
            assert world.rows.get(id) == name or (id, name or None) in kept or (id, name) in kept, (id, name, world.rows, kept)


def nothing_is_doubled(world: Any) -> None:
    """One effect per id, one body per id (the world asserts that itself), and no row twice in a row in the same form."""
    for id, forms in world.history.items():
        assert all(one != two for one, two in itertools.pairwise(forms)), (id, forms)
    assert len(world.effects) == len(set(world.effects))
    assert len({part.id for part in world.sent}) == len({part.heading.batch for part in world.sent})


def the_log_tells_everything(state: State, world: Any, run: Run) -> None:
    """Every sending is in the log, each part of the database has one final outcome, and the sealed log verifies."""
    with reading(state.engine) as connection:
        log = [json.loads(line) for line in connection.scalars(select(LOG_ENTRY.c.entry))]
        parts = {row.id: row.state for row in connection.execute(select(PART))}
    sendings = Counter(line["body"]["part"] for line in log if line["kind"] == "part.sending")
    for id, times in Counter(part.id for part in world.sent).items():
        assert sendings[id] >= times
    finals = Counter(line["body"]["part"] for line in log if line["body"].get("state") in ("confirmed", "rejected"))
    assert finals == dict.fromkeys((id for id, word in parts.items() if word in ("confirmed", "rejected")), 1)
    signer = make_or_read(state.folder.keys, "test.example/log", secrets.token_bytes)
    seal(state.engine, state.folder.log, signer, run.clock())
    assert verify(state.folder.log, signer.verifier.vkey).ok


@given(story=rounds, part_rows=st.sampled_from([1, 3, 100]), whole=st.booleans())
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_invariants_hold_after_any_faults(
    story: list[Round], part_rows: int, whole: bool, template: Path, make_plan: Callable[..., Plan], kit: Any
) -> None:
    """Random writes, answers and deaths, round after round; then two calm rounds, and everything is accounted for."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(template, Path(name) / "state")
        state, registry, world = open_state(Path(name) / "state"), kit.Registry(Path(name) / "source.db"), kit.World()
        clock = kit.Clock()
        run = Run("elsewhere/1/1/x", clock, clock.sleep, random.Random(1).random)
        changes = {"watermark": None} if whole else {}
        plan = make_plan(
            source_settings={"url": registry.url}, part_rows=part_rows, deleted="r.state = 'D'", reject_rate=1.0, **changes
        )
        for one in story:
            write(registry, clock, one.rows)
            clock.now += timedelta(hours=2)
            live_through(one, plan, state, run, world)
        for _ in range(2):
            clock.now += timedelta(hours=2)
            run_due([plan], state, run, world.adapters)
            settle([plan], state, run, world.adapters)
        assert due(state.engine, plan, clock.now) == ()
        found = accounts(state.engine)
        assert [(one.state, one.balanced, one.pending) for one in found] == [("closed", True, 0)] * len(found)
        nothing_is_lost(state, registry, world)
        nothing_is_doubled(world)
        the_log_tells_everything(state, world, run)
        assert found[0].missing in (0, None)
        registry.connection.close()
        state.engine.dispose()
