"""Files of the state folder: whole or not at all."""

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest

from hub import spool
from hub.interface import PermanentError, TransientError


def test_a_file_is_whole_and_closed_to_others(tmp_path: Path) -> None:
    """The file appears under its name with its content, mode 600, in folders that are made for it."""
    path = tmp_path / "bank" / "reg" / "part"
    spool.write(path, b"abc")
    assert path.read_bytes() == b"abc"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["part"]


def test_an_error_leaves_the_old_file_and_no_half_one(tmp_path: Path) -> None:
    """What was there stays; nothing partial is left."""
    path = tmp_path / "part"
    spool.write(path, b"old")
    with pytest.raises(TypeError), spool.durable(path) as file:
        file.writelines([b"new", None])  # type: ignore[list-item]
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["part"]


def test_a_scratch_file_is_whole_and_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under its name stands the whole content, and nothing before; the disk is not asked to have it."""
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("a scratch file was synchronised"))
    with spool.scratch(tmp_path / "part") as file:
        file.write(b"ab")
        assert not (tmp_path / "part").exists()
        file.write(b"c")
    assert (tmp_path / "part").read_bytes() == b"abc"
    assert stat.S_IMODE((tmp_path / "part").stat().st_mode) == 0o600


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """No room, no quota: try again when there is some; nothing half is left."""

    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TransientError, match="free space"):
        spool.write(tmp_path / "part", b"abc")
    assert list(tmp_path.iterdir()) == []


def test_another_fault_of_the_disk_is_not_hidden(tmp_path: Path) -> None:
    """A folder where a file should be is no full disk."""
    (tmp_path / "part").mkdir()
    with pytest.raises(OSError, match="directory"):
        spool.write(tmp_path / "part", b"abc")


def test_a_changed_or_missing_file_needs_a_person(tmp_path: Path) -> None:
    """What is sent must be what was written."""
    spool.write(tmp_path / "part", b"abc")
    digest = hashlib.sha256(b"abc").hexdigest()
    spool.verify(tmp_path / "part", digest)
    (tmp_path / "part").write_bytes(b"abd")
    with pytest.raises(PermanentError, match="was changed"):
        spool.verify(tmp_path / "part", digest)
    with pytest.raises(PermanentError, match="is gone"):
        spool.verify(tmp_path / "none", digest)


def test_a_folder_is_measured_and_removed(tmp_path: Path) -> None:
    """Size counts all files below; removing what is not there is no error."""
    spool.write(tmp_path / "a" / "b" / "c", b"12345")
    assert spool.size(tmp_path) == 5
    spool.remove(tmp_path / "a")
    spool.remove(tmp_path / "a")
    assert spool.size(tmp_path) == 0
