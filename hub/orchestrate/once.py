"""Takes a prepared Dagster home and a window key, runs every schedule's job once in this process; the UI shows the runs later."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from hub.orchestrate.exchange import job_name
from hub.orchestrate.home import prepare
from hub.orchestrate.location import definitions
from hub.orchestrate.work import open_station
from hub.run import Progress

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class JobRun:
    """One job that ran: Dagster's id of the run and whether every table of it went through."""

    schedule: str
    run_id: str
    success: bool


def run_schedules(root: Path, state: Path, key: str, progress: Progress) -> Iterator[JobRun]:
    """Run the window ``key`` of every schedule, one job after the other."""
    prepare(root, state)
    station = open_station(root, progress)
    defs = definitions(station)
    with dg.DagsterInstance.get() as instance:
        for schedule in station.schedules():
            job = defs.resolve_job_def(job_name(schedule))
            result = job.execute_in_process(partition_key=key, instance=instance, raise_on_error=False, run_config=_QUIET)
            yield JobRun(schedule.name, result.run_id, result.success)
