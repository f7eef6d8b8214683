"""The `hub` command itself: lazy commands, exit codes, completion."""

import subprocess
import sys

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
