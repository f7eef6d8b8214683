"""The sandbox's SFTP server, driven by paramiko's client: logins, a folder nobody leaves, and faults at their moment."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import paramiko
import pytest
from paramiko.ssh_exception import AuthenticationException, SSHException

from hub.sandbox import sftp_server
from hub.sandbox.faults import Injector, parse
from hub.sandbox.sftp_server import Account, SftpServer, host_key


class Server:
    """A server over ``tmp_path/home`` with the faults named."""

    def __init__(self, folder: Path, *faults: str) -> None:
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.renamed: list[str] = []
        injector = Injector("bank", parse([f"bank={fault}" for fault in faults], {"bank": "sftp"}))
        self.key = host_key(folder / "host_key")
        account = Account("minzheng", "geheim", self.home)
        self.server = SftpServer(account, self.key, injector, lambda path: self.renamed.append(path.name))

    @contextmanager
    def session(self, user: str = "minzheng", password: str = "geheim") -> Iterator[paramiko.SFTPClient]:
        """A login; the connection is closed afterwards."""
        transport = paramiko.Transport(("127.0.0.1", self.server.port))
        try:
            transport.start_client(timeout=10)
            assert transport.get_remote_server_key() == self.key
            transport.auth_password(user, password)
            client = paramiko.SFTPClient.from_transport(transport)
            assert client is not None
            channel = client.get_channel()
            assert channel is not None
            channel.settimeout(2)
            yield client
        finally:
            transport.close()


@contextmanager
def serving(folder: Path, *faults: str) -> Iterator[Server]:
    """A running server."""
    server = Server(folder, *faults)
    try:
        yield server
    finally:
        server.server.close()


def upload(client: paramiko.SFTPClient, name: str, content: bytes) -> None:
    """As partners ask: a temporary name first, then a rename."""
    with client.open(f"{name}.part", "wb") as file:
        file.set_pipelined(True)
        file.write(content)
    client.posix_rename(f"{name}.part", name)


def test_a_file_goes_up_is_renamed_and_comes_down(tmp_path: Path) -> None:
    """Bytes are the same; the server hears of the finished name only."""
    content = bytes(range(256)) * 3000
    with serving(tmp_path) as server, server.session() as client:
        client.mkdir("in")
        upload(client, "in/a.txt", content)
        assert client.listdir("in") == ["a.txt"]
        assert client.stat("in/a.txt").st_size == len(content)
        with client.open("in/a.txt", "rb") as file:
            assert file.read() == content
        assert server.renamed == ["a.txt"]
        client.remove("in/a.txt")
        client.rmdir("in")
        assert client.listdir("/") == []


def test_only_the_right_login_gets_in(tmp_path: Path) -> None:
    """A wrong password and a wrong user are refused alike."""
    with serving(tmp_path) as server:
        for user, password in (("minzheng", "wrong"), ("root", "geheim"), ("", "")):
            with pytest.raises(AuthenticationException), server.session(user, password):
                pass


@pytest.mark.parametrize(
    "path", ["../secret", "/../secret", "in/../../secret", "/etc/passwd", "link/secret", "link", "//..//secret", "a\0b"]
)
def test_nobody_leaves_the_folder(tmp_path: Path, path: str) -> None:
    """Dots, absolute paths, links and null bytes lead to nothing outside; a write does not land there either."""
    (tmp_path / "secret").write_text("outside")
    with serving(tmp_path) as server, server.session() as client:
        (server.home / "link").symlink_to(tmp_path)
        for mode in ("rb", "wb"):
            with suppress(OSError, ValueError), client.open(path, mode) as file:
                assert mode == "wb" or b"outside" not in file.read()
        with suppress(OSError):
            client.posix_rename("link", "taken")
    assert (tmp_path / "secret").read_text() == "outside"


def test_links_are_neither_made_nor_listed_through(tmp_path: Path) -> None:
    """SFTP's own way of making links is refused."""
    with serving(tmp_path) as server, server.session() as client:
        with pytest.raises(OSError, match="Operation unsupported"):
            client.symlink("/etc", "etc")
        assert client.listdir() == []


def test_a_plain_rename_does_not_replace(tmp_path: Path) -> None:
    """As the protocol's draft says; posix-rename does replace."""
    with serving(tmp_path) as server, server.session() as client:
        upload(client, "a", b"1")
        upload(client, "b", b"2")
        with pytest.raises(OSError, match="Failure"):
            client.rename("a", "b")
        client.posix_rename("a", "b")
        assert (server.home / "b").read_bytes() == b"1"


def test_a_file_may_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write beyond the limit is refused, also at a far offset."""
    monkeypatch.setattr(sftp_server, "MAX_BYTES", 1000)
    with serving(tmp_path) as server, server.session() as client, client.open("a", "wb") as file:
        file.write(b"x" * 1000)
        file.seek(1 << 40)
        with pytest.raises(OSError, match="Failure"):
            file.write(b"x")


def test_garbage_on_the_port_does_not_stop_the_server(tmp_path: Path) -> None:
    """A scanner comes, the next caller is served."""
    with serving(tmp_path) as server:
        with socket.create_connection(("127.0.0.1", server.server.port)) as scanner:
            scanner.sendall(b"GET / HTTP/1.1\r\n\r\n" * 20)
        with server.session() as client:
            assert client.listdir() == []


def test_the_host_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """The same key after a restart, mode 600."""
    first = host_key(tmp_path / "keys" / "host")
    assert host_key(tmp_path / "keys" / "host") == first
    assert (tmp_path / "keys" / "host").stat().st_mode & 0o777 == 0o600


def test_a_refused_connection_is_shut_once(tmp_path: Path) -> None:
    """The first caller hears nothing, the second is served."""
    with serving(tmp_path, "refuse-connections") as server:
        with pytest.raises((SSHException, EOFError, OSError)), server.session():
            pass
        with server.session() as client:
            assert client.listdir() == []


def test_a_cut_upload_leaves_its_share_of_the_bytes(tmp_path: Path) -> None:
    """40 percent under the temporary name, the connection gone; the next upload is whole."""
    with serving(tmp_path, "cut-at-percent:40") as server:
        with pytest.raises((OSError, EOFError, SSHException)), server.session() as client:
            upload(client, "a", b"x" * 1000)
        assert (server.home / "a.part").stat().st_size == 400
        assert server.renamed == []
        with server.session() as client:
            upload(client, "a", b"x" * 1000)
        assert (server.home / "a").stat().st_size == 1000


def test_a_full_disk_refuses_the_bytes(tmp_path: Path) -> None:
    """SSH_FX_FAILURE on write, room again the next time."""
    with serving(tmp_path, "disk-full-at-partner") as server, server.session() as client:
        with pytest.raises(OSError, match="Failure"), client.open("a.part", "wb") as file:
            file.write(b"x" * 100)
        assert client.stat("a.part").st_size == 0
        upload(client, "a", b"x" * 100)
        assert server.renamed == ["a"]


@pytest.mark.parametrize("fault", ["rename-reply-lost", "timeout-with-effect"])
def test_a_rename_may_happen_without_an_answer(tmp_path: Path, fault: str) -> None:
    """The caller sees a broken or silent connection, the file is there under its final name."""
    with serving(tmp_path, fault) as server:
        with pytest.raises((OSError, EOFError, SSHException)), server.session() as client:
            upload(client, "a", b"x")
        assert server.renamed == ["a"]
        with server.session() as client:
            assert client.listdir() == ["a"]


def test_slow_answers_take_their_time(tmp_path: Path) -> None:
    """Each request at least as long as asked for."""
    with serving(tmp_path, "slow:150") as server, server.session() as client:
        start = time.monotonic()
        client.stat(".")
        assert time.monotonic() - start > 0.14


def test_closing_drops_sessions_and_frees_the_port(tmp_path: Path) -> None:
    """No listener and no thread of the server is left."""
    with serving(tmp_path) as server, server.session() as client:
        port = server.server.port
        server.server.close()
        with pytest.raises((OSError, EOFError, SSHException)):
            client.stat(".")
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
        assert not [thread for thread in threading.enumerate() if thread.name == f"sftp-{port}"]
