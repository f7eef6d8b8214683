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
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from hub.interface import ConfigurationError, HubError, PermanentError, TransientError
from hub.sandbox.hosting import Settings, play
from hub.sandbox.seed import DEMO_PEOPLE
from hub.state.folder import prepare

READY_SECONDS = 60.0
STOP_SECONDS = 15.0
_PROBE_SECONDS = 1.0
_ERRORS = {error.__name__: error for error in (ConfigurationError, PermanentError, TransientError)}


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
    partners: Sequence[str] | None = None,
    faults: Sequence[str] = (),
    seed: int = 20261122,
    refuse: float = 0.01,
    people: int = DEMO_PEOPLE,
    upper: datetime | None = None,
    databases: Mapping[str, str] | None = None,
    attached: bool = False,
) -> Running:
    """Start the partners (all of adapters/partners when None) in a background process and wait until they answer.

    ``refuse``: the share (0..1) of rows that partners refuse on business grounds. ``people`` and ``upper`` (local time; None: the
    beginning of the two hours that are running) say how the business systems are seeded, if they are not there yet.
    ``databases``: partner -> URL of a database, for a ministry on a server. ``attached``: the process ends with this one, however
    this one ends.

    Raises ConfigurationError when one is running already, for an unknown fault or partner, or for a mistake in a YAML file.
    """
    folder = _folder(state)
    settings = Settings(
        root=str(root.resolve()),
        state=str(state.resolve()),
        partners=None if partners is None else tuple(partners),
        faults=tuple(faults),
        seed=seed,
        refuse=refuse,
        people=people,
        upper=(upper or _last_even_hour(datetime.now(ZoneInfo("Asia/Shanghai")))).isoformat(),
        databases=dict(databases or {}),
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
    folder = _folder(state)
    if not _locked(folder):
        return False
    pid = _pid(folder)
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)
        if _released(folder, STOP_SECONDS):
            break
    child = _ATTACHED.pop(pid, None)
    if child is not None:
        child.communicate()
    return True


def status(state: Path) -> Running | None:
    """The sandbox of that state folder, or None when none runs."""
    folder = _folder(state)
    ready = folder / "ready.json"
    if not _locked(folder) or not ready.exists():
        return None
    told = json.loads(ready.read_text())
    return Running(_pid(folder), told["partners"], tuple(told["faults"]), state / "env", folder / "server.log")


def _last_even_hour(now: datetime) -> datetime:
    """Where the newest complete window of the shipped schedules ends."""
    return now.replace(minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(hours=now.hour % 2)


def _folder(state: Path) -> Path:
    return state.resolve() / "sandbox"


def _pid(folder: Path) -> int:
    return int((folder / "server.pid").read_text().strip() or "0")


@contextlib.contextmanager
def _lock(folder: Path, patience: float = 0.0) -> Iterator[IO[str] | None]:
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
    with _lock(folder) as file:
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
            [sys.executable, "-m", "hub.sandbox.server", "attached" if attached else "detached"],
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


def main(arguments: Sequence[str]) -> int:
    """The background process: play until a signal, or until standard input ends when attached."""
    settings = Settings(**json.loads(sys.stdin.readline()))
    folder = _folder(Path(settings.state))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # also when a shell started us with the signal ignored
        signal.signal(number, lambda *_: stop.set())
    if arguments[0] == "attached":
        threading.Thread(target=_until_orphaned, args=(stop,), daemon=True).start()
    with _lock(folder, _PROBE_SECONDS) as file:
        if file is None:
            return _say({"error": f"the sandbox of {settings.state} is running already", "class": "ConfigurationError"})
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            with play(settings) as addresses:
                told = {"partners": dict(addresses), "faults": list(settings.faults)}
                (folder / "ready.json").write_text(json.dumps(told, ensure_ascii=False))
                _say(told)
                stop.wait()
        except HubError as error:
            return _say({"error": str(error), "class": type(error).__name__})
        finally:
            (folder / "ready.json").unlink(missing_ok=True)
            file.truncate(0)
    return 0


def _until_orphaned(stop: threading.Event) -> None:
    """Standard input ends when the process that holds its other end is gone, however it went."""
    sys.stdin.read()
    stop.set()


def _say(answer: Mapping[str, Any]) -> int:
    """The one line that the starting process waits for."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.close()
    return 1 if "error" in answer else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
