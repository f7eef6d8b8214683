"""A real OpenSSH server behind a line that breaks after so many bytes: nothing is lost, nothing doubled, no half file shows."""

import hashlib
import random
import socket
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from adapters.systems import sftp
from hub.interface import Absent, Awaiting, Heading, Layout, Outcome, Part, TransientError, Unknown

PAYLOAD = random.Random(7).randbytes(200_000)  # what does not compress


class Line:
    """A proxy that passes ``limit`` bytes to the server (None: all), then cuts both ways; ``passed`` counts them."""

    def __init__(self, port: int, limit: int | None) -> None:
        self._server, self._limit, self.passed = port, limit, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            client, _ = self._listener.accept()
            server = socket.create_connection(("127.0.0.1", self._server))
            threading.Thread(target=self._back, args=(server, client), daemon=True).start()
            self._forth(client, server)

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, suppress(OSError):
            while chunk := client.recv(1 << 14):
                room = len(chunk) if self._limit is None else self._limit - self.passed
                server.sendall(chunk[:room])
                self.passed += len(chunk[:room])
                if room <= len(chunk) and self._limit is not None:
                    break
            for end in (client, server):
                end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _back(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(1 << 14):
                client.sendall(chunk)

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()


@pytest.fixture
def part(tmp_path: Path) -> Part:
    """A part in the spool."""
    path = tmp_path / "part.txt"
    path.write_bytes(PAYLOAD)
    digest = hashlib.sha256(PAYLOAD).hexdigest()
    heading = Heading("B0001", "bank/detail", "2026-11-22-02:00", "s@1", "2026-11-22 04:00:00")
    layout = Layout("detail", "明细", (), ("sn",), "sn")
    return Part(hashlib.sha256(digest.encode()).hexdigest(), 1, heading, layout, path, digest, 2, ".txt", "text/plain")


def settings(sshd: Any, port: int) -> dict[str, Any]:
    """A login at the server through ``port``, with all folders of a bank."""
    for name in ("in", "out", "done"):
        (sshd.directory / name).mkdir(exist_ok=True)
    names = {"host": "127.0.0.1", "port": str(port), "user": sshd.user, "key_file": str(sshd.key), "timeout": 10}
    folders = {"folder": "in", "result_folder": "out", "archive_folder": "done", "ok_file": True}
    return names | {"fingerprint": sshd.fingerprint} | folders


def sent(sshd: Any, part: Part, limit: int | None) -> tuple[Outcome | Exception, int]:
    """What comes of one delivery through a line of so many bytes, and how many it took."""
    line = Line(sshd.port, limit)
    with closing(line), closing(sftp.connect(settings(sshd, line.port), None)) as system:  # type: ignore[arg-type]
        try:
            return system.deliver(part), line.passed
        except TransientError as error:
            return error, line.passed


def test_a_line_cut_anywhere_loses_and_doubles_nothing(sshd: Any, part: Part) -> None:
    """In the greeting, the data, the reading back, about the rename and the ``.ok``: sent again it is there once."""
    folder = sshd.directory / "in"
    whole, total = sent(sshd, part, None)
    assert isinstance(whole, Awaiting)
    seen = set()
    for limit in (500, 5_000, 60_000, 150_000, *range(total - 1_600, total, 60)):
        for path in folder.iterdir():
            path.unlink()
        outcome, _ = sent(sshd, part, limit)
        there = folder / part.file_name
        assert not there.exists() or there.read_bytes() == PAYLOAD
        if isinstance(outcome, TransientError):  # it says that nothing was sent
            assert not there.exists()
        seen.add((type(outcome).__name__, there.exists()))
        with closing(sftp.connect(settings(sshd, sshd.port), None)) as system:  # type: ignore[arg-type]
            answer = system.ask(part)
            assert isinstance(answer, Awaiting | Unknown if there.exists() else Absent)
            assert isinstance(system.deliver(part), Awaiting)
            assert isinstance(system.ask(part), Awaiting)
        assert sorted(path.name for path in folder.iterdir()) == [part.file_name, f"{part.file_name}.ok"]
    assert {("TransientError", False), ("Unknown", True)} <= seen
