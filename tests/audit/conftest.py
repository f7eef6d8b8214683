"""A log under test: a database, a folder, a key; on SQLite, and on PostgreSQL where a test asks for both."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, NullPool, create_engine, func, make_url, select

from audit.checkpoint import Checkpoint
from audit.entry import encode
from audit.note import Signer
from audit.record import LOG_CHECKPOINT, LOG_ENTRY, METADATA
from audit.seal import Step, seal
from audit.verdict import Verdict
from audit.verify import verify

START = datetime(2026, 11, 22, 2, tzinfo=UTC)


@dataclass
class Room:
    """One log. ``add`` numbers its entries from 0 on, so that each is known by its ``number``."""

    url: str
    folder: Path
    signer: Signer
    engine: Engine
    added: int = 0

    def add(self, count: int = 1) -> None:
        """Record entries, quickly."""
        form = encode("part.outcome", {"number": 0}, START).decode()
        numbers = range(self.added, self.added + count)
        rows = [{"entry": form.replace('"number":0', f'"number":{number}')} for number in numbers]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(LOG_ENTRY.insert(), rows)
        self.added += count

    def seal(self, step: Step = lambda step: None) -> Checkpoint | None:
        return seal(self.engine, self.folder, self.signer, START, step)

    def grown(self, *sizes: int) -> "Room":
        """Seal at each of these sizes."""
        for size in sizes:
            self.add(size - self.added)
            self.seal()
        return self

    def verify(self, **options: object) -> Verdict:
        return verify(self.folder, self.signer.verifier.vkey, **options)

    def heads(self) -> list[int]:
        with self.engine.connect() as connection:
            return list(connection.scalars(select(LOG_CHECKPOINT.c.size).order_by(LOG_CHECKPOINT.c.size)))

    def waiting(self) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).where(LOG_ENTRY.c.position.is_(None))) or 0


def open_engine(url: str) -> Engine:
    """No pool: what is forked shares no connection."""
    options = {"timeout": 60} if url.startswith("sqlite") else {}
    return create_engine(url, poolclass=NullPool, connect_args=options)


def make_room(url: str, folder: Path) -> Room:
    engine = open_engine(url)
    METADATA.create_all(engine)
    signer = Signer("hub.example/log", Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    return Room(url, folder, signer, engine)


@pytest.fixture
def room(tmp_path):
    """A log on SQLite."""
    return make_room(f"sqlite:///{tmp_path}/state.db", tmp_path / "log")


@pytest.fixture
def postgresql_room(postgresql_url, tmp_path):
    """A log on PostgreSQL."""
    url = make_url(postgresql_url).set(drivername="postgresql+psycopg")
    return make_room(url.render_as_string(hide_password=False), tmp_path / "log")


@pytest.fixture(params=["room", "postgresql_room"], ids=["sqlite", "postgresql"])
def any_room(request):
    """A log on each database."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def large(tmp_path_factory):
    """A log of three levels, 66,000 entries, sealed at 300, 40,000, 65,536 and 66,000; copy it before changing it."""
    folder = tmp_path_factory.mktemp("large")
    return make_room(f"sqlite:///{folder}/state.db", folder / "log").grown(300, 40_000, 65_536, 66_000)


@pytest.fixture
def child():
    """Run a function in a forked process; its exit status: 0, 1 after an exception, or minus the signal that killed it.

    ``child.kill()`` kills those that run.
    """
    pids: list[int] = []

    def start(work: Callable[[], object]) -> Callable[[], int]:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                work()
                status = 0
            finally:
                os._exit(status)
        pids.append(pid)

        def wait() -> int:
            pids.remove(pid)
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

        return wait

    def kill() -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    start.kill = kill  # type: ignore[attr-defined]
    yield start
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.fixture(scope="session")
def killer():
    """A watcher of steps that kills its own process, without any clearing up, after the given number of steps."""

    def after(count: int) -> Step:
        seen = 0

        def step(name: str) -> None:
            nonlocal seen
            seen += 1
            if seen == count:
                os.kill(os.getpid(), signal.SIGKILL)

        return step

    return after
