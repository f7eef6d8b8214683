"""The receiver for measurements: it counts and hashes truly, and forgets the rest."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.sandbox import sink

ROOT = Path(sink.__file__).parents[2]


@pytest.fixture
def process() -> Iterator["subprocess.Popen[str]"]:
    """A sink in a process of its own, ended by closing its standard input."""
    command = [sys.executable, "-m", "hub.sandbox.sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        yield running


def test_a_batch_is_hashed_counted_and_remembered(process: "subprocess.Popen[str]") -> None:
    """The receipt has the true digest and count; the same id again adds nothing; the sums are told at the end."""
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    body = json.dumps({"batch": "b", "count": 7, "rows": []}).encode() + b" " * 5_000_000
    with httpx.Client(base_url=url) as client:
        answers = [client.post("/batches", content=body, headers={"Idempotency-Key": "p1"}) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert answers[0].json()["sha256"] == hashlib.sha256(body).hexdigest()
        assert answers[0].json()["accepted"] == 7
        assert client.get("/batches/p1").json() == answers[0].json()
        assert client.get("/batches/p2").status_code == 404
        lines = client.post("/batches", content=b"{}\n{}\n{}\n", headers={"Idempotency-Key": "p3"})
        assert lines.json()["accepted"] == 3
        assert client.post("/batches", content=b"", headers={"Idempotency-Key": "p4"}).json()["accepted"] == 0
    told, _ = process.communicate()
    assert json.loads(told) == {"parts": 3, "rows": 10, "bytes": len(body) + 9}
    assert process.returncode == 0


def test_old_receipts_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded: only the newest are kept."""
    monkeypatch.setattr(sink, "_REMEMBERED", 2)
    received = sink.Sink()
    for number in range(5):
        received.take(f"p{number}", "0", 1, 1)
    assert list(received.answers) == ["p3", "p4"]
    assert received.rows == 5
