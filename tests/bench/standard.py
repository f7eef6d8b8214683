"""Workload W2: one window of all 180 tables of the standard to the ministry, through Dagster, in the sandbox.

    python -m tests.bench.standard [--people 24000]

About 2,000 rows a table with 24,000 people. The sandbox (seeding, the ministry) runs in a process of its own, whose CPU is told
apart. That every account balances is asserted; times are only printed. The largest process is that of the hub's own workers.
"""

import argparse
import os
import resource
import tempfile
import time
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.account import Account, accounts
from hub.orchestrate.once import run_schedules
from hub.root import find_root
from hub.run import Compared, Encoded, Ended, Event, Extracted, Opened
from hub.sandbox.rehearsal import shift, start
from hub.sandbox.server import down
from hub.state.database import open_state

_STEPS = {Opened: "opened", Extracted: "read and judged", Compared: "compared", Encoded: "encoded"}


class Watch:
    """Where the time of the tables goes: from each event of an exchange to the next, summed over exchanges side by side."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._last: dict[str, tuple[str, float]] = {}

    def told(self, event: Event) -> None:
        """One event of one exchange."""
        now = time.perf_counter()
        step, since = self._last.get(event.exchange, ("", now))
        if step:
            self.spent[f"after {step}"] += now - since
        self._last[event.exchange] = ("" if isinstance(event, Ended) else _STEPS.get(type(event), "sent"), now)


def main(people: int) -> None:
    """Seed, run, print."""
    root = find_root()
    with tempfile.TemporaryDirectory(prefix="hub-w2-") as folder:
        state = Path(folder)
        os.environ["HUB_STATE"] = folder
        upper = shift(datetime.now(ZoneInfo("Asia/Shanghai")), 1)
        began = time.perf_counter()
        start(root, state, upper=upper, people=people, partners=None, attached=True)
        print(f"seeded {people:,} people in {time.perf_counter() - began:.1f} s; load {os.getloadavg()[0]:.1f}", flush=True)
        try:
            measured(root, state, f"{upper - timedelta(hours=2):%Y-%m-%d-%H:%M}")
        finally:
            down(state)


def measured(root: Path, state: Path, key: str) -> None:
    """One window of every schedule."""
    watch, began = Watch(), time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    runs = list(run_schedules(root, state, key, watch.told))
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert all(run.success for run in runs), runs
    found = [one for one in accounts(open_state(state).engine, newest=10_000) if one.window == key]
    assert all(one.balanced and one.state == "closed" for one in found)
    ministry = [one for one in found if one.exchange.startswith("ministry/")]
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{len(ministry)} tables to the ministry and {len(found) - len(ministry)} others: {told(found)}")
    print(f"wall {wall:.1f} s (aim 60), CPU of the workers {spent:.1f} s, {1000 * spent / len(found):.0f} ms a table")
    print(f"largest process {after.ru_maxrss / 1024:.0f} MiB (aim 300)")
    print("where the time of the tables goes (side by side, so more than the wall time):")
    for step, seconds in sorted(watch.spent.items(), key=lambda one: -one[1]):
        print(f"  {step:24}{seconds:8.1f} s")


def told(found: list[Account]) -> str:
    """Rows."""
    names = ("source", "delivered", "unchanged", "rejected", "pending")
    return ", ".join(f"{sum(getattr(one, name) for one in found):,} {name}" for name in names)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, default=24_000)
    main(options.parse_args().people)
