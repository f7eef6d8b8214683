"""`hub demo`: one two-hour window of real exchanges through Dagster, then a second one in which only the changes travel."""

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hub.cli.progress import shown
from hub.cli.report import Report
from hub.interface import ConfigurationError, DataError
from hub.root import find_root, state_folder

_ZONE = ZoneInfo("Asia/Shanghai")


@click.command()
@click.option("--people", default=4000, show_default=True, help="Synthetic people in the business systems.")
@click.option("--seed", default=20261122, show_default=True, help="The same seed makes the same people.")
def command(people: int, seed: int) -> None:
    """Seed the business systems, play the partners, run a window for every schedule, show its account and its proof."""
    from hub.sandbox.rehearsal import shift, start, step
    from hub.sandbox.server import down

    root = find_root()
    state = _fresh(state_folder(root))
    os.environ["HUB_STATE"] = str(state)
    upper = shift(datetime.now(_ZONE), 1)
    report = Report(root, state)
    report.say(f"The business systems with {people:,} synthetic people, and the partners, on loopback ...")
    start(root, state, upper=upper, seed=seed, people=people, attached=True)
    try:
        _window(report, root, state, upper, "First window: everything, because the partners have nothing yet")
        moment, _ = step(root, state, upper + timedelta(hours=1))
        report.say(f"\nBusiness goes on until {moment:%H:%M}: rows are added, changed, deleted and repaired.")
        _window(report, root, state, upper + timedelta(hours=2), "Second window: only the changes travel")
    finally:
        down(state)
    report.next_steps()


def _window(report: Report, root: Path, state: Path, end: datetime, title: str) -> None:
    """Run one window of every schedule through Dagster and print its account; DataError if it does not add up."""
    from hub.orchestrate.once import run_schedules

    key = f"{end - timedelta(hours=2):%Y-%m-%d-%H:%M}"
    report.say(f"\n{title} ({end - timedelta(hours=2):%Y-%m-%d %H:%M} to {end:%H:%M})")
    with shown(report.exchanges()) as progress:
        runs = list(run_schedules(root, state, key, progress))
    report.accounts(key)
    report.reasons(key)
    report.proof()
    failed = [run.schedule for run in runs if not run.success]
    if failed or not report.balanced(key):
        raise DataError(f"the window {key} did not go through ({', '.join(failed)}); next: hub status")


def _fresh(state: Path) -> Path:
    """An empty state folder. One that no rehearsal made is somebody's work and stays."""
    from hub.sandbox.rehearsal import end
    from hub.sandbox.server import down

    if state.exists() and any(state.iterdir()):
        if not (state / "sandbox" / "rehearsal.json").exists():
            raise ConfigurationError(f"{state} holds the state of a hub in use: run the demo with HUB_STATE=/another/folder")
        down(state)
        end(state)
        shutil.rmtree(state)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return state
