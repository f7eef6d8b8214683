"""Takes rows of texts; gives an .xlsx file with styles. Every text stays a text: no formula, no lost zero."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from hub.interface import ConfigurationError

MAX_TEXT = 32767  # characters of a cell (Excel's limit)
_LINE = Side("thin", "BFBFBF")
_GREY = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAP = Alignment(vertical="top", wrap_text=True)


def _styles() -> list[NamedStyle]:
    return [
        NamedStyle("hub title", font=Font(bold=True, size=13), number_format="@"),
        NamedStyle("hub heading", Font(bold=True), PatternFill("solid", "D9E2F3"), _GREY, _WRAP, "@"),
        NamedStyle("hub label", Font(bold=True), PatternFill("solid", "F2F2F2"), _GREY, number_format="@"),
        NamedStyle("hub text", border=_GREY, alignment=_WRAP, number_format="@"),
    ]


class Page:
    """One sheet, written from top to bottom."""

    def __init__(self, sheet: Any, widths: Sequence[int]) -> None:
        self._sheet, self._width, self._next = sheet, len(widths), 1
        for number, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width

    def title(self, text: str) -> None:
        """A line over all columns, merged."""
        self._put(1, text, "hub title")
        self._sheet.merge_cells(start_row=self._next, end_row=self._next, start_column=1, end_column=self._width)
        self._next += 1

    def heading(self, words: Sequence[str], *, freeze: bool = False) -> None:
        """A header row."""
        self._row(words, "hub heading")
        if freeze:
            self._sheet.freeze_panes = f"A{self._next}"

    def labels(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Labels, each with its value beside it, in one row."""
        for number, (label, value) in enumerate(pairs):
            self._put(2 * number + 1, label, "hub label")
            self._put(2 * number + 2, value, "hub text")
        self._next += 1

    def row(self, values: Sequence[str | int], links: Sequence[tuple[int, str, str]] = ()) -> None:
        """A row of values. ``links``: (column from 1, file, place in it)."""
        for column, file, place in links:
            reference = f"{get_column_letter(column)}{self._next}"
            self._sheet[reference].hyperlink = Hyperlink(ref=reference, target=file, location=place)
        self._row(values, "hub text")

    def blank(self) -> None:
        """An empty row."""
        self._next += 1

    def _row(self, values: Sequence[str | int], style: str) -> None:
        for number, value in enumerate(values, 1):
            self._put(number, value, style)
        self._next += 1

    def _put(self, column: int, value: str | int, style: str) -> None:
        if value == "":  # a third of all cells: not even a frame
            return
        cell = self._sheet.cell(self._next, column)
        cell.style = style
        if isinstance(value, int):
            cell.value = value
            cell.number_format = "General"
        else:
            if len(value) > MAX_TEXT:
                raise ConfigurationError(
                    f"a text of {len(value):,} characters, of which Excel holds {MAX_TEXT:,}: {value[:40]} …"
                )
            cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
            cell.data_type = "s"  # also what begins with =


class Book:
    """A workbook; nothing is on the disk before ``save``."""

    def __init__(self) -> None:
        self._book = openpyxl.Workbook()
        self._book.remove(self._book.worksheets[0])
        for style in _styles():
            self._book.add_named_style(style)

    def page(self, name: str, widths: Sequence[int]) -> Page:
        """A new sheet with columns of these widths (characters). The name is made one that Excel accepts."""
        plain = "".join("_" if letter in "[]:*?/\\" else letter for letter in name).strip("'")[:28] or "_"
        taken = {sheet.title.lower() for sheet in self._book.worksheets}
        free = (f"{plain}{number or ''}" for number in range(len(taken) + 1))
        return Page(self._book.create_sheet(next(each for each in free if each.lower() not in taken)), widths)

    def save(self, path: Path) -> None:
        """Writes beside the path, then replaces it. ConfigurationError if the folder cannot be written."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    self._book.save(file)
                Path(temporary).chmod(0o644)
                Path(temporary).replace(path)
            finally:
                Path(temporary).unlink(missing_ok=True)
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}: choose another --out") from error
