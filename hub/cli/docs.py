"""`hub docs`: the data dictionary for people who do not read YAML."""

import click

from hub.cli.lazy import LazyGroup

COMMANDS = {"build": ("hub.cli.docs_build", "Write the site: tables, codes, lineage, partners, search.")}


@click.group(cls=LazyGroup, modules=COMMANDS)
def command() -> None:
    """The data dictionary as a static site."""
