"""Takes the folder ``codes/`` of a release; gives its code lists and every mistake in index and CSV files."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hub import csv_file
from hub.contract.model import Code, CodeList
from hub.csv_file import Row
from hub.document import Document, read
from hub.problem import Place, Problem

_OPTIONAL = ("valid_from", "valid_to", "replaced_by")


@dataclass(slots=True)
class CodeLists:
    """Code lists by name. ``broken``: lists that exist but are wrong; ``complete``: False if the index cannot be read at all."""

    sound: dict[str, CodeList] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    complete: bool = True
    problems: list[Problem] = field(default_factory=list)

    def unknown(self, name: str) -> bool:
        """Whether there surely is no such list, so that its user is wrong."""
        return self.complete and name not in self.sound and name not in self.broken


def load_codes(folder: Path, root: Path) -> CodeLists:
    """Every list of ``folder/index.yaml``."""
    lists = CodeLists()
    index = folder / "index.yaml"
    if not index.exists():
        return lists
    document, found = read(index, root, "codes")
    lists.problems += found
    if document is None:
        lists.complete = False
        return lists
    for name, entry in document.data.items():
        if document.sound(name):
            listed, wrong = _list(document, name, entry, folder, root)
            lists.problems += wrong
            if listed is not None and not wrong:
                lists.sound[name] = listed
    lists.problems += _files(document, folder, root)
    lists.broken = document.data.keys() - lists.sound.keys()
    return lists


def _list(
    document: Document, name: str, entry: dict[str, object], folder: Path, root: Path
) -> tuple[CodeList | None, list[Problem]]:
    path = folder / str(entry["file"])
    if not path.is_file():
        message = f"there is no file {entry['file']} beside the index"
        return None, [Problem(document.place(name, "file"), "no-such-file", message, "write it, or remove the line")]
    rows, problems = csv_file.read(path, root, ("code", "name"), _OPTIONAL)
    codes: dict[str, tuple[Code, ...]] = {}
    for row in rows:
        code, wrong = _code(row)
        problems += wrong or _overlap(row, code, codes.get(code.code, ()))
        codes[code.code] = (*codes.get(code.code, ()), code)
    problems += [
        Problem(
            row.place, "unknown-code", f"replaced_by '{row.cells['replaced_by'][:40]}' is not in the list", "name a code of it"
        )
        for row in rows
        if row.cells["replaced_by"] and row.cells["replaced_by"] not in codes
    ]
    if not codes and not problems:
        problems.append(
            Problem(Place(path.relative_to(root).as_posix()), "csv-empty", "the list has no codes", "write at least one")
        )
    return CodeList(name, str(entry["title"]), codes, entry.get("local") is True, document.key(name)), problems


def _code(row: Row) -> tuple[Code, list[Problem]]:
    cells = row.cells
    problems = [Problem(row.place, "empty", f"the {name} is empty", "write it") for name in ("code", "name") if not cells[name]]
    first, end = (_day(row, column, problems) if cells[column] else None for column in ("valid_from", "valid_to"))
    if first and end and end <= first:
        message = "valid_to is the first day on which the code is not valid; it must come after valid_from"
        problems.append(Problem(row.place, "bad-date", message, "correct one of the two days"))
    return Code(cells["code"], cells["name"], first, end, cells["replaced_by"]), problems


def _day(row: Row, column: str, problems: list[Problem]) -> date | None:
    try:
        return date.fromisoformat(row.cells[column])
    except ValueError:
        message = f"{column}: '{row.cells[column][:40]}' is not a day"
        problems.append(Problem(row.place, "bad-date", message, "write 2026-01-31"))
        return None


def _overlap(row: Row, code: Code, before: Iterable[Code]) -> list[Problem]:
    """The same code twice is right only in times that do not meet."""
    for other in before:
        starts, ends = code.valid_from or date.min, code.valid_to or date.max
        if starts < (other.valid_to or date.max) and (other.valid_from or date.min) < ends:
            message = f"the code {code.code[:40]} is there twice at the same time"
            return [Problem(row.place, "duplicate-code", message, "remove one, or give them valid_from and valid_to")]
    return []


def _files(document: Document, folder: Path, root: Path) -> list[Problem]:
    """Two lists from one file, and files of no list."""
    users: dict[str, str] = {}
    problems = []
    for name, entry in document.data.items():
        file = str(entry.get("file")) if isinstance(entry, dict) else ""
        if file in users and file:
            message = f"{file[:60]} is already the file of {users[file]}"
            problems.append(Problem(document.place(name, "file"), "duplicate-file", message, "give each list a file of its own"))
        users[file] = name
    for path in sorted(folder.glob("*.csv")):
        if path.name not in users:
            place = Place(path.relative_to(root).as_posix())
            problems.append(Problem(place, "stray-file", "no code list has this file", "list it in index.yaml, or delete it"))
    return problems
