"""Dagster's event log with kept connections says what the stock one says, and holds few files open."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from hub.orchestrate.home import _settings
from hub.orchestrate.storage import _MOST, KeptEventLogStorage

ROOT = Path(__file__).parents[3]
TABLE = dg.AssetKey(["ministry", "notice"])


@dg.multi_asset(specs=[dg.AssetSpec(TABLE)], check_specs=[dg.AssetCheckSpec("complete", asset=TABLE)])
def notice() -> Iterator[dg.MaterializeResult[None]]:
    """A table that is always delivered."""
    check = dg.AssetCheckResult(passed=True, check_name="complete")
    yield dg.MaterializeResult(asset_key=TABLE, metadata={"rows": 3}, check_results=[check])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A Dagster home with the settings that ``hub up`` writes."""
    (tmp_path / "dagster.yaml").write_text(_settings((ROOT / "dagster.yaml").read_text(), tmp_path))
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """That Dagster, open."""
    with dg.DagsterInstance.from_config(str(home)) as opened:
        yield opened


def _open_files(home: Path) -> set[str]:
    targets = {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}
    return {target for target in targets if target.startswith(str(home / "history")) and target.endswith(".db")}


def test_a_home_without_storage_of_its_own_gets_it(instance: dg.DagsterInstance) -> None:
    """The root's dagster.yaml names none."""
    assert isinstance(instance.event_log_storage, KeptEventLogStorage)


@pytest.mark.parametrize("words", ["storage:\n  postgres: {}\n", "event_log_storage: {module: m, class: C}\n"])
def test_a_storage_that_somebody_chose_stays(words: str, tmp_path: Path) -> None:
    """PostgreSQL, or another class."""
    assert _settings(f"telemetry: {{}}\n{words}", tmp_path) == f"telemetry: {{}}\n{words}"


def test_the_stock_storage_reads_what_was_written(home: Path, instance: dg.DagsterInstance) -> None:
    """Same files, same content: who goes back to it loses nothing."""
    result = dg.materialize([notice], instance=instance)
    kept = [entry.event_log_entry for entry in instance.get_records_for_run(result.run_id).records]
    stock = SqliteEventLogStorage(str(home / "history" / "runs"))
    stock.register_instance(instance)
    assert [entry.event_log_entry for entry in stock.get_records_for_run(result.run_id).records] == kept
    assert len(kept) > 5


def test_many_runs_leave_few_files_open(home: Path, instance: dg.DagsterInstance) -> None:
    """The UI looks at hundreds of runs; every one of them is still found."""
    runs = [dg.materialize([notice], instance=instance).run_id for _ in range(_MOST + 3)]
    assert all(instance.get_records_for_run(run).records for run in runs)
    assert 0 < len(_open_files(home)) <= _MOST
    fetched = instance.fetch_materializations(TABLE, limit=100).records
    assert {record.run_id for record in fetched} == set(runs)


def test_two_processes_share_a_home(home: Path, instance: dg.DagsterInstance) -> None:
    """The UI sees a run that a daemon's process writes."""
    with dg.DagsterInstance.from_config(str(home)) as other:
        first, second = (dg.materialize([notice], instance=each).run_id for each in (instance, other))
        for each in (instance, other):
            assert {record.run_id for record in each.fetch_materializations(TABLE, limit=10).records} == {first, second}


def test_nothing_stays_open(home: Path) -> None:
    """A closed Dagster holds no file: its home can be removed."""
    with dg.DagsterInstance.from_config(str(home)) as opened:
        dg.materialize([notice], instance=opened)
    assert _open_files(home) == set()
    shutil.rmtree(home / "history")
