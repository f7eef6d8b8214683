"""`python -m hub.sandbox.world SOURCE`: tries a story: fills a database and lets the hub's extraction and kernel judge it."""

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from hub.interface import ConfigurationError, HubError
from hub.load import load
from hub.problem import Problem
from hub.root import find_root
from hub.sandbox.truth import Tally, Truth
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import STORIES, Script
from hub.sandbox.world.script import load as load_script
from hub.sandbox.world.steps import step
from hub.sandbox.world.trial import Found, Trial, opened

_UPPER = datetime(2026, 11, 22, 2)  # noqa: DTZ001 - local time without a zone, as business systems keep it
_HOUSEHOLDS = 150  # of a chunk: a story must not care where one ends


@click.command()
@click.argument("source")
@click.option("--people", default=1_000, show_default=True, help="Synthetic people in the world.")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same people.")
@click.option("--defects", default=0.03, show_default=True, help="Share of the rows that are spoilt (1: every row).")
@click.option("--stories", type=click.Path(exists=True, path_type=Path), default=STORIES, help="Where the stories are.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Keep the SQLite file here.")
def command(source: str, people: int, seed: int, defects: float, stories: Path, keep: Path | None) -> None:
    """Fill the tables of SOURCE as its story in hub/sandbox/stories says, and judge each of its mappings.

    Prints rows, refused and planted rows of each standard table, and OK or WRONG. Exit code 1 if anything is WRONG.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = keep.resolve() if keep else Path(folder) / f"{source}.db"
        try:
            wrong = _tried(stories / f"{source}.sql", f"sqlite:///{path}", people, seed, defects)
        except HubError as error:
            raise click.ClickException(str(error)) from None
    sys.exit(1 if wrong else 0)


def _tried(story: Path, url: str, people: int, seed: int, defects: float) -> int:
    source = story.stem
    repository, problems = load(find_root(), _UPPER.date())
    own = [problem for problem in problems if _concerns(problem, source)]
    for problem in own:
        click.echo(str(problem))
    if source not in repository.sources:
        raise ConfigurationError(f"adapters/sources/{source}.yaml is missing or has mistakes")
    if not story.exists():
        raise ConfigurationError(f"{story} is missing")
    script, mistakes = load_script(story, repository)
    for problem in mistakes:
        click.echo(str(problem))
    if mistakes:
        raise ConfigurationError(f"{len(mistakes)} mistakes in the story")
    trials = [Trial(repository, mapping, _UPPER) for mapping in script.mappings]
    truth = fill([script], {source: url}, seed, people, _UPPER, defects=defects, size=_HOUSEHOLDS)
    _rows(script, url)
    wrong = _judged(script, url, trials, None, _UPPER, truth)
    click.echo("after a step (new, changed, deleted and repaired rows):")
    truth = step([script], {source: url}, seed, 1, _UPPER + timedelta(hours=1), defects=defects)
    wrong += _judged(script, url, trials, _UPPER, _UPPER + timedelta(hours=2), truth)
    return wrong + sum(problem.severity == "error" for problem in own)


def _concerns(problem: Problem, source: str) -> bool:
    path = problem.place.path
    return path.startswith((f"mappings/{source}/", f"mappings/crosswalks/{source}_")) or path == f"adapters/sources/{source}.yaml"


def _rows(script: Script, url: str) -> None:
    """Rows of every local table."""
    reader = opened(script.source.reader, url)
    with reader.snapshot() as view:
        counts = {table: int(view.scalar(f"SELECT count(*) FROM {table}") or 0) for table in script.source.tables}
    reader.close()
    for table, rows in counts.items():
        remark = "" if rows >= 5 else "   no view of this name" if table not in script.tables else "   WRONG: fewer than 5"
        click.echo(f"  {table:32} {rows:>9,}{remark}")


def _judged(script: Script, url: str, trials: Sequence[Trial], lower: datetime | None, upper: datetime, truth: Truth) -> int:
    """Print one window of every standard table; how many are not as the truth says."""
    reader = opened(script.source.reader, url)
    wrong = sum(_told(trial.table, trial.window(reader, lower, upper), truth.tally(trial.table)) for trial in trials)
    reader.close()
    click.echo(f"{len(trials)} standard tables, {wrong} WRONG")
    return wrong


def _told(table: str, found: Found, truth: Tally) -> int:
    """Print one standard table; 1 if it is not as planted."""
    counts = [(each.source, each.absent, each.unchanged) for each in (found.tally, truth)]
    same = counts[0] == counts[1] and found.tally.rules == truth.rules
    doubts = Counter({rule: rows for rule, rows in found.warnings.items() if rows})
    click.echo(
        f"{'OK   ' if same else 'WRONG'} {table:40} rows {found.tally.source:>7,}"
        f"  refused {_counted(found.tally.rules)}  planted {_counted(truth.rules)}"
        + (f"  warnings {_counted(doubts)}, planted {_counted(truth.warnings)}" if doubts or truth.warnings else "")
    )
    if counts[0] != counts[1]:
        click.echo(f"      (rows, absent, unchanged): found {counts[0]}, expected {counts[1]}")
    for rule in sorted(found.tally.rules.keys() | truth.rules.keys()) if not same else ():
        if found.tally.rules[rule] != truth.rules[rule]:
            click.echo(f"      {rule}: refused {found.tally.rules[rule]}, planted {truth.rules[rule]}")
            for told, row in found.examples.get(rule, ()):
                click.echo(f"        {told}\n          {row}")
    return 0 if same else 1


def _counted(rules: Counter[str]) -> str:
    return ", ".join(f"{rule} {rows}" for rule, rows in sorted(rules.items()) if rows) or "none"


if __name__ == "__main__":
    command()
