"""Takes a folder, one login and faults, gives an SFTP server on a free loopback port; alone in the sandbox speaks SSH.

Logins see the folder as ``/`` and nothing outside it: paths are normalised before they touch the disk, links are neither
followed nor made. The file protocol is draft-ietf-secsh-filexfer-02, as OpenSSH speaks it.
"""

import contextlib
import errno
import hmac
import os
import posixpath
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_FAILURE, SFTP_OK

from hub.sandbox.faults import Injector

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MAX_BYTES = 256 << 20  # one file: a partner's disk is not ours to fill
HANG_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Account:
    """The one login of a server and the folder it sees as ``/``."""

    user: str
    password: str
    home: Path


def host_key(path: Path) -> paramiko.Ed25519Key:
    """The server's key, made on first use (mode 600)."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    return paramiko.Ed25519Key(filename=str(path))


class SftpServer:
    """Listens until closed; one thread for accepting and paramiko's threads for each connection."""

    def __init__(
        self,
        account: Account,
        key: paramiko.PKey,
        injector: Injector,
        renamed: Callable[[Path], None],
        *,
        down: bool = False,
    ) -> None:
        self._account = account
        self._key = key
        self._injector = injector
        self._renamed = renamed
        self._transports: set[paramiko.Transport] = set()
        self._closing = threading.Event()
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        if not down:  # a port that is held without listening refuses every connection
            self._listener.listen(64)
        self._thread = threading.Thread(target=self._accept, name=f"sftp-{self.port}", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed by close()
                return
            if self._injector.strikes("refuse-connections"):
                reset(connection)
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(self._key)
        transport.set_subsystem_handler(
            "sftp", paramiko.SFTPServer, _Files, self._account.home, self._injector, self._renamed, transport
        )
        self._transports = {known for known in self._transports if known.is_active()} | {transport}
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):  # a client that hangs up is its own business
            transport.start_server(server=_Login(self._account))

    def close(self) -> None:
        """Stop listening and drop every connection."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._transports:
            transport.close()
        self._thread.join(timeout=10)


def reset(connection: socket.socket) -> None:
    """Close with RST, as a firewall or a dying process does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class _Login(paramiko.ServerInterface):
    """Password login of one account; the sftp subsystem and nothing else."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def check_auth_password(self, username: str, password: str) -> int:
        """Compared in constant time."""
        user = hmac.compare_digest(username.encode(), self._account.user.encode())
        secret = hmac.compare_digest(password.encode(), self._account.password.encode())
        return AUTH_SUCCESSFUL if user and secret else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002 - paramiko's signature
        """Only passwords."""
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002 - paramiko's signature
        """Only sessions."""
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Handle(paramiko.SFTPHandle):
    """An open file; what happens at its end is up to the faults."""

    def __init__(self, descriptor: int, full: bool, ended: Callable[[int], None]) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._full = full
        self._ended = ended

    def read(self, offset: int, length: int) -> bytes | int:
        """At most 256 KiB at a time."""
        try:
            return os.pread(self._descriptor, min(length, 1 << 18), offset)
        except OSError as error:
            return _code(error)

    def write(self, offset: int, data: "ReadableBuffer") -> int:
        """SFTP has no code of its own for a full disk: it is SSH_FX_FAILURE, as OpenSSH answers."""
        if self._full or offset + memoryview(data).nbytes > MAX_BYTES:
            return _code(OSError(errno.ENOSPC, "no space left on device"))
        try:
            os.pwrite(self._descriptor, data, offset)
        except OSError as error:
            return _code(error)
        return SFTP_OK

    def stat(self) -> paramiko.SFTPAttributes | int:
        """Size and times of the open file."""
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor))

    def chattr(self, attr: paramiko.SFTPAttributes) -> int:  # noqa: ARG002 - paramiko's signature
        """Times and modes are the server's business."""
        return SFTP_OK

    def close(self) -> None:
        """Close once: paramiko closes left-over handles a second time."""
        if self._descriptor < 0:
            return
        try:
            self._ended(self._descriptor)
        finally:
            os.close(self._descriptor)
            self._descriptor = -1


class _Files(paramiko.SFTPServerInterface):
    """The folder of one login, with the faults of its partner."""

    def __init__(
        self,
        server: paramiko.ServerInterface,
        home: Path,
        injector: Injector,
        renamed: Callable[[Path], None],
        transport: paramiko.Transport,
    ) -> None:
        super().__init__(server)
        self._home = home.resolve()
        self._injector = injector
        self._renamed = renamed
        self._transport = transport

    def _path(self, path: str) -> Path:
        """``path`` as the client means it, inside the folder. OSError when it leads through a link."""
        inside = posixpath.normpath("/" + path).lstrip("/")
        found = self._home / inside
        if "\0" in path or found.resolve() != found:
            raise OSError(errno.EACCES, "links are not followed")
        return found

    def canonicalize(self, path: str) -> str:
        """The path as seen from the folder."""
        return posixpath.normpath("/" + path).replace("//", "/")

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:  # noqa: ARG002
        """Open a file; written ones count as an upload."""
        self._slow()
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR))
        full = writes and self._injector.strikes("disk-full-at-partner") is not None
        cut = self._injector.strikes("cut-at-percent") if writes else None
        try:
            descriptor = os.open(self._path(path), flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            return _code(error)
        return _Handle(descriptor, full, lambda opened: self._cut(opened, cut.argument) if cut else None)

    def _cut(self, descriptor: int, percent: int) -> None:
        """Only now is it known how long the file would have been."""
        os.ftruncate(descriptor, os.fstat(descriptor).st_size * percent // 100)
        self._transport.close()

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        """The entries of a folder."""
        self._slow()
        entries: list[paramiko.SFTPAttributes] = []
        try:
            for entry in sorted(self._path(path).iterdir()):
                with contextlib.suppress(FileNotFoundError):  # taken meanwhile
                    entries.append(paramiko.SFTPAttributes.from_stat(entry.lstat(), entry.name))
        except OSError as error:
            return _code(error)
        return entries

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        """Size and times."""
        self._slow()
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).lstat())
        except OSError as error:
            return _code(error)

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        """The same: links are not followed."""
        return self.stat(path)

    def remove(self, path: str) -> int:
        """Delete a file."""
        return _tried(lambda: self._path(path).unlink())

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:  # noqa: ARG002 - paramiko's signature
        """Make a folder."""
        return _tried(lambda: self._path(path).mkdir(mode=0o700))

    def rmdir(self, path: str) -> int:
        """Delete an empty folder."""
        return _tried(lambda: self._path(path).rmdir())

    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:  # noqa: ARG002 - paramiko's signature
        """Times and modes are the server's business."""
        return _tried(lambda: self._path(path).lstat())

    def rename(self, oldpath: str, newpath: str) -> int:
        """As the draft says: an existing target is an error."""
        if self._exists(newpath):
            return SFTP_FAILURE
        return self.posix_rename(oldpath, newpath)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        """posix-rename@openssh.com: replace atomically. The file is finished with this."""
        self._slow()
        code = _tried(lambda: self._path(oldpath).replace(self._path(newpath)))
        if code != SFTP_OK:
            return code
        self._renamed(self._path(newpath))
        if self._injector.strikes("rename-reply-lost"):
            self._transport.close()
        elif self._injector.strikes("timeout-with-effect"):
            self._hang()
        return code

    def _exists(self, path: str) -> bool:
        return _tried(lambda: self._path(path).lstat()) == SFTP_OK

    def _hang(self) -> None:
        """Say nothing until the client gives up."""
        end = time.monotonic() + HANG_SECONDS
        while self._transport.is_active() and time.monotonic() < end:
            time.sleep(0.05)

    def _slow(self) -> None:
        fault = self._injector.strikes("slow")
        if fault:
            time.sleep(fault.argument / 1000)


def _tried(action: Callable[[], object]) -> int:
    try:
        action()
    except OSError as error:
        return _code(error)
    return SFTP_OK


def _code(error: OSError) -> int:
    return int(paramiko.SFTPServer.convert_errno(error.errno or errno.EIO))
