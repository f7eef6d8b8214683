"""Every schedule once, without a daemon: what the UI shows of it later."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.compiled import compiled
from hub.window import newest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import json, sys
from pathlib import Path
from dagster import DagsterInstance, RunsFilter
from hub.orchestrate.once import run_schedules

if __name__ == "__main__":
    root, state, key = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    ended = list(run_schedules(root, state, key, lambda _event: None))
    with DagsterInstance.get() as instance:
        shown = instance.get_runs(RunsFilter(job_name="to_centre_job", tags={".dagster/repository": "__repository__@jinmin-hub"}))
    print(json.dumps([[one.success for one in ended], [one.run_id for one in ended], [one.run_id for one in shown]]))
"""


@pytest.mark.slow
def test_its_runs_stand_on_the_job_page_beside_those_of_the_daemon(checkout: Any, tmp_path: Path) -> None:
    """The UI asks for runs by job and repository; a run that fails, here for want of the partner's address, is shown as well."""
    shutil.copyfile(ROOT / "dagster.yaml", checkout.root / "dagster.yaml")
    (plan, *_) = compiled(checkout.root).sound().values()
    cell = newest(plan.schedule, datetime.now(UTC))
    assert cell is not None
    program, state = tmp_path / "program.py", tmp_path / "state"
    program.write_text(PROGRAM)
    command = [sys.executable, str(program), str(checkout.root), str(state), f"{cell[0]:%Y-%m-%d-%H:%M}"]
    environment = {key: value for key, value in os.environ.items() if key != "CENTRE_URL"} | {
        "PYTHONPATH": str(ROOT),
        "HUB_STATE": str(state),
    }
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=300).stdout
    success, ended, shown = json.loads(told.splitlines()[-1])
    assert success == [False]
    assert shown == ended
