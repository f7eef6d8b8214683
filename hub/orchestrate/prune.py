"""Takes Dagster's home and a moment, removes the runs that ended before it, events and logs too; alone deletes from Dagster.

Dagster's open-source edition keeps every run for ever: about 13.5 KB a delivered table, 25 GB a year for a bureau. Nothing of
that is our record: what left, to whom and why stands in the account and the log, and neither is touched here.

A run goes only when it has ended (success, failure, cancelled). Three kinds stay however old they are: the newest run of each
job, the run that last delivered each table, and the run that an unfinished one tries again. With a run goes the history of the
partitions it materialized, so that Dagster shows an old window as missing: the account knows that it is closed, the schedules
ask the account, and a back-fill of such a window finds it closed and sends nothing.

Of a run the events go first and the run itself last: one that was killed half-way is found, and finished, by the next call.
It may run beside the daemon. Dagster's job snapshots and its ticks stay: the first are few, the second have their own retention.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import DBAPIError

from hub.interface import ConfigurationError, TransientError
from hub.orchestrate.timetable import IN_FLIGHT
from hub.spool import size

_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_PAGE = 200  # runs looked at together; their checks go in one statement, because Dagster has no index for them
_BATCH = 20  # runs of one transaction: seconds, and a daemon on the same SQLite file waits 30 before it complains
_BEAT = 150.0  # seconds: a daemon tells that it lives every 30, and may be late
_TRIED_AGAIN = ("dagster/root_run_id", "dagster/parent_run_id")

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Pruned:
    """``runs`` went, ``kept`` were as old and stay; ``bytes``: of their files (none where PostgreSQL holds the events)."""

    runs: int
    kept: int
    bytes: int


@dataclass(slots=True)
class _Keep:
    """Which runs stay whatever their age."""

    instance: dg.DagsterInstance
    runs: set[str]
    newest: dict[str, str] = field(default_factory=dict)  # job -> its newest run

    def __contains__(self, run: dg.DagsterRun) -> bool:
        if run.job_name not in self.newest:
            runs = self.instance.get_runs(dg.RunsFilter(job_name=run.job_name), limit=1)
            self.newest[run.job_name] = runs[0].run_id
        return run.run_id in self.runs or run.run_id == self.newest[run.job_name]


def prune(home: Path, before: datetime, *, dry: bool = False, told: Told = lambda _done, _all: None) -> Pruned:
    """Remove (``dry``: only count) the runs that ended before a moment; ``told`` hears how many of how many were looked at.

    Safe to repeat. TransientError when Dagster's database does not answer, ConfigurationError for a mistake in its dagster.yaml.
    """
    if not (home / "dagster.yaml").exists():
        return Pruned(0, 0, 0)  # it never ran here
    try:
        with dg.DagsterInstance.from_config(str(home)) as instance:
            return _pruned(instance, home, before, dry, told)
    except (DBAPIError, DagsterPostgresException):  # their words hold the address, and it may hold a password
        raise TransientError(f"the database that {home / 'dagster.yaml'} names does not answer: is it there?") from None
    except dg.DagsterError as error:
        line = str(error).strip().partition("\n")[0]  # the lines that follow quote the file
        raise ConfigurationError(f"{home / 'dagster.yaml'}: {line} (DAGSTER_HOME={home} dagster instance info)") from None


def in_use(home: Path, now: datetime) -> bool:
    """Whether a Dagster daemon lives that works on this home: the one of `hub up`, or any other."""
    if not (home / "dagster.yaml").exists():
        return False
    with dg.DagsterInstance.from_config(str(home)) as instance:
        return any(now.timestamp() - beat.timestamp < _BEAT for beat in instance.get_daemon_heartbeats().values())


def sqlite_files(home: Path) -> list[Path]:
    """The SQLite files of a home that live on when runs go; none where PostgreSQL has their place."""
    return [path for pattern in ("history/runs.db", "history/runs/index.db", "schedules/*.db") for path in home.glob(pattern)]


def _pruned(instance: dg.DagsterInstance, home: Path, before: datetime, dry: bool, told: Told) -> Pruned:
    ended = dg.RunsFilter(statuses=_ENDED, updated_before=before)
    total = instance.get_runs_count(ended)
    keep = _Keep(instance, _last_deliveries(instance) | _tried_again(instance))
    gone = kept = size = 0
    for batch in _batches(instance, ended, keep, dry):
        runs = [run.run_id for run in batch if run not in keep]
        gone, kept = gone + len(runs), kept + len(batch) - len(runs)
        size += sum(_size(instance, home, run) for run in runs)
        if not dry:
            _forget(instance, runs)
        told(gone + kept, total)
    return Pruned(gone, kept, size)


def _batches(instance: dg.DagsterInstance, ended: dg.RunsFilter, keep: _Keep, dry: bool) -> Iterator[Sequence[dg.DagsterRun]]:
    """The runs that ended, oldest first. Dagster finds the next page by a run that is still there: the last one that stays."""
    cursor = None
    while batch := [record.dagster_run for record in instance.get_run_records(ended, limit=_PAGE, ascending=True, cursor=cursor)]:
        yield batch
        cursor = next((run.run_id for run in reversed(batch) if dry or run in keep), cursor)


def _last_deliveries(instance: dg.DagsterInstance) -> set[str]:
    """The runs that last materialized each asset."""
    keys = instance.get_asset_keys()
    records = [record.asset_entry.last_materialization_record for record in instance.get_asset_records(keys)] if keys else []
    return {record.run_id for record in records if record is not None}


def _tried_again(instance: dg.DagsterInstance) -> set[str]:
    """The runs of which an unfinished one is a further attempt: it reads there what failed."""
    unfinished = instance.get_runs(dg.RunsFilter(statuses=IN_FLIGHT))
    return {run.tags[tag] for run in unfinished for tag in _TRIED_AGAIN if tag in run.tags}


def _forget(instance: dg.DagsterInstance, runs: Sequence[str]) -> None:
    """Everything that Dagster has of these runs; `DagsterInstance.delete_run` would leave files, checks and logs behind."""
    events = instance.event_log_storage
    assert isinstance(events, SqlEventLogStorage)
    checks = AssetCheckExecutionsTable
    if runs:
        with events.index_connection() as connection:
            connection.execute(checks.delete().where(checks.c.run_id.in_(runs)))
    for start in range(0, len(runs), _BATCH):
        batch = runs[start : start + _BATCH]
        with events.index_connection() as connection:
            for run in batch:
                events.delete_events_for_run(connection, run)
        for run in batch:
            _forget_run(instance, events, run)


def _forget_run(instance: dg.DagsterInstance, events: SqlEventLogStorage, run: str) -> None:
    """What is left of a run without events; itself last."""
    if events.supports_global_concurrency_limits:
        events.free_concurrency_slots_for_run(run)
    instance.compute_log_manager.delete_logs(prefix=[run])
    for path in _files(events, run):
        path.unlink(missing_ok=True)
    instance.run_storage.delete_run(run)


def _size(instance: dg.DagsterInstance, home: Path, run: str) -> int:
    files = [path for path in _files(instance.event_log_storage, run) if path.exists()]
    return sum(path.stat().st_size for path in files) + size(home / "storage" / run)


def _files(events: object, run: str) -> list[Path]:
    """The SQLite file that a run has of its own, with its journal."""
    if not isinstance(events, SqliteEventLogStorage):
        return []
    path = Path(events.path_for_shard(run))
    return [path.with_name(path.name + ending) for ending in ("-wal", "-shm", "")]
