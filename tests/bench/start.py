"""How long the commands take to start: takes nothing, prints wall and CPU seconds, medians of 5 after one that fills the caches.

python -m tests.bench.start
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

from tests.bench.data import ROOT

PASSES = 5
HUB = "from hub.cli.main import main; main()"
LOCATION = "from hub.orchestrate.location import defs; defs().get_repository_def()"
COMMANDS = {  # what, aim in seconds, command
    "hub --help": (0.3, ["-c", HUB, "--help"]),
    "hub check": (1.0, ["-c", HUB, "check"]),
    "Dagster code location": (5.0, ["-c", LOCATION]),
}


def main() -> None:
    """Measure and print."""
    print(f"{'':24}{'wall s':>8}{'CPU s':>8}{'aim s':>8}    load {os.getloadavg()[0]:.1f}")
    for what, (aim, arguments) in COMMANDS.items():
        timed = [once(arguments) for _ in range(PASSES + 1)][1:]
        wall, spent = (statistics.median(each[number] for each in timed) for number in (0, 1))
        print(f"{what:24}{wall:>8.2f}{spent:>8.2f}{aim:>8.1f}", flush=True)


def once(arguments: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process, in the checkout, with a state folder of its own."""
    with tempfile.TemporaryDirectory(prefix="hub-start-") as folder:
        environment = os.environ | {"HUB_ROOT": str(ROOT), "HUB_STATE": folder, "DAGSTER_HOME": folder, "PYTHONPATH": str(ROOT)}
        before, began = os.times(), time.perf_counter()
        subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)
        wall, after = time.perf_counter() - began, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
