"""Takes fixed-width payment files over SFTP, gives result files (回盘): the bank on loopback.

A caller uploads to ``/in`` under a temporary name (``.part``, or a leading dot) and renames. The bank takes the finished file,
reads it by the agreed record, books each line once, moves it to ``/archive`` and writes ``/out/<file name>.result``, under a
temporary name first:

    <file name>|<sha256>|<lines booked>|<lines failed>|<reference>          the first line
    <row id>|<field>|<code>|<words>                                         one for each line that failed
    !|<code>|<words>                                                        instead, when the whole file is refused

The same file again is answered with the same result; the same name with another content is refused and changes nothing.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from hub.sandbox.desk import Desk, Setting
from hub.sandbox.fixed_width import read
from hub.sandbox.ledger import Entry
from hub.sandbox.receiver import Delivery
from hub.sandbox.sftp_server import Account, SftpServer, host_key
from hub.sandbox.sheet import Refusal

USER = "minzheng"
LOOK_SECONDS = 0.02
CORRECT_SECONDS = 2.0  # a result that was lost or wrong is written again in the bank's next run
_NAME = re.compile(r"(?P<table>[a-z][a-z0-9_]*)_(?P<batch>[0-9A-Za-z]{1,32})_(?P<id>[0-9a-f]{12})\.[a-z]{1,8}")


def open_bank(setting: Setting) -> Desk:
    """Listen on a free loopback port (or, under the fault ``down``, hold the port and answer nothing)."""
    home = setting.folder / "home"
    for name in ("in", "out", "archive"):
        (home / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    pinned = host_key(setting.folder / "host_key")
    shown = host_key(setting.folder / "changed_host_key") if setting.injector.strikes("host-key-changed") else pinned
    bank = _Bank(setting, home)
    server = SftpServer(Account(USER, setting.secret, home), shown, setting.injector, bank.renamed, down=_down(setting))
    environment = {
        setting.variable("host"): "127.0.0.1",
        setting.variable("port"): str(server.port),
        setting.variable("user"): USER,
        setting.variable("password"): setting.secret,
        setting.variable("fingerprint"): pinned.fingerprint,
    }

    def close() -> None:
        server.close()
        bank.close()

    return Desk(f"sftp://127.0.0.1:{server.port}", environment, close)


def _down(setting: Setting) -> bool:
    return setting.injector.strikes("down") is not None


class _Bank:
    """The back office: looks into ``/in`` every so often, as banks' batch systems do."""

    def __init__(self, setting: Setting, home: Path) -> None:
        self._setting = setting
        self._receiver = setting.receiver
        self._strikes = setting.injector.strikes
        self._home = home
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._closing = threading.Event()
        self._taking = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="bank", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the file at hand."""
        self._closing.set()
        self._thread.join(timeout=10)

    def renamed(self, path: Path) -> None:
        """A caller has finished a file: under the fault it is gone before the caller hears of its own rename."""
        if path.parent == self._home.resolve() / "in" and self._strikes("takes-file-at-once"):
            self._take(path)

    def _work(self) -> None:
        self._catch_up()
        while not self._closing.wait(LOOK_SECONDS):
            for path in sorted((self._home / "in").iterdir()):
                if _NAME.fullmatch(path.name) and path.is_file():
                    self._take(path)
            due = [action for moment, action in self._later if moment <= time.monotonic()]
            self._later = [(moment, action) for moment, action in self._later if action not in due]
            for action in due:
                action()

    def _catch_up(self) -> None:
        """What a bank that was killed had taken and not answered, or answered falsely."""
        for path in sorted((self._home / "archive").iterdir()):
            payload = path.read_bytes()
            truth = _result(path.name, hashlib.sha256(payload).hexdigest(), self._book(path.name, payload))
            result = self._home / "out" / f"{path.name}.result"
            if not result.exists() or result.read_bytes() != truth.encode("gb18030"):
                self._write(path.name, truth)

    def _take(self, path: Path) -> None:
        """One finished file: read, book, archive, answer."""
        with self._taking:
            try:
                payload = path.read_bytes()
            except FileNotFoundError:  # taken by the other of the two callers
                return
            verdict = self._book(path.name, payload)
            path.replace(self._home / "archive" / path.name)
            self._answer(path.name, hashlib.sha256(payload).hexdigest(), verdict)

    def _book(self, name: str, payload: bytes) -> Entry | Refusal:
        found = _NAME.fullmatch(name)
        if found is None or found["table"] not in self._receiver.tables:
            return Refusal("file-name", "文件名不符合约定")
        partial = self._strikes("partial-accept")
        try:
            rows = read(payload, self._receiver.tables[found["table"]], self._setting.partner.format_settings)
            delivery = Delivery(name, hashlib.sha256(payload).hexdigest(), found["table"], found["batch"], rows)
            reception = self._receiver.receive(delivery, refuse_percent=partial.argument if partial else 0)
        except Refusal as refusal:
            return refusal
        return Refusal("conflict", "同名文件的内容不同") if reception.standing == "conflict" else reception.entry

    def _answer(self, name: str, digest: str, verdict: Entry | Refusal) -> None:
        truth = _result(name, digest, verdict)
        told: str | None = truth
        if self._strikes("wrong-digest-receipt"):
            told = _result(name, hashlib.sha256(digest.encode()).hexdigest(), verdict)
        if self._strikes("swapped-receipt"):
            others = [entry for entry in self._receiver.ledger.parts() if entry.id != name]
            told = _result(others[-1].id, others[-1].digest, others[-1]) if others else _result("0", "0" * 64, verdict)
        if self._strikes("dropped-receipt"):
            told = None
        if told is not None:
            self._write(name, told)
        if told != truth:
            self._later.append((time.monotonic() + CORRECT_SECONDS, lambda: self._write(name, truth)))

    def _write(self, name: str, text: str) -> None:
        path = self._home / "out" / f"{name}.result"
        temporary = path.with_name(f".{path.name}")
        temporary.write_bytes(text.encode("gb18030"))
        temporary.replace(path)


def _result(name: str, digest: str, verdict: Entry | Refusal) -> str:
    """The text of a result file."""
    if isinstance(verdict, Refusal):
        return f"{name}|{digest}|0|0|\r\n!|{verdict.code}|{verdict.message}\r\n"
    lines = [f"{name}|{digest}|{verdict.accepted}|{len(verdict.faults)}|{verdict.reference}"]
    lines += [f"{fault.row_id}|{fault.field or ''}|{fault.code}|{fault.message}" for fault in verdict.faults]
    return "".join(f"{line}\r\n" for line in lines)
