"""Takes a release; gives an Excel data dictionary: what `hub contract import` reads back without loss.

Sheets: 发布 (the release), 数据集 (the tables), 数据元, 值域 (code lists, stacked), one for each domain with its tables
stacked, 规则.
Comments in the YAML files are not part of a release and are not written.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hub.contract.excel.memory import uncollected
from hub.contract.excel.page import Book, Page
from hub.contract.excel.remarks import Remarks, remarks, rule_texts
from hub.contract.excel.words import CATALOG, CATALOG_PREFIX, SOURCE_PREFIX, chinese
from hub.contract.model import Code, CodeList, Element, Field, Standard, Table
from hub.interface import ConfigurationError

FIELDS = ("序号", "字段名", "中文名称", "数据元", "格式", "必填", "值域", "主键", "引用", "最小值", "最大值", "说明")
ELEMENTS = (
    *("序号", "标识", "名称", "短名", "格式", "值域", "校验", "最小值", "最大值", "单位"),
    *("敏感级别", "个人信息", "脱敏", "同义词", "状态", "定义", "文件"),
)
CODES = ("代码", "名称", "生效日期", "失效日期", "替代代码")
RULES = ("序号", "表名", "规则", "表达式", "级别")
TABLES = (
    "序号",
    "表名",
    "表代码",
    "表标题",
    "业务域",
    "目录",
    "粒度",
    "时点字段",
    "共享类型",
    "共享条件",
    "更新周期",
    "提供方",
    "说明",
)
SEPARATOR = "、"


@uncollected()
def write(standard: Standard, out: Path, options: Mapping[str, str]) -> tuple[Path, ...]:
    """Writes ``out``, or ``<standard>-<version>.xlsx`` in the folder ``out``; gives its path.

    ``options``: ``root`` of the checkout, where remarks and file names are read that no Standard holds; ``domain``, to which
    the tables are limited with the elements and code lists that they use.
    """
    path = out if out.suffix.lower() == ".xlsx" else out / f"{standard.name}-{standard.version}.xlsx"
    domain = options.get("domain")
    tables = [table for table in standard.tables.values() if domain in (None, table.domain)]
    elements, lists = list(standard.elements.values()), list(standard.code_lists.values())
    if domain is not None:
        fields = [field for table in tables for field in table.fields.values()]
        elements = [each for each in elements if each.name in {field.element.name for field in fields}]
        named = {field.codes.name for field in fields if field.codes} | {each.codes for each in elements}
        lists = [each for each in lists if each.name in named]
    said = remarks(standard, Path(options["root"])) if "root" in options else Remarks()
    book = Book()
    _release(book, standard, said)
    _tables(book, tables, said)
    _elements(book, elements, said)
    _lists(book, lists, said)
    for name in dict.fromkeys(table.domain for table in tables):
        _domain(book, name, [table for table in tables if table.domain == name])
    _rules(book, tables, rule_texts(standard, Path(options["root"])) if "root" in options else {})
    book.save(path)
    return (path,)


def _release(book: Book, standard: Standard, said: Remarks) -> None:
    page = book.page("发布", (22, 100))
    page.title(f"{standard.title} {standard.version}")
    page.heading(("项目", "内容"))
    rows = [
        ("标准", standard.name),
        ("版本", standard.version),
        ("标题", standard.title),
        ("发布单位", standard.authority),
        ("状态", chinese("status", standard.status)),
        ("生效日期", standard.effective_from.isoformat()),
        ("说明", said.description),
        *((f"{SOURCE_PREFIX}:{key}", value) for key, value in standard.source.items()),
    ]
    for row in rows:
        page.row(row)


def _tables(book: Book, tables: Sequence[Table], said: Remarks) -> None:
    others = list(dict.fromkeys(key for table in tables for key in table.catalog if key not in CATALOG))
    page = book.page("数据集", (6, 34, 18, 30, 14, 14, 30, 14, 14, 20, 12, 14, 40, *[16] * len(others)))
    page.title("数据集")
    page.heading((*TABLES, *(f"{CATALOG_PREFIX}:{key}" for key in others)), freeze=True)
    for number, table in enumerate(tables, 1):
        folder = Path(table.place.path).parent.name
        catalog = [table.catalog.get(key, "") for key in (*CATALOG, *others)]
        heads = (table.name, table.code, table.title, table.domain, folder, table.grain, table.as_of or "")
        description = said.tables.get(table.name, "")
        page.row((number, *heads, *catalog[: len(CATALOG)], description, *catalog[len(CATALOG) :]))


def _elements(book: Book, elements: Iterable[Element], said: Remarks) -> None:
    page = book.page("数据元", (6, 12, 24, 16, 12, 24, 10, 12, 12, 8, 10, 10, 10, 24, 10, 60, 18))
    page.title("数据元")
    page.heading(ELEMENTS, freeze=True)
    for number, element in enumerate(elements, 1):
        page.row((number, *_element(element, said.states.get(element.name, ""))))


def _element(element: Element, state: str) -> tuple[str, ...]:
    if any(SEPARATOR in synonym for synonym in element.synonyms):
        raise ConfigurationError(f"{element.place}: a synonym of {element.name} contains {SEPARATOR}: write two synonyms")
    return (
        *(element.id, element.name, element.short, str(element.notation), element.codes or "", element.check or ""),
        *(element.minimum or "", element.maximum or "", element.unit, element.level, _yes(element.personal)),
        *(element.mask or "", SEPARATOR.join(element.synonyms)),
        chinese("state", state) if state else "",
        *(element.definition, Path(element.place.path).stem),
    )


def _lists(book: Book, lists: Iterable[CodeList], said: Remarks) -> None:
    page = book.page("值域", (20, 30, 14, 30, 14, 8, 8, 24, 8, 40))
    page.title("值域代码")
    for codes in lists:
        page.blank()
        page.labels(
            [
                ("代码表", codes.name),
                ("标题", codes.title),
                ("自编", _yes(codes.local)),
                ("文件", said.files.get(codes.name, "")),
                ("备注", said.notes.get(codes.name, "")),
            ]
        )
        page.heading(CODES)
        for code in (code for each in codes.codes.values() for code in each):
            page.row(_code(code))


def _code(code: Code) -> tuple[str, ...]:
    days = (day.isoformat() if day else "" for day in (code.valid_from, code.valid_to))
    return code.code, code.name, *days, code.replaced_by


def _domain(book: Book, domain: str, tables: Iterable[Table]) -> None:
    page = book.page(domain, (12, 32, 28, 24, 24, 26, 24, 8, 34, 12, 12, 60))
    page.title(domain)
    for number, table in enumerate(tables, 1):
        page.blank()
        page.title(f"表 {number}　{table.title}（{table.code}）")
        page.labels([("表名", table.name), ("表代码", table.code), ("表标题", table.title)])
        page.heading(FIELDS)
        _fields(page, table)


def _fields(page: Page, table: Table) -> None:
    for number, field in enumerate(table.fields.values(), 1):
        page.row((number, *_field(table, field)))


def _field(table: Table, field: Field) -> tuple[str | int, ...]:
    """As it counts: what the element gives is written out."""
    key = table.key.index(field.name) + 1 if field.name in table.key else ""
    return (
        *(field.name, field.title, field.element.name, str(field.notation), _yes(field.required)),
        *(field.codes.name if field.codes else "", key, ".".join(field.references or ())),
        *(field.minimum or "", field.maximum or "", field.element.definition),
    )


def _rules(book: Book, tables: Iterable[Table], texts: Mapping[str, Sequence[str]]) -> None:
    page = book.page("规则", (6, 34, 40, 100, 10))
    page.title("规则")
    page.heading(RULES, freeze=True)
    written = ((table, texts.get(table.name) or [rule.sql for rule in table.rules]) for table in tables)
    rules = ((table, rule, sql) for table, sqls in written for rule, sql in zip(table.rules, sqls, strict=True))
    for number, (table, rule, sql) in enumerate(rules, 1):
        page.row((number, table.name, rule.name, sql, chinese("severity", rule.severity)))


def _yes(value: bool) -> str:
    return "是" if value else "否"
