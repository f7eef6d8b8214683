"""`hub check`: every mistake of every file with its place and cure; with --connect also what the live systems say."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from hub.check import Report, check, check_connections
from hub.cli.output import as_json_text, json_option
from hub.connection import INSTALLED
from hub.problem import Problem
from hub.root import find_root, state_folder


@click.command()
@click.option("--connect", is_flag=True, help="Also compare the live schemas of sources and partners.")
@click.option("--coverage", is_flag=True, help="List national codes that are never produced and local codes nobody approved.")
@json_option
@click.pass_context
def command(context: click.Context, connect: bool, coverage: bool, as_json: bool) -> None:
    """Check every YAML and CSV file. Exit code 2 if anything is wrong; nothing is changed or sent."""
    root = find_root()
    report = check(root, datetime.now(UTC).astimezone().date(), state_folder(root))
    problems: Sequence[Problem] = report.problems
    if connect and not _errors(problems):
        problems = [*problems, *check_connections(report, INSTALLED, state_folder(root))]
    if as_json:
        click.echo(
            as_json_text({"exchanges": [plan.id for plan in report.plans], "problems": problems, "coverage": report.coverage})
        )
    else:
        for problem in problems:
            click.echo(str(problem))
        if coverage:
            _print_coverage(report)
        click.echo(_summary(report, problems))
    context.exit(2 if _errors(problems) else 0)


def _errors(problems: Sequence[Problem]) -> int:
    return sum(problem.severity == "error" for problem in problems)


def _print_coverage(report: Report) -> None:
    for item in report.coverage:
        if item.never_produced:
            click.echo(f"{item.mapping}.{item.field}: {item.codes} never produced: {', '.join(item.never_produced)}")
        if item.pending:
            click.echo(f"{item.mapping}.{item.field}: not approved in {item.crosswalk}: {', '.join(item.pending)}")


def _summary(report: Report, problems: Sequence[Problem]) -> str:
    tables = sum(len(standard.tables) for standard in report.repository.standards.values())
    found = _errors(problems)
    told = f"{found} errors, {len(problems) - found} warnings" if problems else "no problems"
    return f"{tables} tables, {len(report.repository.mappings)} mappings, {len(report.plans)} exchanges: {told}"
