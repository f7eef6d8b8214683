"""What README.md promises is done as it is written there, in a copy of the repository."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("contracts", "mappings", "schedules", "adapters")
FILE = re.compile(r"^```yaml (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def readme(name: str) -> str:
    """The text of a README."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The rooms of this repository, and room for a partner's files."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / "root" / room, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    shutil.copyfile(ROOT / "dagster.yaml", tmp_path / "root" / "dagster.yaml")
    return tmp_path / "root"


def typed(copy: Path, line: str) -> str:
    """Type one line of the README in the copy; its output. The test fails where the line does."""
    words = shlex.split(line, comments=True)
    if words[0] == ".venv/bin/hub":
        words = [sys.executable, "-c", "from hub.cli.main import main; main()", *words[1:]]
    if words[-2:] == ["sandbox", "up"]:
        words += ["--partner", "bank", "--people", "200"]  # one partner and few people are enough here
    environment = os.environ | {"HUB_ROOT": str(copy), "HUB_STATE": str(copy.parent / "state"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_table_a_partner_and_a_schedule_are_added_as_written(copy: Path) -> None:
    """The YAML of README.md is complete: it checks clean, its mapping tests pass, and a window of it goes through."""
    target = copy.parent / "fengtai"
    for path, text in FILE.findall(readme("README.md")):
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text(text.replace("/tmp/fengtai", str(target)), encoding="utf-8")
    block = next(block for block in SHELL.findall(readme("README.md")) if "fengtai" in block)
    lines = [line.replace("/tmp/fengtai", str(target)) for line in block.splitlines()]
    said = dict.fromkeys(lines, "")
    try:
        for line in lines:
            said[line] = typed(copy, line)
    finally:
        typed(copy, ".venv/bin/hub sandbox down")
    assert "0 errors" in said[".venv/bin/hub check"] or "no problems" in said[".venv/bin/hub check"]
    assert "2 passed, 0 failed" in said[".venv/bin/hub mapping test marriage_notice"]
    assert " closed " in said[".venv/bin/hub run fengtai"]
    assert sorted(path.suffix for path in target.iterdir()) == [".csv", ".ok"]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "ARCHITECTURE.md"])
def test_every_file_that_is_named_is_there(name: str) -> None:
    """Links and paths in back quotes lead somewhere."""
    text = readme(name)
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    paths = re.findall(r"`((?:hub|adapters|audit|contracts|mappings|schedules|tests)/[\w./*-]*)`", text)
    for target in [*links, *paths]:
        assert any(ROOT.glob(target.rstrip("/"))), f"{name} names {target}"


def test_both_readmes_hold_the_same_yaml_and_commands() -> None:
    """README.zh.md shows the same files and the same commands as README.md."""
    assert FILE.findall(readme("README.zh.md")) == FILE.findall(readme("README.md"))

    def commands(text: str) -> list[list[str]]:
        return [[line.partition("#")[0].strip() for line in block.splitlines()] for block in SHELL.findall(text)]

    assert commands(readme("README.zh.md")) == commands(readme("README.md"))


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "adapters/README.md", "contracts/README.md"])
def test_every_line_of_a_shell_can_be_typed_as_it_stands(name: str) -> None:
    """In a checkout after make: nothing that make installs is on the PATH."""
    targets = re.findall(r"^([a-z-]+):", readme("Makefile"), re.MULTILINE)
    for line in "".join(SHELL.findall(readme(name))).splitlines():
        program, first = [*shlex.split(line, comments=True), ""][:2]
        if program == "make":
            assert first in targets, line
        elif program.startswith(".venv/bin/"):
            assert Path(sys.executable).with_name(program.rpartition("/")[2]).exists(), line
        else:
            assert program in ("cp", "mkdir"), line


def test_every_command_in_the_readme_exists() -> None:
    """`hub x` in a README is a command that the hub has."""
    from hub.cli.main import COMMANDS

    for name in ("README.md", "README.zh.md"):
        assert set(re.findall(r"(?:`|bin/)hub ([a-z]+)", readme(name))) <= set(COMMANDS), name
