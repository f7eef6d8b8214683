"""What the commands print."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.cli.output import emit, plain
from hub.problem import Place

ROWS = [{"id": 1234567, "rows": 1234567, "title": "结婚登记", "rate": 1.25, "open": True, "note": None}]


def test_json_is_every_field_and_readable_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints all keys, not only the table's columns, and no escaped Chinese."""
    emit(ROWS, ("id",), as_json=True)
    said = capsys.readouterr().out
    assert json.loads(said) == ROWS
    assert "结婚登记" in said


def test_numbers_have_separators_and_names_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Counts are read, ids are typed again."""
    emit(ROWS, ("id", "rows", "title", "rate", "open", "note"), as_json=False)
    said = capsys.readouterr().out
    assert " 1,234,567 " in said
    assert said.splitlines()[1].startswith("1234567 ")
    assert "结婚登记" in said


def test_brackets_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """An expression is shown as it was written."""
    emit([{"from": "regexp_replace(a, '[a-z]', '')"}], ("from",), as_json=False)
    assert "[a-z]" in capsys.readouterr().out


def test_nothing_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty table is a sentence, an empty JSON list stays one."""
    emit([], ("id",), as_json=False, empty="No row is in quarantine.")
    emit([], ("id",), as_json=True)
    assert capsys.readouterr().out == "No row is in quarantine.\n[]\n"


def test_values_become_what_json_has() -> None:
    """Dataclasses are maps, times are ISO 8601, paths are text, sets are lists."""
    made = plain({"place": Place("a.yaml", 1, 2), "at": datetime(2026, 11, 22, 4, tzinfo=UTC), "path": Path("x/y"), "set": {1}})
    assert made == {
        "place": {"path": "a.yaml", "line": 1, "column": 2},
        "at": "2026-11-22 04:00:00+00:00",
        "path": "x/y",
        "set": [1],
    }
