"""`hub contract export`: a release in the formats of others, each written by a module of hub.contract.export."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

from hub.contract.load import load_standard
from hub.contract.model import Standard
from hub.contract.release import order
from hub.interface import ConfigurationError
from hub.problem import Problems, nearest
from hub.root import find_root

FORMATS: Mapping[str, tuple[str, str]] = {
    "xlsx": ("hub.contract.export.xlsx", "write"),
    "odcs": ("hub.contract.export.odcs", "write"),
    "sql": ("hub.contract.export.sql", "write"),
    "jsonschema": ("hub.contract.export.jsonschema", "write"),
    "xsd": ("hub.contract.export.xsd", "write"),
}
"""Format: (module, function). ``write(standard: Standard, out: Path, options: Mapping[str, str]) -> tuple[Path, ...]``.

``options`` has ``root`` (of the checkout), and ``dialect``, ``domain``, ``envelope`` (``yes``) and ``references`` where they were
given; the answer: the files written.
"""


@click.command()
@click.argument("release", required=False)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), help="The format to write.")
@click.option("--xlsx", "form", flag_value="xlsx", help="The same as --format xlsx.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file (xlsx) or folder to write.")
@click.option("--dialect", help="sql: the database whose words are written.")
@click.option("--domain", help="Only the tables of one business domain.")
@click.option("--envelope", is_flag=True, help="sql, jsonschema, xsd: with the columns that the hub puts before the fields.")
@click.option("--references", help="sql: comment (default) or constraint.")
def command(release: str | None, form: str | None, out: Path, envelope: bool, **given: str | None) -> None:
    """Write RELEASE (jinmin@1.0.0, or jinmin for its newest; may be left out if there is one standard) in another format."""
    if form is None:
        raise click.UsageError(f"name a format: --format {'|'.join(FORMATS)}")
    root = find_root()
    standard = _chosen(release, root)
    domain = given["domain"]
    domains = {table.domain for table in standard.tables.values()}
    if domain is not None and domain not in domains:
        raise ConfigurationError(f"{standard.name}@{standard.version} has no domain '{domain}': {nearest(domain, domains)}")
    named = {"root": str(root), "envelope": "yes" if envelope else None, **given}
    options = {name: value for name, value in named.items() if value is not None}
    module, function = FORMATS[form]
    written: tuple[Path, ...] = getattr(import_module(module), function)(standard, out, options)
    for path in written[:12]:
        click.echo(str(path))
    if len(written) > 12:
        click.echo(f"and {len(written) - 12} more")


def _chosen(release: str | None, root: Path) -> Standard:
    """The release that is meant. ConfigurationError with the known ones if there is none."""
    folders = {f"{path.parent.name}@{path.name}": path for path in sorted(root.glob("contracts/*/*")) if path.is_dir()}
    names = {name.partition("@")[0] for name in folders}
    if release is None and len(names) != 1:
        raise ConfigurationError(f"name the release to write: {', '.join(folders)}")
    wanted = release or next(iter(names))
    if wanted in names:
        wanted = max((name for name in folders if name.startswith(f"{wanted}@")), key=_age)
    if wanted not in folders:
        raise ConfigurationError(f"there is no release '{wanted}': {nearest(wanted, folders)}")
    standard, problems = load_standard(folders[wanted], root)
    errors = [problem for problem in problems if problem.severity == "error"]
    if standard is None or errors:
        raise Problems(errors)
    return standard


def _age(name: str) -> tuple[int, ...]:
    version = name.partition("@")[2]
    return order(version) if re.fullmatch(r"\d+(\.\d+)*", version) else ()
