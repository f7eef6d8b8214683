"""Takes nothing, gives what a run brings with it: its name, clock, dice, and whom it tells about its progress. Pure values.

Time, run ids and randomness are arguments everywhere below the command line: ``Run`` holds them, tests make their own.
"""

import os
import random
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person who watches wants to see; ``exchange`` and ``window`` say where."""

    exchange: str
    window: str


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """Work on the window begins. ``state``: where it stands; ``closed`` means that there is nothing to do."""

    state: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Extracted(Event):
    """``rows`` of ``total`` source rows have been through the kernel."""

    rows: int
    total: int
    refused: int


@dataclass(frozen=True, slots=True)
class Compared(Event):
    """What will leave is known."""

    leaving: int
    unchanged: int
    absent: int
    refused: int


@dataclass(frozen=True, slots=True)
class Encoded(Event):
    """One part is durable in the spool."""

    number: int
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """One attempt at one part has ended. ``state``: confirmed, rejected, awaiting, unknown, or staged (nothing left)."""

    number: int
    attempt: int
    state: str


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """The run sleeps before it tries or asks again."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Ended(Event):
    """Work on the window has ended. ``state``: closed, blocked, failed or where it was interrupted; ``reason`` if not closed."""

    state: str
    reason: str = ""


Progress = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Run:
    """Who runs (``owner``, see ``here``), with which clock (UTC) and dice (0 <= x < 1), and who is told.

    ``at`` is called with the name of each step that has just become durable, or is about to have an effect outside; what it
    raises ends the run there, and a process may be killed in it.
    """

    owner: str
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep
    dice: Callable[[], float] = random.random
    progress: Progress = lambda _event: None
    at: Callable[[str], None] = lambda _step: None


def live(progress: Progress = lambda _event: None) -> Run:
    """A run of this process, now."""
    return Run(owner=here(secrets.token_hex(4)), clock=lambda: datetime.now(UTC), progress=progress)


def here(token: str) -> str:
    """The name of a run: machine, process, the process's start and ``token``, so that another run can tell whether it lives."""
    return f"{_machine()}/{os.getpid()}/{_started(os.getpid())}/{token}"


def is_dead(owner: str) -> bool:
    """Whether the run of this name has certainly ended: its process was one of this machine and is no more."""
    machine, _, rest = owner.partition("/")
    process, _, rest = rest.partition("/")
    started = rest.partition("/")[0]
    return machine == _machine() and process.isdigit() and bool(started) and _started(int(process)) != started


def boot() -> str:
    """An id that is new each time the machine starts (random(4)); empty where there is no /proc."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""


def _machine() -> str:
    """Host and process namespace: a container that shares the host's name does not share its processes."""
    space = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}~{space.stat().st_ino}" if space.exists() else socket.gethostname()


def _started(process: int) -> str:
    """Ticks from boot to the process's start (proc(5), field 22 of stat) and the boot's id; empty where there is no /proc."""
    since = boot()
    try:
        return f"{Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()[19]}~{since[:8]}"
    except OSError:
        return "gone" if since else ""
