"""`hub backfill`: reads a past period again; what the partner has already stays unsent."""

from collections.abc import Callable
from datetime import datetime

import click

from hub.account import Account
from hub.cli import desk
from hub.cli.output import json_option
from hub.cli.progress import shown
from hub.cli.run import show, worst
from hub.interface import HubError
from hub.pipeline import Outcome, backfill
from hub.plan import Plan
from hub.run import live
from hub.sealing import seal_log

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d-%H:%M", "%Y-%m-%d %H:%M:%S"])


@click.command()
@click.argument("exchanges", nargs=-1, required=True)
@click.option("--from", "lower", type=_MOMENT, required=True, help="First moment, local time: 2026-11-01 or '2026-11-01 08:00'.")
@click.option("--to", "upper", type=_MOMENT, required=True, help="First moment that no longer belongs to it.")
@json_option
@click.pass_context
def command(context: click.Context, exchanges: tuple[str, ...], lower: datetime, upper: datetime, as_json: bool) -> None:
    """Send the period [FROM, TO) of EXCHANGES again; rows that the partner has in this very form are not sent twice."""
    plans = desk.chosen(desk.plans(), exchanges)
    state = desk.state()
    with shown(len(plans), quiet=as_json) as progress:
        run = live(progress)
        outcomes = [tried(plan, lambda plan: backfill(plan, lower, upper, state, run)) for plan in plans]
    show(outcomes, as_json=as_json)
    seal_log(state, run.clock())
    context.exit(worst(outcomes))


def tried(plan: Plan, work: Callable[[Plan], Account]) -> Outcome:
    """One exchange; its error is an outcome and does not stop the others."""
    try:
        account = work(plan)
    except HubError as error:
        return Outcome(plan.id, "", error=error)
    return Outcome(plan.id, account.window, account)
