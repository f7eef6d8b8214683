"""Secrets: where they are looked up, in which order, and that no message has one."""

from pathlib import Path
from typing import Any

import pytest

from hub.interface import ConfigurationError
from hub.secret import references, resolve


def private(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment overrides what the sandbox wrote."""
    private(tmp_path / "env", "HUB_TEST_A=from file\nHUB_TEST_B=b=b\n# HUB_TEST_C=no\n\n")
    monkeypatch.setenv("HUB_TEST_A", "from environment")
    settings = {"url": "${env:HUB_TEST_A}", "more": {"key": "${env:HUB_TEST_B}"}, "list": ["${env:HUB_TEST_B}"], "port": 1}
    assert resolve(settings, tmp_path) == {"url": "from environment", "more": {"key": "b=b"}, "list": ["b=b"], "port": 1}


def test_a_file_is_its_content_without_the_last_line_end(tmp_path: Path) -> None:
    """Keys have several lines."""
    private(tmp_path / "secrets" / "key.pem", "a\nb\n")
    assert resolve({"key": "${file:key.pem}"}, tmp_path) == {"key": "a\nb"}


def test_a_reference_is_a_whole_text_or_none(tmp_path: Path) -> None:
    """Part of a text is never replaced."""
    settings = {"a": "x${env:HOME}", "b": "$HOME", "c": "${HOME}"}
    assert resolve(settings, tmp_path) == settings


@pytest.mark.parametrize("value", ["${env:HUB_TEST_NONE}", "${file:none}"])
def test_a_missing_secret_is_named(tmp_path: Path, value: str) -> None:
    """The message has the name and where to put it."""
    (tmp_path / "secrets").mkdir()
    with pytest.raises(ConfigurationError) as error:
        resolve({"a": value}, tmp_path)
    assert value[2:-1].partition(":")[2] in str(error.value)


def test_an_empty_variable_is_a_missing_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty password is a mistake, not a password."""
    monkeypatch.setenv("HUB_TEST_A", "")
    with pytest.raises(ConfigurationError, match="HUB_TEST_A is not set"):
        resolve({"a": "${env:HUB_TEST_A}"}, tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Mode 600, for the file of variables and for files of secrets; the message has no value."""
    private(tmp_path / "env", "HUB_TEST_A=hunter2\n", mode)
    private(tmp_path / "secrets" / "key", "hunter2", mode)
    for value in ("${env:HUB_TEST_A}", "${file:key}"):
        with pytest.raises(ConfigurationError, match="chmod 600") as error:
            resolve({"a": value}, tmp_path)
        assert "hunter2" not in str(error.value)


def test_a_secret_that_is_not_text_is_refused_without_its_bytes(tmp_path: Path) -> None:
    """No byte of it stands in the message."""
    private(tmp_path / "secrets" / "key", "")
    (tmp_path / "secrets" / "key").write_bytes(b"hunter2\xff")
    with pytest.raises(ConfigurationError, match="not UTF-8") as error:
        resolve({"a": "${file:key}"}, tmp_path)
    assert "hunter2" not in str(error.value)
    private(tmp_path / "secrets" / "key", "\n")
    with pytest.raises(ConfigurationError, match="empty"):
        resolve({"a": "${file:key}"}, tmp_path)


def test_references_are_listed(tmp_path: Path) -> None:
    """For reports: which variables a partner needs."""
    settings: Any = {"a": "${env:A}", "b": ["${file:B}", "x"], "c": {"d": "${env:D}"}, "e": 1}
    assert references(settings) == ("${env:A}", "${file:B}", "${env:D}")
