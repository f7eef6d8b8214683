"""kill -9 at every named step: the next run finishes the job, nothing is lost, nothing doubled, the account balances."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from audit.record import LOG_ENTRY
from hub.account import accounts
from hub.pipeline import replay, run_due
from hub.plan import Plan
from hub.quarantine import listed
from hub.run import Run
from hub.state.database import State, reading

Exchange = Callable[..., Plan]
ROOT = Path(__file__).parents[2]
BEFORE = ["opened", "batch staged", "files staged", "staged", "part written", "parts written", "departed"]
AFTER = ["sending", "sent", "receipt kept", "outcome kept", "closed"]


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """The partner's folder: the real system ``directory``."""
    folder = tmp_path / "outbox"
    folder.mkdir()
    return folder


def die(state: State, plan: Plan, step: str, count: int, run: Run, tmp_path: Path) -> None:
    """Run what is due in another process, killed at the step."""
    (tmp_path / "plan").write_bytes(pickle.dumps(plan))
    postgresql = state.engine.dialect.name == "postgresql"
    url = state.engine.url.render_as_string(hide_password=False) if postgresql else ""
    arguments = [str(state.folder.root), url, str(tmp_path / "plan"), step, str(count), run.clock().isoformat()]
    script = [sys.executable, str(Path(__file__).with_name("run_and_die.py")), *arguments]
    done = subprocess.run(script, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, capture_output=True)
    assert done.returncode == -9, done.stderr.decode()[-800:]


def arrived(outbox: Path) -> list[dict[str, Any]]:
    """Every row in the partner's folder, files in the order of their batches."""
    files = sorted(outbox.iterdir(), key=lambda path: path.name.split("_")[1])
    return [json.loads(line) for path in files for line in path.read_text().splitlines()]


def all_is_well(state: State, plan: Plan, outbox: Path, registry: Any) -> None:
    """Every window closed and balanced, each row there exactly once and in its last form, the log whole."""
    found = accounts(state.engine, exchange=plan.id)
    assert [(one.state, one.balanced, one.pending, one.missing) for one in found] == [("closed", True, 0, 0)] * len(found)
    rows = arrived(outbox)
    assert len(rows) == len({(row["djbh"], row["xm"]) for row in rows})
    assert {row["djbh"]: row["xm"] for row in rows} == registry.good()
    with reading(state.engine) as connection:
        log = [json.loads(line) for line in connection.scalars(select(LOG_ENTRY.c.entry).order_by(LOG_ENTRY.c.id))]
    assert sum(line["kind"] == "window.closed" for line in log) == len(found)
    confirmed = [line["body"]["part"] for line in log if line["body"].get("state") == "confirmed"]
    assert len(confirmed) == len(set(confirmed)) == len(list(outbox.iterdir()))
    leftover = [path.name for path in state.folder.root.rglob("*") if path.suffix in (".arrow", ".partial", ".json")]
    assert leftover == []


def finish(state: State, plan: Plan, run: Run) -> None:
    done = run_due([plan], state, run)
    assert [outcome.error for outcome in done] == [None] * len(done)


@pytest.mark.parametrize(
    ("step", "count"), [(step, 1) for step in BEFORE + AFTER] + [("part written", 3), ("sending", 2), ("sent", 3)]
)
def test_a_killed_run_is_finished_by_the_next(
    state: State, exchange: Exchange, registry: Any, run: Run, outbox: Path, tmp_path: Path, step: str, count: int
) -> None:
    """25 rows in three parts, one row refused; killed; the rows change at the source; then the next run."""
    plan = exchange(part_rows=10, settings={"folder": str(outbox)})
    registry.fill(25)
    registry.put(("BAD", "", None, "1"))
    die(state, plan, step, count, run, tmp_path)
    finish(state, plan, run)
    all_is_well(state, plan, outbox, registry)
    assert [(entry.seen, entry.copies) for entry in listed(state.engine)] == [(1, 1)]


@pytest.mark.parametrize("state", ["postgresql"], indirect=True)
@pytest.mark.parametrize("step", ["staged", "departed", "sent"])
def test_a_killed_run_is_finished_by_the_next_on_postgresql(
    state: State, exchange: Exchange, registry: Any, run: Run, outbox: Path, tmp_path: Path, step: str
) -> None:
    """The same with the state in PostgreSQL."""
    plan = exchange(part_rows=10, settings={"folder": str(outbox)})
    registry.fill(25)
    die(state, plan, step, 1, run, tmp_path)
    finish(state, plan, run)
    all_is_well(state, plan, outbox, registry)


def test_a_second_window_after_a_kill_in_the_first(
    state: State, exchange: Exchange, registry: Any, run: Run, clock: Any, outbox: Path, tmp_path: Path
) -> None:
    """Killed while sending; two windows later the rows of both have arrived, in order, each once."""
    plan = exchange(part_rows=10, settings={"folder": str(outbox)})
    registry.fill(25)
    die(state, plan, "sent", 2, run, tmp_path)
    registry.put(("R1", "新", None, "1"), changed="2026-11-22 13:00:00")
    clock.now += timedelta(hours=2)
    finish(state, plan, run)
    all_is_well(state, plan, outbox, registry)


def test_a_killed_replay_is_finished_with_what_is_due(
    state: State, exchange: Exchange, registry: Any, run: Run, clock: Any, outbox: Path, tmp_path: Path
) -> None:
    """Interrupted before it sent anything: the next run of what is due takes it up."""
    plan = exchange(settings={"folder": str(outbox)})
    registry.put(("R1", "", None, "1"))
    finish(state, plan, run)

    class Stop(BaseException):
        pass

    def at(step: str) -> None:
        if step == "files staged":
            raise Stop

    with pytest.raises(Stop):
        replay(plan, state, Run(run.owner, run.clock, run.sleep, run.dice, at=at))
    finish(state, plan, run)
    assert next((one.kind, one.state, one.rejected) for one in accounts(state.engine)) == ("replay", "closed", 1)
    assert len(listed(state.engine)) == 1
