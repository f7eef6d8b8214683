"""Takes a root and a state folder, keeps one background process that plays the partners; alone starts, finds and ends it.

The process holds a lock on ``<state>/sandbox/server.pid`` as long as it lives, so a killed process and a stale number are told
from a running one without trusting process numbers. Everything listens on loopback, on ports the system chooses.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from hub.interface import ConfigurationError, DataError, PermanentError, TransientError
from hub.state.folder import prepare

READY_SECONDS = 600.0  # the business systems are filled in this time
STOP_SECONDS = 15.0
_PROBE_SECONDS = 0.05
_ERRORS = {error.__name__: error for error in (ConfigurationError, DataError, PermanentError, TransientError)}


@dataclass(frozen=True, slots=True)
class Settings:
    """What to play. ``upper``: the moment (ISO) at which the business systems stand when they are seeded.

    ``databases``: partner -> URL of a server's database, instead of a SQLite file of its own. ``sources``: the URL of one for all
    business systems; empty: a SQLite file each.
    """

    root: str
    state: str
    partners: tuple[str, ...] | None
    faults: tuple[str, ...]
    seed: int
    refuse: float
    people: int
    upper: str
    databases: Mapping[str, str]
    sources: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A running sandbox. ``partners``: name -> address; ``environment``: the file that holds their variables."""

    pid: int
    partners: Mapping[str, str]
    faults: tuple[str, ...]
    environment: Path
    log: Path


def up(
    root: Path,
    state: Path,
    *,
    seed: int,
    people: int,
    upper: datetime,
    partners: Sequence[str] | None = None,
    faults: Sequence[str] = (),
    refuse: float = 0.01,
    databases: Mapping[str, str] | None = None,
    sources: str = "",
    attached: bool = False,
) -> Running:
    """Start the partners (all of adapters/partners when None) in a background process and wait until they answer.

    ``seed``, ``people`` and ``upper`` (local time) say how the business systems are seeded, if they are not there yet.
    ``refuse``: the share (0..1) of rows that partners refuse on business grounds. ``databases``: partner -> URL of a database,
    for a ministry on a server; ``sources``: URL of one for all business systems. ``attached``: the process ends with this one,
    however this one ends.

    Raises ConfigurationError when one is running already, for an unknown fault or partner, or for a mistake in a YAML file.
    """
    folder = sandbox_folder(state)
    settings = Settings(
        root=str(root.resolve()),
        state=str(state.resolve()),
        partners=None if partners is None else tuple(partners),
        faults=tuple(faults),
        seed=seed,
        refuse=refuse,
        people=people,
        upper=upper.isoformat(),
        databases=dict(databases or {}),
        sources=sources,
    )
    prepare(state)
    if _locked(folder):
        raise ConfigurationError(
            f"the sandbox of {state} is running already (process {_pid(folder)}); end it by: hub sandbox down"
        )
    process, answer = _spawn(folder, settings, attached)
    if "error" in answer:
        process.wait()
        raise _ERRORS.get(answer["class"], ConfigurationError)(answer["error"])
    if attached:
        _ATTACHED[process.pid] = process  # its standard input stays open: that is what ties it to this process
    return Running(process.pid, answer["partners"], settings.faults, state / "env", folder / "server.log")


_ATTACHED: dict[int, subprocess.Popen[str]] = {}


def down(state: Path) -> bool:
    """End the sandbox of that state folder and wait until it is gone: True if one ran."""
    folder = sandbox_folder(state)
    if not _locked(folder):
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        pid = _pid(folder)
        if pid:  # 0: it is only just coming, or nearly gone
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if _released(folder, STOP_SECONDS):
            break
    else:
        raise PermanentError(f"the sandbox (process {_pid(folder)}) does not end: look at {folder / 'server.log'}")
    child = _ATTACHED.pop(pid, None)
    if child is not None:
        child.communicate()
    return True


def status(state: Path) -> Running | None:
    """The sandbox of that state folder, or None when none runs."""
    folder = sandbox_folder(state)
    ready = folder / "ready.json"
    if not _locked(folder) or not ready.exists():
        return None
    told = json.loads(ready.read_text())
    return Running(_pid(folder), told["partners"], tuple(told["faults"]), state / "env", folder / "server.log")


def sandbox_folder(state: Path) -> Path:
    """Where the sandbox keeps everything."""
    return state.resolve() / "sandbox"


def _pid(folder: Path) -> int:
    return int((folder / "server.pid").read_text().strip() or "0")


@contextlib.contextmanager
def lock(folder: Path, patience: float = 0.0) -> Iterator[IO[str] | None]:
    """Hold the lock of that sandbox, or give None when another process holds it.

    Who only looks holds it for a moment too: ``patience`` seconds tell that from a sandbox.
    """
    end = time.monotonic() + patience
    with (folder / "server.pid").open("a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    yield None
                    return
                time.sleep(0.01)
        yield file


def _locked(folder: Path) -> bool:
    if not (folder / "server.pid").exists():
        return False
    with lock(folder, _PROBE_SECONDS) as file:
        return file is None


def _released(folder: Path, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while _locked(folder):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _spawn(folder: Path, settings: Settings, attached: bool) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """The background process and the one line it says when it is ready, or cannot be."""
    package = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(package), *filter(None, [os.environ.get("PYTHONPATH")])])
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", "hub.sandbox.background", "attached" if attached else "detached"],
            stdin=subprocess.PIPE,  # not as an argument: database addresses hold passwords
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C in a terminal ends it through its owner, in order
            text=True,
        )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it died at once: its log says why
        process.stdin.write(json.dumps(asdict(settings)) + "\n")
        process.stdin.flush()
        if not attached:
            process.stdin.close()
    return process, _first_word(process, folder / "server.log")


def _first_word(process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    assert process.stdout is not None
    timer = threading.Timer(READY_SECONDS, process.kill)
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
        process.stdout.close()
    if not line:
        process.wait()
        raise PermanentError(f"the sandbox did not start; the end of {log}:\n{log.read_text(errors='replace')[-2000:]}")
    answer: dict[str, Any] = json.loads(line)
    return answer
