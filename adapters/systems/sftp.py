"""Takes parts, puts each as one file on a partner's SFTP server, reads the result file that comes back.

A file is written under a temporary name, read back, and renamed in one step; its name holds the part's id, so that sending it
again replaces nothing and doubles nothing. The partner answers with ``<result_folder>/<file name>.result``, see
adapters/result_file.py.
"""

import errno
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import paramiko

from adapters import result_file, ssh
from hub.interface import (
    Absent,
    Answer,
    Awaiting,
    Confirmed,
    Format,
    Layout,
    Outcome,
    Part,
    Rejected,
    Settings,
    TransientError,
    Unknown,
)

SETTINGS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["host", "user", "fingerprint", "folder"],
    "properties": dict(ssh.SETTINGS)
    | {
        "folder": {"type": "string", "description": "where files are put"},
        "ok_file": {"type": "boolean", "description": "put <file name>.ok with digest and size beside each file (false)"},
        "read_back": {"type": "boolean", "description": "read each file back and compare its digest before it is renamed (true)"},
        "result_folder": {"type": "string", "description": "where results appear; without it a file that stands is confirmed"},
        "archive_folder": {"type": "string", "description": "where the partner keeps files it took: only it makes absence sure"},
        "encoding": {"enum": ["utf-8", "gb18030"], "description": "of result files (gb18030)"},
    },
}
_LARGEST_RESULT = 64 << 20
_LOST = (OSError, EOFError, paramiko.SSHException)


def connect(settings: Settings, format: Format) -> "Sftp":  # noqa: ARG001 - a payload is sent as it is
    """The partner's server; it is reached when it is first needed."""
    return Sftp(settings)


class Sftp:
    """One login at one server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session: tuple[paramiko.Transport, paramiko.SFTPClient] | None = None

    def probe(self, layouts: Sequence[Layout]) -> Sequence[str]:  # noqa: ARG002 - folders hold files of every table
        """The folders that are not there."""
        with self._nothing_left() as client:
            names = [self._settings[key] for key in ("folder", "result_folder", "archive_folder") if key in self._settings]
            return [f"{ssh.place(self._settings)} has no folder {name} for us" for name in names if not ssh.there(client, name)]

    def deliver(self, part: Part) -> Outcome:
        """Put one file. Until the rename nothing has happened there, whatever goes wrong."""
        name = f"{self._settings['folder']}/{part.file_name}"
        temporary = f"{self._settings['folder']}/.{part.file_name}.part"
        with self._nothing_left() as client:
            there = ssh.there(client, name)
            if there and ssh.digest(client, name) != part.sha256:
                return Rejected("conflict", "a file of this name with other bytes is there")
            if not there:
                client.put(str(part.path), temporary, confirm=True)  # pipelined, and the size is compared
                self._compare(client, part, temporary)
        try:
            if not there:
                ssh.rename(client, temporary, name)
            if self._settings.get("ok_file") and not ssh.there(client, f"{name}.ok"):
                client.putfo(io.BytesIO(f"{part.sha256} {part.path.stat().st_size}\n".encode()), f"{temporary}.ok")
                ssh.rename(client, f"{temporary}.ok", f"{name}.ok")  # whoever waits for it sees it whole
        except _LOST as error:  # renamed or not, nobody knows
            self.close()
            return Unknown(f"rename-{type(error).__name__}")
        return Awaiting() if "result_folder" in self._settings else _standing(part, part.sha256)

    def ask(self, part: Part) -> Answer:
        """The result, or where the file is. A file that is nowhere may have been taken: only an archive makes absence sure."""
        results, folder = self._settings.get("result_folder"), self._settings["folder"]
        with self._nothing_left() as client:
            if results and ssh.there(client, f"{results}/{part.file_name}.result"):
                with client.open(f"{results}/{part.file_name}.result") as file:
                    payload = file.read(_LARGEST_RESULT)
                return result_file.outcome(payload, part, self._settings.get("encoding", "gb18030"))
            for each in filter(None, (folder, self._settings.get("archive_folder"))):
                name = f"{each}/{part.file_name}"
                if not ssh.there(client, name):
                    continue
                if each == folder and self._settings.get("ok_file") and not ssh.there(client, f"{name}.ok"):
                    return Unknown("ok-file-missing")  # we died before it: sending again puts it there
                return Awaiting() if results else _standing(part, ssh.digest(client, name))
        return Absent() if "archive_folder" in self._settings or not results else Unknown("file-not-there")

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            with suppress(*_LOST):
                self._session[0].close()
        self._session = None

    @contextmanager
    def _nothing_left(self) -> Iterator[paramiko.SFTPClient]:
        """The session; whatever the network does in here has had no effect at the partner."""
        try:
            self._session = self._session or ssh.session(self._settings)
            yield self._session[1]
        except _LOST as error:
            self.close()
            reason = "no space left there" if getattr(error, "errno", None) == errno.ENOSPC else type(error).__name__
            raise TransientError(f"{ssh.place(self._settings)}: {reason}; nothing was sent") from None

    def _compare(self, client: paramiko.SFTPClient, part: Part, name: str) -> None:
        if self._settings.get("read_back", True) and ssh.digest(client, name) != part.sha256:
            raise TransientError(f"{ssh.place(self._settings)} holds other bytes than were sent; they were not renamed")


def _standing(part: Part, sha256: str) -> Confirmed:
    """Without results, the file that stands there is the receipt."""
    told = json.dumps({"file": part.file_name, "sha256": sha256, "size": part.path.stat().st_size})
    return Confirmed(sha256, part.rows, part.file_name, told.encode())
