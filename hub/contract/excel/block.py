"""Takes a sheet; gives the blocks on it: stacked tables with titles and labels above, header rows, and rows of cells by meaning.

Nothing is read by its position: a block is known by the words of its header, which may have several rows and merged cells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hub.contract.excel.finding import Cell, Finding, at
from hub.contract.excel.sheet import Sheet
from hub.contract.excel.words import CATALOG_PREFIX, HEADINGS, LABELS, SIGNATURES, half, heading, plain

MAX_HEADER = 4  # rows
_UNSAID = ("number", "remark")  # columns that say nothing about the row
_DAYS = ("valid_from", "valid_to", "content")
Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Header:
    """The header rows ``top`` to ``bottom``. ``columns``: meaning -> column; ``extra``: further entries of the catalogue."""

    kind: str
    top: int
    bottom: int
    columns: Mapping[str, int]
    cells: Mapping[int, Cell]  # the deepest heading of each column


@dataclass(slots=True)
class Block:
    """One table of a sheet. ``rows`` have a cell, perhaps an empty one, for every column of the header."""

    kind: str
    head: Cell
    columns: Mapping[str, int]
    titles: list[Cell] = field(default_factory=list)
    labels: dict[str, Cell] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


def blocks_of(sheet: Sheet) -> tuple[list[Block], list[Finding]]:
    """The blocks from top to bottom, struck-through rows left out, and what is wrong with them."""
    findings: list[Finding] = []
    headers = list(_headers(sheet, findings))
    if not headers:
        if sheet.rows and not findings:
            cure = "nothing to do, if it is a cover or an explanation"
            findings.append(at(Cell(sheet.name), "nothing-found", "no table of the dictionary is on this sheet", cure, "warning"))
        return [], findings
    blocks, titled = [], []
    for number, header in enumerate(headers):
        before = headers[number - 1] if number else None
        block = Block(header.kind, next(iter(header.cells.values())), header.columns)
        titled.append(_titles(sheet, header, before, block, findings))
        blocks.append(block)
    for number, (block, header) in enumerate(zip(blocks, headers, strict=True)):
        end = titled[number + 1] if number + 1 < len(headers) else max(sheet.rows) + 1
        _fill(sheet, block, header, end, findings)
    return [block for block in blocks if not _dropped(block, findings)], findings


def distinct(row: Mapping[int, Cell]) -> list[Cell]:
    """The cells of a row, a merged one once."""
    return list(dict.fromkeys(row.values()))


def _headers(sheet: Sheet, findings: list[Finding]) -> Iterator[Header]:
    done = 0
    for number in sheet.rows:
        if number <= done:
            continue
        found = [header for kind in SIGNATURES if (header := _header(sheet, number, kind))]
        whole = [header for header in found if SIGNATURES[header.kind] <= header.columns.keys()]
        if whole:
            best = max(whole, key=lambda header: len(header.columns))
            findings += _strange(best)
            done = best.bottom
            yield best
            continue
        likely = max(found, key=lambda header: len(header.columns), default=None)
        if likely and len(likely.columns) >= 3:
            done = likely.bottom
            findings.append(_incomplete(likely))


def _header(sheet: Sheet, top: int, kind: str) -> Header | None:
    """The header of a kind that begins in this row; None if the row is none."""
    known = HEADINGS[kind]
    cells: dict[int, Cell] = {}
    bottom = top - 1
    while bottom - top + 1 < MAX_HEADER and (row := sheet.rows.get(bottom + 1)):
        words = distinct(row)
        said = sum(plain(cell.text) in known for cell in words)
        if said < 2 or said * 2 <= len(words):
            break
        bottom += 1
        cells |= {column: cell for column, cell in row.items() if column not in cells or plain(cell.text) in known}
    columns: dict[str, int] = {}
    for column, cell in sorted(cells.items()):
        meaning = known.get(plain(cell.text)) or _entry(cell)
        if meaning:
            columns.setdefault(meaning, column)
    if "either" in columns:  # 字段名称 is the one of the two names that no other column is
        column = columns.pop("either")
        if len({"name", "title"} & columns.keys()) == 1:
            columns["title" if "name" in columns else "name"] = column
    return Header(kind, top, bottom, columns, cells) if columns else None


def _entry(cell: Cell) -> str | None:
    """``catalog:…`` for a further entry of the catalogue."""
    prefix, _, name = half(cell.text).partition(":")
    return f"catalog:{name.strip()}" if prefix == CATALOG_PREFIX and name.strip() else None


def _incomplete(header: Header) -> Finding:
    missing = [heading(header.kind, each) for each in sorted(SIGNATURES[header.kind] - header.columns.keys())]
    first = next(iter(header.cells.values()))
    message = f"a header row without {'、'.join(missing)}: the rows below are not read"
    return at(first, "header", message, f"add or rename the column: {'、'.join(missing)}")


def _strange(header: Header) -> Iterator[Finding]:
    """Columns that nobody reads, and two columns of one meaning."""
    known = HEADINGS[header.kind]
    for column, cell in header.cells.items():
        meaning = known.get(plain(cell.text)) or _entry(cell)
        if meaning is None:
            message = f"the column {cell.text[:20]} is not read"
            yield at(cell, "unread-column", message, "nothing to do, if a release need not know it", "warning")
        elif meaning in header.columns and header.columns[meaning] != column and meaning not in _UNSAID:
            first = header.cells[header.columns[meaning]]
            message = f"{cell.text[:20]} and {first.text[:20]} in {first.reference} mean the same"
            yield at(cell, "duplicate-column", message, "keep one, or unmerge the heading")


def _titles(sheet: Sheet, header: Header, before: Header | None, block: Block, findings: list[Finding]) -> int:
    """Fills titles and labels of the block from the rows above its header; gives the first of these rows."""
    first = header.top
    for number in sorted((row for row in sheet.rows if (before.bottom if before else 0) < row < header.top), reverse=True):
        row = sheet.rows[number]
        cells = distinct(row)
        labels = _labels(row, header.kind)
        if labels:
            block.labels = labels | block.labels
        elif len(cells) == 1 and _note(cells[0], sheet, number, before):
            block.titles.insert(0, cells[0])
        elif before is not None and not any(cell.span[0] >= header.top for cell in cells):
            break
        elif before is None and not any(cell.span[0] >= header.top for cell in cells):
            findings.append(_unread(cells[0]))
        first = number
    return first


def _note(cell: Cell, sheet: Sheet, number: int, header: Header | None) -> bool:
    """Whether the only cell of a row is a title or a remark, not a row of the block above with one cell filled."""
    if header is None or cell.span[1] > cell.column or number - 1 not in sheet.rows:
        return True
    return cell.column not in {column for meaning, column in header.columns.items() if meaning not in _UNSAID}


def _labels(row: Mapping[int, Cell], kind: str) -> dict[str, Cell]:
    """``表名 | marriage`` in two cells, or ``表名：marriage`` in one; nothing if the row does not begin with a label."""
    known = LABELS.get(kind, {})
    cells = distinct(row)
    labels: dict[str, Cell] = {}
    while cells:
        cell = cells.pop(0)
        left, colon, right = cell.text.replace("：", ":", 1).partition(":")
        meaning = known.get(plain(left)) or _entry_label(left, kind)
        if meaning is None:
            if not labels:
                return {}
            continue
        if colon and right.strip():
            labels[meaning] = cell._replace(text=right.strip())
        elif cells and cells[0].column == cell.span[1] + 1:
            labels[meaning] = cells.pop(0)
    return labels


def _entry_label(text: str, kind: str) -> str | None:
    return _entry(Cell("", text=text)) if kind == "field" else None


def _fill(sheet: Sheet, block: Block, header: Header, end: int, findings: list[Finding]) -> None:
    headed = set(header.cells)
    for number in (row for row in sheet.rows if header.bottom < row < end):
        cells = distinct(sheet.rows[number])
        if len(cells) == 1 and _note(cells[0], sheet, number, header):
            findings.append(_unread(cells[0]))
            continue
        row = {meaning: sheet.rows[number].get(column) or Cell(sheet.name, number, column) for meaning, column in
               header.columns.items()}  # fmt: skip
        block.rows.append(row)
        findings += _misshapen(row)
        for column in sheet.rows[number].keys() - headed:
            headed.add(column)  # told once
            message = f"'{sheet.rows[number][column].text[:30]}' stands in a column without a heading, which is not read"
            cure = "give the column a heading, or nothing to do if it is a note"
            findings.append(at(sheet.rows[number][column], "unread-column", message, cure, "warning"))


def _unread(cell: Cell) -> Finding:
    return at(cell, "unread-row", f"'{cell.text[:30]}' is not read", "nothing to do, if it is a heading or a remark", "warning")


def _misshapen(row: Row) -> Iterator[Finding]:
    said = {meaning: cell for meaning, cell in row.items() if meaning not in _UNSAID and cell.text}
    seen: dict[Cell, str] = {}
    for meaning, cell in said.items():
        first = seen.setdefault(cell, meaning)
        if first != meaning:
            message = f"a merged cell covers the columns {first} and {meaning}"
            yield at(cell, "merged", message, "unmerge it and write each value into its own cell")
        if cell.kind == "fault" or (cell.kind == "day" and meaning not in _DAYS):
            message = f"'{cell.text[:30]}' is a formula, an error, a logical value or a day of Excel, not a text"
            yield at(cell, "not-text", message, "format the cell as text and write the value")


def _dropped(block: Block, findings: list[Finding]) -> bool:
    """Takes struck-through rows out; whether the whole block is struck through."""
    kept: list[Row] = []
    for row in block.rows:
        own = [cell for meaning, cell in row.items() if meaning not in _UNSAID and cell.text and cell.span[0] == cell.row]
        struck = [cell for cell in own if cell.struck]
        if struck and all(cell.struck == "all" for cell in own):
            cure = "nothing to do, if it is meant to go"
            findings.append(at(own[0], "struck-row", f"'{own[0].text[:30]}' is struck through and left out", cure, "warning"))
            continue
        if struck:
            message = f"'{struck[0].text[:30]}' is struck through, but not the whole row"
            findings.append(at(struck[0], "part-struck", message, "strike the whole row, or nothing of it"))
        kept.append(row)
    block.rows[:] = kept
    titles = [cell for cell in (*block.titles, *block.labels.values()) if cell.struck]
    if titles and kept:
        message = f"the title '{titles[0].text[:30]}' is struck through, but not all rows below"
        findings.append(at(titles[0], "part-struck", message, "strike the whole table, or nothing of it"))
    return bool(titles) and not kept
