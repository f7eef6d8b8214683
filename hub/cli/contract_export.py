"""`hub contract export`: a release in the formats of others, each written by a module of hub.contract.export."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

from hub.contract.model import Standard
from hub.contract.release import order
from hub.interface import ConfigurationError
from hub.problem import Problems, nearest
from hub.repository import load
from hub.root import find_root

FORMATS: Mapping[str, tuple[str, str]] = {
    "xlsx": ("hub.contract.export.xlsx", "write"),
    "odcs": ("hub.contract.export.odcs", "write"),
    "sql": ("hub.contract.export.sql", "write"),
    "jsonschema": ("hub.contract.export.jsonschema", "write"),
    "xsd": ("hub.contract.export.xsd", "write"),
}
"""Format: (module, function). ``write(standard: Standard, out: Path, options: Mapping[str, str]) -> tuple[Path, ...]``.

``options`` has ``dialect`` and ``domain`` where they were given; the answer is the files that were written.
"""


@click.command()
@click.argument("release", required=False)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), help="The format to write.")
@click.option("--xlsx", "form", flag_value="xlsx", help="The same as --format xlsx.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file (xlsx) or folder to write.")
@click.option("--dialect", help="sql: the database whose words are written.")
@click.option("--domain", help="Only the tables of one business domain.")
def command(release: str | None, form: str | None, out: Path, dialect: str | None, domain: str | None) -> None:
    """Write RELEASE (jinmin@1.0.0, or jinmin for its newest; may be left out if there is one standard) in another format."""
    if form is None:
        raise click.UsageError(f"name a format: --format {'|'.join(FORMATS)}")
    standard = _chosen(release)
    domains = {table.domain for table in standard.tables.values()}
    if domain is not None and domain not in domains:
        raise ConfigurationError(f"{standard.name}@{standard.version} has no domain '{domain}': {nearest(domain, domains)}")
    options = {name: value for name, value in (("dialect", dialect), ("domain", domain)) if value is not None}
    module, function = FORMATS[form]
    written: tuple[Path, ...] = getattr(import_module(module), function)(standard, out, options)
    for path in written[:12]:
        click.echo(str(path))
    if len(written) > 12:
        click.echo(f"and {len(written) - 12} more")


def _chosen(release: str | None) -> Standard:
    """The release that is meant. ConfigurationError with the known ones if there is none."""
    repository, problems = load(find_root())
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise Problems(errors)
    standards = repository.standards
    names = {standard.name for standard in standards.values()}
    if release is None and len(names) != 1:
        raise ConfigurationError(f"name the release to write: {', '.join(sorted(standards))}")
    wanted = release or next(iter(names))
    if wanted in standards:
        return standards[wanted]
    if wanted in names:
        return max((each for each in standards.values() if each.name == wanted), key=lambda each: order(each.version))
    raise ConfigurationError(f"there is no release '{wanted}': {nearest(wanted, standards)}")
