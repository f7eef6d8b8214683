"""The table of W1 through dlt and Sling, beside the hub in the same run: ratios of rows per second of client CPU.

    python -m tests.bench.peers .venv/peers/bin/python [--rows 1000000] [--repeat 3]

The peers only copy; the hub also maps, checks and accounts. CPU is that of the whole process, start included, on both sides.
dlt is in the virtual environment whose Python is given (requirements-peers.txt). Sling's wheel fetches its binary when it is
first imported, so it is not among them: it takes part if SLING_BINARY, or the PATH, has the binary.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from tests.bench import data
from tests.bench.window import Bench, facts, floor, one_run, sink

TARGETS = ("ndjson", "csv", "postgresql")
SLING_FORMATS = {"ndjson": "jsonlines", "csv": "csv"}
SILENT = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "SLING_DISABLE_TELEMETRY": "TRUE",
    "DO_NOT_TRACK": "1",
}


def main(python: Path, rows: int, repeat: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="hub-peers-") as folder, data.databases(rows) as made, sink() as address:
        bench = Bench(made, data.repository(Path(folder) / "root"), Path(folder), address)
        print(facts(made))
        wall, spent = floor(made)
        print(f"floor, psql COPY | COPY: {wall:.1f} s wall, {spent:.1f} s client CPU\n")
        print(f"{'target':12}{'who':8}{'CPU s':>8}{'wall s':>8}{'rows/s/core':>13}{'hub is':>9}", flush=True)
        for target in TARGETS:
            runs = [one_run(bench, target) for _ in range(repeat)]
            hub = statistics.median(run["cpu"] + run["start_cpu"] for run in runs)
            line(target, "hub", hub, statistics.median(run["wall"] for run in runs), rows, hub)
            for who, command in peers(python, target, made, Path(folder)):
                timed = [copied(command, made, Path(folder)) for _ in range(repeat)]
                line(target, who, *(statistics.median(each[number] for each in timed) for number in (0, 1)), rows, hub)
        if not sling():
            print("Sling did not take part: its binary is not here (SLING_BINARY, PATH), and its wheel would download it")


def line(target: str, who: str, spent: float, wall: float, rows: int, hub: float) -> None:
    """One row of the table."""
    print(f"{target:12}{who:8}{spent:>8.1f}{wall:>8.1f}{rows / spent:>13,.0f}{spent / hub:>8.1f}x", flush=True)


def peers(python: Path, target: str, made: data.Databases, folder: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Who takes part, and the command that copies the table."""
    place = made.target if target == "postgresql" else (folder / "out").as_uri()
    yield "dlt", [str(python), str(data.HERE / "dlt_copy.py"), made.source, target, place, str(folder / "work")]
    binary = sling()
    if binary:
        command = [binary, "run", "--src-conn", made.source + "?sslmode=disable", "--src-stream", "public.t_registration"]
        if target == "postgresql":
            yield "sling", [*command, "--tgt-conn", made.target + "?sslmode=disable", "--tgt-object", "public.t_registration"]
        else:
            form = SLING_FORMATS[target]
            yield "sling", [*command, "--tgt-object", f"{place}/t_registration.{form}", "--tgt-options", f"{{format: {form}}}"]


def sling() -> str | None:
    """Sling's binary; the launcher of its wheel, a script, does not count."""
    found = os.environ.get("SLING_BINARY") or shutil.which("sling")
    if not found or not Path(found).is_file():
        return None
    with Path(found).open("rb") as file:
        return found if file.read(2) != b"#!" else None


def copied(command: Sequence[str], made: data.Databases, folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of one copy into an empty place."""
    with psycopg.connect(made.target, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS bench CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    for name in ("out", "work"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir()
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, env=os.environ | SILENT, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent, time.perf_counter() - began


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("python", type=Path, help="the Python of the peers' virtual environment")
    options.add_argument("--rows", type=int, default=data.ROWS)
    options.add_argument("--repeat", type=int, default=3)
    chosen = options.parse_args()
    main(chosen.python.absolute(), chosen.rows, chosen.repeat)
