"""`hub mapping`: tests of the mappings, first drafts, and what they feed."""

import click

from hub.cli.lazy import LazyGroup

COMMANDS = {
    "test": ("hub.cli.mapping_test", "Run the tests that stand in the mapping files."),
    "scaffold": ("hub.cli.mapping_scaffold", "A first mapping from a live database and a contract, doubts marked."),
    "capture-test": ("hub.cli.mapping_capture", "A real row of the source, disguised, as a test."),
    "coverage": ("hub.cli.mapping_coverage", "Which items of the standards are fed, by which column, and how."),
}


@click.group(cls=LazyGroup, modules=COMMANDS)
def command() -> None:
    """The mappings: test them, draft them, see what they feed."""
