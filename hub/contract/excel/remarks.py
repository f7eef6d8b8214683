"""Takes a release and the root of its files; gives what they say beyond the model, and all that it says, for comparison."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.contract.model import Field, Standard
from hub.document import read
from hub.interface import ConfigurationError

_PLACES = ("place", "version")  # where it stands and in which release: not what it says


@dataclass(frozen=True, slots=True)
class Remarks:
    """What has no place in the model: the description of the release and of tables, the state of elements, notes and CSV
    files of code lists; each by name."""

    description: str = ""
    tables: Mapping[str, str] = dataclasses.field(default_factory=dict)
    states: Mapping[str, str] = dataclasses.field(default_factory=dict)
    notes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    files: Mapping[str, str] = dataclasses.field(default_factory=dict)


def remarks(standard: Standard, root: Path) -> Remarks:
    """Read from the files from which the release was read. ConfigurationError if they have changed since."""
    folder = (root / standard.place.path).parent
    lists = _data(folder / "codes" / "index.yaml", root, "codes") if standard.code_lists else {}
    states: dict[str, Any] = {}
    for path in sorted({element.place.path for element in standard.elements.values()}):
        states |= _data(root / path, root, "elements")
    described = {name: root / table.place.path for name, table in standard.tables.items()}
    return Remarks(
        str(_data(folder / "standard.yaml", root, "standard").get("description", "")),
        {name: _data(path, root, "table")["description"] for name, path in described.items() if _describes(path)},
        {name: entry["status"] for name, entry in states.items() if "status" in entry},
        {name: entry["note"] for name, entry in lists.items() if "note" in entry},
        {name: entry["file"] for name, entry in lists.items()},
    )


def content(standard: Standard, root: Path) -> Mapping[str, Any]:
    """All that a release says, apart from its version, its places and the names of its CSV files: equal if it says the same."""
    said = remarks(standard, root)
    return {"model": _plain(standard), "remarks": [said.description, said.tables, said.states, said.notes]}


def rule_texts(standard: Standard, root: Path) -> Mapping[str, tuple[str, ...]]:
    """The conditions of the rules by table, as their author wrote them: the model has them in the kernel's own spelling."""
    ruled = {name: root / table.place.path for name, table in standard.tables.items() if table.rules}
    return {name: tuple(rule["sql"].strip() for rule in _data(path, root, "table")["rules"]) for name, path in ruled.items()}


def _describes(path: Path) -> bool:
    """Whether a table file has a description: two hundred files are not parsed for a key that hardly one has."""
    return any(line.startswith("description:") for line in path.read_text(encoding="utf-8").splitlines())


def _data(path: Path, root: Path, kind: str) -> Mapping[str, Any]:
    document, _ = read(path, root, kind)
    if document is None:
        raise ConfigurationError(f"{path} has changed since it was read: run the command again")
    return document.data


def _plain(value: Any) -> Any:
    if isinstance(value, Field):  # its element and its list are told where they stand
        codes = value.codes.name if value.codes else None
        bounds = value.minimum, value.maximum, value.references
        value = (value.name, value.title, value.element.name, value.notation, value.required, codes, *bounds)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value) if each.name not in _PLACES}
    if isinstance(value, Mapping):
        return [(key, _plain(item)) for key, item in value.items()]  # the order of fields counts
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
