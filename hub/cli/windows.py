"""`hub windows`: the accounts of the newest windows, as a table or JSON; `hub windows release` lets a blocked one pass."""

import click

from hub.account import accounts, release
from hub.cli import desk
from hub.cli.output import emit, json_option, say_left_out
from hub.run import live

COLUMNS = ("exchange", "window", "state", "source", "absent", "delivered", "unchanged", "rejected", "pending", "missing", "bytes")
EXPENDABLE = ("bytes", "absent", "unchanged", "source", "pending", "delivered", "rejected", "missing")
STATES = ("planned", "staged", "sending", "closed", "failed", "blocked")


@click.group(invoke_without_command=True)
@click.option("--exchange", help="Only this exchange, e.g. ministry/marriage_registration.")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only windows in one of these states.")
@click.option("--newest", type=click.IntRange(min=1), default=50, show_default=True, help="How many at the most.")
@json_option
@click.pass_context
def command(context: click.Context, exchange: str | None, states: tuple[str, ...], newest: int, as_json: bool) -> None:
    """The accounts of the windows, newest first."""
    if context.invoked_subcommand is None:
        rows = accounts(desk.state().engine, exchange=exchange, states=states, newest=newest)
        desk.meant(exchange, rows)
        empty = "No window yet: `hub run` runs what is due."
        say_left_out(emit(rows, COLUMNS, as_json=as_json, empty=empty, expendable=EXPENDABLE))


@command.command("release")
@click.argument("exchange")
@click.argument("window")
@click.option("--reason", required=True, help="An order's number or an account's name; it goes into the log.")
def release_command(exchange: str, window: str, reason: str) -> None:
    """Let a window that is blocked by its limits pass; the next run sends it."""
    release(desk.state(), exchange, window, reason, live())
    click.echo(f"{exchange} {window} is released; next: hub run {exchange}")
