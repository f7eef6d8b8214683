"""Old runs leave a real Dagster, on SQLite files and on PostgreSQL; what is not finished or newest of its kind stays."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._daemon.types import DaemonHeartbeat
from sqlalchemy import func, select

from hub.interface import ConfigurationError, TransientError
from hub.orchestrate.prune import Pruned, in_use, prune, sqlite_files

ROOT = Path(__file__).resolve().parents[3]
DAYS = dg.DailyPartitionsDefinition("2026-01-01")
KEYS = [f"2026-01-{day:02}" for day in range(1, 6)]
TABLE = dg.AssetKey(["centre", "person"])
LATER = timedelta(days=91)
CAP = timedelta(days=90)


@dg.multi_asset(specs=[dg.AssetSpec(TABLE)], check_specs=[dg.AssetCheckSpec("complete", asset=TABLE)], partitions_def=DAYS)
def exchange(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """One table with a check; partition 2026-01-05 fails."""
    print("words for the log of the step")
    if context.partition_key == KEYS[4]:
        raise dg.Failure("the partner does not answer")
    yield dg.MaterializeResult(asset_key=TABLE, check_results=[dg.AssetCheckResult(passed=True, check_name="complete")])


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A Dagster home with the hub's own dagster.yaml."""
    shutil.copyfile(ROOT / "dagster.yaml", tmp_path / "dagster.yaml")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        with (tmp_path / "dagster.yaml").open("a") as file:
            file.write(f'\nstorage: {{postgres: {{postgres_url: "{url}"}}}}\n')
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """That Dagster, open."""
    with dg.DagsterInstance.from_config(str(home)) as opened:
        yield opened


def delivered(instance: dg.DagsterInstance, *keys: str) -> list[str]:
    """The ids of real runs, one for each partition."""
    results = [dg.materialize([exchange], partition_key=key, instance=instance, raise_on_error=False) for key in keys]
    return [result.run_id for result in results]


def known(instance: dg.DagsterInstance) -> set[str]:
    """The runs that Dagster still has."""
    return {run.run_id for run in instance.get_runs()}


def rows(instance: dg.DagsterInstance, table: object, *runs: str) -> int:
    """Rows of the event store (the index of it, on SQLite) that belong to runs."""
    assert isinstance(instance.event_log_storage, SqlEventLogStorage)
    with instance.event_log_storage.index_connection() as connection:
        query = select(func.count()).select_from(table).where(table.c.run_id.in_(runs))  # type: ignore[attr-defined, arg-type]
        return int(connection.execute(query).scalar_one())


def test_old_runs_go_with_all_they_left(home: Path, instance: dg.DagsterInstance) -> None:
    """Events, checks, files and logs of a run go; the newest run, which last delivered the table, stays whole."""
    *old, newest = delivered(instance, *KEYS[:3])
    assert rows(instance, SqlEventLogStorageTable, *old) > 0
    assert rows(instance, AssetCheckExecutionsTable, *old) > 0
    assert all((home / "storage" / run).exists() for run in old)
    pruned = prune(home, datetime.now(UTC) + LATER - CAP)
    assert (pruned.runs, pruned.kept) == (2, 1)
    assert pruned.bytes > 0
    assert known(instance) == {newest}
    assert rows(instance, SqlEventLogStorageTable, *old) == rows(instance, AssetCheckExecutionsTable, *old) == 0
    assert not [path for path in home.rglob("*") for run in old if run in path.name]
    assert len(instance.all_logs(newest)) > 5
    assert instance.get_materialized_partitions(TABLE) == {KEYS[2]}
    last = instance.get_latest_materialization_event(TABLE)
    assert last is not None
    assert last.run_id == newest


def test_what_is_younger_than_the_period_stays(home: Path, instance: dg.DagsterInstance) -> None:
    """Not a day too early."""
    runs = delivered(instance, *KEYS[:2])
    assert prune(home, datetime.now(UTC) + timedelta(days=89) - CAP) == Pruned(0, 0, 0)
    assert known(instance) == set(runs)


def test_the_last_delivery_stays_when_newer_runs_failed(home: Path, instance: dg.DagsterInstance) -> None:
    """The newest run of the job stays because it is the newest, an older one because it was the last that delivered."""
    first, second, failed, newest = delivered(instance, KEYS[0], KEYS[1], KEYS[4], KEYS[4])
    assert prune(home, datetime.now(UTC) + LATER - CAP).runs == 2
    assert known(instance) == {second, newest}
    assert {first, failed}.isdisjoint(known(instance))


def test_a_run_that_has_not_ended_stays(home: Path, instance: dg.DagsterInstance) -> None:
    """Waiting, starting, running or being cancelled, however old; so does the run that one of them tries again."""
    job = dg.Definitions([exchange], jobs=[dg.define_asset_job("other", [TABLE])]).resolve_job_def("other")
    (failed,) = delivered(instance, KEYS[4])
    delivered(instance, *KEYS[:2])
    status = dg.DagsterRunStatus
    waiting = [status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING]
    tags = {"dagster/parent_run_id": failed, "dagster/root_run_id": failed}
    unfinished = {instance.create_run_for_job(job, status=each, tags=tags).run_id for each in waiting}
    assert prune(home, datetime.now(UTC) + LATER - CAP).runs == 1
    assert unfinished | {failed} <= known(instance)


def test_a_dry_run_counts_the_same_and_removes_nothing(home: Path, instance: dg.DagsterInstance) -> None:
    """What is told beforehand is what then happens, over more than one page; afterwards nothing is left to do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.orchestrate.prune._PAGE", 2)
        patch.setattr("hub.orchestrate.prune._BATCH", 1)
        runs = delivered(instance, *KEYS, KEYS[0], KEYS[4])
        before, heard = datetime.now(UTC) + LATER - CAP, list[tuple[int, int]]()
        told = prune(home, before, dry=True)
        assert known(instance) == set(runs)
        assert prune(home, before, told=lambda done, total: heard.append((done, total))) == told
        assert told.runs == 5
        assert heard == [(2, 7), (4, 7), (6, 7), (7, 7)]
        assert prune(home, before) == Pruned(0, 2, 0)
        assert known(instance) == {runs[5], runs[6]}


def test_a_kill_half_way_leaves_work_that_the_next_call_ends(
    home: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The events are gone and the run is not: it is found again, and nothing of it stays."""
    old, newest = delivered(instance, *KEYS[:2])
    monkeypatch.setattr("hub.orchestrate.prune._files", killed)
    with pytest.raises(KeyboardInterrupt):
        prune(home, datetime.now(UTC) + LATER - CAP)
    monkeypatch.undo()
    assert old in known(instance)
    assert prune(home, datetime.now(UTC) + LATER - CAP).runs == 1
    assert known(instance) == {newest}
    assert not [path for path in home.rglob("*") if old in path.name]


def killed(*_: object) -> None:
    """In place of a step."""
    raise KeyboardInterrupt


def test_a_daemon_is_seen_by_its_heartbeat(home: Path, instance: dg.DagsterInstance) -> None:
    """It tells every half minute that it lives; minutes without a word and it has ended."""
    now = datetime.now(UTC)
    assert not in_use(home, now)
    instance.add_daemon_heartbeat(DaemonHeartbeat(now.timestamp(), "SCHEDULER", "1", []))
    assert in_use(home, now + timedelta(minutes=1))
    assert not in_use(home, now + timedelta(minutes=5))


def test_the_files_that_stay_are_named(home: Path, instance: dg.DagsterInstance) -> None:
    """Runs, index and schedules of a home on SQLite; with PostgreSQL there are none."""
    delivered(instance, KEYS[0])
    names = sorted(path.name for path in sqlite_files(home))
    assert names == ([] if "storage:" in (home / "dagster.yaml").read_text().replace("`storage:`", "") else FILES)


FILES = ["index.db", "runs.db", "schedules.db"]


def test_without_a_home_there_is_nothing_to_do(tmp_path: Path) -> None:
    """A hub that never started Dagster has no runs, and gets no home by the question."""
    assert prune(tmp_path / "dagster", datetime.now(UTC)) == Pruned(0, 0, 0)
    assert not in_use(tmp_path / "dagster", datetime.now(UTC))
    assert not (tmp_path / "dagster").exists()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("storage: {postgres: {postgres_url: 'postgresql://nobody@127.0.0.1:1/none'}}", TransientError),
        ("storage: {elsewhere: 1}", ConfigurationError),
    ],
)
def test_a_dagster_that_cannot_be_opened_says_what_to_do(tmp_path: Path, words: str, error: type[Exception]) -> None:
    """A database that does not answer is tried again later, a mistake in dagster.yaml is edited."""
    (tmp_path / "dagster.yaml").write_text(words)
    with pytest.raises(error):
        prune(tmp_path, datetime.now(UTC))
