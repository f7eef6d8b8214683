"""What is wrong or undecided in a workbook, with sheet and cell: Finding, and the list of its codes. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Cell(NamedTuple):
    """One cell as a person sees it. ``row`` and ``column`` from 1 (0: the whole sheet); an empty one has the text ''.

    ``kind``: text, number (shown by Excel's own rule, so that a leading zero may be lost), day, or fault (a formula, an
    error, a logical value). ``struck``: '' no, 'all' struck through, 'part' some of its characters. ``span``: the last row and
    column of a merged range.
    """

    sheet: str
    row: int = 0
    column: int = 0
    text: str = ""
    kind: str = "text"
    struck: str = ""
    span: tuple[int, int] = (0, 0)

    @property
    def reference(self) -> str:
        """``C14``; '' for the whole sheet."""
        letters, number = "", self.column
        while number:
            number, digit = divmod(number - 1, 26)
            letters = chr(65 + digit) + letters
        return f"{letters}{self.row}" if self.row else ""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that the owner of the workbook must mend (``error``: nothing is written) or should know (``warning``)."""

    sheet: str
    row: int
    column: int
    code: str
    message: str
    cure: str
    severity: str = "error"

    @property
    def cell(self) -> str:
        """``C14``; '' for the whole sheet."""
        return Cell(self.sheet, self.row, self.column).reference

    def __str__(self) -> str:
        place = f"{self.sheet}!{self.cell}" if self.cell else self.sheet or "workbook"
        return f"{place}: {self.severity} {self.code}: {self.message}; {self.cure}"


def at(cell: Cell, code: str, message: str, cure: str, severity: str = "error") -> Finding:
    """A finding at a cell."""
    return Finding(cell.sheet, cell.row, cell.column, code, message, cure, severity)


CODES: Mapping[str, str] = {
    "bad-name": "a name that cannot become the name of a file or folder",
    "conditional": "required under a condition (C): who decides it is not said",
    "duplicate-column": "two columns of one meaning in one header",
    "duplicate-line": "the same table, list or setting is described twice",
    "empty": "a cell that must be filled is empty",
    "header": "a header row without a column that it must have",
    "length": "data type and length together are no known format",
    "lost-zero": "a code stored as a number, so that leading zeros may be lost",
    "merged": "a merged cell that covers columns of different meaning",
    "no-block": "a table of the list that no sheet describes",
    "no-sheet": "a part of the dictionary that is missing in the workbook",
    "not-text": "a formula, an error, a logical value or a day where a text is expected",
    "nothing-found": "a sheet without any known table (warning)",
    "other-release": "the workbook says that it is another standard or release",
    "part-struck": "struck through in part",
    "remark-lost": "a remark for which a release has no place (warning)",
    "struck-row": "a struck-through row or table, which is left out (warning)",
    "two-formats": "one element with two formats",
    "unknown-word": "a word that is none of those allowed here",
    "unnamed-table": "a header whose table cannot be told",
    "unread-column": "a column that nothing reads (warning)",
    "unread-row": "a line of text that nothing reads (warning)",
}
"""Every code that the reading of a workbook gives; those of the release itself are in hub.problem.CODES."""
