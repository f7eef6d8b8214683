"""`hub quarantine`: lists, shows, replays and discards the rows that were refused; values are masked unless asked for."""

import click

from hub.cli import desk
from hub.cli.backfill import tried
from hub.cli.output import as_json_text, emit, json_option, plain
from hub.cli.run import show, worst
from hub.pipeline import replay
from hub.quarantine import discard, listed, reasons, shown
from hub.run import live
from hub.sealing import seal_log


@click.group()
def command() -> None:
    """The rows that were refused: list, show, replay, discard."""


@command.command("list")
@click.argument("exchange", required=False)
@click.option("--rule", help="Only rows with this finding, e.g. check-digit.")
@click.option("--state", default="open", show_default=True, type=click.Choice(["open", "replayed", "superseded", "discarded"]))
@click.option("--newest", type=click.IntRange(min=1), default=50, show_default=True, help="How many at the most.")
@click.option("--reasons", "summary", is_flag=True, help="Count by field and rule instead of listing rows.")
@json_option
def list_command(exchange: str | None, rule: str | None, state: str, newest: int, summary: bool, as_json: bool) -> None:
    """List refused rows, or with --reasons why rows were refused."""
    engine = desk.state().engine
    if summary:
        counted = reasons(engine, exchange)
        desk.meant(exchange, counted)
        emit(counted, ("exchange", "field", "rule", "rows"), as_json=as_json, empty="No row is in quarantine.")
        return
    rows = [
        plain(entry) | {"why": ", ".join(f"{field or 'row'}: {code}" for field, code in entry.findings)}
        for entry in listed(engine, exchange, state=state, rule=rule, newest=newest)
    ]
    desk.meant(exchange, rows)
    emit(rows, ("id", "exchange", "stage", "last_window", "seen", "why"), as_json=as_json, empty="No row is in quarantine.")


@command.command("show")
@click.argument("exchange")
@click.argument("entry", type=int)
@click.option("--unmask", is_flag=True, help="Show the values themselves; the log keeps that you did.")
@json_option
def show_command(exchange: str, entry: int, unmask: bool, as_json: bool) -> None:
    """Show one refused row, masked."""
    found = shown(desk.state(), desk.one(desk.plans(), exchange), entry, live(), unmask=unmask)
    if as_json:
        click.echo(as_json_text(found))
        return
    click.echo(f"{found.exchange} {found.id}: {found.state}, stage {found.stage}, standard {found.standard}")
    for field, rule in found.findings:
        click.echo(f"  {rule}: {field or 'the whole row'}")
    emit([{"column": key, "value": value} for key, value in (found.row or {}).items()], ("column", "value"), as_json=False)


@command.command("replay")
@click.argument("exchange")
@click.argument("entries", type=int, nargs=-1)
@json_option
@click.pass_context
def replay_command(context: click.Context, exchange: str, entries: tuple[int, ...], as_json: bool) -> None:
    """Send refused rows again after the mapping or the partner was mended: these ENTRIES, or all of the exchange."""
    state, plan, run = desk.state(), desk.one(desk.plans(), exchange), live()
    outcome = tried(plan, lambda plan: replay(plan, state, run, entries=entries or None))
    show([outcome], as_json=as_json)
    seal_log(state, run.clock())
    context.exit(worst([outcome]))


@command.command("discard")
@click.argument("exchange")
@click.argument("entries", type=int, nargs=-1, required=True)
@click.option("--reason", required=True, help="An order's number or an account's name; it goes into the log.")
def discard_command(exchange: str, entries: tuple[int, ...], reason: str) -> None:
    """Give up rows that nobody will mend."""
    click.echo(f"{discard(desk.state(), exchange, entries, reason, live())} rows discarded")
