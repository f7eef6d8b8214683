"""Findings: their places as Excel writes them, and the list of their codes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import hub.contract.excel.finding
from hub.contract.excel.finding import CODES, Cell, Finding


def given(tree: ast.AST) -> Iterator[str]:
    """The second argument of every call of ``at`` that is a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "at" and isinstance(node.args[1], ast.Constant):
            yield str(node.args[1].value)


def test_every_code_that_is_given_is_explained_and_the_other_way_round() -> None:
    """The list cannot lie."""
    folder = Path(hub.contract.excel.finding.__file__).parent
    assert {code for path in folder.glob("*.py") for code in given(ast.parse(path.read_text(encoding="utf-8")))} == set(CODES)
    assert list(CODES) == sorted(CODES)


def test_a_place_reads_as_in_excel() -> None:
    """Columns are letters: 27 is AA; a sheet or a whole workbook has no cell."""
    assert [Cell("x", 5, column).reference for column in (1, 26, 27, 702, 703, 16384)] == [
        "A5",
        "Z5",
        "AA5",
        "ZZ5",
        "AAA5",
        "XFD5",
    ]
    assert str(Finding("人员", 4, 3, "merged", "m", "c")) == "人员!C4: error merged: m; c"
    assert str(Finding("", 0, 0, "no-sheet", "m", "c", "warning")) == "workbook: warning no-sheet: m; c"
