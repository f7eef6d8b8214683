"""`hub contract shadow`: today's rows under the next release of their standard, judged and not sent."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from hub.cli import desk
from hub.cli.output import as_json_text, emit, json_option
from hub.compiled import compiled
from hub.connection import INSTALLED
from hub.contract.model import Standard
from hub.interface import ConfigurationError
from hub.plan import Plan
from hub.problem import nearest
from hub.root import find_root, state_folder
from hub.shadow import Ahead, Shadow, ahead, shadow

EXCHANGES = ("exchange", "read", "total:of", "refused_now:refused now", "refused_next:then", "newly:newly", "note")
RULES = ("exchange", "rule", "title", "rows:newly refused")


@click.command()
@click.argument("release")
@click.argument("exchanges", nargs=-1)
@click.option(
    "--rows", type=click.IntRange(min=1), default=100_000, show_default=True, help="Look at so many rows of each exchange."
)
@json_option
@click.pass_context
def command(context: click.Context, release: str, exchanges: tuple[str, ...], rows: int, as_json: bool) -> None:
    """Count the rows that go today and that RELEASE (jinmin@1.1.0) would refuse, by table and rule. Nothing is sent.

    All EXCHANGES of the standard, or those named (ministry/*, a schedule, a table). Only numbers are shown, no value.
    Exit code 0: all rows go on; 1: some would be refused; 2: mappings do not fit; otherwise why a source could not be read.
    """
    root = find_root()
    folder = state_folder(root)
    made = compiled(root, folder)
    plans = made.sound()
    standard = made.repository.standards.get(release)
    if standard is None:
        raise ConfigurationError(f"there is no release {release[:60]!r}: {nearest(release, made.repository.standards)}")
    chosen = _chosen(desk.chosen(plans, exchanges), standard)
    later = ahead(made.repository, chosen, standard)
    today = datetime.now(UTC).astimezone().date()
    days = (today, max(today, standard.effective_from))
    found = [shadow(plan, later, days, INSTALLED, folder, rows) for plan in chosen]
    if as_json:
        click.echo(as_json_text({"release": release, "exchanges": found, "problems": later.problems}))
    else:
        _print(found, later, standard)
    context.exit(_code(found, later))


def _chosen(plans: Sequence[Plan], standard: Standard) -> list[Plan]:
    """The exchanges that send another release of the standard today."""
    found = [plan for plan in plans if plan.table.standard == standard.name and plan.table.version != standard.version]
    if not found:
        name = f"{standard.name}@{standard.version}"
        raise ConfigurationError(f"none of the exchanges sends {standard.name} in another release than {name}: hub plan")
    return found


def _print(found: Sequence[Shadow], later: Ahead, standard: Standard) -> None:
    for problem in later.problems:
        click.echo(str(problem))
    told = [each for each in found if each.newly or each.own_rows or each.state in ("no plan", "not read")]
    if told:
        emit([_line(each) for each in told], EXCHANGES, as_json=False)
    refusals = [
        {"exchange": each.exchange, "rule": refusal.rule, "title": refusal.title, "rows": refusal.rows}
        for each in found
        for refusal in each.refusals
    ]
    if refusals:
        click.echo()
        emit(refusals, RULES, as_json=False)
    states = [each.state for each in found]
    newly = sum(each.newly for each in found)
    click.echo(
        f"{standard.name}@{standard.version} ({standard.status}, from {standard.effective_from}): {len(found)} exchanges, "
        f"{states.count('same')} unchanged, {states.count('judged')} judged, {states.count('no plan')} do not fit, "
        f"{states.count('not read')} not read; {newly:,} rows newly refused"
    )


def _line(each: Shadow) -> dict[str, object]:
    numbers = {name: getattr(each, name) for name in ("read", "total", "refused_now", "refused_next", "newly")}
    told = "its mapping reads other rows than today's" if each.own_rows else each.note
    return {"exchange": each.exchange, **(numbers if each.state == "judged" else {}), "note": told}


def _code(found: Sequence[Shadow], later: Ahead) -> int:
    states = {each.state for each in found}
    if "no plan" in states or any(problem.severity == "error" for problem in later.problems):
        return 2
    if "not read" in states:
        return max(each.exit_code for each in found)
    return 1 if any(each.newly for each in found) else 0
