"""Takes an .xlsx file of unknown origin; gives its sheets as cells, or refuses it with the cure. Opens nothing that it names.

A workbook is a zip of XML: it is measured before it is opened, so that neither a bomb nor a million merged cells costs anything.
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils.exceptions import InvalidFileException

from hub.contract.excel.finding import Cell
from hub.interface import ConfigurationError

MAX_BYTES = 64 * 1024 * 1024  # unpacked; 180 tables with their codes have 4
MAX_CELLS = 2_000_000  # rows times columns of a sheet, and cells inside merged ranges
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?["']""")
_MERGES = re.compile(rb"<(?:\w+:)?mergeCell\s")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_BROKEN = (
    *(zipfile.BadZipFile, InvalidFileException, ParseError, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(OSError, KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the cells that are not empty by row, then column; a merged cell stands at every place that it covers."""

    name: str
    rows: Mapping[int, Mapping[int, Cell]]


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets in order. ConfigurationError if the file is no workbook, is protected, or is unreasonably large."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error.strerror}: check path and rights") from error
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        cure = "remove the password, or save it as .xlsx"
        raise ConfigurationError(f"{path.name} is protected by a password, or is an .xls of Excel 97: {cure}")
    try:
        _measure(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # extensions of Excel that openpyxl leaves out; none holds text
            book = openpyxl.load_workbook(path, rich_text=True, keep_links=False)
        return [_sheet(sheet, path) for sheet in book.worksheets]
    except _BROKEN as error:
        cure = "open it in Excel or WPS and save it again as .xlsx"
        raise ConfigurationError(f"{path.name} is no Excel workbook that can be read: {cure}") from error


def _measure(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > MAX_BYTES:
            raise ConfigurationError(f"{path.name} unpacks to more than {MAX_BYTES >> 20} MiB: remove pictures and empty rows")
        for part in parts.infolist():
            text = parts.read(part)  # whatever its name: a workbook may call its sheets as it likes
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in _WIDE:
                cure = "remove the pictures, or do not use it"
                raise ConfigurationError(f"{path.name} has XML that no spreadsheet program writes (entities, UTF-16): {cure}")
            _measure_merged(path, text)


def _measure_merged(path: Path, text: bytes) -> None:
    ranges = _MERGED.findall(text)
    whole = [each for each in ranges if each[3]]  # the others are single cells
    area = sum((int(last) - int(first) + 1) * (_number(right) - _number(left) + 1) for left, first, right, last in whole)
    if area > MAX_CELLS or len(ranges) != len(_MERGES.findall(text)):
        raise ConfigurationError(f"{path.name} merges more than {MAX_CELLS:,} cells of a sheet: undo the merging of whole rows")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet(sheet: Any, path: Path) -> Sheet:
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        last = f"row {sheet.max_row:,}, column {sheet.max_column:,}"
        raise ConfigurationError(f"{path.name}: the sheet {sheet.title} reaches to {last}: delete the empty rows and columns")
    styles: dict[int, tuple[bool, str]] = {}
    spans = {(each.min_row, each.min_col): (each.max_row, each.max_col) for each in sheet.merged_cells.ranges}
    rows: dict[int, dict[int, Cell]] = {}
    for made in sheet.iter_rows():
        for cell in made:
            if cell.value is not None:
                read = _cell(sheet.title, cell, styles, spans.get((cell.row, cell.column), (cell.row, cell.column)))
                for row, column in _covered(read) if read.text else ():
                    rows.setdefault(row, {})[column] = read
    return Sheet(sheet.title, {row: dict(sorted(rows[row].items())) for row in sorted(rows)})


def _covered(cell: Cell) -> Iterator[tuple[int, int]]:
    for row in range(cell.row, cell.span[0] + 1):
        for column in range(cell.column, cell.span[1] + 1):
            yield row, column


def _cell(sheet: str, cell: Any, styles: dict[int, tuple[bool, str]], span: tuple[int, int]) -> Cell:
    style = styles.get(cell.style_id)
    if style is None:
        style = styles[cell.style_id] = bool(cell.font.strike), str(cell.number_format)
    text, kind = _shown(cell.value, cell.data_type, style[1])
    return Cell(sheet, cell.row, cell.column, text, kind, _struck(cell.value, style[0]), span)


def _shown(value: object, type_: str, form: str) -> tuple[str, str]:
    """The text that a person sees, and its kind."""
    if type_ in ("f", "e") or isinstance(value, bool):
        return str(value)[:60], "fault"
    if isinstance(value, datetime | date):
        day = isinstance(value, datetime) and value.time() == datetime.min.time()
        return (value.date().isoformat() if isinstance(value, datetime) and day else str(value)), "day"
    if isinstance(value, int | float):
        if value == int(value):
            filled = re.fullmatch(r"0{2,}", form) is not None  # 1 shown as 01
            return str(int(value)).zfill(len(form) if filled else 1), "text" if filled else "number"
        return repr(value), "number"
    return str(value).strip(), "text"


def _struck(value: object, whole: bool) -> str:
    """Struck by the format of the cell, or by that of its runs of characters."""
    if not isinstance(value, CellRichText):
        return "all" if whole else ""
    runs = [bool(run.font.strike) if isinstance(run, TextBlock) else whole for run in value if str(run).strip()]
    return "all" if runs and all(runs) else "part" if any(runs) else ""
