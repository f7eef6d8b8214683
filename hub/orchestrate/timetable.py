"""Takes a schedule and a way to ask the account which windows are due; gives Dagster's schedule and sensors.

Dagster runs only the newest of several missed ticks. So each tick asks our account: every window that is due and neither
closed nor in flight is requested, oldest first, and an outage of a day leaves no hole.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import dagster as dg

from hub.orchestrate.exchange import job_name
from hub.plan import Schedule

Due = Callable[[Schedule, datetime], Sequence[str]]
Settle = Callable[[], int]

IN_FLIGHT = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_PARTITION = "dagster/partition"
_ALERTS = "alerts"


def timetable(schedule: Schedule, due: Due) -> dg.ScheduleDefinition:
    """The schedule of one job, switched on."""

    @dg.schedule(
        name=schedule.name,
        job_name=job_name(schedule),
        cron_schedule=schedule.cron,
        execution_timezone=schedule.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=schedule.title,
        tags={"hub/partner": schedule.partner},
    )
    def tick(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        running = in_flight(context.instance, job_name(schedule))
        windows = [key for key in due(schedule, context.scheduled_execution_time) if key not in running]
        if not windows:
            yield dg.SkipReason("every window that is due is closed or in flight")
        for key in windows:
            # A key of this tick: a window whose run failed for good is asked for again by the next tick.
            yield dg.RunRequest(run_key=f"{key}@{context.scheduled_execution_time:%Y%m%d%H%M}", partition_key=key)

    return tick


def in_flight(instance: dg.DagsterInstance, job: str) -> set[str]:
    """The windows for which a run of this job is queued or running."""
    runs = instance.get_runs(dg.RunsFilter(job_name=job, statuses=IN_FLIGHT))
    return {run.tags[_PARTITION] for run in runs if _PARTITION in run.tags}


def settling(settle: Settle) -> tuple[dg.JobDefinition, dg.ScheduleDefinition]:
    """The job that asks partners about parts whose outcome is open, every ten minutes."""

    @dg.op(name="settle_open_parts")
    def ask(context: dg.OpExecutionContext) -> None:
        context.log.info(f"{settle()} parts settled")

    @dg.job(
        name="settle", description="Ask partners what became of parts whose receipt is missing", tags={"hub/partner": "settle"}
    )
    def settle_job() -> None:
        ask()

    schedule = dg.ScheduleDefinition(
        name="settle", job=settle_job, cron_schedule="*/10 * * * *", default_status=dg.DefaultScheduleStatus.RUNNING
    )
    return settle_job, schedule


def alarm(raise_alert: Callable[[str, str, str], None]) -> dg.SensorDefinition:
    """One alert for each run that failed for good: an attempt that will be retried says nothing."""

    @dg.run_failure_sensor(name=_ALERTS, default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=30)
    def alerts(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        run = context.dagster_run
        if run.tags.get("dagster/will_retry") == "true":
            return dg.SkipReason("it will be retried")
        raise_alert(run.job_name, run.tags.get(_PARTITION, ""), context.failure_event.message or "")
        return None

    return alerts
