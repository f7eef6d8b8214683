"""Takes the root and the state folder, prepares Dagster's home and runs its UI and daemon on loopback until told to stop.

Dagster's home is ``<state>/dagster``: with the repository root as home it would write into ``schedules/`` and other rooms.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

LOCATION = "jinmin-hub"  # never rename it: the state of every schedule hangs on this name
WORKSPACE = f"""load_from:
  - python_module:
      module_name: hub.orchestrate.location
      location_name: {LOCATION}
"""


def prepare(root: Path, state: Path) -> dict[str, str]:
    """Make Dagster's home and create its databases once (two servers that race for an empty home break it).

    Gives the environment for every Dagster process of this root.
    """
    home = state / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(root / "dagster.yaml", home / "dagster.yaml")
    (home / "workspace.yaml").write_text(WORKSPACE, encoding="utf-8")
    environment = environment_of(root, state)
    os.environ.update(environment)
    from dagster import DagsterInstance  # reads DAGSTER_HOME, which stands only from here on

    with DagsterInstance.get() as instance:
        instance.get_runs_count()
        instance.all_instigator_state()
    return environment


def environment_of(root: Path, state: Path) -> dict[str, str]:
    """What a Dagster process of this root must find in its environment."""
    return {
        "DAGSTER_HOME": str(state / "dagster"),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "HUB_ROOT": str(root),
        "HUB_STATE": str(state),
    }


def serve(root: Path, state: Path, host: str, port: int) -> int:
    """Run the UI and the daemon; SIGINT and SIGTERM end both and whatever they started. Gives Dagster's exit code."""
    environment = os.environ | prepare(root, state)
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(state / "dagster" / "workspace.yaml")]
    command += ["-h", host, "-p", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=root, env=environment, start_new_session=True)  # noqa: S603 - our own words

    def end(_signal: int, _frame: FrameType | None) -> None:
        os.killpg(process.pid, signal.SIGINT)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return process.wait()
