"""Takes an Excel data dictionary; gives a new folder contracts/<standard>/<version>/, whole or not at all, and all findings.

The release is written into a temporary folder, read there as every release is read, and moved into its place in one step.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.contract.excel.block import Block, blocks_of
from hub.contract.excel.draft import Draft, Item
from hub.contract.excel.files import File, files_of
from hub.contract.excel.finding import Cell, Finding, at
from hub.contract.excel.library import read_elements, read_lists, read_release
from hub.contract.excel.memory import uncollected
from hub.contract.excel.remarks import content
from hub.contract.excel.sheet import read_sheets
from hub.contract.excel.tables import read_fields, read_rules, read_tables
from hub.contract.load import load_standard
from hub.contract.model import Standard
from hub.interface import ConfigurationError
from hub.problem import Problem

_STANDARD = re.compile(r"[a-z][a-z0-9-]{0,39}")
_VERSION = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}", re.ASCII)
_PARTS = {"release": "发布", "table": "数据集", "element": "数据元", "field": "字段"}
_FOLLOWING = ("missing-key", "empty", "no-tables", "stray-file")


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it. ``standard`` is None if nothing was written; ``written`` is False if the release was there already."""

    findings: tuple[Finding, ...]
    standard: Standard | None
    written: bool


@uncollected()
def import_workbook(path: Path, root: Path, version: str, standard: str | None = None) -> Imported:
    """Reads the dictionary at ``path`` as a release under ``root``. ``standard`` may be left out if the workbook says it.

    ConfigurationError if the file is no workbook, or if the release exists and says something else.
    """
    if not _VERSION.fullmatch(version):
        raise ConfigurationError(f"'{version[:40]}' is no version: write --as 2.0.0")
    draft, findings = _read(path)
    name = _standard(draft, standard, findings)
    if not draft.source:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        draft.source = {"file": Item(path.name, Cell("")), "sha256": Item(digest, Cell(""))}
    if name is None:
        return Imported(_sorted(findings), None, False)
    files = files_of(draft, name, version)
    temporary = _temporary(root)
    try:
        made, wrong = _judge(files, temporary, name, version)
        findings = [*findings, *_told(wrong, findings)]
        if made is None or any(finding.severity == "error" for finding in findings):
            return Imported(_sorted(findings), None, False)
        written = _place(made, temporary, root)
    finally:
        shutil.rmtree(temporary)
    return Imported(_sorted(findings), made, written)


def _read(path: Path) -> tuple[Draft, list[Finding]]:
    findings: list[Finding] = []
    kinds: dict[str, list[Block]] = {}
    for sheet in read_sheets(path):
        blocks, wrong = blocks_of(sheet)
        findings += wrong
        for block in blocks:
            kinds.setdefault(block.kind, []).append(block)
    draft = Draft()
    read_release(kinds.get("release", ()), draft, findings)
    read_lists(kinds.get("code", ()), draft, findings)
    read_elements(kinds.get("element", ()), draft, findings)
    read_tables(kinds.get("table", ()), draft, findings)
    read_fields(kinds.get("field", ()), draft, findings)
    read_rules(kinds.get("rule", ()), draft, findings)
    half_read = {"field"} if any(finding.code == "header" for finding in findings) else set()
    for kind in (kind for kind in _PARTS if kind not in kinds.keys() | half_read and (kind != "table" or not draft.tables)):
        cure = "hub contract export --xlsx writes a dictionary that shows how it looks"
        findings.append(at(Cell(""), "no-sheet", f"no sheet has {_PARTS[kind]}", cure))
    return draft, findings


def _standard(draft: Draft, wanted: str | None, findings: list[Finding]) -> str | None:
    """The standard's name; None if nobody says it."""
    said = draft.release.get("standard")
    if wanted and said and said.text != wanted:
        message = f"the workbook says that it is the standard {said.text[:40]}, not {wanted[:40]}"
        findings.append(at(said.cell, "other-release", message, "correct the cell, or --standard"))
    name = wanted or (said.text if said else None)
    if name is None:
        cure = "add 标准 to the sheet 发布, or give --standard"
        findings.append(at(Cell(""), "empty", "nobody says which standard it is", cure))
    elif not _STANDARD.fullmatch(name):
        cell = said.cell if said else Cell("")
        findings.append(at(cell, "bad-name", f"'{name[:40]}' is no name of a standard", "small letters, digits and -"))
        return None
    return name


def _temporary(root: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(dir=root, prefix=".import-"))
    except OSError as error:
        raise ConfigurationError(f"{root} cannot be written: {error.strerror}: check the rights") from error


def _judge(files: Mapping[Path, File], root: Path, name: str, version: str) -> tuple[Standard | None, list[Finding]]:
    """The release as the loader reads it from a folder of its own; its problems at the cells that cause them."""
    folder = root / "contracts" / name / version
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text(), encoding="utf-8", newline="\n")
    standard, problems = load_standard(folder, root)
    within = folder.relative_to(root)
    return standard, [_finding(problem, {str(within / path): file for path, file in files.items()}) for problem in problems]


def _finding(problem: Problem, files: Mapping[str, File]) -> Finding:
    def cell(path: str, line: int, column: int) -> Cell:
        return files[path].origin(line, column) if path in files else Cell("")

    def said(match: re.Match[str]) -> str:
        there = cell(match[1], int(match[2]), int(match[3]))
        return f"{there.sheet}!{there.reference}"

    place = problem.place
    message = re.sub(r"(contracts/\S+?):(\d+):(\d+)", said, problem.message)
    return at(cell(place.path, place.line, place.column), problem.code, message, problem.cure, problem.severity)


def _told(wrong: Sequence[Finding], before: Iterable[Finding]) -> list[Finding]:
    """Without what only follows: a key is missing because its cell was told already."""
    rows = {(finding.sheet, finding.row) for finding in before if finding.severity == "error"}
    follows = {each for each in wrong if each.code in _FOLLOWING and ((each.sheet, each.row) in rows or not each.row)}
    return [each for each in wrong if not rows or each not in follows]


def _place(made: Standard, temporary: Path, root: Path) -> bool:
    """Moves the folder into its place; False if it is there and says the same."""
    within = Path("contracts", made.name, made.version)
    target = root / within
    if target.exists():
        there, problems = load_standard(target, root)
        sound = there is not None and not any(problem.severity == "error" for problem in problems)
        if sound and there and content(there, root) == content(made, temporary):
            return False
        cure = f"choose another version (--as), or delete {within} first"
        raise ConfigurationError(f"{within} exists and says something else: {cure}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        (temporary / within).rename(target)
    except OSError as error:
        raise ConfigurationError(f"{target.parent} cannot be written: {error.strerror}: check the rights") from error
    return True


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(set(findings)))
