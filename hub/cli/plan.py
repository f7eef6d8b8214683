"""`hub plan`: shows what an exchange will do before it does it: columns, rules, layout, SQL."""

from collections.abc import Sequence

import click

from hub.cli import desk
from hub.cli.output import as_json_text, emit, json_option
from hub.interface import ConfigurationError
from hub.plan import Plan


@click.command()
@click.argument("exchanges", nargs=-1)
@click.option("--sql", is_flag=True, help="Print the kernel's SELECT.")
@json_option
def command(exchanges: tuple[str, ...], sql: bool, as_json: bool) -> None:
    """List all EXCHANGES or those named (ministry/*, a schedule, a table); show a single one in full. Connects to nothing."""
    found = desk.chosen(desk.plans(), exchanges)
    if sql and len(found) != 1:
        raise ConfigurationError(f"--sql prints one SELECT, and {len(found)} exchanges are meant: name one, {_examples(found)}")
    if not exchanges or len(found) > 1:
        rows = [_line(plan) for plan in found]
        emit(rows, ("exchange", "title", "schedule", "cron", "system", "format", "source", "standard"), as_json=as_json)
        return
    (plan,) = found
    if sql:
        click.echo(plan.kernel.sql)
    elif as_json:
        click.echo(as_json_text(_line(plan) | {"fields": _fields(plan), "findings": plan.kernel.findings, "digest": plan.digest}))
    else:
        _print(plan)


def _examples(found: Sequence[Plan]) -> str:
    return " or ".join(plan.id for plan in found[:2]) + (" …" if len(found) > 2 else "")


def _line(plan: Plan) -> dict[str, str]:
    return {
        "exchange": plan.id,
        "title": f"{plan.table.title} → {plan.partner.title}",
        "schedule": plan.schedule.name,
        "cron": plan.schedule.cron,
        "system": plan.partner.system,
        "format": plan.partner.format,
        "source": plan.source.name,
        "standard": f"{plan.table.standard}@{plan.table.version}",
    }


def _fields(plan: Plan) -> list[dict[str, str]]:
    rows = []
    for name, field in plan.table.fields.items():
        made = plan.mapping.fields.get(name)
        origin = "" if made is None else f"'{made.const}'" if made.const is not None else made.sql or ""
        walk = f" via {made.crosswalk.name}" if made and made.crosswalk else ""
        rows.append({"field": name, "title": field.title, "notation": str(field.notation), "from": origin + walk})
    return rows


def _print(plan: Plan) -> None:
    for key, value in (_line(plan) | {"purpose": plan.ground.purpose, "legal basis": plan.ground.legal_basis}).items():
        click.echo(f"{key:12} {value}")
    click.echo(f"{'reads':12} {' '.join(plan.extract.from_sql.split())}")
    click.echo(f"{'where':12} {plan.extract.condition or '(all rows)'}")
    click.echo(f"{'changes by':12} {plan.extract.watermark or '(no watermark: read whole, absences become deletes)'}\n")
    emit(_fields(plan), ("field", "title", "notation", "from"), as_json=False)
    rules = [finding for finding in plan.kernel.findings if finding.rule == "rule"]
    for rule in rules:
        click.echo(f"{rule.severity}: {rule.title}")
