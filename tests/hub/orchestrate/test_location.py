"""Dagster over the small repository of tests/cases/small: assets, partitions, schedules, retries, no personal data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from hub.account import Account, opened
from hub.interface import DataError, TransientError
from hub.lease import leased
from hub.orchestrate.exchange import Work, exchange_assets, exchange_job, job_name
from hub.orchestrate.location import definitions
from hub.orchestrate.timetable import in_flight, timetable
from hub.orchestrate.work import Station, open_station
from hub.plan import Plan
from hub.run import live
from hub.window import Window

KEY = "2026-11-20-08:00"


@pytest.fixture
def station(checkout: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Station]:
    """The plans of the small repository and an empty state."""
    monkeypatch.setenv("HUB_STATE", str(tmp_path / "state"))
    opened = open_station(checkout.root)
    yield opened
    opened.state.engine.dispose()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster with a home of its own, gone afterwards."""
    with dg.instance_for_test() as made:
        yield made


def account(plan: Plan, **counts: int) -> Account:
    """A closed account with these counts."""
    numbers = dict.fromkeys(
        ("source", "absent", "delivered", "unchanged", "rejected", "pending", "warnings", "bytes", "parts"), 0
    )
    words = dict.fromkeys(("note", "error_class", "error", "plan", "opened_at"), "")
    fixed = {"kind": "regular", "state": "closed", "lower": None, "upper": None, "missing": 0, "closed_at": None, "attempts": 1}
    return Account(exchange=plan.id, window=KEY, standard="s@1", **(numbers | counts), **words, **fixed)  # type: ignore[arg-type]


def executed(station: Station, instance: dg.DagsterInstance, run: Any) -> dg.ExecuteInProcessResult:
    """The job of the small repository's only schedule, with another way to run a window."""
    schedule = station.schedules()[0]
    assets = exchange_assets(
        schedule, station.of(schedule), Work(run, lambda *_: [("xm", "required", 3)], lambda: None), schedule.start
    )
    defs = dg.Definitions([assets], jobs=[exchange_job(schedule, assets)], executor=dg.in_process_executor)
    job = defs.resolve_job_def(job_name(schedule))
    return job.execute_in_process(partition_key=KEY, instance=instance, raise_on_error=False)


def test_every_exchange_is_an_asset_of_its_partner(station: Station) -> None:
    """The key is [partner, table]; the definitions load, with one schedule per file, settling and the alarm beside them."""
    defs = definitions(station)
    dg.Definitions.validate_loadable(defs)
    keys = {"/".join(key.path) for key in defs.resolve_asset_graph().get_all_asset_keys()}
    assert keys == set(station.plans)
    assert {one.name for one in defs.schedules or ()} == {one.name for one in station.schedules()} | {"settle"}
    assert [one.name for one in defs.sensors or ()] == ["alerts"]


def test_a_good_window_is_a_materialization_with_its_counts(station: Station, instance: dg.DagsterInstance) -> None:
    """Counts, versions and rules stand in the metadata, and the check passes."""
    result = executed(station, instance, lambda plan, _key: account(plan, source=10, delivered=7, rejected=3))
    assert result.success
    made = [event.materialization for event in result.get_asset_materialization_events()]
    assert {"/".join(one.asset_key.path) for one in made} == set(station.plans)
    assert made[0].metadata["delivered"].value == 7
    assert made[0].metadata["rejected"].value == 3
    checks = result.get_asset_check_evaluations()
    assert all(one.passed for one in checks)
    assert len(checks) == len(station.plans)


def test_pending_or_missing_rows_fail_the_check_and_not_the_run(station: Station, instance: dg.DagsterInstance) -> None:
    """A receipt that is still open is a warning for the operator: the run itself has done its work."""
    result = executed(station, instance, lambda plan, _key: account(plan, source=2, delivered=1, pending=1))
    assert result.success
    assert {(one.passed, one.severity) for one in result.get_asset_check_evaluations()} == {(False, dg.AssetCheckSeverity.WARN)}


def test_one_bad_table_does_not_stop_the_others(station: Station, instance: dg.DagsterInstance) -> None:
    """The good tables are materialized, then one failure names the bad one."""
    bad = sorted(station.plans)[0]

    def run(plan: Plan, _key: str) -> Account:
        if plan.id == bad:
            raise TransientError("centre does not answer")
        return account(plan)

    result = executed(station, instance, run)
    assert not result.success
    done = {"/".join(event.materialization.asset_key.path) for event in result.get_asset_materialization_events()}
    assert done == set(station.plans) - {bad}
    message = result.all_events[-1].message or ""
    failure = next(event for event in result.all_events if event.is_step_failure)
    assert f"{bad}: TransientError: centre does not answer" in str(failure.event_specific_data), message


@pytest.mark.parametrize(("error", "retries"), [(TransientError("busy"), "3"), (DataError("limit"), "0")])
def test_only_errors_that_pass_are_retried(
    station: Station, instance: dg.DagsterInstance, error: Exception, retries: str
) -> None:
    """The class of the error decides how often Dagster tries again."""

    def run(_plan: Plan, _key: str) -> Account:
        raise error

    result = executed(station, instance, run)
    run_record = instance.get_run_by_id(result.run_id)
    assert run_record is not None
    assert run_record.tags["dagster/max_retries"] == retries


def test_every_window_that_is_due_is_requested_oldest_first(station: Station, instance: dg.DagsterInstance) -> None:
    """After an outage the schedule asks for each missed window, not only for the newest one."""
    schedule = station.schedules()[0]
    missed = ["2026-11-20-04:00", "2026-11-20-06:00", "2026-11-20-08:00"]
    tick = timetable(schedule, lambda _schedule, _now: missed)
    moment = datetime(2026, 11, 20, 2, tzinfo=UTC)
    repository = definitions(station).get_repository_def()
    with dg.build_schedule_context(instance, moment, repository_def=repository) as context:
        requests = tick.evaluate_tick(context).run_requests or []
    assert [request.partition_key for request in requests] == missed


def test_windows_before_the_first_are_not_missing(station: Station) -> None:
    """Before an exchange has begun any window of its schedule may be its first; then the partitions begin with the oldest."""
    schedule = station.schedules()[0]
    assert first_partition(station, schedule.name) == schedule.start.strftime("%Y-%m-%d-%H:%M")
    first, second = station.of(schedule)[:2]
    for plan, key in ((first, "2026-11-20-06:00"), (second, "2026-11-20-04:00")):
        with leased(station.state, plan.id, live()) as lease:
            opened(plan, Window(plan.id, key, "regular", None, datetime.fromisoformat("2026-11-20 08:00")), lease)
    assert first_partition(station, schedule.name) == "2026-11-20-04:00"


def first_partition(station: Station, schedule: str) -> str:
    """The oldest partition of a schedule's assets."""
    assets = next(one for one in definitions(station).assets or () if one.node_def.name == schedule)  # type: ignore[union-attr]
    assert isinstance(assets.partitions_def, dg.TimeWindowPartitionsDefinition)
    return assets.partitions_def.get_first_partition_key() or ""


def test_a_window_in_flight_is_not_requested_again(station: Station, instance: dg.DagsterInstance) -> None:
    """A run of a window that is about to start holds further requests for it back."""
    schedule = station.schedules()[0]
    job = definitions(station).resolve_job_def(job_name(schedule))
    instance.create_run_for_job(job, status=dg.DagsterRunStatus.NOT_STARTED, tags={"dagster/partition": KEY})
    assert in_flight(instance, job_name(schedule)) == {KEY}
    tick = timetable(schedule, lambda _schedule, _now: [KEY])
    repository = definitions(station).get_repository_def()
    with dg.build_schedule_context(instance, datetime.now(UTC), repository_def=repository) as context:
        assert tick.evaluate_tick(context).run_requests == []


def test_a_mistake_in_a_file_keeps_the_location_from_loading(
    checkout: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing runs while one file has a mistake, and the message names file and line."""
    monkeypatch.setenv("HUB_STATE", str(tmp_path / "state"))
    partner = next((checkout.root / "adapters" / "partners").glob("*.yaml"))
    partner.write_text(partner.read_text(encoding="utf-8") + "colour: blue\n", encoding="utf-8")
    with pytest.raises(Exception, match=rf"{partner.name}:\d+:\d+"):
        open_station(checkout.root)


def test_alerts_tell_the_operator_once(station: Station) -> None:
    """What the sensor hears stands in the file that `hub status` reads."""
    from hub.orchestrate.alerts import newest_alerts

    station.alert("to_centre_job", KEY, "centre/person: PermanentError: host key")
    assert [one["message"] for one in newest_alerts(station.state.folder.root)] == ["centre/person: PermanentError: host key"]
