"""Takes a Repository; gives the remarks of its releases and code lists, which the model of a contract leaves out."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from hub.contract.model import CodeList, Standard
from hub.document import read
from hub.repository import Repository

_PLAIN = re.compile(r"[a-z0-9_]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Remark:
    """Of a code list: the name of its page, and what its index says about edition and completeness."""

    page: str
    note: str


@dataclass(frozen=True, slots=True)
class Notes:
    """``releases``: name@version -> description; ``lists``: (name@version, list) -> Remark."""

    releases: Mapping[str, str]
    lists: Mapping[tuple[str, str], Remark]

    def remark(self, standard: Standard, codes: CodeList) -> Remark:
        """What is remarked about a list of a release."""
        return self.lists[f"{standard.name}@{standard.version}", codes.name]


def read_notes(repository: Repository) -> Notes:
    """The remarks of every release that was read; a file that vanished since says nothing."""
    releases: dict[str, str] = {}
    lists: dict[tuple[str, str], Remark] = {}
    for name, standard in repository.standards.items():
        path = repository.root / standard.place.path
        document, _ = read(path, repository.root, "standard")
        releases[name] = document.data.get("description", "") if document else ""
        index, _ = read(path.parent / "codes" / "index.yaml", repository.root, "codes") if standard.code_lists else (None, ())
        said = index.data if index else {}
        for each in standard.code_lists:
            entry = said.get(each, {})
            lists[name, each] = Remark(_page(PurePosixPath(entry.get("file", "")).stem, each), entry.get("note", ""))
    return Notes(releases, lists)


def _page(stem: str, name: str) -> str:
    """The name of the CSV file where every file system takes it; else one made of the list's name."""
    return stem if _PLAIN.fullmatch(stem) else f"list-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
