"""The `hub` command: takes the words of the shell, finds the command's module, turns an error's class into an exit code.

Commands are imported only when they are called, so that `hub --help` stays fast.
Exit codes: 0 done, 1 something is wrong (a finding, an unbalanced account), 2 edit the configuration, 3 mend the data,
4 try again later, 5 a person must look first.
"""

import errno
import io
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from hub import __version__
from hub.cli.lazy import LazyGroup
from hub.interface import HubError, PermanentError, TransientError

COMMANDS = {
    "demo": ("hub.cli.demo", "One two-hour window of real exchanges, seen from end to end."),
    "check": ("hub.cli.check", "Check every YAML and CSV file; with --connect also the live systems."),
    "plan": ("hub.cli.plan", "Show what an exchange will do: columns, rules, SQL."),
    "run": ("hub.cli.run", "Run the windows that are due."),
    "backfill": ("hub.cli.backfill", "Send a past period again."),
    "settle": ("hub.cli.settle", "Ask partners about parts whose outcome is open."),
    "status": ("hub.cli.status", "What is late, what failed, what to do."),
    "windows": ("hub.cli.windows", "The accounts of the windows."),
    "quarantine": ("hub.cli.quarantine", "The rows that were refused: list, show, replay, discard."),
    "audit": ("hub.cli.audit", "The exchange log: verify, show, proof."),
    "contract": ("hub.cli.contract", "The standards: how large, what changed, from and to other formats."),
    "mapping": ("hub.cli.mapping", "The mappings: test, first draft, coverage."),
    "docs": ("hub.cli.docs", "The data dictionary as a static site."),
    "sandbox": ("hub.cli.sandbox", "Business systems and partners on loopback, for rehearsals."),
    "schema": ("hub.cli.schema", "The JSON Schemas of the YAML files, for editors."),
    "up": ("hub.cli.up", "Dagster's UI and daemon, schedules switched on."),
    "prune": ("hub.cli.prune", "Remove old runs of Dagster and old payloads; the record stays."),
    "completion": ("hub.cli.completion", "Shell completion."),
}


@click.group(cls=LazyGroup, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hub")
def cli() -> None:
    """Jinmin Hub: declarative exchanges whose every window ends in a balanced, sealed account."""


_FULL = (errno.ENOSPC, errno.EDQUOT)
_DISK = (*_FULL, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOENT, errno.EIO)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; the process ends with the exit code that says what to do."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a GBK or an ASCII terminal shows what it cannot show as \\u....
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        outcome: Any = cli.main(args=arguments, standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except HubError as error:
        _end(error)
    except OSError as error:
        if error.errno not in _DISK:
            raise
        _end(_translated(error))
    sys.exit(outcome if isinstance(outcome, int) else 0)


def _translated(error: OSError) -> HubError:
    """What the file system says, as the error that says what to do: any command may meet it at any of the hub's files."""
    place = f": {error.filename}" if error.filename else ""
    if error.errno in _FULL:
        return TransientError(f"{error.strerror}{place}; free space on its disk, then run again")
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return PermanentError(f"{error.strerror}{place}; move it away: a folder must stand there")
    return PermanentError(f"{error.strerror}{place}; the hub's account must be able to read and write it")


def _end(error: HubError) -> NoReturn:
    click.echo(f"{type(error).__name__}: {error}", err=True)
    sys.exit(error.exit_code)
