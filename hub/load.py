"""Takes the root of a checkout; gives everything its YAML and CSV files say, and every mistake in all of them at once."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from hub.contract.load import load_standard
from hub.contract.model import Standard
from hub.contract.release import Releases
from hub.document import Document, misnamed, read
from hub.mapping.crosswalk import load_crosswalks
from hub.mapping.field_map import Crosswalks
from hub.mapping.load import load_mapping
from hub.mapping.model import Mapping as FieldMapping
from hub.mapping.model import Source
from hub.partners import load_partner
from hub.plan import Partner, Schedule
from hub.problem import Place, Problem, nearest
from hub.repository import ROOMS, Repository
from hub.schedules import load_schedule
from hub.sources import load_source

_EXPECTED = (
    "contracts/*/*/standard.yaml",
    "contracts/*/*/elements/*.yaml",
    "contracts/*/*/codes/index.yaml",
    "contracts/*/*/codes/*.csv",
    "contracts/*/*/tables/*/*.yaml",
    "mappings/*/*.yaml",
    "mappings/crosswalks/*.csv",
    "adapters/sources/*.yaml",
    "adapters/partners/*.yaml",
    "schedules/*.yaml",
)


def load(root: Path, today: date | None = None) -> tuple[Repository, tuple[Problem, ...]]:
    """Everything under ``root``, and all problems, sorted. ``today`` decides which releases are in force."""
    problems = list(_strays(root))
    day = today or datetime.now(UTC).astimezone().date()
    releases = _releases(root, day, problems)
    sources: dict[str, Source] = {}
    for path in sorted(root.glob("adapters/sources/*.yaml")):
        source, wrong = load_source(path, root)
        problems += wrong
        if source:
            sources[source.name] = source
    partners: dict[str, Partner] = {}
    partner_files = sorted(root.glob("adapters/partners/*.yaml"))
    for path in partner_files:
        partner, wrong = load_partner(path, root, releases)
        problems += wrong
        if partner:
            partners[partner.name] = partner
    schedules: dict[str, Schedule] = {}
    for path in sorted(root.glob("schedules/*.yaml")):
        schedule, wrong = load_schedule(path, root, releases, {each.stem for each in partner_files})
        problems += wrong
        if schedule:
            schedules[schedule.name] = schedule
    mappings, broken = _mappings(root, releases, sources, schedules, problems)
    found = Repository(root, releases.standards, sources, mappings, partners, schedules, broken)
    return found, tuple(sorted(set(problems)))


def _releases(root: Path, today: date, problems: list[Problem]) -> Releases:
    standards: dict[str, Standard] = {}
    tables: dict[str, frozenset[str]] = {}
    for folder in sorted(path for path in root.glob("contracts/*/*") if path.is_dir()):
        name = f"{folder.parent.name}@{folder.name}"
        tables[name] = frozenset(path.stem for path in folder.glob("tables/*/*.yaml"))
        standard, wrong = load_standard(folder, root)
        problems += wrong
        if standard:
            standards[name] = standard
    return Releases(standards, tables, today)


def _mappings(
    root: Path, releases: Releases, sources: Mapping[str, Source], schedules: Mapping[str, Schedule], problems: list[Problem]
) -> tuple[tuple[FieldMapping, ...], frozenset[str]]:
    sound, broken, wrong = load_crosswalks(root / "mappings" / "crosswalks", root)
    problems += wrong
    crosswalks = Crosswalks(sound, broken)
    made: dict[tuple[str, str, str], FieldMapping] = {}
    failed: set[str] = set()
    documents: list[Document] = []
    for path in sorted(path for path in root.glob("mappings/*/*.yaml")):
        document, found = read(path, root, "mapping")
        problems += found
        if document is None or not all(document.sound(key) and key in document.data for key in ("mapping", "source", "target")):
            failed.add(path.stem)
            continue
        problems += misnamed(document, "mapping", path.stem)
        documents.append(document)
    pinned = {document.data["target"] for document in documents}
    for document in documents:
        target = document.data["target"].partition("@")[0]
        for mapping in _resolved(document, root, releases, sources, schedules, crosswalks, pinned, problems):
            if mapping is None:
                failed.add(target)
                continue
            first = made.setdefault((mapping.standard, mapping.version, mapping.table), mapping)
            if first is not mapping:
                message = f"{target} is already made by {first.place.path}"
                problems.append(Problem(document.place("target"), "duplicate-mapping", message, "one mapping makes a table"))
    return tuple(made.values()), frozenset(failed)


def _resolved(
    document: Document,
    root: Path,
    releases: Releases,
    sources: Mapping[str, Source],
    schedules: Mapping[str, Schedule],
    crosswalks: Crosswalks,
    others: Collection[str],
    problems: list[Problem],
) -> Iterator[FieldMapping | None]:
    """The mapping against every release that needs it; None where it cannot be resolved. ``others``: all targets there are."""
    target, _, pinned = document.data["target"].partition("@")
    name, _, table_name = target.partition("/")
    place, source_name = document.place("target"), document.data["source"]
    files = {path.stem for path in root.glob("adapters/sources/*.yaml")}
    if source_name not in files:
        message = f"there is no adapters/sources/{source_name}.yaml"
        problems.append(Problem(document.place("source"), "unknown-source", message, nearest(source_name, files)))
    else:
        problems += misnamed(document, "source", Path(document.path).parent.name)
    asked = [f"{name}@{each.version}" for each in schedules.values() if each.standard == name and table_name in each.tables]
    found: dict[str, Standard | None] = {}
    for reference in [f"{name}@{pinned}"] if pinned else asked or [name]:
        standard, wrong = releases.find(reference, place)
        problems += wrong
        found.setdefault(standard.version if standard else "", standard)
    for version, standard in found.items():
        if not pinned and f"{target}@{version}" in others:
            continue
        table, wrong = releases.table(standard, table_name, place) if standard else (None, [])
        problems += wrong
        if standard is None or table is None or source_name not in sources:
            yield None
            continue
        mapping, mistakes = load_mapping(document, sources[source_name], standard, table, crosswalks)
        problems += mistakes
        yield mapping


def _strays(root: Path) -> Iterator[Problem]:
    """Files that nobody would read: a wrong ending or the wrong folder would silence a whole table."""
    expected = {path for pattern in _EXPECTED for path in root.glob(pattern)}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            name = path.relative_to(root)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
            if path.is_file() and path not in expected and not hidden and path.suffix not in (".md", ".py"):
                cure = f"rename it to {path.stem}.yaml" if path.suffix == ".yml" else "move or delete it"
                yield Problem(Place(name.as_posix()), "stray-file", "nothing reads a file of this name in this folder", cure)
