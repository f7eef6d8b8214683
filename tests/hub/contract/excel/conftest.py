"""A dictionary of two tables as an office might send it, in memory until it is imported: a test spoils one thing in it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from hub.contract.excel.load import Imported, import_workbook

SHEETS: dict[str, list[list[Any]]] = {
    "发布": [
        ["项目", "内容"],
        ["标准", "mini"],
        ["标题", "示例标准"],
        ["发布单位", "示例单位"],
        ["状态", "草稿"],
        ["生效日期", "2026-01-01"],
    ],
    "数据元": [
        ["标识", "名称", "短名", "格式", "值域", "敏感级别", "个人信息", "定义"],
        ["EX01", "姓名", "xm", "c..50", None, "重要", "是", "身份证件上的姓名"],
        ["EX02", "业务编号", "ywbh", "an..20", None, "一般", "否", "一项业务的唯一编号"],
        ["EX03", "性别代码", "xb_dm", "n1", "GB/T 2261.1-2003", "重要", "是", "登记的性别"],
        ["EX04", "金额", "je", "n..12,2", None, "一般", "否", "以元为单位的数额"],
    ],
    "值域": [
        ["代码表", "代码表标题", "代码", "名称"],
        ["GB/T 2261.1-2003", "人的性别代码", "1", "男性"],
        ["GB/T 2261.1-2003", "人的性别代码", "2", "女性"],
    ],
    "数据集": [
        ["表名", "表代码", "表标题", "业务域", "目录", "粒度"],
        ["person", "EX_01", "人员", "人员", "person", "一人一行"],
        ["payment", "EX_02", "发放", "人员", "person", "一次发放一行"],
    ],
    "人员": [
        ["表 1 人员（EX_01）"],
        ["序号", "字段名", "中文名称", "数据元", "格式", "必填", "值域", "主键", "引用"],
        [1, "rybh", "人员编号", "业务编号", "an..20", "M", None, 1, None],
        [2, "xm", "姓名", "姓名", "c..50", "M", None, None, None],
        [3, "xb_dm", "性别代码", "性别代码", "n1", "O", "GB/T 2261.1-2003", None, None],
        [],
        ["表 2 发放（EX_02）"],
        ["序号", "字段名", "中文名称", "数据元", "格式", "必填", "值域", "主键", "引用"],
        [1, "ffbh", "发放编号", "业务编号", "an..20", "M", None, 1, None],
        [2, "rybh", "人员编号", "业务编号", "an..20", "M", None, None, "person.rybh"],
        [3, "ffje", "发放金额", "金额", "n..12,2", "O", None, None, None],
    ],
}


@dataclass
class Office:
    """``book`` is the workbook before it is sent; ``root`` the checkout into which it is imported."""

    root: Path
    book: Any

    def struck(self, sheet: str, cells: str) -> None:
        for row in self.book[sheet][cells]:
            for cell in row:
                cell.font = Font(strike=True)

    def send(self) -> Path:
        path = self.root / "dictionary.xlsx"
        self.book.save(path)
        return path

    def imported(self, version: str = "1.0.0") -> Imported:
        """As for the first time."""
        shutil.rmtree(self.root / "contracts/mini", ignore_errors=True)
        return import_workbook(self.send(), self.root, version)

    def told(self) -> list[str]:
        """Sheet, cell and code of every finding; with an error, nothing may have been written."""
        made = self.imported()
        errors = [finding for finding in made.findings if finding.severity == "error"]
        assert all(finding.message and finding.cure for finding in made.findings)
        assert (made.standard is None) == bool(errors) == (not (self.root / "contracts/mini/1.0.0").exists())
        assert not list(self.root.glob(".import-*"))
        return [f"{finding.sheet}!{finding.cell} {finding.code}" for finding in made.findings]

    def tables(self) -> Any:
        """The tables of the release, which must be sound; warnings are allowed."""
        made = self.imported()
        assert made.standard, "\n".join(map(str, made.findings))
        return made.standard.tables


@pytest.fixture
def office(tmp_path: Path) -> Office:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    (tmp_path / "contracts").mkdir()
    return Office(tmp_path, book)
