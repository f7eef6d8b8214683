"""Takes the blocks of a workbook and the draft of its elements and lists; adds the tables with fields, keys and rules."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from hub.contract import notation
from hub.contract.excel.block import Block, Row
from hub.contract.excel.draft import Draft, Entry, Item, TableDraft, name, needed, text, word
from hub.contract.excel.finding import Cell, Finding, at
from hub.contract.excel.library import list_names, read_format
from hub.contract.excel.words import CATALOG, CONDITIONAL, TICKS, VOCABULARIES, half, known, same_list
from hub.problem import nearest

_TOKENS = re.compile(r"[\s()（）:：,，、;；\[\]【】《》“”\"'—]+")
_PATHS = {"table": re.compile(r"[a-z][a-z0-9_]{0,62}"), "folder": re.compile(r"[a-z][a-z0-9_-]{0,62}")}
_NAMES, _TEXTS = ("table", "folder", "as_of"), ("title", "domain", "grain", "description")


class Library(NamedTuple):
    """The elements by name; the names of code lists as they are compared -> as they are written."""

    elements: Mapping[str, Entry]
    lists: Mapping[str, str]


def read_tables(blocks: Sequence[Block], draft: Draft, findings: list[Finding]) -> None:
    """The list of tables (数据集)."""
    names: dict[str, Cell] = {}
    for block in blocks:
        needed(block, ("table", "code", "title", "domain", "folder", "grain"), findings)
        for row in block.rows:
            table = _table(row, row["table"])
            own = table.heads.get("table")
            if own is None:
                continue
            if own.text in names:
                first = names[own.text]
                message = f"the table {own.text[:40]} is already in {first.sheet}!{first.reference}"
                findings.append(at(own.cell, "duplicate-line", message, "keep one line"))
                continue
            names[own.text] = own.cell
            _add(table, draft, findings)


def read_fields(blocks: Sequence[Block], draft: Draft, findings: list[Finding]) -> None:
    """The stacked tables: each belongs to the line of 数据集 that its labels or its title name."""
    library = Library({own.text: entry for _, own, entry in draft.elements}, list_names(draft))
    for block in blocks:
        table = _named(block, draft, findings)
        if table is None:
            continue
        if table.described:
            message = f"the fields of {_called(table)} are already in {table.described.sheet}!{table.described.reference}"
            findings.append(at(block.head, "duplicate-line", message, "keep one of the two"))
            continue
        table.described = block.head
        needed(block, ("name", "title", "element"), findings, () if "nullable" in block.columns else ("required",))
        _fill(table, block, library, findings)
        table.key = _key(block, findings)
    for table in draft.tables:
        if table.described is None:
            message = f"no sheet has the fields of {_called(table)}"
            findings.append(at(table.head, "no-block", message, "add its table, with its name or title above the header"))


def read_rules(blocks: Sequence[Block], draft: Draft, findings: list[Finding]) -> None:
    """规则: one line a rule, in order."""
    tables = {table.heads["table"].text: table for table in draft.tables if "table" in table.heads}
    for block in blocks:
        needed(block, ("table", "name", "sql", "severity"), findings)
        for row in block.rows:
            own = _small(name(row, "table"))
            if own is None:
                continue
            if own.text not in tables:
                findings.append(at(own.cell, "no-block", f"there is no table '{own.text[:40]}'", nearest(own.text, tables)))
                continue
            entry = {"name": text(row, "name"), "sql": text(row, "sql"), "severity": word(row, "severity", "severity", findings)}
            tables[own.text].rules.append({key: item for key, item in entry.items() if item})


def _fill(table: TableDraft, block: Block, library: Library, findings: list[Finding]) -> None:
    ticked = _ticked(block)
    seen: dict[str, Cell] = {}
    for row in block.rows:
        own = _small(name(row, "name"))
        if own is None:
            continue
        first = seen.setdefault(own.text, own.cell)
        if first is not own.cell:
            message = f"the field {own.text[:40]} is already in {first.sheet}!{first.reference}"
            findings.append(at(own.cell, "duplicate-line", message, "rename one, or remove it"))
            continue
        table.fields.append((own, _field(row, library, ticked, findings)))


def _add(table: TableDraft, draft: Draft, findings: list[Finding]) -> None:
    for head, sound in _PATHS.items():
        item = table.heads.get(head)
        if item and not sound.fullmatch(item.text):
            message = f"'{item.text[:40]}' cannot be the name of a file or folder"
            findings.append(at(item.cell, "bad-name", message, "small letters, digits and _, first a letter"))
    draft.tables.append(table)


def _called(table: TableDraft) -> str:
    item = table.heads.get("title") or table.heads.get("table")
    return item.text[:40] if item else "?"


def _table(row: Row, head: Cell) -> TableDraft:
    heads: dict[str, Item | None] = {"code": name(row, "code")}
    heads |= {column: _small(name(row, column)) for column in _NAMES}
    heads |= {column: text(row, column) for column in _TEXTS}
    catalog = {column: text(row, column) for column in CATALOG}
    catalog |= {column.partition(":")[2]: text(row, column) for column in row if column.startswith("catalog:")}
    return TableDraft(head, _said(heads), _said(catalog))


def _small(item: Item | None) -> Item | None:
    """Names of tables and fields have small letters: no database tells JHDJ from jhdj."""
    return item and Item(item.text.lower(), item.cell)


def _said(entry: Mapping[str, Item | None]) -> Entry:
    return {key: item for key, item in entry.items() if item}


def _named(block: Block, draft: Draft, findings: list[Finding]) -> TableDraft | None:
    """The table that the labels above the header, or else words of its title, name; a table of its own if labels describe one."""
    words = [half(block.labels[label].text).lower() for label in ("table", "code", "title") if label in block.labels]
    words = words or [word for cell in block.titles for word in _words(cell.text)]
    found = [table for table in draft.tables if {half(item.text).lower() for item in _names(table)} & set(words)]
    if len(found) == 1:
        return found[0]
    if not found and "table" in block.labels:
        own = _table(block.labels, block.labels["table"])
        _add(own, draft, findings)
        return own
    said = block.titles[-1] if block.titles else block.head
    titles = [item.text for table in draft.tables for item in _names(table)]
    several = f": it fits {'、'.join(_called(table) for table in found)}" if found else ""
    message = f"the table of '{said.text[:40]}' cannot be told{several}"
    cure = f"write 表名 | its name above the header ({nearest(said.text, titles)})"
    findings.append(at(said, "unnamed-table", message, cure))
    return None


def _words(title: str) -> list[str]:
    """A title as a whole, and its words: ``表 1 结婚登记（JMR_MR_04）``."""
    whole = half(title).lower()
    return [whole, *_TOKENS.split(whole)]


def _names(table: TableDraft) -> Iterable[Item]:
    return (table.heads[head] for head in ("table", "code", "title") if head in table.heads)


def _ticked(block: Block) -> bool:
    """Whether 必填 is a column of ticks, in which an empty cell says no."""
    words = {row["required"].text for row in block.rows if "required" in row and row["required"].text}
    return bool(words) and words <= TICKS


def _required(row: Row, ticked: bool, findings: list[Finding]) -> Item | None:
    if "required" not in row:
        return _not_null(row, findings)
    item = name(row, "required")
    if ticked:
        return item and Item("true", item.cell)
    if item is None:
        findings.append(at(row["required"], "empty", "必填 is empty", known(["是", "否"])))
        return None
    if item.text.lower() in CONDITIONAL:
        cure = "write 否 (O) and the condition as a line of the sheet 规则, or 是 (M)"
        findings.append(at(item.cell, "conditional", f"'{item.text[:20]}': under which condition is not said", cure))
        return None
    return word(row, "required", "required", findings)


def _not_null(row: Row, findings: list[Finding]) -> Item | None:
    """是否为空, which asks the other way round."""
    if "nullable" in row and not row["nullable"].text:
        findings.append(at(row["nullable"], "empty", "是否为空 is empty", known(["是", "否"])))
    item = word(row, "nullable", "yes or no", findings)
    return item and Item("false" if item.text == "true" else "true", item.cell)


def _field(row: Row, library: Library, ticked: bool, findings: list[Finding]) -> Entry:
    """What differs from the element; a format in another spelling does not differ."""
    title, element = text(row, "title"), name(row, "element")
    of = library.elements.get(element.text, {}) if element else {}
    required = _required(row, ticked, findings)
    codes = text(row, "codes")
    named = codes and Item(library.lists.get(same_list(codes.text), codes.text), codes.cell)
    entry: dict[str, Item | None] = {
        "element": element,
        "title": title if not (title and element and title.text == element.text) else None,
        "required": required if required and required.text == "true" else None,
        "format": _unless(read_format(row, findings), of.get("format"), _same_format),
        "codes": _unless(named, of.get("codes"), lambda one, other: same_list(one) == same_list(other)),
        "min": _unless(name(row, "min"), of.get("min"), str.__eq__),
        "max": _unless(name(row, "max"), of.get("max"), str.__eq__),
        "references": _small(name(row, "references")),
    }
    remark = text(row, "remark")
    if remark and remark.text not in (of["definition"].text if "definition" in of else None, title and title.text):
        cure = "nothing to do, or make it the definition of an element or a rule"
        findings.append(at(remark.cell, "remark-lost", "a release has no place for a remark on a field", cure, "warning"))
    return _said(entry)


def _unless(item: Item | None, other: Item | None, same: Callable[[str, str], bool]) -> Item | None:
    """What a field says for itself; None if it repeats its element."""
    return None if item and other and same(item.text, other.text) else item


def _same_format(one: str, other: str) -> bool:
    try:
        return notation.parse(one) == notation.parse(other)
    except ValueError:
        return one == other


def _key(block: Block, findings: list[Finding]) -> list[Item]:
    """The fields that are marked in 主键: by their numbers, or in their order."""
    marked: list[tuple[int, Item]] = []
    for row in block.rows:
        mark, own = name(row, "key"), _small(name(row, "name"))
        if mark is None or own is None:
            continue
        answer = VOCABULARIES["yes or no"].get(mark.text.lower())
        if re.fullmatch(r"[1-9]\d?", mark.text, re.ASCII):
            marked.append((int(mark.text), own))
        elif answer == "true" or mark.text in TICKS or mark.text.lower() in ("pk", "主键"):
            marked.append((1, own))
        elif answer != "false":
            message = f"'{mark.text[:20]}' does not say whether the field is part of the key"
            findings.append(at(mark.cell, "unknown-word", message, "write 1, 2 … in the order of the key, or leave it empty"))
    return [own for _, own in sorted(marked, key=lambda each: each[0])]
