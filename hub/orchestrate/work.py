"""Takes the plans and the state of a root, gives Dagster's assets the functions they call; knows the pipeline, not Dagster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.account import Account
from hub.compiled import compiled
from hub.orchestrate.alerts import keep_alert
from hub.pipeline import run_window, settle
from hub.plan import Plan, Schedule
from hub.quarantine import reasons
from hub.root import state_folder
from hub.run import Event, Progress, live
from hub.sealing import seal_in_passing, seal_log
from hub.state.database import State, open_state
from hub.window import due, first_begun, named


@dataclass(frozen=True, slots=True)
class Station:
    """The compiled plans of a root and its open state, for one Dagster process."""

    plans: Mapping[str, Plan]
    state: State
    progress: Progress

    def of(self, schedule: Schedule) -> list[Plan]:
        """The exchanges of one schedule."""
        return [plan for plan in self.plans.values() if plan.schedule.name == schedule.name]

    def schedules(self) -> list[Schedule]:
        """Every schedule that has an exchange."""
        return list({plan.schedule.name: plan.schedule for plan in self.plans.values()}.values())

    def since(self, schedule: Schedule) -> datetime:
        """From when on the windows of a schedule are of interest: its oldest begun one. Before the first, any may be chosen."""
        return first_begun(self.state.engine, {plan.id for plan in self.of(schedule)}) or schedule.start

    def run(self, plan: Plan, key: str) -> Account:
        """Bring an exchange up to the window ``key``: windows before it that are due run first, oldest first."""
        run = live(self.progress)
        try:
            for window in due(self.state.engine, plan, run.clock()):
                if window.kind == "regular" and window.key < key:
                    run_window(plan, window, self.state, run)
            return run_window(plan, named(self.state.engine, plan, key, run.clock()), self.state, run)
        finally:
            seal_in_passing(self.state, run.clock())

    def seal(self) -> None:
        """Seal what a run has recorded, at its end."""
        seal_log(self.state, datetime.now(UTC))

    def due(self, schedule: Schedule, now: datetime) -> Sequence[str]:
        """The windows in which any exchange of the schedule has something to do, oldest first."""
        return sorted({window.key for plan in self.of(schedule) for window in due(self.state.engine, plan, now)})

    def reasons(self, plan: Plan, key: str) -> Sequence[tuple[str, str, int]]:
        """Why rows of a window were refused: field, rule, rows; the ten most frequent."""
        return [(found.field, found.rule, found.rows) for found in reasons(self.state.engine, plan.id, key)[:10]]

    def settle(self) -> int:
        """Ask about open parts; how many windows were worked on."""
        run = live(self.progress)
        settled = settle(self.plans.values(), self.state, run)
        seal_log(self.state, run.clock())
        return len(settled)

    def alert(self, job: str, window: str, message: str) -> None:
        """Keep one alert for the operator."""
        keep_alert(self.state.folder.root, job, window, message, datetime.now(UTC))


def _silent(_event: Event) -> None:
    """Nobody watches a run of the daemon; its log tells what happened."""


def open_station(root: Path, progress: Progress = _silent) -> Station:
    """Compile every plan and open the state. Problems with every mistake of every file: nothing runs then."""
    folder = state_folder(root)
    return Station(compiled(root, folder).sound(), open_state(folder), progress)
