"""`hub run`: brings exchanges up to now, shows how they go, and seals the log; the exit code is that of the worst error."""

from collections.abc import Sequence

import click

from hub.cli import desk
from hub.cli.output import emit, json_option, plain, say_left_out
from hub.cli.progress import shown
from hub.interface import HubError
from hub.pipeline import Outcome, run_due, run_window
from hub.plan import Plan
from hub.run import Run, live
from hub.sealing import seal_log
from hub.state.database import State
from hub.window import named

COLUMNS = ("exchange", "window", "state", "source", "absent", "delivered", "unchanged", "rejected", "pending", "bytes")
EXPENDABLE = ("bytes", "absent", "unchanged", "source", "pending", "delivered", "rejected")


@click.command()
@click.argument("exchanges", nargs=-1)
@click.option("--window", help="Only this window, e.g. 2026-11-22-02:00, instead of all that are due.")
@json_option
@click.pass_context
def command(context: click.Context, exchanges: tuple[str, ...], window: str | None, as_json: bool) -> None:
    """Run the windows that are due, oldest first, for all EXCHANGES or those named (ministry/*, a schedule, a table).

    Running again is safe at any time: a closed window stays as it is, an interrupted one goes on where it stands.
    """
    plans = desk.chosen(desk.plans(), exchanges)
    state = desk.state()
    with shown(len(plans), quiet=as_json) as progress:
        run = live(progress)
        outcomes = run_due(plans, state, run) if window is None else tuple(_one(plan, window, state, run) for plan in plans)
    show(outcomes, as_json=as_json)  # before the seal: a full disk must not keep from anybody what has left
    seal_log(state, run.clock())
    context.exit(worst(outcomes))


def _one(plan: Plan, window: str, state: State, run: Run) -> Outcome:
    try:
        return Outcome(plan.id, window, run_window(plan, named(state.engine, plan, window, run.clock()), state, run))
    except HubError as error:
        return Outcome(plan.id, window, error=error)


def show(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    """One row for each window that was worked on, then what went wrong: a sentence has no room in a table."""
    rows = []
    for outcome in outcomes:
        account = plain(outcome.account) if outcome.account else {"exchange": outcome.exchange, "window": outcome.window}
        told = f"{type(outcome.error).__name__}: {outcome.error}" if outcome.error else ""
        rows.append(account | {"state": account.get("state", "not closed"), "error": told})
    say_left_out(emit(rows, COLUMNS, as_json=as_json, empty="No window is due.", expendable=EXPENDABLE))
    for row in rows:
        if row["error"] and not as_json:
            click.echo(f"\n{' '.join(filter(None, (row['exchange'], row['window'])))}: {row['error']}")


def worst(outcomes: Sequence[Outcome]) -> int:
    """The exit code of the error that needs a person most; 0 without one."""
    return max((outcome.error.exit_code for outcome in outcomes if outcome.error), default=0)
