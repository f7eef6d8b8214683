"""Takes HTTP batches as the platforms do, hashes and forgets them, gives receipts: the cheapest honest receiver, for measuring.

It checks nothing but the length, so that a measurement shows the sender. ``python -m hub.sandbox.sink`` prints its address,
counts what it receives and runs until its standard input ends.
"""

import asyncio
import hashlib
import json
import re
import sys
from collections import OrderedDict
from dataclasses import dataclass, field

_BUFFER = 1 << 20
_HEAD = 64 << 10
_REMEMBERED = 10_000
_COUNT = re.compile(rb'"count": ?([0-9]+)')
_HEADER = re.compile(rb"\r\n([A-Za-z-]+): ?([^\r\n]*)")


@dataclass
class Sink:
    """What was received so far; ``answers`` holds the newest receipts by part id."""

    parts: int = 0
    rows: int = 0
    size: int = 0
    answers: OrderedDict[str, bytes] = field(default_factory=OrderedDict)

    def take(self, part: str, sha256: str, rows: int, size: int) -> bytes:
        """The receipt of a part; the same id again counts nothing."""
        known = self.answers.get(part)
        if known is not None:
            return known
        self.parts, self.rows, self.size = self.parts + 1, self.rows + rows, self.size + size
        told = {"id": part, "sha256": sha256, "reference": f"SINK{self.parts}", "rows": rows, "accepted": rows, "faults": []}
        self.answers[part] = json.dumps(told).encode()
        if len(self.answers) > _REMEMBERED:
            self.answers.popitem(last=False)
        return self.answers[part]


class _Connection(asyncio.BufferedProtocol):
    """One connection with one request after the other; the body is hashed in the buffer it arrives in."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._buffer = bytearray(_BUFFER)
        self._start()

    def _start(self) -> None:
        self._head = b""
        self._left = -1
        self._lines = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's signature
        """The same buffer every time."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """The head of a request, then its body."""
        view = memoryview(self._buffer)[:nbytes]
        if self._left < 0:
            self._head += bytes(view)
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                if len(self._head) > _HEAD:
                    self._transport.abort()
                return
            view = memoryview(self._head)[end + 4 :]
            self._head = self._head[: end + 2]
            self._begin()
        self._body(view)

    def _begin(self) -> None:
        lower = {name.lower(): value for name, value in _HEADER.findall(self._head)}
        self._method, path, _ = self._head.split(b" ", 2)
        self._part = lower.get(b"idempotency-key", path.rpartition(b"/")[2]).decode("latin-1")
        self._size = self._left = int(lower.get(b"content-length", b"0"))
        self._hash, self._first = hashlib.sha256(), b""
        if lower.get(b"expect", b"").lower() == b"100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _body(self, view: memoryview) -> None:
        if not self._first:
            self._first = bytes(view[:4096])
        self._hash.update(view)
        self._lines += bytes(view).count(b"\n")
        self._left -= len(view)
        if self._left <= 0:
            self._answer()
            self._start()

    def _answer(self) -> None:
        status, body = b"200 OK", self._sink.answers.get(self._part, b"")
        if self._method == b"POST":
            counted = _COUNT.search(self._first)
            rows = int(counted[1]) if counted else self._lines
            status, body = b"201 Created", self._sink.take(self._part, self._hash.hexdigest(), rows, self._size)
        elif not body:
            status, body = b"404 Not Found", b'{"code": "unknown"}'
        head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self._transport.write(head + body)


async def serve(sink: Sink) -> tuple[str, asyncio.Server]:
    """Listen on a free loopback port: the address and the server, which the caller closes."""
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(sink), "127.0.0.1", 0)
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", server


async def _main() -> None:
    sink = Sink()
    url, server = await serve(sink)
    sys.stdout.write(url + "\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()
    sys.stdout.write(json.dumps({"parts": sink.parts, "rows": sink.rows, "bytes": sink.size}) + "\n")


if __name__ == "__main__":
    asyncio.run(_main())
