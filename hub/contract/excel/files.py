"""Takes the draft of a release; gives its YAML and CSV files as texts, in which every piece knows the cell it came from.

What the loader finds wrong in a file is thus told at the cell of the workbook.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hub.contract.excel.draft import Draft, Entry, Item, ListDraft, TableDraft
from hub.contract.excel.finding import Cell

Piece = tuple[str, Cell | None]
_PLAIN = re.compile(r"[^\W_](?:[^\s,\[\]{}#'\":]| (?=[^\s,\[\]{}#'\":]))*")
_NUMBER = re.compile(r"[\d.+]+(?:e[+-]?\d+)?", re.IGNORECASE)
_WORDS = frozenset({"on", "off", "yes", "no", "y", "n", "true", "false", "null", "nan", "inf"})
_DATED = ("valid_from", "valid_to", "replaced_by")
_SYNONYMS = re.compile(r"[、;；\n]+")


class File:
    """One text file, line by line."""

    def __init__(self, origin: Cell) -> None:
        self._origin = origin
        self._lines: list[tuple[str, tuple[tuple[int, Cell], ...]]] = []

    def line(self, *pieces: Piece) -> None:
        """A line of pieces; a piece without a cell of its own belongs to the one before."""
        text, places = "", []
        for piece, cell in pieces:
            if cell is not None:
                places.append((len(text) + 1, cell))
            text += piece
        for part in text.split("\n"):  # a line break in a CSV cell
            self._lines.append((part, tuple(places)))

    def text(self) -> str:
        """The whole file."""
        return "".join(f"{line}\n" for line, _ in self._lines)

    def origin(self, line: int, column: int) -> Cell:
        """The cell from which the text at a place came; lines and columns from 1, 0 for the whole file."""
        places = self._lines[line - 1][1] if 0 < line <= len(self._lines) else ()
        before = [cell for start, cell in places if start <= max(column, 1)]
        return before[-1] if before else places[0][1] if places else self._origin


def files_of(draft: Draft, standard: str, version: str) -> dict[Path, File]:
    """Paths below the release's folder -> files. Whatever would get no sound path is left out; its finding is told already."""
    files = {Path("standard.yaml"): _release(draft, standard, version)}
    for name, own, entry in draft.elements:
        file = files.setdefault(Path("elements", f"{name}.yaml"), File(own.cell))
        file.line((f"{scalar(own.text)}: ", own.cell), *_flow(_element(entry)))
    if draft.lists:
        files[Path("codes", "index.yaml")] = index = File(draft.lists[0].name.cell)
        for listed in draft.lists:
            entry = {"file": listed.file, **listed.entry}
            index.line((f"{scalar(listed.name.text)}: ", listed.name.cell), *_flow(_items(entry)))
            files[Path("codes", listed.file.text)] = _codes(listed)
    for table in draft.tables:
        folder, name = (table.heads[head].text if head in table.heads else "" for head in ("folder", "table"))
        if re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) and re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", folder):
            files[Path("tables", folder, f"{name}.yaml")] = _table(table)
    return files


def scalar(text: str) -> str:
    """A YAML scalar that every reader takes for this text."""
    if _PLAIN.fullmatch(text) and not _NUMBER.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if "\n" in text or "\r" in text or "\t" in text:
        return json.dumps(text, ensure_ascii=False)
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _release(draft: Draft, standard: str, version: str) -> File:
    heads = draft.release
    file = File(Cell("发布"))
    file.line((f"standard: {scalar(standard)}", heads["standard"].cell if "standard" in heads else None))
    file.line((f"version: {version}", heads["version"].cell if "version" in heads else None))
    for key in ("title", "authority", "status", "effective_from"):
        if key in heads:
            file.line((f"{key}: {_plain_day(heads[key].text)}", heads[key].cell))
    if draft.source:
        file.line(("source: ", None), *_flow(_items(draft.source)))
    if "description" in heads:
        file.line((f"description: {scalar(heads['description'].text)}", heads["description"].cell))
    return file


def _plain_day(text: str) -> str:
    return text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else scalar(text)


def _items(entry: Mapping[str, Item]) -> Iterator[tuple[str, str, Cell]]:
    """Key, YAML and cell; ``true`` is a word only where the model has one, and there the text can be nothing else."""
    for key, item in entry.items():
        said = item.text if item.text in ("true", "false") and key in ("required", "personal", "local") else scalar(item.text)
        yield key, said, item.cell


def _element(entry: Entry) -> Iterator[tuple[str, str, Cell]]:
    for key, said, cell in _items(entry):
        if key == "synonyms":
            words = (word.strip() for word in _SYNONYMS.split(entry[key].text))
            yield key, f"[{', '.join(scalar(word) for word in words if word)}]", cell
        elif (key, entry[key].text) not in (("level", "一般"), ("personal", "false")):
            yield key, said, cell


def _flow(entries: Iterable[tuple[str, str, Cell]]) -> Iterator[Piece]:
    start = "{"
    for key, said, cell in entries:
        yield start, None
        yield f"{scalar(key)}: {said}", cell
        start = ", "
    yield ("}" if start == ", " else "{}"), None


def _codes(listed: ListDraft) -> File:
    file = File(listed.name.cell)
    dated = any(column in entry for entry in listed.codes for column in _DATED)
    columns = ("code", "name", *(_DATED if dated else ()))
    file.line((",".join(columns), listed.name.cell))
    for entry in listed.codes:
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow([entry[column].text if column in entry else "" for column in columns])
        file.line((out.getvalue().removesuffix("\r\n"), entry["code"].cell))
    return file


def _table(table: TableDraft) -> File:
    file = File(table.head)
    _heads(file, table, ("table", "code", "title", "domain", "grain"))
    if table.key:
        file.line((f"key: [{', '.join(item.text for item in table.key)}]", table.key[0].cell))
    _heads(file, table, ("as_of", "description"))
    if table.catalog:
        file.line(("catalog: ", None), *_flow(_items(table.catalog)))
    if table.fields:
        file.line(("fields:", table.described))
    width = max((len(scalar(own.text)) for own, _ in table.fields), default=0) + 1
    for own, entry in table.fields:
        file.line((f"  {f'{scalar(own.text)}:':{width}} ", own.cell), *_flow(_items(entry)))
    if table.rules:
        file.line(("rules:", None))
    for rule in table.rules:
        file.line(("  - ", next(iter(rule.values())).cell if rule else None), *_flow(_items(rule)))
    return file


def _heads(file: File, table: TableDraft, names: Iterable[str]) -> None:
    for name in names:
        if name in table.heads:
            file.line((f"{name}: {scalar(table.heads[name].text)}", table.heads[name].cell))
