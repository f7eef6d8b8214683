"""Takes findings; gives a workbook for the owner of the dictionary: a line a finding, linked to its cell, with room to answer."""

from collections.abc import Sequence
from pathlib import Path

from hub.contract.excel.finding import Finding
from hub.contract.excel.page import Book
from hub.contract.excel.words import chinese

COLUMNS = ("序号", "级别", "工作表", "单元格", "代码", "问题", "建议", "答复")


def write_findings(findings: Sequence[Finding], dictionary: Path, path: Path) -> None:
    """Writes ``path``, replacing what was there. ConfigurationError if it cannot be written."""
    book = Book()
    page = book.page("问题", (6, 8, 20, 10, 20, 60, 60, 40))
    page.title(f"{dictionary.name} 的问题：{len(findings)} 个")
    page.heading(COLUMNS, freeze=True)
    for number, found in enumerate(findings, 1):
        quoted = found.sheet.replace("'", "''")
        link = [(4, dictionary.name, f"'{quoted}'!{found.cell}")] if found.cell else []
        said = (chinese("severity", found.severity), found.sheet, found.cell, found.code, found.message, found.cure, "")
        page.row((number, *said), link)
    book.save(path)
