"""The code location that Dagster loads: the plans of this root as assets, jobs, schedules and sensors."""

import dagster as dg

from hub.orchestrate.exchange import Work, exchange_assets, exchange_job
from hub.orchestrate.timetable import alarm, settling, timetable
from hub.orchestrate.work import Station, open_station
from hub.root import find_root


def definitions(station: Station) -> dg.Definitions:
    """Everything Dagster needs for one root. A back-fill from the UI ignores job tags: hence the executor here."""
    assets, jobs, schedules = [], [], []
    for schedule in station.schedules():
        work = Work(station.run, station.reasons, station.seal)
        made = exchange_assets(schedule, station.of(schedule), work, station.since(schedule))
        assets.append(made)
        jobs.append(exchange_job(schedule, made))
        schedules.append(timetable(schedule, station.due))
    settle_job, settle_schedule = settling(station.settle)
    return dg.Definitions(
        assets=assets,
        jobs=[*jobs, settle_job],
        schedules=[*schedules, settle_schedule],
        sensors=[alarm(station.alert)],
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster -m hub.orchestrate.location` loads."""
    return definitions(open_station(find_root()))
