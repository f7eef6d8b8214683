"""Takes an address, a pinned fingerprint and a login; gives an SFTP session, and looks at files in it.

Alone decides which server to trust.
"""

import base64
import hashlib
import hmac
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import paramiko
from paramiko.pkey import UnknownKeyType

from hub.interface import ConfigurationError, PermanentError

_SECRET = {"type": "string", "secret": True}
SETTINGS: Mapping[str, Any] = {
    "host": _SECRET | {"description": "name or address of the server"},
    "port": _SECRET | {"description": "default: 22"},
    "user": _SECRET | {"description": "login"},
    "password": _SECRET | {"description": "its password, where there is no key"},
    "key_file": _SECRET | {"description": "path of our private key, instead of a password"},
    "fingerprint": _SECRET | {"description": "SHA256:... of the server's host key, as ssh-keygen -l prints it"},
    "timeout": {"type": "number", "minimum": 0.1, "description": "seconds of silence before the outcome is unknown (60)"},
}
_CONNECT_SECONDS = 10.0
_WEAK = {
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1", "hmac-sha1-96"],
}
_FAST = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")  # in hardware: twice the speed of counter mode with a MAC


def place(settings: Mapping[str, Any]) -> str:
    """The server's name in messages."""
    return f"{settings['host']}:{settings.get('port', 22)}"


def session(settings: Mapping[str, Any]) -> tuple[paramiko.Transport, paramiko.SFTPClient]:
    """A session with the pinned server.

    PermanentError for another host key or a refused login, ConfigurationError for a key file that cannot be used; what the
    network does goes on up as OSError, EOFError or SSHException.
    """
    seconds = float(settings.get("timeout", 60))
    line = socket.create_connection((str(settings["host"]), int(settings.get("port", 22))), _CONNECT_SECONDS)
    transport = paramiko.Transport(line, disabled_algorithms=_WEAK)
    with ExitStack() as failed:
        failed.callback(transport.close)
        options = transport.get_security_options()
        options.ciphers = sorted(options.ciphers, key=lambda cipher: cipher not in _FAST)
        transport.start_client(timeout=seconds)
        _check_host(settings, transport.get_remote_server_key())
        _login(settings, transport)
        client = paramiko.SFTPClient.from_transport(transport)
        if client is None:
            raise paramiko.SSHException("no SFTP on this server")
        client.get_channel().settimeout(seconds)  # type: ignore[union-attr]  # it has one: it was opened just now
        failed.pop_all()
    return transport, client


def fingerprint(key: paramiko.PKey) -> str:
    """SHA256:... without padding, as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def there(client: paramiko.SFTPClient, name: str) -> bool:
    """Whether the server shows us a file or a folder of this name."""
    try:
        client.stat(name)
    except FileNotFoundError:
        return False
    return True


def digest(client: paramiko.SFTPClient, name: str) -> str:
    """The SHA-256 of a file as it stands on the server."""
    hashed = hashlib.sha256()
    with client.open(name) as file:
        file.prefetch()
        while chunk := file.read(1 << 18):
            hashed.update(chunk)
    return hashed.hexdigest()


def rename(client: paramiko.SFTPClient, old: str, new: str) -> None:
    """In one step, also on a server that lacks OpenSSH's extension and knows the SFTP protocol's own rename only."""
    try:
        client.posix_rename(old, new)
    except OSError as error:
        if error.errno is not None:  # a refusal that has a name; an unsupported operation has none
            raise
        client.rename(old, new)


def _check_host(settings: Mapping[str, Any], key: paramiko.PKey) -> None:
    found = fingerprint(key)
    if not hmac.compare_digest(found.encode(), str(settings["fingerprint"]).encode()):
        raise PermanentError(
            f"{place(settings)} shows another host key ({found}): ask the partner by telephone, then pin the new `fingerprint`"
        )


def _login(settings: Mapping[str, Any], transport: paramiko.Transport) -> None:
    try:
        if settings.get("key_file"):
            transport.auth_publickey(settings["user"], paramiko.PKey.from_path(settings["key_file"]))
        else:
            transport.auth_password(settings["user"], settings.get("password", ""))
    except paramiko.AuthenticationException:
        raise PermanentError(f"{place(settings)} refuses our login: renew the password or the key") from None
    except (OSError, ValueError, paramiko.PasswordRequiredException, UnknownKeyType) as error:
        if isinstance(error, TimeoutError | ConnectionError):
            raise
        raise ConfigurationError(f"key_file for {place(settings)} cannot be used: {type(error).__name__}") from None
