"""A small honest HTTP server: the peer of adapters/systems/http.py. It keeps one body under each id."""

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

TOKEN = "t0ken-of-the-test"


class _Partner(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        part, known = self.headers["Idempotency-Key"], self.server.parts
        if self.headers.get("Content-Digest") != f"sha-256=:{digest}:":
            self._say(400, {"code": "digest", "message": "other bytes"})
        elif known.setdefault(part, body) != body:
            self._say(
                409, {"code": "conflict", "message": "other body", "id": part, "sha256": _told(part, known[part])["sha256"]}
            )
        else:
            self._say(201, _told(part, body))

    def do_GET(self):
        part = self.path.rpartition("/")[2]
        body = self.server.parts.get(part)
        self._say(*((404, {"code": "unknown", "message": "never seen"}) if body is None else (200, _told(part, body))))

    def _say(self, status, document):
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status, document = 401, {"code": "unauthorised", "message": "token"}
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Say nothing on the test's output."""


def _told(part, body):
    rows = json.loads(body)["count"]
    return {"id": part, "sha256": hashlib.sha256(body).hexdigest(), "accepted": rows, "reference": "R1", "faults": []}


@contextmanager
def opened(variant, request):
    """A server on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Partner)
    server.parts = {}
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield SimpleNamespace(
        settings={"url": f"http://127.0.0.1:{server.server_port}", "token": TOKEN},
        effects=lambda part: len(server.parts),
        answer=lambda part: None,
        down={"url": "http://127.0.0.1:1", "token": "s3cret"},
        secrets=("s3cret",),
        format="json",
    )
    server.shutdown()
    server.server_close()
    thread.join(10)
