"""Takes a root and its state folder; gives what the files say, read and compiled; as it was kept while no file has changed.

Reading and compiling everything takes seconds, and every run of Dagster is a process of its own. So the outcome is kept in
``<state>/cache``, named by the content of every file in the rooms, the program's own files, the versions of the libraries that
judge them, and the day. The kept file belongs to the hub's user alone, like the keys beside it; one that is damaged or that
another user has written is not read. Without a state folder nothing is kept.
"""

import gc
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from hub.plan import Plan
from hub.problem import Problem, Problems
from hub.repository import ROOMS, Repository

_LIBRARIES = ("duckdb", "jsonschema-rs", "pyarrow", "pyyaml", "sqlglot")
_CODE = ("hub", "adapters")
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Compiled:
    """Everything that was read, every exchange that could be compiled, and every problem, sorted."""

    repository: Repository
    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]

    def sound(self) -> dict[str, Plan]:
        """The plans by id. Problems with every mistake of every file if there is one."""
        errors = [problem for problem in self.problems if problem.severity == "error"]
        if errors:
            raise Problems(errors)
        return {plan.id: plan for plan in self.plans}


def compiled(root: Path, state: Path | None = None, today: date | None = None) -> Compiled:
    """What the files under ``root`` say on ``today``; with ``state``, a folder that need not exist, as it was kept there."""
    day = today or datetime.now(UTC).astimezone().date()
    if state is None or not state.is_dir():
        return _read(root, day)
    path = state / "cache" / f"compiled-{_name(root, day)}"
    kept = _kept(path)
    if kept is None:
        kept = _read(root, day)
        _keep(path, kept)
    return kept


def _read(root: Path, day: date) -> Compiled:
    from hub.binding import type_problems  # what is kept is read without DuckDB and without the readers of files
    from hub.compile import compile_plans
    from hub.load import load

    repository, found = load(root, day)
    plans, wrong = compile_plans(repository)
    mappings = ((mapping, repository.sources[mapping.source]) for mapping in repository.mappings)
    tables = (table for standard in repository.standards.values() for table in standard.tables.values())
    return Compiled(repository, plans, tuple(sorted({*found, *wrong, *type_problems(mappings, tables)})))


def _name(root: Path, day: date) -> str:
    """A digest of everything that the outcome depends on."""
    digest = hashlib.sha256(repr((str(root), day, sys.version, [version(name) for name in _LIBRARIES])).encode())
    for path in _files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode())
        digest.update(content)
    package = Path(__file__).parents[1]
    for folder in _CODE:
        for path in sorted((package / folder).rglob("*.*")):
            if path.suffix in (".py", ".json"):
                seen = path.stat()
                digest.update(f"{path}\0{seen.st_size}\0{seen.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in sorted((root / room).rglob("*")) if path.is_file())


def _kept(path: Path) -> Compiled | None:
    """What was kept, if it is whole and ours."""
    try:
        if path.stat().st_uid != os.getuid():
            return None
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
        return None
    collecting = gc.isenabled()
    gc.disable()  # a hundred thousand new objects, none of them garbage
    try:
        kept = pickle.loads(content[_DIGEST:])  # noqa: S301 - ours, see above
    finally:
        if collecting:
            gc.enable()
    assert isinstance(kept, Compiled)
    return kept


def _keep(path: Path, made: Compiled) -> None:
    """In one step, in place of what was kept before. A folder that cannot be written costs time, nothing else."""
    content = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle, made_at = tempfile.mkstemp(dir=path.parent, prefix="new-")  # mkstemp makes it mode 600
    except OSError:
        return
    temporary = Path(made_at)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        for older in set(path.parent.iterdir()) - {temporary}:  # also what a killed run had begun
            older.unlink(missing_ok=True)
        temporary.replace(path)
    except OSError:  # what stayed of it would fill a full disk further, with every run
        temporary.unlink(missing_ok=True)
