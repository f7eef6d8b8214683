"""One window of W1 through the real pipeline to each target: rows per second of client CPU, peak memory, share of the books.

    python -m tests.bench.window [--rows N] [--targets ndjson,csv,postgresql,http] [--repeat 3] [--memory 4]

Each run is a process of its own with a fresh state folder. That the account balances and that every row was accepted or refused
is asserted; times are only printed. The floor is ``psql COPY TO | psql COPY FROM`` of the same table, measured between the runs.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from hub.compiled import compiled
from tests.bench import data

TARGETS = ("ndjson", "csv", "postgresql", "http")
AIMS = {"ndjson": 85_000, "csv": 110_000, "postgresql": 100_000}  # rows per second of client CPU
PEAK_MIB = 300
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bench:
    """What the runs share."""

    made: data.Databases
    root: Path
    folder: Path
    sink: str


def main(rows: int, targets: Sequence[str], repeat: int, memory: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder, data.databases(rows) as made, sink() as address:
        bench = Bench(made, data.repository(Path(folder) / "root"), Path(folder), address)
        print(facts(made), flush=True)
        floors, told = [floor(made)], {target: [] for target in targets}
        for _ in range(repeat):
            for target in targets:
                told[target].append(one_run(bench, target))
            floors.append(floor(made))
        table(told, made.rows, floors)
        if memory > 1:
            larger = Bench(data.multiplied(made, memory), bench.root, bench.folder, address)
            print(f"\npeak memory, MiB, with {made.rows:,} and {larger.made.rows:,} rows (aim: {PEAK_MIB}, whatever the rows)")
            for target in targets:
                after = one_run(larger, target)
                before = statistics.median(each["peak_mib"] for each in told[target])
                print(
                    f"{target:12}{before:8.0f}{after['peak_mib']:8.0f}   {larger.made.rows / after['cpu']:,.0f} rows/s/core",
                    flush=True,
                )


def facts(made: data.Databases) -> str:
    """What the numbers were measured on."""
    with psycopg.connect(made.source) as connection:
        version, size = (
            connection.execute("SHOW server_version").fetchone(),
            connection.execute("SELECT pg_size_pretty(pg_table_size('t_registration'))").fetchone(),
        )
    model = [
        line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    return (
        f"{made.rows:,} rows x 40 columns ({size and size[0]}), {made.defects:,} with a defect; {os.cpu_count()} x {model[0]}, "
        f"load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}, PostgreSQL {version and version[0]}"
    )


@contextmanager
def sink() -> Iterator[str]:
    """The receiver of HTTP batches, a process of its own; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hub.sandbox.sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.communicate()


def one_run(bench: Bench, target: str) -> Told:
    """A window in a process of its own; its figures. What it has written is removed."""
    state, inbox = bench.folder / "state", bench.folder / "inbox"
    inbox.mkdir()
    state.mkdir()
    plan = next(plan for plan in compiled(bench.root, state).sound().values() if plan.partner.name == target)
    if target == "postgresql":
        data.empty_target(bench.made.target, plan.layout)
    addresses = {"BENCH_SOURCE_URL": bench.made.source, "BENCH_TARGET_URL": bench.made.target, "BENCH_SINK_URL": bench.sink}
    environment = os.environ | addresses | {"PYTHONPATH": str(data.ROOT), "HUB_DATABASE_URL": ""}
    command = [sys.executable, "-m", "tests.bench.one_window", str(bench.root), str(state), target]
    done = subprocess.run(command, env=environment, cwd=bench.folder, stdout=subprocess.PIPE, text=True, check=True)
    shutil.rmtree(state)
    shutil.rmtree(inbox)
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["balanced"], told
    assert told["source"] == bench.made.rows == told["delivered"] + told["rejected"], told
    assert told["rejected"] == bench.made.defects, (told, bench.made.defects)
    return told


def floor(made: data.Databases) -> tuple[float, float]:
    """The same table by psql into the other database: seconds of wall time and of both clients' CPU."""
    with psycopg.connect(made.target, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS t_registration")
    dump = ["pg_dump", "--schema-only", "-t", "t_registration", made.source]
    schema = subprocess.run(dump, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["psql", "-qX", made.target], input=schema, stdout=subprocess.DEVNULL, check=True)
    before, began = os.times(), time.perf_counter()
    read = subprocess.Popen(["psql", "-qXc", "COPY t_registration TO STDOUT", made.source], stdout=subprocess.PIPE)
    write = subprocess.Popen(["psql", "-qXc", "COPY t_registration FROM STDIN", made.target], stdin=read.stdout)
    assert read.stdout
    read.stdout.close()
    assert write.wait() == read.wait() == 0
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    with psycopg.connect(made.target, autocommit=True) as connection:
        connection.execute("DROP TABLE t_registration")
    return time.perf_counter() - began, spent


def table(told: Mapping[str, Sequence[Told]], rows: int, floors: Sequence[tuple[float, float]]) -> None:
    """Medians."""
    wall, spent = (statistics.median(each[number] for each in floors) for number in (0, 1))
    print(f"\nfloor, psql COPY | COPY: {wall:.1f} s wall, {spent:.1f} s client CPU, {rows / wall:,.0f} rows/s")
    print(
        f"\n{'target':12}{'rows/s/core':>12}{'aim':>9}{'CPU s':>8}{'min-max':>14}{'wall s':>8}{'x floor':>9}{'start CPU s':>12}"
        f"{'peak MiB':>10}{'books %':>9}{'rejects %':>10}{'accepted':>11}{'rejected':>10}"
    )
    for target, runs in told.items():
        one = {name: statistics.median(run[name] for run in runs) for name in ("cpu", "wall", "start_cpu", "peak_mib")}
        books, rejects = (100 * statistics.median(run[name] / run["wall"] for run in runs) for name in ("books", "rejects"))
        spread = f"{min(run['cpu'] for run in runs):.1f}-{max(run['cpu'] for run in runs):.1f}"
        print(
            f"{target:12}{rows / one['cpu']:>12,.0f}{AIMS.get(target, 0):>9,}{one['cpu']:>8.1f}{spread:>14}{one['wall']:>8.1f}"
            f"{one['wall'] / wall:>9.1f}{one['start_cpu']:>12.1f}{one['peak_mib']:>10.0f}{books:>9.1f}{rejects:>10.1f}"
            f"{runs[0]['delivered']:>11,}{runs[0]['rejected']:>10,}"
        )
    print("books: account, log and seal, as a share of wall time; rejects: keeping refused rows in quarantine")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=data.ROWS)
    options.add_argument("--targets", default=",".join(TARGETS), help="some of ndjson,csv,postgresql,http")
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--memory", type=int, default=4, help="how many times the rows for the memory check; 1: none")
    chosen = options.parse_args()
    main(chosen.rows, chosen.targets.split(","), chosen.repeat, chosen.memory)
