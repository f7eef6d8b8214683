"""`hub prune`: removes what is old and settled: Dagster's runs, payloads of closed windows, refused rows that are history."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from hub import duration
from hub.cli import desk
from hub.cli.output import as_json_text, emit, json_option
from hub.retention import Removed, tidy
from hub.run import live
from hub.sealing import seal_log
from hub.state.reclaim import vacuum

if TYPE_CHECKING:
    from hub.orchestrate.prune import Pruned

_DAY = timedelta(days=1)


def _period(_context: click.Context, _parameter: click.Parameter, text: str) -> timedelta:
    """A duration of a day at least: a run that has just failed may still be tried again, or wait for its alert."""
    try:
        period = duration.parse(text)
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a duration: 90d, 2160h") from None
    if period < _DAY:
        raise click.BadParameter("a day (1d) is the shortest")
    return period


@click.command()
@click.option("--older-than", "age", default="90d", show_default=True, callback=_period, help="What ended longer ago than this.")
@click.option("--dry-run", "dry", is_flag=True, help="Tell what would go, and remove nothing.")
@json_option
def command(age: timedelta, dry: bool, as_json: bool) -> None:
    """Remove what is old and settled; accounts, receipts, the ledger and the log stay, they are the record.

    Dagster's runs go with their events and logs, except unfinished ones, the newest of each job and the last that delivered each
    table; Dagster then shows the windows of the others as missing, the account knows that they are closed. Payloads of settled
    windows and rows of the quarantine that were replayed or superseded go as well. Running again is safe, and so is a kill.
    SQLite files are made smaller while no Dagster daemon works: end `hub up` first if the room is wanted on the disk.
    """
    from hub.orchestrate.prune import in_use, prune, sqlite_files  # Dagster takes a second to import; --help need not pay it

    state, run = desk.state(), live()
    home, now = state.folder.dagster, run.clock()
    with _progress(quiet=as_json) as told:
        runs = prune(home, now - age, dry=dry, told=told)
    exchanged = tidy(state, run, age, dry=dry)
    if not dry:
        seal_log(state, now)
    busy = in_use(home, now)
    files = [*sqlite_files(home), *([state.folder.database] if state.engine.dialect.name == "sqlite" else [])]
    given = 0 if dry or busy else sum(vacuum(path) for path in files)
    if as_json:
        told_all = {"dry_run": dry, "before": now - age, "dagster": runs, "exchanged": exchanged}
        click.echo(as_json_text(told_all | {"given_back": given, "daemon": busy}))
        return
    _show(runs, exchanged, given, dry=dry)
    if busy and not dry:
        click.echo("A Dagster daemon works: the SQLite files keep their size, and new rows fill them first.")


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A moving bar on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    with click.progressbar(length=1, label="Dagster's runs", file=sys.stderr) as bar:

        def told(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield told


def _show(runs: "Pruned", exchanged: Removed, given: int, *, dry: bool) -> None:
    heading = "count:would go" if dry else "count:gone"
    rows = [
        {"what": "runs of Dagster", "count": runs.runs, "kB": runs.bytes // 1000, "stay": runs.kept},
        {"what": "windows in the spool", "count": exchanged.windows, "kB": exchanged.bytes // 1000},
        {"what": "rows of the quarantine", "count": exchanged.rows},
    ]
    emit(rows, ("what", heading, "kB", "stay:as old, but stay"), as_json=False)
    if given:
        click.echo(f"SQLite files are {given // 1000:,} kB smaller.")
    if dry:
        click.echo("Nothing was removed; the same without --dry-run removes it.")
