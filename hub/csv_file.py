"""Takes a CSV file whose columns are known; gives its rows with their lines and every mistake in it.

The dialect is RFC 4180 in UTF-8 (a byte-order mark, as spreadsheets write it, is accepted), at most 16 MiB, one line a row.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.problem import Place, Problem, nearest

MAX_BYTES = 16 * 1024 * 1024
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "upright strokes", "，": "full-width commas", "；": "full-width semicolons"}
_BLANK = re.compile(r"(?:^|[,\"])[^\S\r\n]|[^\S\r\n](?:$|[,\"\r])", re.MULTILINE)  # beside a separator: worth a closer look


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line, and a text for every column of the file."""

    place: Place
    cells: dict[str, str]


def read(path: Path, root: Path, required: Sequence[str], optional: Sequence[str] = ()) -> tuple[list[Row], list[Problem]]:
    """The rows that have as many cells as the header; columns that are left out are empty. Places are relative to ``root``."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    text, problem = _text(path, name)
    if problem:
        return [], [problem]
    problem = _separator(text, Place(name, 1, 1), [*required, *optional])
    if problem:  # each column would be missing, and every line wrong
        return [], [problem]
    lines, problems = _lines(text, name)
    if not lines:
        return [], problems or [Problem(Place(name), "csv-empty", "the file is empty", f"begin with {','.join(required)}")]
    header = lines.pop(0)[1]
    problems += _header(header, name, required, optional)
    if problems:
        return [], problems
    rows = [
        Row(Place(name, line, 1), dict(zip(header, cells, strict=False))) for line, cells in lines if len(cells) == len(header)
    ]
    problems += [_ragged(Place(name, line, 1), cells, len(header)) for line, cells in lines if len(cells) != len(header)]
    if _BLANK.search(text):
        problems += [problem for row in rows for problem in _blanks(row)]
    absent = dict.fromkeys(column for column in optional if column not in header)
    for row in rows if absent else ():
        row.cells.update(dict.fromkeys(absent, ""))
    return rows, problems


def _text(path: Path, name: str) -> tuple[str, Problem | None]:
    try:
        if path.stat().st_size > MAX_BYTES:
            return "", Problem(Place(name), "csv-too-big", "the file is larger than 16 MiB", "split the list")
        if path.exists() and not path.is_file() and not path.is_dir():  # reading a pipe would wait for its writer
            return "", Problem(Place(name), "file-unreadable", "this is no file", "remove it")
        raw = path.read_bytes()
    except OSError as error:
        return "", Problem(Place(name), "file-unreadable", f"the file cannot be read: {error.strerror}", "check path and rights")
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return "", Problem(Place(name, line, 1), "csv-not-utf8", "the file is not UTF-8 here", "save it as 'CSV UTF-8'")


def _lines(text: str, name: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Cells of every line that is not blank, with the line's number."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    found: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    line = 1
    try:
        for cells in reader:
            if reader.line_num > line:
                problems.append(
                    Problem(Place(name, line, 1), "csv-line-break", "a line break inside a cell", "write it in one line")
                )
            if any(cells):
                found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            Problem(Place(name, line, 1), "csv-syntax", f"not CSV: {error}", "close every quote; double quotes inside")
        )
    return found, problems


def _separator(text: str, place: Place, known: Sequence[str]) -> Problem | None:
    """A header whose columns are known once another sign than the comma separates them."""
    header = text.partition("\n")[0]
    if len(_parted(header, ",").intersection(known)) > 1:
        return None
    for sign, name in _SEPARATORS.items():
        if len(_parted(header, sign).intersection(known)) > 1:
            message = f"the cells are separated by {name}, not by commas"
            return Problem(place, "csv-separator", message, "save it as 'CSV UTF-8 (comma delimited)', or replace them")
    return None


def _parted(header: str, sign: str) -> set[str]:
    return {cell.strip().strip('"') for cell in header.split(sign)}


def _ragged(place: Place, cells: Sequence[str], columns: int) -> Problem:
    """A line of another length than the header: what separates the cells that are not apart, or what is too much."""
    message = f"{len(cells)} cell{'s' if len(cells) != 1 else ''}, but {columns} columns"
    found = next((sign for sign in _SEPARATORS if any(sign in cell for cell in cells)), None)
    if len(cells) > columns:
        return Problem(place, "csv-ragged", message, "quote a cell that has a comma")
    if found is None:
        return Problem(place, "csv-ragged", message, "write a comma for every empty cell too")
    shown = "a tab" if found == "\t" else f"'{found}'"
    return Problem(place, "csv-ragged", f"{message}; {shown} stands in the line", f"write ',' instead of {shown} between cells")


def _header(header: list[str], name: str, required: Sequence[str], optional: Sequence[str]) -> Iterator[Problem]:
    place, known = Place(name, 1, 1), [*required, *optional]
    for column in dict.fromkeys(header):
        if column not in known:
            yield Problem(place, "csv-unknown-column", f"unknown column '{column[:60]}'", nearest(column, known))
        elif header.count(column) > 1:
            yield Problem(place, "csv-duplicate-column", f"the column '{column}' is there twice", "keep one")
    for column in required:
        if column not in header:
            yield Problem(place, "csv-missing-column", f"the column '{column}' is missing", f"the header is {','.join(known)}")


def _blanks(row: Row) -> Iterator[Problem]:
    for column, cell in row.cells.items():
        if cell != cell.strip():
            yield Problem(row.place, "csv-blank", f"blanks around the value of '{column}'", "remove them")
