"""The sftp system against a real OpenSSH server."""

import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import paramiko
import pytest

from adapters.systems import sftp
from hub.interface import (
    Absent,
    Awaiting,
    Confirmed,
    Heading,
    Layout,
    Part,
    PermanentError,
    Rejected,
    RowFault,
    TransientError,
    Unknown,
)


class Server(Protocol):
    """What the fixture ``sshd`` gives."""

    host: str
    port: int
    user: str
    key: Path
    fingerprint: str
    directory: Path
    pid: int


def part(folder: Path, payload: bytes = b"1\r\n2\r\n") -> Part:
    """A part in the spool."""
    path = folder / "part.txt"
    path.write_bytes(payload)
    digest = hashlib.sha256(payload).hexdigest()
    heading = Heading("B0001", "bank/detail", "2026-11-22-02:00", "s@1", "2026-11-22 04:00:00")
    layout = Layout("detail", "明细", (), ("sn",), "sn")
    return Part(hashlib.sha256(digest.encode()).hexdigest(), 1, heading, layout, path, digest, 2, ".txt", "text/plain")


@pytest.fixture
def settings(sshd: Server) -> dict[str, Any]:
    """A login at the server, with the folders of a bank."""
    for name in ("in", "out", "done"):
        (sshd.directory / name).mkdir()
    return {
        "host": sshd.host,
        "port": str(sshd.port),
        "user": sshd.user,
        "key_file": str(sshd.key),
        "fingerprint": sshd.fingerprint,
        "folder": "in",
        "timeout": 10,
    }


@pytest.fixture
def bank(settings: dict[str, Any]) -> Iterator[sftp.Sftp]:
    """A partner that answers with result files."""
    with closing(sftp.connect(settings | {"result_folder": "out", "ok_file": True}, None)) as system:  # type: ignore[arg-type]
        yield system


def test_a_file_appears_whole_under_its_name_with_its_ok_file(bank: sftp.Sftp, sshd: Server, tmp_path: Path) -> None:
    """After delivery the folder holds the file and its `.ok`, and no temporary name."""
    sent = part(tmp_path, b"x" * 300_000)
    assert isinstance(bank.deliver(sent), Awaiting)
    assert sorted(path.name for path in (sshd.directory / "in").iterdir()) == [sent.file_name, f"{sent.file_name}.ok"]
    assert (sshd.directory / "in" / sent.file_name).read_bytes() == sent.path.read_bytes()
    assert (sshd.directory / "in" / f"{sent.file_name}.ok").read_text() == f"{sent.sha256} 300000\n"


def test_sending_twice_leaves_one_file(bank: sftp.Sftp, sshd: Server, tmp_path: Path) -> None:
    """The same part again has no second effect."""
    sent = part(tmp_path)
    assert [type(bank.deliver(sent)) for _ in range(2)] == [Awaiting, Awaiting]
    assert len(list((sshd.directory / "in").glob("*.txt"))) == 1


def test_the_result_file_is_the_receipt(bank: sftp.Sftp, sshd: Server, tmp_path: Path) -> None:
    """Refused lines of a result file arrive as faults of their rows."""
    sent = part(tmp_path)
    bank.deliver(sent)
    text = f"{sent.file_name}|{sent.sha256}|1|1|R9\r\n2|zh|account-closed|账户已销户\r\n"
    (sshd.directory / "out" / f"{sent.file_name}.result").write_bytes(text.encode("gb18030"))
    answer = bank.ask(sent)
    assert isinstance(answer, Confirmed)
    assert answer.faults == (RowFault("2", "zh", "account-closed", "账户已销户"),)


def test_a_file_taken_at_once_is_no_error_and_no_proof(bank: sftp.Sftp, sshd: Server, tmp_path: Path) -> None:
    """A partner that removes the file and has not answered yet leaves the outcome unknown: absence would be a guess."""
    sent = part(tmp_path)
    bank.deliver(sent)
    (sshd.directory / "in" / sent.file_name).unlink()
    assert bank.ask(sent) == Unknown("file-not-there")


def test_only_an_archive_makes_absence_certain(settings: dict[str, Any], sshd: Server, tmp_path: Path) -> None:
    """With an archive a file is absent, or awaiting its result."""
    more = {"result_folder": "out", "archive_folder": "done"}
    with closing(sftp.connect(settings | more, None)) as system:  # type: ignore[arg-type]
        sent = part(tmp_path)
        assert isinstance(system.ask(sent), Absent)
        system.deliver(sent)
        (sshd.directory / "in" / sent.file_name).rename(sshd.directory / "done" / sent.file_name)
        assert isinstance(system.ask(sent), Awaiting)


def test_without_results_the_standing_file_is_read_back(settings: dict[str, Any], sshd: Server, tmp_path: Path) -> None:
    """A partner without result files confirms by the bytes that stand there, and other bytes show in the digest."""
    with closing(sftp.connect(settings, None)) as system:  # type: ignore[arg-type]
        sent = part(tmp_path)
        assert isinstance(system.ask(sent), Absent)
        assert isinstance(system.deliver(sent), Confirmed)
        (sshd.directory / "in" / sent.file_name).write_bytes(b"other")
        answer = system.ask(sent)
        assert isinstance(answer, Confirmed)
        assert answer.sha256 != sent.sha256


def test_another_host_key_stops_the_partner(settings: dict[str, Any], tmp_path: Path) -> None:
    """A host key that is not the pinned one is a person's business, and nothing is sent."""
    with closing(sftp.connect(settings | {"fingerprint": "SHA256:" + "A" * 43}, None)) as system:  # type: ignore[arg-type]
        with pytest.raises(PermanentError, match="another host key"):
            system.deliver(part(tmp_path))


def test_a_refused_login_is_not_tried_again(settings: dict[str, Any], tmp_path: Path) -> None:
    """A wrong password is a permanent error that does not show it."""
    wrong = {key: value for key, value in settings.items() if key != "key_file"} | {"password": "s3cret-word"}
    with closing(sftp.connect(wrong, None)) as system:  # type: ignore[arg-type]
        with pytest.raises(PermanentError, match="refuses our login") as told:
            system.deliver(part(tmp_path))
        assert "s3cret-word" not in str(told.value)


def test_a_server_that_is_gone_is_tried_again(settings: dict[str, Any], bank: sftp.Sftp, sshd: Server, tmp_path: Path) -> None:
    """When the server dies nothing has left, and the error says so."""
    os.kill(sshd.pid, signal.SIGKILL)
    with pytest.raises(TransientError, match="nothing was sent"):
        bank.deliver(part(tmp_path))


def test_a_missing_folder_is_named_by_the_probe(settings: dict[str, Any]) -> None:
    """The probe lists the folders that the server does not show us."""
    with closing(sftp.connect(settings | {"result_folder": "results"}, None)) as system:  # type: ignore[arg-type]
        assert system.probe([]) == [f"{settings['host']}:{settings['port']} has no folder results for us"]


def test_a_whole_file_can_be_refused(bank: sftp.Sftp, sshd: Server, tmp_path: Path) -> None:
    """A result that refuses the file rejects the part with the partner's code."""
    sent = part(tmp_path)
    bank.deliver(sent)
    text = f"{sent.file_name}|{sent.sha256}|0|0|\n!|sum|合计不符\n"
    (sshd.directory / "out" / f"{sent.file_name}.result").write_bytes(text.encode("gb18030"))
    answer = bank.ask(sent)
    assert isinstance(answer, Rejected)
    assert answer.code == "sum"


def test_the_ok_file_comes_last_and_is_made_good(bank: sftp.Sftp, sshd: Server, tmp_path: Path) -> None:
    """A process that died between file and ``.ok`` leaves the outcome unknown; sending again adds only the ``.ok``."""
    sent = part(tmp_path)
    bank.deliver(sent)
    (sshd.directory / "in" / f"{sent.file_name}.ok").unlink()
    before = (sshd.directory / "in" / sent.file_name).stat()
    assert bank.ask(sent) == Unknown("ok-file-missing")
    assert isinstance(bank.deliver(sent), Awaiting)
    assert sorted(path.name for path in (sshd.directory / "in").iterdir()) == [sent.file_name, f"{sent.file_name}.ok"]
    assert (sshd.directory / "in" / f"{sent.file_name}.ok").read_text() == f"{sent.sha256} {len(sent.path.read_bytes())}\n"
    assert (sshd.directory / "in" / sent.file_name).stat().st_ino == before.st_ino
    assert isinstance(bank.ask(sent), Awaiting)


def test_without_results_an_archived_file_is_confirmed(settings: dict[str, Any], sshd: Server, tmp_path: Path) -> None:
    """A partner that moves what it took and answers nothing confirms by the bytes in its archive; nobody waits for ever."""
    with closing(sftp.connect(settings | {"archive_folder": "done"}, None)) as system:  # type: ignore[arg-type]
        sent = part(tmp_path)
        system.deliver(sent)
        (sshd.directory / "in" / sent.file_name).rename(sshd.directory / "done" / sent.file_name)
        answer = system.ask(sent)
        assert isinstance(answer, Confirmed)
        assert answer.sha256 == sent.sha256


@pytest.fixture
def plain_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without OpenSSH's extension: paramiko's client asks for one that no server has."""
    asked = paramiko.SFTPClient._request

    def unknown(client: paramiko.SFTPClient, kind: int, *arguments: Any) -> Any:
        words = ("nobody-knows@example" if each == "posix-rename@openssh.com" else each for each in arguments)
        return asked(client, kind, *words)

    monkeypatch.setattr(paramiko.SFTPClient, "_request", unknown)


@pytest.mark.usefixtures("plain_protocol")
def test_a_server_that_knows_the_plain_rename_only_is_served(bank: sftp.Sftp, sshd: Server, tmp_path: Path) -> None:
    """The protocol's own rename does where posix-rename@openssh.com is unsupported."""
    sent = part(tmp_path)
    assert isinstance(bank.deliver(sent), Awaiting)
    assert sorted(path.name for path in (sshd.directory / "in").iterdir()) == [sent.file_name, f"{sent.file_name}.ok"]
