"""The http system against a real server that answers what no honest partner would."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from adapters.systems import http
from hub.interface import Confirmed, Heading, Layout, Part, RowFault, TransientError, Unknown

Answers = Callable[..., http.Http]


class _Partner(BaseHTTPRequestHandler):
    """Whatever it is asked, it says ``server.status``, ``server.headers`` and ``server.body``, a piece each ``server.pause``."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        server: Any = self.server
        self.send_response(server.status)
        for name, value in ({"Content-Length": str(len(server.body))} | server.headers).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for piece in [server.body] if not server.pause else [server.body[i : i + 1] for i in range(len(server.body))]:
                self.wfile.write(piece)
                time.sleep(server.pause)
        except OSError:  # it hung up
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing on the test's output."""


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Makes the system whose partner answers so."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Partner)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made = []

    def answering(body: bytes, status: int = 200, headers: dict[str, str] | None = None, pause: float = 0) -> http.Http:
        server.body, server.status, server.headers, server.pause = body, status, headers or {}, pause
        made.append(http.connect({"url": f"http://127.0.0.1:{server.server_port}", "timeout": 0.2}, None))  # type: ignore[arg-type]
        return made[-1]

    yield answering
    for system in made:
        with closing(system):
            pass
    server.shutdown()
    server.server_close()


@pytest.fixture
def part(tmp_path: Path) -> Part:
    """A part of three rows."""
    path = tmp_path / "part.json"
    path.write_bytes(b"{}")
    heading = Heading("B1", "city/t", "2026-01-01-02:00", "s@1", "2026-01-01 04:00:00")
    digest = hashlib.sha256(b"{}").hexdigest()
    return Part("ab" * 32, 1, heading, Layout("t", "表", (), ("k",), "k"), path, digest, 3, ".json", "application/json")


def receipt(part: Part, **other: Any) -> dict[str, Any]:
    """An honest receipt, but for ``other``."""
    return {"id": part.id, "sha256": part.sha256, "accepted": 3, "reference": "R", "faults": []} | other


@pytest.mark.parametrize("accepted", ["1e999", "3.9", "3.0", "true", "null", "[3]", '"three"'])
def test_a_number_that_counts_no_rows_decides_nothing(answers: Answers, part: Part, accepted: str) -> None:
    """Infinity, a fraction or a word in the place of a count leaves the outcome unknown; none is rounded into a fit."""
    body = json.dumps(receipt(part)).replace('"accepted": 3', f'"accepted": {accepted}').encode()
    system = answers(body)
    assert system.deliver(part) == system.ask(part) == Unknown("receipt-malformed")


def test_a_field_is_text_whatever_json_it_came_as(answers: Answers, part: Part) -> None:
    """A partner that numbers its fields is understood: a fault's field is text or nothing."""
    faults = [{"row_id": 1, "field": field, "code": 7, "message": ""} for field in (5, [1], None)]
    found = answers(json.dumps(receipt(part, accepted=2, faults=faults)).encode()).ask(part)
    assert isinstance(found, Confirmed)
    assert found.faults == (RowFault("1", "5", "7", ""), RowFault("1", "[1]", "7", ""), RowFault("1", None, "7", ""))


@pytest.mark.parametrize(("says", "seconds"), [({"Retry-After": "120"}, 120.0), ({"Retry-After": "soon"}, None), ({}, None)])
def test_a_partner_that_asks_for_patience_says_how_much(
    answers: Answers, part: Part, says: dict[str, str], seconds: float | None
) -> None:
    """The seconds of Retry-After (RFC 9110 section 10.2.3) go on to whoever tries again."""
    with pytest.raises(TransientError, match="slow down") as caught:
        answers(b"", 429, says).deliver(part)
    assert caught.value.retry_after == seconds


def test_a_server_that_gave_up_waiting_is_asked_again(answers: Answers, part: Part) -> None:
    """408 is no mistake in our settings: nobody knows what arrived."""
    assert answers(b"", 408).deliver(part) == Unknown("http-408")


def test_an_answer_that_drips_ends(answers: Answers, part: Part) -> None:
    """A byte now and then is not silence, but the answer must end within ten times the timeout."""
    began = time.monotonic()
    assert answers(b" " * 1000, pause=0.1).deliver(part) == Unknown("answer-too-slow")
    assert time.monotonic() - began < 10
