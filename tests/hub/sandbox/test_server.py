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

CHECKOUT = Path(server.__file__).parents[2]
FILES = {
    "contracts/tiny/1.0.0/standard.yaml": """standard: tiny
version: 1.0.0
title: 测试
authority: 测试
status: published
effective_from: 2026-01-01
""",
    "contracts/tiny/1.0.0/elements/common.yaml": "编号: {id: T1, short: bh, format: an..20, definition: 编号}\n",
    "contracts/tiny/1.0.0/tables/test/note.yaml": """table: note
code: T_01
title: 记录
domain: 测试
grain: 一行
key: [bh]
fields:
  bh: {element: 编号, required: true}
""",
    "adapters/partners/city_platform.yaml": """partner: city_platform
title: 平台
system: http
format: json
settings: {url: '${env:HUB_PARTNER_CITY_PLATFORM_URL}', token: '${env:HUB_PARTNER_CITY_PLATFORM_TOKEN}'}
envelope: true
purpose: 测试
legal_basis: 测试
receives: {tiny: all}
""",
    "adapters/partners/bank.yaml": """partner: bank
title: 银行
system: sftp
format: csv
settings: {host: '${env:HUB_PARTNER_BANK_HOST}', user: '${env:HUB_PARTNER_BANK_USER}', fingerprint: '${env:X}', folder: /in}
purpose: 测试
legal_basis: 测试
receives: {tiny: all}
""",
    "adapters/partners/drawer.yaml": """partner: drawer
title: 文件夹
system: directory
format: csv
settings: {folder: /nowhere}
purpose: 测试
legal_basis: 测试
receives: {tiny: all}
""",
    "schedules/notes.yaml": """schedule: notes
title: 记录
cron: 0 */2 * * *
start: 2026-01-01 00:00
partner: city_platform
standard: tiny
tables: [note]
""",
}
UPPER = datetime(2026, 11, 22, 4, 0)  # noqa: DTZ001 - local time of the bureau
Up = Callable[..., Running]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder; whatever runs in it is ended."""
    folder = tmp_path / "state"
    yield folder
    down(folder)


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout small enough to load in no time: one table, three partners."""
    folder = tmp_path_factory.mktemp("root")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def start(root: Path, state: Path) -> Up:
    """``start(**changes)``: a sandbox of that checkout."""

    def started(root: Path = root, *, seeded: bool = True, **changes: object) -> Running:
        if seeded:  # as if the business systems were there already: most tests do not look at them
            (state / "sandbox").mkdir(parents=True, exist_ok=True)
            (state / "sandbox" / "truth.json").touch()
        arguments: dict[str, object] = {"partners": ["city_platform"], "seed": 1, "people": 2, "upper": UPPER}
        return up(root, state, **arguments | changes)  # type: ignore[arg-type]

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
    running = start(CHECKOUT, seeded=False, partners=None)
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


def test_one_sandbox_runs_until_it_is_ended(start: Up, state: Path) -> None:
    """A second start is told the process and the cure; down ends process, port and status; a second down finds nothing to do."""
    running = start()
    assert status(state) == running
    with pytest.raises(ConfigurationError, match=f"process {running.pid}.*hub sandbox down"):
        start()
    assert alive(running.pid)
    assert reachable(running.partners["city_platform"])
    assert down(state)
    assert gone(running.pid)
    assert not reachable(running.partners["city_platform"])
    assert status(state) is None
    assert not down(state)


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
        (state / "sandbox").mkdir(parents=True, exist_ok=True)
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
        ({"partners": ["drawer"]}, "cannot play 'drawer', which is reached by directory"),
    ],
)
def test_a_wrong_partner_or_fault_starts_nothing(start: Up, state: Path, changes: dict[str, object], cure: str) -> None:
    """The mistake comes back from the background process as the caller's own error."""
    with pytest.raises(ConfigurationError, match=cure):
        start(**changes)
    assert status(state) is None
    assert not (state / "env").exists()


def test_a_mistake_in_a_yaml_file_starts_nothing(state: Path, tmp_path: Path) -> None:
    """All problems of the checkout are listed."""
    (tmp_path / "root" / "schedules").mkdir(parents=True)
    (tmp_path / "root" / "schedules" / "wrong.yaml").write_text("schedule: wrong\n")
    with pytest.raises(ConfigurationError, match=r"schedules/wrong\.yaml:1"):
        up(tmp_path / "root", state, seed=1, people=2, upper=UPPER)


def test_faults_are_told_and_happen(start: Up, state: Path) -> None:
    """``status`` names them; the partner behaves so. Without ``partners`` all that can be played are."""
    running = start(partners=None, faults=["city_platform=down"])
    assert sorted(running.partners) == ["bank", "city_platform"]
    assert running.faults == ("city_platform=down",)
    assert status(state) == running
    assert not reachable(running.partners["city_platform"])
    assert reachable(running.partners["bank"])


def test_data_and_other_variables_survive_a_restart(start: Up, state: Path) -> None:
    """The business systems are seeded once; what somebody else wrote into env stays; the token opens the door, nothing else."""
    start(CHECKOUT, seeded=False)
    (state / "env").write_text((state / "env").read_text() + "MINE=1\n")
    path = Path(variables(state)["HUB_SOURCE_CASE_URL"].removeprefix("sqlite:///"))
    before = path.read_bytes()
    down(state)
    running = start(CHECKOUT, seeded=False, people=40)
    assert path.read_bytes() == before
    known = variables(state)
    assert known["MINE"] == "1"
    url = running.partners["city_platform"]
    assert known["HUB_PARTNER_CITY_PLATFORM_URL"] == url
    good = {"Authorization": f"Bearer {known['HUB_PARTNER_CITY_PLATFORM_TOKEN']}"}
    assert httpx.get(f"{url}/batches/0", headers=good).status_code == 404
    assert httpx.get(f"{url}/batches/0").status_code == 401


STARTER = """
import sys, time
from datetime import datetime
from pathlib import Path
from hub.sandbox.server import up
running = up(Path(sys.argv[1]), Path(sys.argv[2]), seed=1, people=2, upper=datetime(2026, 11, 22, 4), partners=["city_platform"],
             attached=sys.argv[3] == "attached")
print(running.pid, flush=True)
time.sleep(60)
"""


def starter(root: Path, state: Path, how: str) -> "tuple[subprocess.Popen[str], int]":
    """A process that starts a sandbox and waits."""
    command = [sys.executable, "-c", STARTER, str(root), str(state), how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, start_new_session=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def test_an_attached_sandbox_dies_with_its_parent(root: Path, state: Path) -> None:
    """Also when the parent is killed and can do nothing about it."""
    parent, pid = starter(root, state, "attached")
    with parent:
        assert alive(pid)
        parent.kill()
    assert gone(pid)
    assert status(state) is None


def test_a_detached_sandbox_outlives_its_parent_and_its_group(root: Path, state: Path) -> None:
    """The whole group of the starter is killed; the sandbox runs on until down."""
    parent, pid = starter(root, state, "detached")
    with parent:
        os.killpg(parent.pid, signal.SIGKILL)
    found = status(state)
    assert found is not None
    assert found.pid == pid
    assert down(state)
    assert gone(pid)


def test_a_signal_ignored_by_the_shell_still_ends_it(state: Path, start: Up) -> None:
    """A background job of a non-interactive shell inherits ignored signals; the sandbox takes them back, and ends in order."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        running = start(attached=True)
    finally:
        signal.signal(signal.SIGINT, before)
    os.kill(running.pid, signal.SIGINT)
    assert os.waitstatus_to_exitcode(os.waitpid(running.pid, 0)[1]) == 0
    assert running.log.read_text() == ""
    assert status(state) is None
