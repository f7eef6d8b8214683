"""`hub status`: one line per exchange that needs somebody, and what to type next; exit code 1 if anything is late or failed."""

import json
from datetime import UTC, datetime

import click

from hub.cli import desk
from hub.cli.output import as_json_text, emit, json_option, say_left_out
from hub.orchestrate.alerts import newest_alerts
from hub.status import Standing, standing

_CALM = ("good", "waiting", "running", "due")
EXPENDABLE = ("last", "next", "pending", "missing", "refused", "due")
COLUMNS = ("exchange", "state", "last", "due", "pending", "refused", "missing", "next")


@click.command()
@click.argument("exchanges", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Also the exchanges with which all is well.")
@json_option
@click.pass_context
def command(context: click.Context, exchanges: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """What is late, what failed, and what to do."""
    state = desk.state()
    now = datetime.now(UTC)
    found = [standing(plan, state, now) for plan in desk.chosen(desk.plans(), exchanges)]
    alerts = newest_alerts(state.folder.root)
    bad = [one for one in found if one.state not in _CALM or one.missing]
    if as_json:
        click.echo(as_json_text({"exchanges": found, "alerts": alerts}))
    else:
        _print(found if everything else _worth_showing(found))
        for one in found:  # also of those whose next run may mend it by itself
            if one.error:
                click.echo(f"\n{one.exchange}: {one.error}")
        for alert in alerts:
            click.echo(f"alert {json.dumps(alert, ensure_ascii=False)}")
        click.echo(f"\n{len(found)} exchanges, {len(bad)} need somebody")
    context.exit(1 if bad else 0)


def _print(shown: list[Standing]) -> None:
    """The table; where it has no room for what to type, that stands below it, a line for each exchange."""
    left_out = emit(shown, COLUMNS, as_json=False, empty="All is well.", expendable=EXPENDABLE)
    say_left_out([key for key in left_out if key != "next"])
    if "next" in left_out:
        click.echo("".join(f"\n{one.next}" for one in shown if one.next))


def _worth_showing(found: list[Standing]) -> list[Standing]:
    return [one for one in found if one.state != "good" or one.missing or one.next]
