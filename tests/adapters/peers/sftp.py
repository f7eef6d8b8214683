"""A real OpenSSH server: the peer of adapters/systems/sftp.py."""

from contextlib import contextmanager
from types import SimpleNamespace


@contextmanager
def opened(variant, request):
    """A folder of its own on a server of its own."""
    server = request.getfixturevalue("sshd")
    (server.directory / "in").mkdir()
    login = {"user": server.user, "key_file": str(server.key), "fingerprint": server.fingerprint, "folder": "in"}

    def effects(part):
        names = [path.name for path in (server.directory / "in").iterdir()]
        assert names in ([], [part.file_name])
        return len(names)

    yield SimpleNamespace(
        settings={"host": server.host, "port": str(server.port), **login},
        effects=effects,
        answer=lambda part: None,
        down={"host": "127.0.0.1", "port": "1", "user": "hub", "password": "s3cret", "fingerprint": "SHA256:x", "folder": "in"},
        secrets=("s3cret",),
    )
