"""CSV files: every mistake with its line."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.csv_file import read

CASES = [
    ("sound", "code,name\n1,男\n2,女\n", []),
    ("byte-order mark and CRLF, as spreadsheets write", "\ufeffcode,name\r\n1,男\r\n", []),
    ("blank lines", "code,name\n\n1,男\n\n", []),
    ("no last line end", "code,name\n1,男", []),
    ("quoted comma", 'code,name\n1,"男,性"\n', []),
    ("optional column", "code,name,note\n1,男,x\n", []),
    ("empty", "", [(0, "csv-empty")]),
    ("missing column", "code\n1\n", [(1, "csv-missing-column")]),
    ("unknown column", "code,name,nmae\n1,a,b\n", [(1, "csv-unknown-column")]),
    ("column twice", "code,name,name\n1,a,b\n", [(1, "csv-duplicate-column")]),
    ("semicolons", "code;name\n1;a\n", [(1, "csv-separator")]),
    ("semicolons and quotes", '\ufeff"code";"name"\r\n"1";"a;b"\r\n', [(1, "csv-separator")]),
    ("tabs", "code\tname\tnote\n1\ta\t\n", [(1, "csv-separator")]),
    ("full-width commas", "code，name\n1，a\n", [(1, "csv-separator")]),
    ("a semicolon in a value", "code,name\n1,a;b\n", []),
    ("a semicolon in the header", "code,name,note;x\n1,a,b\n", [(1, "csv-unknown-column")]),
    ("too many cells", "code,name\n1,男,x\n2,女\n", [(2, "csv-ragged")]),
    ("too few cells", "code,name\n1,男\n2\n", [(3, "csv-ragged")]),
    ("blank before", "code,name\n1, 男\n", [(2, "csv-blank")]),
    ("ideographic blank after", "code,name\n1,男\u3000\n", [(2, "csv-blank")]),
    ("no-break space", "code,name\n1\u00a0,男\n", [(2, "csv-blank")]),
    ("blank in quotes", 'code,name\n1," 男"\n', [(2, "csv-blank")]),
    ("line break in a cell", 'code,name\n1,"男\n性"\n2,女\n', [(2, "csv-line-break")]),
    ("quote not closed", 'code,name\n1,"男\n2,女\n', [(2, "csv-syntax")]),
    ("text after a quote", 'code,name\n1,"男"x\n', [(2, "csv-syntax")]),
]


def found(tmp_path: Path, content: str | bytes) -> list[tuple[int, str]]:
    path = tmp_path / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    _, problems = read(path, tmp_path, ("code", "name"), ("note",))
    assert all(problem.cure and problem.place.path == "a.csv" for problem in problems)
    return sorted((problem.place.line, problem.code) for problem in problems)


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_mistake_has_its_line(tmp_path: Path, content: str, expected: list[tuple[int, str]]) -> None:
    """A code for each kind of mistake."""
    assert found(tmp_path, content) == expected


RAGGED = [
    ("1，男", "1 cell, but 2 columns; '，' stands in the line", "write ',' instead of '，' between cells"),
    ("1\t男", "1 cell, but 2 columns; a tab stands in the line", "write ',' instead of a tab between cells"),
    ("1;男", "1 cell, but 2 columns; ';' stands in the line", "write ',' instead of ';' between cells"),
    ("1", "1 cell, but 2 columns", "write a comma for every empty cell too"),
    ("1,男，a,b", "3 cells, but 2 columns", "quote a cell that has a comma"),
]


@pytest.mark.parametrize(("line", "message", "cure"), RAGGED)
def test_a_line_of_another_length_says_why(tmp_path: Path, line: str, message: str, cure: str) -> None:
    """What an input method or another program has put between the cells."""
    (tmp_path / "a.csv").write_text(f"code,name\n0,x\n{line}\n", encoding="utf-8")
    (problem,) = read(tmp_path / "a.csv", tmp_path, ("code", "name"))[1]
    assert (problem.message, problem.cure, problem.place.line) == (message, cure, 3)


@pytest.mark.parametrize(("sign", "name"), [(";", "semicolons"), ("\t", "tabs"), ("，", "full-width commas")])
def test_another_separator_is_one_problem_that_names_it(tmp_path: Path, sign: str, name: str) -> None:
    """Though every column is missing and every line is wrong."""
    (tmp_path / "a.csv").write_text("code,name\n1,a\n2,b\n".replace(",", sign), encoding="utf-8")
    (problem,) = read(tmp_path / "a.csv", tmp_path, ("code", "name"))[1]
    assert problem.message == f"the cells are separated by {name}, not by commas"


def test_gbk_is_refused_with_its_line(tmp_path: Path) -> None:
    """A file saved by an old spreadsheet."""
    assert found(tmp_path, "code,name\n1,male\n2,女性人员\n".encode("gbk")) == [(3, "csv-not-utf8")]


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    """No exception leaves the reader."""
    assert [problem.code for problem in read(tmp_path / "none.csv", tmp_path, ("a",))[1]] == ["file-unreadable"]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """The size is looked at before the content."""
    assert found(tmp_path, b"x" * (16 * 1024 * 1024 + 1)) == [(0, "csv-too-big")]


def test_codes_stay_text_and_columns_left_out_are_empty(tmp_path: Path) -> None:
    """010 keeps its zero; lines count from the top of the file."""
    (tmp_path / "a.csv").write_text("name,code\n\nx,010\n")
    (row,), _ = read(tmp_path / "a.csv", tmp_path, ("code", "name"), ("note",))
    assert row.cells == {"code": "010", "name": "x", "note": ""}
    assert row.place.line == 3


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fail(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever the file holds, the answer is rows and problems."""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"code,name\n" + content)
    rows, problems = read(path, path.parent, ("code", "name"))
    assert isinstance(rows, list)
    assert all(problem.code.startswith("csv-") for problem in problems)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """It is told as no file; reading it would take until somebody writes."""
    os.mkfifo(tmp_path / "pipe.csv")
    assert [problem.code for problem in read(tmp_path / "pipe.csv", tmp_path, ("a",))[1]] == ["file-unreadable"]
