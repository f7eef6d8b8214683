"""Dagster's default launcher, able to tell that the server which held a run is gone; alone uses Dagster's private launch modules.

With the stock launcher a run whose host died stays STARTED for ever and holds its partner's slot. Only an unreachable server
counts as dead: a reloaded code location answers for a new process and must not end runs that the old one still carries.
"""

import json

from dagster import DagsterRun
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient
from dagster._serdes import ConfigurableClass


class WatchedRunLauncher(DefaultRunLauncher, ConfigurableClass):
    """The default launcher with a health check of the run's own server."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring asks only launchers that say yes."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """FAILED when nothing answers where the run was started, else RUNNING."""
        where = json.loads(run.tags.get(GRPC_INFO_TAG, "{}"))
        if not where:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        client = DagsterGrpcClient(
            host=where.get("host"),
            port=where.get("port"),
            socket=where.get("socket"),
            use_ssl=bool(where.get("use_ssl")),
        )
        try:
            client.ping("alive?")
        except DagsterUserCodeUnreachableError:
            return CheckRunHealthResult(WorkerStatus.FAILED, "the process that carried this run is gone")
        return CheckRunHealthResult(WorkerStatus.RUNNING)
