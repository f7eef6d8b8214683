"""What a workbook says, before it is judged: the parts of a release as texts, each with the cell it was read from. Pure data."""

from dataclasses import dataclass, field
from typing import NamedTuple

from hub.contract.excel.block import Block, Row
from hub.contract.excel.finding import Cell, Finding, at
from hub.contract.excel.words import VOCABULARIES, half, heading, known


class Item(NamedTuple):
    """A value of the release (``true`` for yes) and its cell."""

    text: str
    cell: Cell


Entry = dict[str, Item]


@dataclass(slots=True)
class ListDraft:
    """A code list: ``entry`` for the index, ``codes`` for the CSV (code, name, valid_from, valid_to, replaced_by)."""

    name: Item
    file: Item
    entry: Entry = field(default_factory=dict)
    codes: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class TableDraft:
    """A table. ``heads`` has table, code, title, domain, folder, grain, as_of, description."""

    head: Cell
    heads: Entry
    catalog: Entry = field(default_factory=dict)
    key: list[Item] = field(default_factory=list)
    fields: list[tuple[Item, Entry]] = field(default_factory=list)
    rules: list[Entry] = field(default_factory=list)
    described: Cell | None = None  # the header of the block that has its fields


@dataclass(slots=True)
class Draft:
    """A release. ``elements``: (file, name, entry)."""

    release: Entry = field(default_factory=dict)
    source: Entry = field(default_factory=dict)
    elements: list[tuple[str, Item, Entry]] = field(default_factory=list)
    lists: list[ListDraft] = field(default_factory=list)
    tables: list[TableDraft] = field(default_factory=list)


def text(row: Row, column: str) -> Item | None:
    """What a cell says; None if it is empty or there is no such column."""
    cell = row.get(column)
    return Item(cell.text, cell) if cell and cell.text else None


def name(row: Row, column: str) -> Item | None:
    """The same for names, codes and formats: half-width."""
    item = text(row, column)
    return item and Item(half(item.text), item.cell)


def word(row: Row, column: str, vocabulary: str, findings: list[Finding]) -> Item | None:
    """What a cell says in the words of a release; a finding if the word is not known. None if it is empty or unknown."""
    item = name(row, column)
    if item is None:
        return None
    words = VOCABULARIES[vocabulary]
    value = words.get(item.text.lower())
    if value is None:
        message = f"'{item.text[:30]}' is not a word for this"
        findings.append(at(item.cell, "unknown-word", message, known(words)))
        return None
    return Item(value, item.cell)


def needed(block: Block, columns: tuple[str, ...], findings: list[Finding], present: tuple[str, ...] = ()) -> None:
    """Columns that must be there and filled in every row; ``present``: those whose empty cells may mean something."""
    missing = [heading(block.kind, column) for column in (*columns, *present) if column not in block.columns]
    if missing:
        message, cure = f"the header has no column {'、'.join(missing)}", "add the column and fill it: nothing is guessed"
        findings.append(at(block.head, "header", message, cure))
    for row in block.rows:
        for column in columns:
            if column in row and not row[column].text:
                findings.append(at(row[column], "empty", f"{heading(block.kind, column)} is empty", "fill the cell"))
