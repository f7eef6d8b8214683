"""`hub contract import`: an Excel data dictionary becomes a release, or a workbook of findings for its owner."""

from collections.abc import Sequence
from pathlib import Path

import click

from hub.contract.excel.answer import write_findings
from hub.contract.excel.finding import Finding
from hub.contract.excel.load import import_workbook
from hub.interface import ConfigurationError
from hub.root import find_root

SHOWN = 20


@click.command()
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "version", required=True, help="The version of the new release: 2.0.0.")
@click.option("--standard", help="The standard, if the workbook does not say it: jinmin.")
@click.option("--findings", type=click.Path(dir_okay=False, path_type=Path), help="The workbook of findings; beside WORKBOOK.")
@click.pass_context
def command(context: click.Context, workbook: Path, version: str, standard: str | None, findings: Path | None) -> None:
    """Read the dictionary WORKBOOK (.xlsx) into contracts/<standard>/<version>/.

    What the workbook leaves open is told with sheet and cell, in a second workbook that its owner can answer. If there is an
    error, nothing is written and the exit code is 2. Importing the same workbook again changes nothing.
    """
    answer = findings or workbook.with_name(f"{workbook.stem}.findings.xlsx")
    if answer.resolve() == workbook.resolve():
        raise ConfigurationError("--findings is the dictionary itself: name another file")
    made = import_workbook(workbook, find_root(), version, standard)
    if made.findings or answer.exists():  # an old one would speak of what is mended
        write_findings(made.findings, workbook, answer)
    _print(made.findings, answer)
    if made.standard is None:
        click.echo("nothing was imported")
        context.exit(2)
    within = f"contracts/{made.standard.name}/{made.standard.version}"
    told = (
        f"{len(made.standard.tables)} tables, {len(made.standard.elements)} elements, {len(made.standard.code_lists)} code lists"
    )
    click.echo(f"{within}: {told}" if made.written else f"{within} is there already and says the same: nothing was changed")


def _print(findings: Sequence[Finding], answer: Path) -> None:
    for finding in findings[:SHOWN]:
        click.echo(str(finding))
    errors = sum(finding.severity == "error" for finding in findings)
    if findings:
        more = f"{len(findings) - SHOWN} more: " if len(findings) > SHOWN else ""
        click.echo(f"{more}{errors} errors, {len(findings) - errors} warnings, all in {answer}")
