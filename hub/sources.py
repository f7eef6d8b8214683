"""Takes adapters/sources/<name>.yaml, gives a Source with its declared tables and columns, and every mistake in the file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub import timezone
from hub.adapter import read_settings
from hub.document import Document, misnamed, read
from hub.mapping.model import Source, SourceColumn
from hub.problem import Problem


def load_source(path: Path, root: Path) -> tuple[Source | None, tuple[Problem, ...]]:
    """One business system; None if anything in its file is wrong."""
    document, found = read(path, root, "source")
    if document is None or document.faults:
        return None, found
    data, problems = document.data, misnamed(document, "source", path.stem)
    settings, wrong = read_settings(document, "readers", "reader", "settings")
    problems += [*wrong, *timezone.check(document)]
    tables = {name: _columns(document, name, entry, problems) for name, entry in data["tables"].items()}
    source = Source(
        name=data["source"],
        title=data["title"],
        reader=data["reader"],
        settings=settings,
        tables=tables,
        timezone=data.get("timezone", timezone.DEFAULT),
        place=document.place("source"),
        places={name: document.key("tables", name) for name in tables},
    )
    return None if any(problem.severity == "error" for problem in problems) else source, tuple(problems)


def _columns(document: Document, table: str, entry: Mapping[str, Any], problems: list[Problem]) -> dict[str, SourceColumn]:
    columns: dict[str, SourceColumn] = {}
    folded: dict[str, str] = {}
    for name, said in entry["columns"].items():
        keys = ("tables", table, "columns", name)
        type_, title = (said, "") if isinstance(said, str) else (said["type"], said.get("title", ""))
        twin = folded.setdefault(name.lower(), name)
        if twin != name:
            message = f"the columns {twin} and {name} differ only in capital letters"
            problems.append(Problem(document.key(*keys), "duplicate-name", message, "keep one"))
        digits = re.fullmatch(r"decimal\((\d+),(\d+)\)", type_)
        if digits and not (int(digits[2]) <= int(digits[1]) <= 38):
            message = f"{type_} has more decimals than digits, or more than 38 digits"
            problems.append(Problem(document.place(*keys), "bad-form", message, "for example decimal(17,2)"))
        columns[name] = SourceColumn(table, name, type_, title, document.key(*keys))
    return columns
