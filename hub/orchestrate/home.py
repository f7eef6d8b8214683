"""Takes the root and the state folder, prepares Dagster's home and runs its UI and daemon on loopback until told to stop.

Dagster's home is ``<state>/dagster``: with the repository root as home it would write into ``schedules/`` and other rooms.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

LOCATION = "jinmin-hub"  # never rename it: the state of every schedule hangs on this name
END_SECONDS = 15.0
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
    (home / "dagster.yaml").write_text(_settings((root / "dagster.yaml").read_text(encoding="utf-8"), home), encoding="utf-8")
    (home / "workspace.yaml").write_text(WORKSPACE, encoding="utf-8")
    environment = environment_of(root, state)
    os.environ.update(environment)
    from dagster import DagsterInstance  # reads DAGSTER_HOME, which stands only from here on

    with DagsterInstance.get() as instance:
        instance.get_runs_count()
        instance.all_instigator_state()
    return environment


def _settings(settings: str, home: Path) -> str:
    """The root's dagster.yaml; where it names no storage of its own, with the event log of ``hub.orchestrate.storage``."""
    if re.search(r"^(storage|event_log_storage)\s*:", settings, re.MULTILINE):
        return settings
    place = json.dumps(str(home / "history" / "runs"), ensure_ascii=False)  # a JSON text is a YAML text
    named = "module: hub.orchestrate.storage, class: KeptEventLogStorage"
    return f"{settings}\nevent_log_storage: {{{named}, config: {{base_dir: {place}}}}}\n"


def environment_of(root: Path, state: Path) -> dict[str, str]:
    """What a Dagster process of this root must find in its environment."""
    return {
        "DAGSTER_HOME": str(state / "dagster"),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "HUB_ROOT": str(root),
        "HUB_STATE": str(state),
    }


def serve(root: Path, state: Path, host: str, port: int) -> int:
    """Run the UI and the daemon until SIGINT or SIGTERM, then end both and whatever they started. Gives the exit code."""
    environment = os.environ | prepare(root, state)
    # `dagster dev` warns its developers that another command will replace it: not our operator's business.
    environment["PYTHONWARNINGS"] = "ignore::FutureWarning"
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(state / "dagster" / "workspace.yaml")]
    command += ["-h", host, "-p", str(port), "--log-level", "warning"]
    asked = threading.Event()
    # Before the start: a signal that our own parent ignores would be ignored by every child as well.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    process = subprocess.Popen(command, cwd=state / "dagster", env=environment, start_new_session=True)  # noqa: S603 - our words
    while process.poll() is None and not asked.wait(0.2):
        pass
    _end(process)
    return 0 if asked.is_set() else process.returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    """End Dagster, which ends its servers; then whatever of its process group is left."""
    process.send_signal(signal.SIGINT)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=END_SECONDS)
        if not _group_lives(process.pid):
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def _group_lives(group: int) -> bool:
    end = time.monotonic() + END_SECONDS
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True
