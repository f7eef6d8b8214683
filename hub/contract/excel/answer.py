"""Takes findings; gives a workbook for the owner of the dictionary: a line a finding, linked to its cell, with room to answer."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.contract.excel.finding import Finding
from hub.contract.excel.page import Book
from hub.contract.excel.words import chinese

COLUMNS = ("序号", "级别", "工作表", "单元格", "代码", "问题", "详情", "建议", "答复")

IN_CHINESE: Mapping[str, str] = {
    "bad-bound": "最小值或最大值不符合格式，或两者颠倒",
    "bad-date": "日期不存在或写法不对",
    "bad-form": "写法不符合要求",
    "bad-name": "名称中有不允许的字符",
    "code-format": "代码表中的代码与格式不符",
    "conditional": "条件必填，但没有说明条件",
    "csv-line-break": "代码或名称中有换行",
    "duplicate-code": "同一代码在同一时间出现两次",
    "duplicate-column": "两列表头含义相同",
    "duplicate-id": "两个数据元的标识相同",
    "duplicate-line": "同一内容出现两次",
    "duplicate-name": "两处名称相同",
    "duplicate-title": "两个字段或表的中文名称相同",
    "empty": "必填的单元格为空",
    "expression": "规则的表达式不能识别",
    "header": "表头缺少必需的列",
    "length": "类型和长度不能确定格式（定长还是变长）",
    "lost-zero": "代码以数值存储，前导零可能已丢失",
    "merged": "合并单元格跨了含义不同的列",
    "missing-key": "缺少必需的内容",
    "mixed-domain": "一个目录中有两个业务域的表",
    "no-block": "数据集中列出的表没有字段，或规则所指的表不存在",
    "no-sheet": "缺少这一部分的工作表",
    "not-text": "单元格是公式、错误值、逻辑值或日期，不是文本",
    "nothing-found": "工作表中没有可以识别的表",
    "other-release": "工作簿写明的标准与命令不一致",
    "part-struck": "只有一部分加了删除线",
    "reference-format": "字段与所引用字段的格式不同",
    "remark-lost": "字段说明不会导入",
    "struck-row": "加删除线的行，未导入",
    "two-formats": "同一数据元有两种格式",
    "unknown-code-list": "没有这个代码表",
    "unknown-element": "没有这个数据元",
    "unknown-field": "没有这个字段",
    "unknown-format": "格式不能识别",
    "unknown-table": "没有这张表",
    "unknown-word": "取值不在允许的词汇之内",
    "unnamed-table": "不能确定是哪一张表或哪一个代码表",
    "unread-column": "这一列未导入",
    "unread-row": "这一行未导入",
    "widened-format": "字段的格式比数据元宽",
    "wrong-type": "写法不符合要求",
    "yaml-character": "有不可见的字符",
}
"""Codes of findings in the words of the owner; what has none here is told by the message alone."""


def write_findings(findings: Sequence[Finding], dictionary: Path, path: Path) -> None:
    """Writes ``path``, replacing what was there. ConfigurationError if it cannot be written."""
    book = Book()
    page = book.page("问题", (6, 8, 20, 10, 18, 36, 56, 56, 40))
    page.title(f"{dictionary.name} 的问题：{len(findings)} 个")
    page.heading(COLUMNS, freeze=True)
    for number, found in enumerate(findings, 1):
        quoted = found.sheet.replace("'", "''")
        link = [(4, dictionary.name, f"'{quoted}'!{found.cell}")] if found.cell else []
        said = (chinese("severity", found.severity), found.sheet, found.cell, found.code)
        told = (IN_CHINESE.get(found.code, ""), found.message[:2000], found.cure[:2000], "")
        page.row((number, *said, *told), link)
    book.save(path)
