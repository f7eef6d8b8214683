"""Takes a prepared Dagster home and a window key, runs every schedule's job once, side by side; the UI shows the runs later.

A job runs in a process of its own kind, as under the daemon, so that two cores are used; what it tells comes back by a queue.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe, get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.queues import Queue
from multiprocessing.util import Finalize
from pathlib import Path
from threading import Thread

import dagster as dg

from hub.orchestrate.exchange import job_name
from hub.orchestrate.home import LOCATION, prepare
from hub.orchestrate.location import definitions
from hub.orchestrate.work import open_station
from hub.run import Event, Progress

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_TAGS = {".dagster/repository": f"__repository__@{LOCATION}"}  # as under the daemon: job pages ask for it
_MOST = 4  # processes: each holds a batch of rows


@dataclass(frozen=True, slots=True)
class JobRun:
    """One job that ran: Dagster's id of the run and whether every table of it went through."""

    schedule: str
    run_id: str
    success: bool


def run_schedules(root: Path, state: Path, key: str, progress: Progress) -> Iterator[JobRun]:
    """Run the window ``key`` of every schedule, those with most tables first, on all cores but four at most."""
    prepare(root, state)
    schedules = sorted(open_station(root, progress).schedules(), key=lambda schedule: -len(schedule.tables))
    context = get_context("spawn")
    events: Queue[Event | None] = context.Queue()
    workers = min(os.cpu_count() or 1, _MOST, len(schedules))
    with (
        _told(events, progress),
        ProcessPoolExecutor(workers, mp_context=context, initializer=_Worker.begin, initargs=(root, events)) as pool,
    ):
        yield from pool.map(_Worker.job, [schedule.name for schedule in schedules], [key] * len(schedules))


@contextmanager
def _told(events: "Queue[Event | None]", progress: Progress) -> Iterator[None]:
    """What comes through the queue goes to ``progress``, until the block ends."""

    def listen() -> None:
        while (event := events.get()) is not None:
            progress(event)

    listener = Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    finally:
        events.put(None)
        listener.join()


class _Worker:
    """One process of the pool: the definitions are made once and serve all jobs that it runs."""

    schedules: dict[str, dg.JobDefinition]

    @classmethod
    def begin(cls, root: Path, events: "Queue[Event | None]") -> None:
        """Compile, or take what was kept, and make Dagster's definitions."""
        _end_with_parent()
        station = open_station(root, events.put)
        made = definitions(station)
        cls.schedules = {schedule.name: made.resolve_job_def(job_name(schedule)) for schedule in station.schedules()}

    @classmethod
    def job(cls, schedule: str, key: str) -> JobRun:
        """Run one job to its end."""
        with dg.DagsterInstance.get() as instance:
            done = cls.schedules[schedule].execute_in_process(
                partition_key=key, instance=instance, raise_on_error=False, run_config=_QUIET, tags=_TAGS
            )
        return JobRun(schedule, done.run_id, done.success)


def _end_with_parent() -> None:
    """A killed parent must not leave its workers behind; what they were doing is finished by the next run."""
    parent = parent_process()
    if parent is None:
        return
    ended, leaving = Pipe(duplex=False)

    def watch() -> None:
        if parent.sentinel in wait([parent.sentinel, ended]):
            os._exit(1)

    def leave() -> None:
        leaving.close()
        watcher.join()  # a thread that outlives the interpreter would hold DuckDB's objects, which then complain

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    Finalize(None, leave, exitpriority=1)
