"""The sandbox as one background process: up, found again, told to fail, killed, and gone without a trace."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from hub.interface import ConfigurationError
from hub.sandbox import server
from hub.sandbox.server import Running, down, status, up
from hub.sandbox.truth import read

ROOT = Path(server.__file__).parents[2]
UPPER = datetime(2026, 11, 22, 4, 0)  # noqa: DTZ001 - local time of the bureau
Up = Callable[..., Running]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder; whatever runs in it is ended."""
    folder = tmp_path / "state"
    yield folder
    down(folder)


@pytest.fixture
def start(state: Path) -> Up:
    """``start(**changes)``: a small sandbox of the real checkout."""

    def started(**changes: object) -> Running:
        arguments: dict[str, object] = {"partners": ["city_platform"], "people": 4, "upper": UPPER}
        return up(ROOT, state, **arguments | changes)  # type: ignore[arg-type]

    return started


def alive(pid: int) -> bool:
    """Whether that process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid: int, seconds: float = 10) -> bool:
    """Wait until a process is gone."""
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


def variables(state: Path) -> dict[str, str]:
    """What the sandbox tells the hub."""
    lines = (state / "env").read_text().splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def reachable(address: str) -> bool:
    """Whether anything listens at the address of a partner."""
    parts = urlsplit(address)
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def test_every_partner_of_the_checkout_is_played(start: Up, state: Path) -> None:
    """All are up at once, on loopback, with their variables in a private file and the business systems seeded."""
    running = start(partners=None)
    assert sorted(running.partners) == ["bank", "city_platform", "ministry", "national_platform"]
    assert all(reachable(address) for address in running.partners.values() if "://127.0.0.1:" in address)
    assert (state / "env").stat().st_mode & 0o777 == 0o600
    known = variables(state)
    for name in ("MARRIAGE", "CASE", "ALLOWANCE"):
        url = known[f"HUB_SOURCE_{name}_URL"]
        assert Path(url.removeprefix("sqlite:///")).is_relative_to(state.resolve() / "sandbox")
    with sqlite3.connect(known["HUB_SOURCE_MARRIAGE_URL"].removeprefix("sqlite:///")) as connection:
        assert connection.execute("SELECT count(*) FROM hy_jg").fetchone()[0] > 0
    assert read(state / "sandbox" / "truth.json").tables["marriage_office"].source > 0
    assert status(state) == running


def test_down_ends_it_and_leaves_no_process(start: Up, state: Path) -> None:
    """The process, its port and its status are gone; a second down finds nothing to do."""
    running = start()
    assert down(state)
    assert gone(running.pid)
    assert not reachable(running.partners["city_platform"])
    assert status(state) is None
    assert not down(state)


def test_starting_twice_is_refused_with_the_cure(start: Up) -> None:
    """The message names the process and how to end it; the first goes on."""
    running = start()
    with pytest.raises(ConfigurationError, match=f"process {running.pid}.*hub sandbox down"):
        start()
    assert alive(running.pid)


def test_many_starts_at_once_give_one_sandbox(start: Up, state: Path) -> None:
    """One wins, the others are told."""
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            outcomes.append(str(start().pid))
        except ConfigurationError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=attempt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = status(state)
    assert found is not None
    assert sorted("running already" in outcome for outcome in outcomes) == [False, True, True]
    assert str(found.pid) in outcomes


def test_a_killed_sandbox_is_no_obstacle(start: Up, state: Path) -> None:
    """kill -9, then status says none, and the next one starts over the same data and keys."""
    first = start(partners=["bank"])
    fingerprint = variables(state)["HUB_PARTNER_BANK_FINGERPRINT"]
    os.kill(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)
    assert status(state) is None
    second = start(partners=["bank"])
    assert second.pid != first.pid
    assert variables(state)["HUB_PARTNER_BANK_FINGERPRINT"] == fingerprint


def test_a_stale_pid_file_is_no_obstacle(start: Up, state: Path) -> None:
    """The number of somebody else's process in the file: it is neither believed nor killed."""
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (state / "sandbox").mkdir(parents=True)
        (state / "sandbox" / "server.pid").write_text(f"{bystander.pid}\n")
        assert status(state) is None
        assert not down(state)
        assert alive(bystander.pid)
        assert start().pid != bystander.pid
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"partners": ["city_platfrom"]}, "did you mean 'city_platform'"),
        ({"faults": ["city_platform=cut-at-percent"]}, "not possible for city_platform"),
        ({"faults": ["bank=down"]}, "plays no partner 'bank'"),
    ],
)
def test_a_wrong_partner_or_fault_starts_nothing(start: Up, state: Path, changes: dict[str, object], cure: str) -> None:
    """The mistake comes back from the background process as the caller's own error."""
    with pytest.raises(ConfigurationError, match=cure):
        start(**changes)
    assert status(state) is None
    start()


def test_a_mistake_in_a_yaml_file_starts_nothing(state: Path, tmp_path: Path) -> None:
    """All problems of the checkout are listed."""
    (tmp_path / "root" / "schedules").mkdir(parents=True)
    (tmp_path / "root" / "schedules" / "wrong.yaml").write_text("schedule: wrong\n")
    with pytest.raises(ConfigurationError, match=r"schedules/wrong\.yaml:1"):
        up(tmp_path / "root", state, upper=UPPER)


def test_faults_are_told_and_happen(start: Up, state: Path) -> None:
    """``status`` names them; the partner behaves so."""
    running = start(faults=["city_platform=down"])
    assert running.faults == ("city_platform=down",)
    assert status(state) == running
    assert not reachable(running.partners["city_platform"])


def test_data_and_other_variables_survive_a_restart(start: Up, state: Path) -> None:
    """The business systems are seeded once; what somebody else wrote into env stays."""
    start()
    (state / "env").write_text((state / "env").read_text() + "MINE=1\n")
    path = Path(variables(state)["HUB_SOURCE_CASE_URL"].removeprefix("sqlite:///"))
    before = path.read_bytes()
    down(state)
    start(people=40)
    assert path.read_bytes() == before
    assert variables(state)["MINE"] == "1"


def test_the_token_is_needed(start: Up, state: Path) -> None:
    """The variables open the door; nothing else does."""
    running = start()
    known = variables(state)
    url = known["HUB_PARTNER_CITY_PLATFORM_URL"]
    assert url == running.partners["city_platform"]
    good = {"Authorization": f"Bearer {known['HUB_PARTNER_CITY_PLATFORM_TOKEN']}"}
    assert httpx.get(f"{url}/batches/0", headers=good).status_code == 404
    assert httpx.get(f"{url}/batches/0").status_code == 401


STARTER = """
import sys, time
from datetime import datetime
from pathlib import Path
from hub.sandbox.server import up
running = up(Path(sys.argv[1]), Path(sys.argv[2]), partners=["city_platform"], people=4, upper=datetime(2026, 11, 22, 4),
             attached=sys.argv[3] == "attached")
print(running.pid, flush=True)
time.sleep(60)
"""


def starter(state: Path, how: str) -> "tuple[subprocess.Popen[str], int]":
    """A process that starts a sandbox and waits."""
    command = [sys.executable, "-c", STARTER, str(ROOT), str(state), how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def test_an_attached_sandbox_dies_with_its_parent(state: Path) -> None:
    """Also when the parent is killed and can do nothing about it."""
    parent, pid = starter(state, "attached")
    with parent:
        assert alive(pid)
        parent.kill()
    assert gone(pid)
    assert status(state) is None


def test_a_detached_sandbox_outlives_its_parent_and_its_group(state: Path) -> None:
    """The whole group of the starter is killed; the sandbox runs on until down."""
    parent, pid = starter(state, "detached")
    with parent:
        os.killpg(parent.pid, signal.SIGKILL)
    found = status(state)
    assert found is not None
    assert found.pid == pid
    assert down(state)
    assert gone(pid)


def test_a_signal_ignored_by_the_shell_still_ends_it(state: Path, start: Up) -> None:
    """A background job of a non-interactive shell inherits ignored signals; the sandbox takes them back."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        running = start()
    finally:
        signal.signal(signal.SIGINT, before)
    os.kill(running.pid, signal.SIGINT)
    assert gone(running.pid)
