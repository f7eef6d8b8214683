"""What the files say is kept in the state folder, and never used when it may not be true any more."""

import resource
import signal
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub import compiled as module
from hub.compiled import Compiled, compiled
from hub.problem import Problems

DAY = date(2026, 11, 22)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder in use."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def kept(state: Path) -> list[Path]:
    return sorted((state / "cache").iterdir())


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the files anew, fails."""
    monkeypatch.setattr(module, "_read", None)


def test_unchanged_files_are_not_read_again(checkout: Any, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plans that were kept are those that were made, and only the hub's user can read them."""
    made = compiled(checkout.root, state, DAY)
    unread(monkeypatch)
    again = compiled(checkout.root, state, DAY)
    assert [plan.digest for plan in again.plans] == [plan.digest for plan in made.plans]
    assert again.problems == made.problems
    assert again.repository.root == checkout.root
    (path,) = kept(state)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_changed_file_another_day_and_another_program_are_another_outcome(
    checkout: Any, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte is enough, a new file too; only the newest outcome is kept."""
    names = [module._name(checkout.root, DAY), module._name(checkout.root, date(2026, 11, 23))]
    checkout.write("mappings/crosswalks/new.csv", "local,code,name,status,reviewer\n")
    names.append(module._name(checkout.root, DAY))
    checkout.write("mappings/crosswalks/new.csv", "local,code,name,status,reviewer\nA,1,a,approved,x\n")
    names.append(module._name(checkout.root, DAY))
    monkeypatch.setattr(module, "_LIBRARIES", ("duckdb",))
    names.append(module._name(checkout.root, DAY))
    assert len(set(names)) == len(names)
    for day in (DAY, date(2026, 11, 23)):
        compiled(checkout.root, state, day)
    assert len(kept(state)) == 1


def test_what_is_damaged_or_somebody_elses_is_read_anew(checkout: Any, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept file is a convenience: without it the files are read."""
    made = compiled(checkout.root, state, DAY)
    (path,) = kept(state)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert compiled(checkout.root, state, DAY).problems == made.problems
    assert path.read_bytes()[:32] == whole[:32]
    monkeypatch.setattr("os.getuid", lambda: path.stat().st_uid + 1)
    assert module._kept(path) is None


def test_without_a_state_folder_nothing_is_kept(checkout: Any, tmp_path: Path) -> None:
    """A check before the hub is set up leaves no trace."""
    compiled(checkout.root, tmp_path / "none", DAY)
    compiled(checkout.root, None, DAY)
    assert not (tmp_path / "none").exists()


def test_a_full_disk_is_not_filled_further(checkout: Any, state: Path) -> None:
    """What could not be kept whole leaves nothing behind, and what a killed run had begun goes with the next outcome."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, limits[1]))
    try:
        assert compiled(checkout.root, state, DAY).problems is not None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert kept(state) == []
    (state / "cache" / "new-half").write_text("")
    compiled(checkout.root, state, DAY)
    assert [path.name[:9] for path in kept(state)] == ["compiled-"]


def test_a_mistake_is_kept_too_and_nothing_runs_with_it(checkout: Any, state: Path) -> None:
    """Problems say every mistake, from the files and from what was kept."""
    assert isinstance(compiled(checkout.root, state, DAY), Compiled)
    checkout.edit("adapters/partners/centre.yaml", "system: http", "system: htp")
    for _ in range(2):
        with pytest.raises(Problems, match="htp"):
            compiled(checkout.root, state, DAY).sound()
