"""Takes the plans of one schedule and a way to run a window; gives Dagster's assets, checks and job for them.

One multi-asset per schedule, one asset per standard table and partner, key ``[partner, table]``. The good tables are
materialized, then one Failure names the bad ones: a retry from the failure runs only those, and only their window is red.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from hub.account import Account
from hub.interface import HubError, TransientError
from hub.plan import Plan, Schedule

KEY_FORMAT = "%Y-%m-%d-%H:%M"
RETRIES = 3

RunWindow = Callable[[Plan, str], Account]
Reasons = Callable[[Plan, str], Sequence[tuple[str, str, int]]]


@dataclass(frozen=True, slots=True)
class Work:
    """What an asset needs: ``run`` brings one exchange up to a window, ``reasons`` counts its rejects by field and rule.

    ``seal`` seals the log when all exchanges of a run have ended.
    """

    run: RunWindow
    reasons: Reasons
    seal: Callable[[], None]


def job_name(schedule: Schedule) -> str:
    """The job's name in Dagster: it carries the state of the schedule, so it follows the file's name and nothing else."""
    return f"{schedule.name}_job"


def partitions(schedule: Schedule, since: datetime) -> dg.TimeWindowPartitionsDefinition:
    """The windows of a schedule that begin at ``since`` (local time) or later; the partition key is the window key.

    Dagster calls each one that has no materialization missing: those before an exchange's first window are not.
    """
    return dg.TimeWindowPartitionsDefinition(
        cron_schedule=schedule.cron,
        timezone=schedule.timezone,
        start=since.strftime(KEY_FORMAT),
        fmt=KEY_FORMAT,
    )


def exchange_assets(schedule: Schedule, plans: Sequence[Plan], work: Work, since: datetime) -> dg.AssetsDefinition:
    """The assets of one schedule. Each run works for one window; a table that fails does not stop the others.

    ``since``: as for ``partitions``.
    """
    by_key = {dg.AssetKey(plan.id.split("/")): plan for plan in plans}

    @dg.multi_asset(
        name=schedule.name,
        specs=[_spec(key, plan) for key, plan in by_key.items()],
        check_specs=[_check_spec(key) for key in by_key],
        partitions_def=partitions(schedule, since),
        can_subset=True,
        pool=f"partner_{schedule.partner}",
    )
    def exchange(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        failures: dict[str, HubError] = {}
        chosen = [plan for key, plan in by_key.items() if key in context.selected_asset_keys]
        try:
            for plan, outcome in _outcomes(chosen, context.partition_key, work.run, schedule.parallel):
                if isinstance(outcome, HubError):
                    failures[plan.id] = outcome
                    context.log.error(f"{plan.id}: {type(outcome).__name__}: {outcome}")
                else:
                    yield _result(plan, outcome, work.reasons(plan, context.partition_key))
        finally:
            work.seal()
        if failures:
            raise _failure(context, failures)

    return exchange


def _outcomes(plans: Sequence[Plan], key: str, run: RunWindow, parallel: int) -> Iterator[tuple[Plan, Account | HubError]]:
    """Each exchange with its account or its error, as they end; so many at once, begun in the order of ``plans``."""
    with ThreadPoolExecutor(parallel) as pool:
        running = {pool.submit(run, plan, key): plan for plan in plans}
        for future in as_completed(running):
            error = future.exception()
            if error is not None and not isinstance(error, HubError):
                pool.shutdown(cancel_futures=True)
                raise error
            yield running[future], error or future.result()


def exchange_job(schedule: Schedule, assets: dg.AssetsDefinition) -> UnresolvedAssetJobDefinition:
    """The job of one schedule: one run per partner at a time, retried from the tables that failed."""
    return dg.define_asset_job(
        job_name(schedule),
        selection=dg.AssetSelection.assets(assets),
        description=schedule.title,
        tags={
            "hub/partner": schedule.partner,
            "hub/schedule": schedule.name,
            "dagster/max_retries": str(RETRIES),
            "dagster/retry_strategy": "FROM_ASSET_FAILURE",
        },
    )


def _spec(key: dg.AssetKey, plan: Plan) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        skippable=True,
        group_name=plan.schedule.name,
        kinds={plan.partner.system, plan.partner.format},
        owners=[],
        description=f"{plan.table.title} → {plan.partner.title}",
        tags={"hub/standard": plan.table.standard, "hub/source": plan.source.name},
        metadata={
            "contract": f"{plan.table.standard}/{plan.table.name}@{plan.table.version}",
            "contract_file": str(plan.table.place),
            "mapping_file": str(plan.mapping.place),
            "source": plan.source.title,
            "purpose": plan.ground.purpose,
            "legal_basis": plan.ground.legal_basis,
            "plan": plan.digest[:12],
        },
    )


def _check_spec(key: dg.AssetKey) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        "account_is_complete",
        asset=key,
        description="source + absent = delivered + unchanged + rejected + pending; nothing missing",
    )


def _result(plan: Plan, account: Account, reasons: Sequence[tuple[str, str, int]]) -> dg.MaterializeResult[None]:
    key = dg.AssetKey(plan.id.split("/"))
    complete = account.balanced and account.pending == 0 and not account.missing
    check = dg.AssetCheckResult(
        check_name="account_is_complete",
        asset_key=key,
        passed=complete,
        severity=dg.AssetCheckSeverity.WARN if account.balanced else dg.AssetCheckSeverity.ERROR,
        metadata={"pending": account.pending, "missing": account.missing or 0},
    )
    return dg.MaterializeResult(asset_key=key, metadata=_metadata(plan, account, reasons), check_results=[check])


def _metadata(plan: Plan, account: Account, reasons: Sequence[tuple[str, str, int]]) -> Mapping[str, dg.MetadataValue]:
    """Counts, versions and rules; never a value of a row."""
    records = [dg.TableRecord({"field": field, "rule": rule, "rows": rows}) for field, rule, rows in reasons]
    columns = [dg.TableColumn("field"), dg.TableColumn("rule"), dg.TableColumn("rows", "int")]
    found: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(account.delivered),
        "source": dg.MetadataValue.int(account.source or 0),
        "absent": dg.MetadataValue.int(account.absent),
        "delivered": dg.MetadataValue.int(account.delivered),
        "unchanged": dg.MetadataValue.int(account.unchanged),
        "rejected": dg.MetadataValue.int(account.rejected),
        "pending": dg.MetadataValue.int(account.pending),
        "bytes": dg.MetadataValue.int(account.bytes),
        "parts": dg.MetadataValue.int(account.parts),
        "standard": dg.MetadataValue.text(f"{plan.table.standard}@{plan.table.version}"),
        "next": dg.MetadataValue.text(f"hub quarantine list {plan.id}" if account.rejected else "nothing to do"),
    }
    if records:
        found["reject_reasons"] = dg.MetadataValue.table(records, dg.TableSchema(columns))
    return found


def _failure(context: dg.AssetExecutionContext, failures: Mapping[str, HubError]) -> dg.Failure:
    """One failure for the run. Only errors that pass by themselves are retried: the class of an error is the instruction."""
    if not any(isinstance(error, TransientError) for error in failures.values()):
        context.instance.add_run_tags(context.run.run_id, {"dagster/max_retries": "0"})
    lines = [f"{name}: {type(error).__name__}: {error}" for name, error in sorted(failures.items())]
    return dg.Failure("\n".join(lines), metadata={"failed_exchanges": dg.MetadataValue.int(len(failures))})
