"""How fast the sandbox makes its source systems: takes a number of people, prints rows, rows per CPU second and peak memory.

    python -m tests.bench.generator [--people 50000] [--seed 7] [--source NAME ...]

Seeds SQLite files: the three systems whose schemas are known in full together, then every story alone (so each makes the
people anew), then all stories in one world, as ``hub sandbox up`` does, and a step of them. Each in a process of its own; CPU
seconds are user and system.
"""

import argparse
import multiprocessing
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from hub.load import load
from hub.sandbox.store import SYSTEMS
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import STORIES, scripts
from hub.sandbox.world.steps import step
from tests.bench.data import ROOT

UPPER = datetime(2026, 11, 22, 2)  # noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it
STEP = datetime(2026, 11, 22, 3)  # noqa: DTZ001
_MIB = 2**20 if sys.platform == "darwin" else 2**10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--source", action="append", help="only these stories; by default all of them")
    arguments = parser.parse_args()
    stories = arguments.source or sorted(path.stem for path in STORIES.glob("*.sql"))
    print(f"{arguments.people:,} people, seed {arguments.seed}, load {os.getloadavg()[0]:.1f}")
    print(f"{'':24}{'rows':>12}{'CPU s':>9}{'rows/s':>10}{'peak MiB':>10}{'wall s':>9}", flush=True)
    rounds = [("+".join(SYSTEMS), tuple(SYSTEMS))] if not arguments.source else []
    rounds += [(name, (name,)) for name in stories]
    for what, told, then in (*((*each, False) for each in rounds), ("all of these stories", tuple(stories), True)):
        alone = multiprocessing.get_context("spawn").Process(
            target=measured, args=(what, told, arguments.people, arguments.seed, then)
        )
        alone.start()
        alone.join()


def measured(what: str, stories: Sequence[str], people: int, number: int, then: bool) -> None:
    """Seed the named stories, ``then`` let a step happen in them; print a line for each."""
    told = [script for script in scripts(load(ROOT, UPPER.date())[0]) if script.name in stories]
    with tempfile.TemporaryDirectory(prefix="hub-generator-") as folder:
        urls = {name: f"sqlite:///{folder}/{name}.db" for name in stories}
        began = time.process_time(), time.perf_counter()
        fill(told, urls, number, people, UPPER)
        line(what, rows(folder), began)
        if then:
            began = time.process_time(), time.perf_counter()
            step(told, urls, number, 1, STEP)
            line("a step of them", changed(urls, stories), began)


def line(what: str, many: int, began: tuple[float, float]) -> None:
    """Print one measurement."""
    spent, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB
    print(f"{what:24}{many:>12,}{spent:>9.2f}{many / spent:>10,.0f}{peak:>10.0f}{wall:>9.2f}", flush=True)


def rows(folder: str) -> int:
    """In all tables of the business systems; the sandbox's own books do not count."""
    found = 0
    for path in Path(folder).glob("*.db"):
        with closing(sqlite3.connect(path)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sandbox%'")
            for (name,) in names.fetchall():
                found += int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
    return found


def changed(urls: Mapping[str, str], stories: Sequence[str]) -> int:
    """Rows that the step made, changed or deleted."""
    found = 0
    for name in stories:
        with closing(sqlite3.connect(urls[name].removeprefix("sqlite:///"))) as connection:
            found += int(connection.execute("SELECT count(*) FROM sandbox_change").fetchone()[0])
    return found


if __name__ == "__main__":
    main()
