"""`hub settle`: asks partners about parts whose outcome is open, sends what still waits, and seals the log."""

import click

from hub.cli import desk
from hub.cli.output import json_option
from hub.cli.run import show, worst
from hub.pipeline import settle
from hub.run import live
from hub.sealing import seal_log


@click.command()
@click.argument("exchanges", nargs=-1)
@json_option
@click.pass_context
def command(context: click.Context, exchanges: tuple[str, ...], as_json: bool) -> None:
    """Ask partners what became of parts whose receipt is missing, for all EXCHANGES or those named."""
    state, run = desk.state(), live()
    outcomes = settle(desk.chosen(desk.plans(), exchanges), state, run)
    show(outcomes, as_json=as_json)
    seal_log(state, run.clock())
    context.exit(worst(outcomes))
