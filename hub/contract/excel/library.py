"""Takes the blocks of a workbook; gives the release itself, its data elements and its code lists as drafts, with findings."""

import re
from collections.abc import Iterable, Mapping, Sequence

from hub.contract import notation
from hub.contract.excel.block import Block, Row
from hub.contract.excel.draft import Draft, Entry, Item, ListDraft, name, needed, text, word
from hub.contract.excel.finding import Finding, at
from hub.contract.excel.words import RELEASE, SOURCE_PREFIX, half, plain, same_list

_CODE_NAMES = ("code", "valid_from", "valid_to", "replaced_by")
_LOCAL = "本地-"  # a list that nobody has published is named so


def read_release(blocks: Iterable[Block], draft: Draft, findings: list[Finding]) -> None:
    """项目 | 内容, one line a setting."""
    for row in (row for block in blocks for row in block.rows):
        item, said = row["item"], text(row, "content")
        prefix, _, key = half(item.text).partition(":")
        meaning = RELEASE.get(plain(item.text))
        if prefix == SOURCE_PREFIX and key and said:
            draft.source[key] = said
        elif meaning in draft.release:
            findings.append(at(item, "duplicate-line", f"{item.text[:20]} is given twice", "keep one"))
        elif meaning == "status" and said:
            status = word(row, "content", "status", findings)
            draft.release |= {"status": status} if status else {}
        elif meaning and said:
            draft.release[meaning] = said
        elif not meaning:
            cure = "nothing to do, if a release need not know it"
            findings.append(at(item, "unread-row", f"'{item.text[:30]}' is no setting of a release", cure, "warning"))


def read_elements(blocks: Sequence[Block], draft: Draft, findings: list[Finding]) -> None:
    """One line a data element. The same element with another format is a finding at the second line."""
    first: dict[str, tuple[Item, Entry]] = {}
    lists = list_names(draft)
    for block in blocks:
        form = () if "type" in block.columns else ("format",)
        needed(block, ("id", "name", "short", *form, "level", "personal", "definition"), findings)
        for row in block.rows:
            own = name(row, "name")
            if own is None:
                continue
            entry = _element(row, lists, findings)
            before = first.setdefault(own.text, (own, entry))
            if before[1] is not entry:
                findings.append(_twice(own, entry, before))
                continue
            file = name(row, "file")
            draft.elements.append((_file(file, findings), own, entry))


def read_format(row: Row, findings: list[Finding]) -> Item | None:
    """格式, or 类型 and 长度 together where these say one format."""
    whole = name(row, "format")
    kind, length = name(row, "type"), name(row, "length")
    if whole or kind is None:
        return whole
    said = f"{kind.text}{length.text if length else ''}"
    try:
        form = notation.parse(said)
    except ValueError:
        form = None
    if form and (form.kind in ("d", "t") or ".." in said):
        return Item(said, kind.cell)
    cure = "add a column 格式 and write c..50 (at most 50) or c50 (exactly 50)"
    findings.append(at(kind.cell, "length", f"'{said[:30]}' does not say whether the length is fixed, or is no format", cure))
    return None


def read_lists(blocks: Sequence[Block], draft: Draft, findings: list[Finding]) -> None:
    """Stacked lists, each named by the labels above it, or one long table with a column 代码表."""
    seen: dict[str, ListDraft] = {}
    for block in blocks:
        needed(block, ("code", "name"), findings)
        made: dict[str, ListDraft] = {}
        if "list" not in block.columns and "list" not in block.labels:
            cure = "write above the header: 代码表 | its name | 标题 | its title"
            findings.append(at(block.head, "unnamed-table", "the code list below has no name", cure))
            continue
        for row in block.rows:
            _list(block, row, made, findings)
        for listed in made.values():
            twin = seen.setdefault(listed.name.text, listed)
            if twin is not listed:
                message = f"the list {listed.name.text[:40]} is already in {twin.name.cell.sheet}!{twin.name.cell.reference}"
                findings.append(at(listed.name.cell, "duplicate-line", message, "keep one"))
            elif listed.codes:
                draft.lists.append(listed)
                findings += _lost_zeros(listed)


def list_names(draft: Draft) -> Mapping[str, str]:
    """Names of code lists as they are compared -> as they are written."""
    return {same_list(listed.name.text): listed.name.text for listed in draft.lists}


def _element(row: Row, lists: Mapping[str, str], findings: list[Finding]) -> Entry:
    entry: dict[str, Item | None] = {column: name(row, column) for column in ("id", "short")}
    entry["format"] = read_format(row, findings)
    codes = text(row, "codes")
    entry["codes"] = codes and Item(lists.get(same_list(codes.text), codes.text), codes.cell)
    entry |= {"check": name(row, "check"), "min": name(row, "min"), "max": name(row, "max")}
    entry |= {"unit": text(row, "unit"), "level": word(row, "level", "level", findings)}
    entry |= {"personal": word(row, "personal", "yes or no", findings), "mask": name(row, "mask")}
    entry |= {"synonyms": text(row, "synonyms"), "status": word(row, "status", "state", findings)}
    entry["definition"] = text(row, "definition")
    return {key: item for key, item in entry.items() if item is not None}


def _twice(own: Item, entry: Entry, before: tuple[Item, Entry]) -> Finding:
    where = f"{before[0].cell.sheet}!{before[0].cell.reference}"
    forms = [each["format"].text if "format" in each else "none" for each in (before[1], entry)]
    if forms[0] == forms[1]:
        return at(own.cell, "duplicate-line", f"the element {own.text[:30]} is already in {where}", "keep one line")
    message = f"the element {own.text[:30]} has the format {forms[1][:20]} here and {forms[0][:20]} in {where}"
    return at(own.cell, "two-formats", message, "keep the wider one, and narrow it in the tables, or make two elements")


def _file(item: Item | None, findings: list[Finding]) -> str:
    if item is None:
        return "elements"
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", item.text):
        message = f"'{item.text[:30]}' cannot be the name of a file"
        findings.append(at(item.cell, "bad-name", message, "small letters, digits and _"))
        return "elements"
    return item.text


def _list(block: Block, row: Row, made: dict[str, ListDraft], findings: list[Finding]) -> None:
    cell = row.get("list") or block.labels["list"]
    if not cell.text:
        findings.append(at(cell, "empty", "代码表 is empty", "name the list of the code"))
        return
    if cell.text not in made:
        made[cell.text] = _index(block, row, Item(cell.text, cell), findings)
    entry = {column: name(row, column) for column in _CODE_NAMES} | {"name": text(row, "name")}
    if entry["code"] and entry["name"]:
        made[cell.text].codes.append({key: item for key, item in entry.items() if item})


def _index(block: Block, row: Row, own: Item, findings: list[Finding]) -> ListDraft:
    labels = block.labels
    title = text(labels, "title") or text(row, "list title")
    if title is None:
        cure = "write 标题 and the title beside the name, or add a column 代码表标题"
        findings.append(at(own.cell, "empty", f"the list {own.text[:30]} has no title", cure))
    local = word(labels, "local", "yes or no", findings) or Item(str(own.text.startswith(_LOCAL)).lower(), own.cell)
    file = name(labels, "file") or Item(re.sub(r"[^\w.-]+", "_", half(own.text)).strip("._").lower()[:60] + ".csv", own.cell)
    if not re.fullmatch(r"\w[\w.-]{0,99}\.csv", file.text):
        findings.append(at(file.cell, "bad-name", f"'{file.text[:30]}' cannot be the name of a file", "write sex.csv"))
        file = Item("unnamed.csv", file.cell)
    entry = {"title": title, "local": local if local.text == "true" else None, "note": text(labels, "note")}
    return ListDraft(own, file, {key: item for key, item in entry.items() if item})


def _lost_zeros(listed: ListDraft) -> Iterable[Finding]:
    """A number that is shorter than another code of the list: 1 beside 10 may be 01."""
    longest = max(len(entry["code"].text) for entry in listed.codes)
    for item in (entry[column] for entry in listed.codes for column in ("code", "replaced_by") if column in entry):
        if item.cell.kind == "number" and len(item.text) < longest:
            message = f"the code {item.text} is stored as a number beside codes of {longest} digits"
            cure = f"format the cell as text and write {item.text.zfill(longest)} or {item.text}"
            yield at(item.cell, "lost-zero", message, cure)
