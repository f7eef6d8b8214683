"""`hub prune` as it is typed: what is told, what is gone, what it refuses."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat

from hub.cli.main import main

ROOT = Path(__file__).resolve().parents[3]
Hub = Callable[..., tuple[int, str, str]]


@dg.asset(key=["centre", "person"])
def person() -> dg.MaterializeResult[None]:
    """A table that is delivered."""
    return dg.MaterializeResult(metadata={"words": "x" * 200_000})


@pytest.fixture
def state(checkout: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of a checkout in which Dagster ran three times, the first two of them a hundred days ago."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(tmp_path / "state"))
    home = tmp_path / "state" / "dagster"
    home.mkdir(parents=True)
    shutil.copyfile(ROOT / "dagster.yaml", home / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        runs = [dg.materialize([person], instance=instance).run_id for _ in range(3)]
    with closing(sqlite3.connect(home / "history" / "runs.db")) as database:
        old = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=100)
        database.execute("UPDATE runs SET update_timestamp = ? WHERE run_id IN (?, ?)", (str(old), *runs[:2]))
        database.commit()
    return tmp_path / "state"


@pytest.fixture
def hub(capsys: pytest.CaptureFixture[str]) -> Hub:
    """Runs `hub prune ...`; exit code, text, error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()  # what Dagster said of the runs before
        with pytest.raises(SystemExit) as ended:
            main(["prune", *arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run


def runs(state: Path) -> int:
    """How many runs Dagster has."""
    with closing(sqlite3.connect(state / "dagster" / "history" / "runs.db")) as database:
        return int(database.execute("SELECT count(*) FROM runs").fetchone()[0])


def test_a_dry_run_tells_and_the_next_call_removes(hub: Hub, state: Path) -> None:
    """The same numbers both times; afterwards the runs are gone and the SQLite files are smaller."""
    code, told, error = hub("--dry-run")
    assert (code, runs(state), error) == (0, 3, "")
    assert "would go" in told
    assert "Nothing was removed" in told
    dry = json.loads(hub("--dry-run", "--json")[1])
    code, out, _ = hub("--json")
    done = json.loads(out)
    assert (code, runs(state)) == (0, 1)
    assert dry["dagster"] == done["dagster"]
    assert (done["dagster"]["runs"], done["exchanged"], done["daemon"]) == (2, {"windows": 0, "bytes": 0, "rows": 0}, False)
    assert done["dagster"]["bytes"] > 400_000
    assert done["given_back"] > 400_000
    assert json.loads(hub("--json")[1])["dagster"]["runs"] == 0


def test_a_longer_period_keeps_more(hub: Hub, state: Path) -> None:
    """What ended a hundred days ago is younger than half a year."""
    assert hub("--older-than", "180d")[0] == 0
    assert runs(state) == 3


def test_beside_a_daemon_the_files_keep_their_size(hub: Hub, state: Path) -> None:
    """The runs go, and the operator is told why the disk is as full as before."""
    with dg.DagsterInstance.from_config(str(state / "dagster")) as instance:
        instance.add_daemon_heartbeat(DaemonHeartbeat(datetime.now(UTC).timestamp(), "SCHEDULER", "1", []))
    code, out, _ = hub()
    assert (code, runs(state)) == (0, 1)
    assert "A Dagster daemon works" in out
    assert "smaller" not in out


def test_a_hub_that_never_ran_has_nothing_to_remove(
    checkout: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub: Hub
) -> None:
    """No home for Dagster is made by the question."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(tmp_path / "state"))
    code, out, _ = hub("--json")
    assert (code, json.loads(out)["dagster"]["runs"]) == (0, 0)
    assert not list((tmp_path / "state" / "dagster").iterdir())


@pytest.mark.parametrize("words", ["90", "three months", "12h", "-1d"])
def test_a_period_that_is_none_or_too_short_is_refused(words: str, hub: Hub) -> None:
    """Exit code 2, before anything is opened: a run that has just failed may still be tried again."""
    code, _, error = hub(f"--older-than={words}")
    assert code == 2
    assert "90d" in error or "1d" in error
