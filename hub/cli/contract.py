"""`hub contract`: what the standards say, compared, counted, and in the formats of others."""

import click

from hub.cli.lazy import LazyGroup

COMMANDS = {
    "stats": ("hub.cli.contract_stats", "Domains, tables, fields, elements and code lists of each release."),
    "diff": ("hub.cli.contract_diff", "What changed between two releases, for those who report and those who use."),
    "shadow": ("hub.cli.contract_shadow", "How many of today's rows the next release would refuse; sends nothing."),
    "import": ("hub.cli.contract_import", "Read an Excel data dictionary into a new release."),
    "export": ("hub.cli.contract_export", "Write a release as Excel, ODCS, SQL, JSON Schema or XSD."),
}


@click.group(cls=LazyGroup, modules=COMMANDS)
def command() -> None:
    """The standards: how large, what changed, from and to other formats."""
