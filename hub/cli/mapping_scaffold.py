"""`hub mapping scaffold`: a first mapping from a live database and a contract, its doubts marked."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from hub.connection import INSTALLED
from hub.contract.model import Standard, Table
from hub.contract.release import Releases
from hub.interface import ConfigurationError
from hub.load import load
from hub.mapping.draft import ABSENT, PROPOSED, UNSURE, outcomes
from hub.mapping.model import Source
from hub.problem import Place, Problem, Problems, nearest
from hub.repository import Repository
from hub.root import find_root, state_folder
from hub.scaffold import Scaffold, scaffold


@click.command()
@click.option("--source", "source_name", required=True, help="A business system: adapters/sources/NAME.yaml.")
@click.option("--table", "target", required=True, help="The standard table, e.g. jinmin/household_member.")
@click.option("--from", "from_sql", help="The local table, or tables and joins in quotes; default: the most alike.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of showing it.")
def command(source_name: str, target: str, from_sql: str | None, out: Path | None) -> None:
    """Propose a column for every field by name, comment, type and up to 300 sampled values; nothing is overwritten.

    A field that is unsure is a comment with its candidates; `hub check` names it until it is decided.
    """
    root = find_root()
    repository, problems = load(root)
    source = _source(repository, problems, source_name)
    standard, table = _target(repository, target)
    if out is not None and out.exists():
        raise ConfigurationError(f"{out} exists, and nothing is overwritten: name another file, or move it away")
    made = scaffold(source, standard, table, INSTALLED, state_folder(root), from_sql, out.stem if out else table.name)
    if out is None:
        click.echo(made.text, nl=False)
    else:
        _write(out, made.text)
    _told(made, source, out)


def _source(repository: Repository, problems: tuple[Problem, ...], name: str) -> Source:
    if name in repository.sources:
        return repository.sources[name]
    own = [problem for problem in problems if problem.place.path == f"adapters/sources/{name}.yaml"]
    if own:
        raise Problems(own)
    raise ConfigurationError(f"no source is called '{name[:60]}': {nearest(name, repository.sources)}")


def _target(repository: Repository, target: str) -> tuple[Standard, Table]:
    reference, slash, rest = target.partition("/")
    table_name, _, version = rest.partition("@")
    if not slash:
        raise ConfigurationError(f"--table '{target[:60]}' is not standard/table: for example jinmin/{target[:60]}")
    known = {key: frozenset(each.tables) for key, each in repository.standards.items()}
    releases = Releases(repository.standards, known, datetime.now(UTC).astimezone().date())
    place = Place("--table")
    standard, wrong = releases.find(f"{reference}@{version}" if version else reference, place)
    table, missing = releases.table(standard, table_name, place) if standard else (None, [])
    if standard is None or table is None:
        raise Problems([*wrong, *missing])
    return standard, table


def _write(out: Path, text: str) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigurationError(f"{out} cannot be written: {error.strerror}; name another file") from None


def _told(made: Scaffold, source: Source, out: Path | None) -> None:
    """What is decided and what is not, on standard error, so that the text itself can be piped."""
    counted = Counter(outcomes(made.proposals))
    told = ", ".join(f"{counted[word]} {word}" for word in (PROPOSED, UNSURE, ABSENT))
    click.echo(f"{len(made.proposals)} fields: {told}", err=True)
    if made.declare:
        click.echo(f"declare these first, under tables: in {source.place.path}:", err=True)
        for line in made.declare:
            click.echo(f"  {line}", err=True)
    click.echo(
        f"next: {'edit ' + str(out) + ', then ' if out else '--out mappings/' + source.name + '/…yaml, '}hub check", err=True
    )
