"""The `hub` command itself: lazy commands, exit codes, completion."""

import errno
import os
import subprocess
import sys
from typing import Any

import pytest

from hub.cli.main import COMMANDS, main
from hub.interface import ConfigurationError, DataError, HubError, PermanentError, TransientError


def run(*arguments: str) -> int:
    """The exit code of `hub ...` in this process."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_help_lists_every_command_and_imports_none(capsys: pytest.CaptureFixture[str]) -> None:
    """`hub --help` names every command without loading Dagster, DuckDB, pyarrow or SQLAlchemy."""
    code = "import sys; from hub.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(f"\n  {name}" in shown for name in COMMANDS)
    assert not {f"'{name}'" for name in ("dagster", "duckdb", "pyarrow", "sqlalchemy", "rich")} & set(
        shown.replace(",", "").split()
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command of the list exists and has a help text."""
    assert run(name, "--help") == 0
    assert "Usage:" in capsys.readouterr().out


def test_a_misspelt_command_is_told_its_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command ends with exit code 2 and the nearest name."""
    assert run("chek") == 2
    assert "'check'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [(HubError, 1), (ConfigurationError, 2), (DataError, 3), (TransientError, 4), (PermanentError, 5)],
)
def test_the_class_of_an_error_is_the_exit_code(
    error: type[HubError], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error the hub raises on purpose is one line on standard error and an exit code, never a traceback."""

    def fail(*_: object, **__: object) -> None:
        raise error("it is so, do this")

    monkeypatch.setattr("hub.cli.main.cli.main", fail)
    assert run("status") == code
    assert capsys.readouterr().err == f"{error.__name__}: it is so, do this\n"


@pytest.mark.parametrize(
    ("number", "said", "code"),
    [(errno.EROFS, "PermanentError", 5), (errno.EACCES, "PermanentError", 5), (errno.ENOSPC, "TransientError", 4)],
)
def test_a_file_system_that_says_no_is_told_with_its_file(
    number: int, said: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A read-only state folder, a foreign one, a full one: one line on standard error that names the file."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "/state/env")

    monkeypatch.setattr("hub.cli.main.cli.main", fail)
    assert run("status") == code
    assert capsys.readouterr().err.startswith(f"{said}: {os.strerror(number)}: /state/env; ")


def test_a_state_folder_that_is_a_file_is_told(
    checkout: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its name, and nothing is made beside it."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(checkout.root / "schedules/to_centre.yaml"))
    assert run("status") == 5
    assert f"{checkout.root / 'schedules/to_centre.yaml'}; move it" in capsys.readouterr().err


def test_a_terminal_without_chinese_is_no_error() -> None:
    """What its encoding does not have comes as an escape."""
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    code = "from hub.cli import main; main.cli.main = lambda **_: print('婚姻 ok'); main.main([])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, "\\u5a5a\\u59fb ok\n", "")


def test_before_the_first_seal_there_is_no_log_to_verify(
    checkout: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said so, and when there will be one; a folder that is named must be a log."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(checkout.root / "state"))
    assert run("audit", "verify") == 3
    assert "no log yet" in capsys.readouterr().err


def test_outside_a_hub_folder_the_cure_is_named(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that needs the rooms says which folder to change into."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.delenv("HUB_ROOT", raising=False)
    assert run("windows") == 2
    assert "HUB_ROOT" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_a_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`hub completion SHELL` prints a script that calls hub for its words."""
    assert run("completion", shell) == 0
    assert "_HUB_COMPLETE" in capsys.readouterr().out
