"""Takes mappings/crosswalks/<name>.csv; gives the approved translations of local codes, and every mistake in the file.

Columns: ``local,code,name,status,reviewer[,note]``. Only rows with status ``approved`` and a reviewer run; ``pending`` and
``rejected`` rows are kept for the report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub import csv_file
from hub.csv_file import Row
from hub.mapping.model import Crosswalk
from hub.problem import Place, Problem, nearest

_STATES = ("approved", "pending", "rejected")


@dataclass(frozen=True, slots=True)
class CrosswalkFile:
    """A crosswalk with the place of every local code that it translates."""

    crosswalk: Crosswalk
    places: Mapping[str, Place]


def load_crosswalks(folder: Path, root: Path) -> tuple[dict[str, CrosswalkFile], frozenset[str], list[Problem]]:
    """Every CSV of the folder by its name, the names of those that exist but are wrong, and the problems."""
    sound: dict[str, CrosswalkFile] = {}
    broken: set[str] = set()
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.csv")):
        found, wrong = load_crosswalk(path, root)
        problems += wrong
        if wrong:
            broken.add(path.stem)
        else:
            sound[path.stem] = found
    return sound, frozenset(broken), problems


def load_crosswalk(path: Path, root: Path) -> tuple[CrosswalkFile, list[Problem]]:
    """One file; what is wrong is left out."""
    rows, problems = csv_file.read(path, root, ("local", "code", "name", "status", "reviewer"), ("note",))
    pairs: dict[str, str] = {}
    pending: dict[str, str] = {}
    places: dict[str, Place] = {}
    for row in rows:
        wrong = _wrong(row, places)
        problems += wrong
        if wrong:
            continue
        local, code = row.cells["local"], row.cells["code"]
        if row.cells["status"] == "approved":
            pairs[local] = code
            places[local] = row.place
        else:
            pending.setdefault(local, code)
    name = path.relative_to(root).as_posix()
    unsettled = {local: code for local, code in pending.items() if local not in pairs}
    return CrosswalkFile(Crosswalk(path.stem, pairs, unsettled, Place(name, 1, 1)), places), problems


def _wrong(row: Row, places: Mapping[str, Place]) -> list[Problem]:
    cells, problems = row.cells, []
    if not cells["local"]:
        problems.append(
            Problem(row.place, "empty", "the local code is empty", "write it; an empty value is NULL and needs no row")
        )
    if cells["status"] not in _STATES:
        message = f"the status '{cells['status'][:40]}' is unknown"
        problems.append(Problem(row.place, "unknown-word", message, nearest(cells["status"], _STATES)))
    if cells["status"] != "approved":
        return problems
    if not cells["code"]:
        problems.append(
            Problem(row.place, "empty", "an approved row without a code", "write the code, or set the status to pending")
        )
    if not cells["reviewer"]:
        problems.append(Problem(row.place, "no-reviewer", "an approved row without a reviewer", "name who approved it"))
    if cells["local"] in places:
        message = f"the local code {cells['local'][:40]} is already approved in line {places[cells['local']].line}"
        problems.append(Problem(row.place, "duplicate-code", message, "keep one"))
    return problems
