"""``<state>/env``: merged in one step, private, everybody else's lines kept."""

from pathlib import Path

import pytest

from hub.sandbox.environment import merge
from hub.secret import resolve


def test_values_are_set_and_other_lines_kept(tmp_path: Path) -> None:
    """New names are added, known ones replaced, comments and foreign variables left as they are."""
    path = tmp_path / "env"
    merge(path, {"A": "1", "B": "2"})
    path.write_text(path.read_text() + "# a remark\nC=3\n")
    merge(path, {"B": "x=y", "D": "https://h/?a=b#c"})
    assert path.read_text() == "A=1\n# a remark\nC=3\nB=x=y\nD=https://h/?a=b#c\n"


def test_the_file_is_private(tmp_path: Path) -> None:
    """Mode 600, also when it was open before."""
    path = tmp_path / "state" / "env"
    merge(path, {"A": "1"})
    path.chmod(0o644)
    merge(path, {"A": "2"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["env"]


def test_the_hub_finds_the_values(tmp_path: Path) -> None:
    """What is merged is what a secret resolves to."""
    merge(tmp_path / "env", {"HUB_PARTNER_NOBODY_TOKEN": "ge=heim 字"})
    assert resolve({"token": "${env:HUB_PARTNER_NOBODY_TOKEN}"}, tmp_path) == {"token": "ge=heim 字"}


def test_a_line_break_is_refused(tmp_path: Path) -> None:
    """One variable is one line: a value cannot smuggle in another."""
    with pytest.raises(ValueError, match="line break"):
        merge(tmp_path / "env", {"A": "1\nPATH=/evil"})
    assert not (tmp_path / "env").exists()
