"""`hub up` as an operator meets it: a real browser on Dagster's pages, and nothing left behind when it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 150.0
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def chromium() -> str:
    """The browser, or a skip (a failure where HUB_TEST_REQUIRE names it)."""
    found = shutil.which("chromium")
    if found is None:
        reason = "no chromium; install Debian's chromium"
        if "chromium" in os.environ.get("HUB_TEST_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
def address(checkout: Any, tmp_path: Path) -> Iterator[str]:
    """`hub up` over the small repository, on a free port; ended by SIGTERM, and then nothing of it lives."""
    shutil.copyfile(ROOT / "dagster.yaml", checkout.root / "dagster.yaml")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from hub.cli.main import main; main()", "up", "--port", str(port)]
    environment = os.environ | {"HUB_ROOT": str(checkout.root), "HUB_STATE": str(tmp_path / "state"), "PYTHONPATH": str(ROOT)}
    with (tmp_path / "up.log").open("w") as log:
        process = subprocess.Popen(command, cwd=checkout.root, env=environment, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/server_info", process, tmp_path / "up.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=90)
    assert _processes_of(str(tmp_path)) == []


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"the UI did not start:\n{log.read_text()[-3000:]}")


def _processes_of(word: str) -> list[str]:
    """Command lines that speak of this test's folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line and "pytest" not in line:
            found.append(line)
    return found


@pytest.mark.slow
def test_an_operator_sees_schedules_running_and_exchanges_by_partner(address: str, checkout: Any) -> None:
    """The schedule is switched on without a click, the exchanges stand under their partner, and the rooms stay clean."""
    playwright = pytest.importorskip("playwright.sync_api")
    binary = chromium()
    before = sorted(str(path) for path in checkout.root.rglob("*"))
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=binary, args=QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{address}/automation")
        page.get_by_text("to_centre", exact=True).first.wait_for(timeout=60_000)
        switches = page.locator("input[type=checkbox]:checked, [role=switch][aria-checked=true]")
        switches.first.wait_for(state="attached", timeout=60_000)
        page.goto(f"{address}/assets/centre/person")
        page.get_by_text("to_centre_job").first.wait_for(timeout=60_000)
        assert "Join the Dagster community" not in page.content()
        browser.close()
    assert sorted(str(path) for path in checkout.root.rglob("*")) == before
