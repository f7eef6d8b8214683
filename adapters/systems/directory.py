"""Directory: takes parts, puts each as one file into a folder that the partner reads (a share, a gateway's outbox).

A file is written under a temporary name, flushed to the disk and renamed in one step; its name holds the part's id, so that
sending it again replaces nothing and doubles nothing. The file that stands there with our digest is the receipt, unless the
partner answers with ``<result_folder>/<file name>.result``, see adapters/result_file.py.
"""

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from adapters import durable_file, result_file
from hub.interface import (
    Absent,
    Answer,
    Awaiting,
    ConfigurationError,
    Confirmed,
    Format,
    Layout,
    Outcome,
    Part,
    PermanentError,
    Rejected,
    Settings,
    TransientError,
    Unknown,
)

SETTINGS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["folder"],
    "properties": {
        "folder": {"type": "string", "description": "where files are put; it must exist"},
        "ok_file": {"type": "boolean", "description": "put <file name>.ok with digest and size beside each file (false)"},
        "result_folder": {"type": "string", "description": "where results appear; without it a file that stands is confirmed"},
        "archive_folder": {"type": "string", "description": "where the partner keeps files it took: only it makes absence sure"},
        "encoding": {"enum": ["utf-8", "gb18030"], "description": "of result files (gb18030)"},
    },
}
_LARGEST_RESULT = 64 << 20
_MENDABLE = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG)


def connect(settings: Settings, format: Format) -> "Directory":  # noqa: ARG001 - a payload is sent as it is
    """The partner's folder."""
    return Directory(settings)


class Directory:
    """One folder, perhaps with folders for results and for files that were taken."""

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(settings["folder"])
        self._results = Path(settings["result_folder"]) if "result_folder" in settings else None
        self._archive = Path(settings["archive_folder"]) if "archive_folder" in settings else None
        self._ok_file = settings.get("ok_file", False)
        self._encoding = settings.get("encoding", "gb18030")

    def probe(self, layouts: Sequence[Layout]) -> Sequence[str]:  # noqa: ARG002 - folders hold files of every table
        """The folders that are not there, or in which we may not do what we must."""
        rights = {self._folder: os.W_OK | os.X_OK, self._results: os.R_OK | os.X_OK, self._archive: os.R_OK | os.X_OK}
        return [
            f"no folder {path} for us"
            for path, needed in rights.items()
            if path and not (path.is_dir() and os.access(path, needed))
        ]

    def deliver(self, part: Part) -> Outcome:
        """Put one file. Until the rename nothing has happened there, whatever goes wrong."""
        target = self._folder / part.file_name
        ok_file = target.with_name(f"{target.name}.ok")
        known = self.ask(part)
        with self._errors():
            there, answered = target.exists(), self._result(part) is not None
            settled = answered or isinstance(known, Confirmed | Rejected) or (isinstance(known, Awaiting) and not there)
            if settled and not isinstance(known, Absent):
                return known
            written = None if there else self._written(part, target)
        try:
            if written:
                durable_file.rename(written, target)
            if self._ok_file and not ok_file.exists():
                line = f"{part.sha256} {part.path.stat().st_size}\n".encode()
                durable_file.rename(durable_file.write(ok_file, [line]), ok_file)
        except OSError as error:  # renamed or not, nobody knows
            return Unknown(f"rename-{errno.errorcode.get(error.errno or errno.EIO)}")
        return Awaiting() if self._results else _standing(part, part.sha256)

    def ask(self, part: Part) -> Answer:
        """The result, or where the file is. A file that is nowhere may have been taken: only an archive makes absence sure."""
        with self._errors():
            result = self._result(part)
            if result:
                with result.open("rb") as file:
                    return result_file.outcome(file.read(_LARGEST_RESULT), part, self._encoding)
            for folder in filter(None, (self._folder, self._archive)):
                with suppress(FileNotFoundError):  # the partner takes it while we look
                    if (folder / part.file_name).exists():
                        return self._found(part, folder / part.file_name)
        return Absent() if self._archive or not self._results else Unknown("file-not-there")

    def close(self) -> None:
        """Nothing is open between calls."""

    def _result(self, part: Part) -> Path | None:
        path = self._results / f"{part.file_name}.result" if self._results else None
        return path if path and path.exists() else None

    def _written(self, part: Part, target: Path) -> Path:
        hashed = hashlib.sha256()
        written = durable_file.write(target, durable_file.read(part.path, hashed))
        if hashed.hexdigest() != part.sha256:
            written.unlink()
            raise PermanentError(f"part {part.id[:12]} in the spool is not what was staged; nothing was sent")
        return written

    def _found(self, part: Part, path: Path) -> Answer:
        """A file of this name holds this id's bytes, or somebody must look."""
        if durable_file.sha256(path) != part.sha256:
            return Rejected("conflict", "a file of this name with other bytes is there")
        if self._ok_file and path.parent == self._folder and not path.with_name(f"{path.name}.ok").exists():
            return Unknown("ok-file-missing")  # we died before it: sending again puts it there
        return Awaiting() if self._results else _standing(part, part.sha256)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Whatever the disk does in here has had no effect at the partner."""
        try:
            yield
        except OSError as error:
            reason = os.strerror(error.errno or errno.EIO)
            if error.errno in _MENDABLE:
                raise ConfigurationError(f"{self._folder}: {reason}; look at the folders in the partner's settings") from None
            raise TransientError(f"{self._folder}: {reason}; nothing was sent") from None


def _standing(part: Part, sha256: str) -> Confirmed:
    """Without results, the file that stands there is the receipt."""
    told = json.dumps({"file": part.file_name, "sha256": sha256, "size": part.path.stat().st_size})
    return Confirmed(sha256, part.rows, part.file_name, told.encode())
