"""The workbook of findings that goes back to the owner of a dictionary."""

from pathlib import Path

import openpyxl

from hub.contract.excel.answer import COLUMNS, IN_CHINESE, write_findings
from hub.contract.excel.finding import CODES, Finding
from hub.problem import CODES as OF_RELEASES


def test_a_line_a_finding_linked_to_its_cell_with_room_to_answer(tmp_path: Path) -> None:
    """What stood in a foreign cell is shown as text, never run as a formula."""
    hostile = Finding("甲'乙", 4, 3, "not-text", '=HYPERLINK("http://x")', "format the cell as text")
    write_findings([hostile, Finding("", 0, 0, "no-sheet", "m", "c", "warning")], Path("字典.xlsx"), tmp_path / "f.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows == [
        list(COLUMNS),
        [1, "错误", "甲'乙", "C4", "not-text", IN_CHINESE["not-text"], '=HYPERLINK("http://x")', "format the cell as text", None],
        [2, "提醒", None, None, "no-sheet", IN_CHINESE["no-sheet"], "m", "c", None],
    ]
    assert sheet["G3"].data_type == "s"
    assert (sheet["D3"].hyperlink.target, sheet["D3"].hyperlink.location) == ("字典.xlsx", "'甲''乙'!C4")
    assert sheet["D4"].hyperlink is None


def test_every_code_has_words_for_the_owner() -> None:
    """Those of the workbook all; those of a release where they can come from a workbook."""
    assert set(CODES) <= set(IN_CHINESE) <= set(CODES) | set(OF_RELEASES)
    assert list(IN_CHINESE) == sorted(IN_CHINESE)
