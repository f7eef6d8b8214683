"""`hub mapping test`: runs the tests that stand in the mapping files through the real kernel."""

import click

from hub.cli.output import as_json_text, json_option
from hub.interface import ConfigurationError
from hub.kernel.inline_test import run_tests
from hub.load import load
from hub.problem import Problems, nearest
from hub.root import find_root


@click.command()
@click.argument("mappings", nargs=-1)
@json_option
@click.pass_context
def command(context: click.Context, mappings: tuple[str, ...], as_json: bool) -> None:
    """Run the inline tests of all MAPPINGS or those named. Exit code 1 if one fails."""
    repository, problems = load(find_root())
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise Problems(errors)
    for name in mappings:
        if name not in {mapping.name for mapping in repository.mappings}:
            known = (mapping.name for mapping in repository.mappings)
            raise ConfigurationError(f"no mapping is called '{name}': {nearest(name, known)}")
    results = [
        result
        for mapping in repository.mappings
        if not mappings or mapping.name in mappings
        for result in run_tests(mapping, repository)
    ]
    failed = [result for result in results if not result.passed]
    if as_json:
        click.echo(as_json_text(results))
    else:
        for result in failed:
            click.echo(str(result))
        click.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    context.exit(1 if failed else 0)
