"""`hub mapping capture-test`: a real row of the source, disguised, as an inline test of its mapping."""

from contextlib import closing

import click

from hub.capture import as_test, as_yaml, columns, disguised, insert, joined, judged, names, read
from hub.cli import desk
from hub.connection import INSTALLED
from hub.interface import ConfigurationError
from hub.load import load
from hub.mapping.disguise import Disguise
from hub.mapping.model import Mapping
from hub.problem import Problems, nearest
from hub.quarantine import shown
from hub.repository import Repository
from hub.root import find_root, state_folder
from hub.run import live


@click.command()
@click.argument("mapping")
@click.option("--where", help="A condition in the source's SQL that chooses rows, e.g. \"m.mstate = '3'\".")
@click.option("--quarantine", "entry", type=int, help="A refused row by its id; the log keeps that it was read.")
@click.option("--rows", default=1, show_default=True, type=click.IntRange(1, 20), help="How many tests at the most.")
@click.option("--write", is_flag=True, help="Add the tests to the mapping's file.")
def command(mapping: str, where: str | None, entry: int | None, rows: int, write: bool) -> None:
    """Turn rows of MAPPING's source into tests: names, numbers, telephones, addresses and texts are invented anew.

    Codes, flags and business dates stay. The test says what the mapping makes of the disguised row, or why it refuses it.
    """
    if where is not None and entry is not None:
        raise ConfigurationError("--where and --quarantine exclude each other: choose one")
    root = find_root()
    repository, problems = load(root)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise Problems(errors)
    found = _one(repository, mapping)
    source = repository.sources[found.source]
    if entry is not None:
        refused = _refused(found, entry)
        wanted = columns(found, source)
        real = [joined({name: value for name, value in refused.items() if name in wanted}, found)]
    else:
        with closing(INSTALLED.reader(source, state_folder(root))) as reader:
            real = [dict(row) for row in read(found, source, reader, where, rows)]
    if not real:
        raise ConfigurationError(f"{found.name}: the source has no such row; choose another --where")
    table = repository.standards[f"{found.standard}@{found.version}"].tables[found.table]
    made = [disguised(row, found, table, Disguise()) for row in real]
    tests = [as_test(row, found, repository, name) for row, name in zip(made, names(found, len(made)), strict=True)]
    changed = sum(judged(row, found, repository)[1] != test.reject for row, test in zip(real, tests, strict=True))
    if changed:
        click.echo(f"{changed} of {len(tests)} rows are judged otherwise than before the disguise: read them twice", err=True)
    if write:
        insert(root / found.place.path, tests)
        click.echo(f"{len(tests)} tests added to {found.place.path}; next: hub mapping test {found.name}")
    else:
        click.echo("tests:\n" + "".join(as_yaml(test) for test in tests), nl=False)


def _one(repository: Repository, name: str) -> Mapping:
    hits = [each for each in repository.mappings if each.name == name]
    if not hits:
        raise ConfigurationError(f"no mapping is called '{name[:60]}': {nearest(name, [m.name for m in repository.mappings])}")
    return hits[0]


def _refused(mapping: Mapping, entry: int) -> dict[str, str | None]:
    """A row that the kernel refused, as the source gave it."""
    state, run = desk.state(), live()
    plans = [plan for plan in desk.plans().values() if plan.mapping.name == mapping.name]
    for plan in plans:
        try:
            stage = shown(state, plan, entry, run).stage
        except ConfigurationError:
            continue
        if stage != "kernel":
            raise ConfigurationError(f"row {entry} was refused at the stage {stage}, after the mapping: choose one by --where")
        return dict(shown(state, plan, entry, run, unmask=True).row or {})
    raise ConfigurationError(f"no row {entry} of the mapping {mapping.name} is in quarantine; next: hub quarantine list")
