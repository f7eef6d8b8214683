"""Takes a root, gives everything that is wrong with its files, or with the live systems they speak of. Changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hub.compiled import compiled
from hub.connection import Adapters
from hub.contract.model import CodeList
from hub.interface import HubError, Layout
from hub.mapping.model import FieldMap, Source
from hub.mapping.model import Mapping as FieldMapping
from hub.plan import Partner, Plan
from hub.problem import Place, Problem
from hub.repository import Repository


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a crosswalk goes: the codes that it can never produce, and the local codes that nobody has approved."""

    mapping: str
    field: str
    crosswalk: str
    codes: str
    never_produced: tuple[str, ...]
    pending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a static check found. With an error among ``problems`` nothing may run."""

    repository: Repository
    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    coverage: tuple[Coverage, ...]


def check(root: Path, today: date, state_folder: Path | None = None) -> Report:
    """Every file of every room, and whether every exchange compiles. Opens no connection and reads no secret."""
    made = compiled(root, state_folder, today)
    coverage = tuple(_coverage(made.repository, today))
    problems = {*made.problems, *_pending(made.repository), *_unused(made.repository, root)}
    return Report(made.repository, made.plans, tuple(sorted(problems)), coverage)


def check_connections(report: Report, adapters: Adapters, state_folder: Path) -> tuple[Problem, ...]:
    """The live schema of every source that a mapping reads, and what every partner says to its layouts."""
    problems: list[Problem] = []
    read = {mapping.source for mapping in report.repository.mappings}
    for source in (report.repository.sources[name] for name in sorted(read)):
        problems += _source(source, report.repository.mappings, adapters, state_folder)
    for partner in {plan.partner.name: plan.partner for plan in report.plans}.values():
        layouts = [plan.layout for plan in report.plans if plan.partner.name == partner.name]
        problems += _partner(partner, layouts, adapters, state_folder)
    return tuple(sorted(set(problems)))


def _coverage(repository: Repository, today: date) -> Iterator[Coverage]:
    for mapping in repository.mappings:
        table = repository.standards[f"{mapping.standard}@{mapping.version}"].tables[mapping.table]
        for name, made in mapping.fields.items():
            codes = table.fields[name].codes
            if made.crosswalk is not None:
                missing = _never_produced(made, codes, today) if codes else ()
                label = codes.name if codes else ""
                yield Coverage(mapping.name, name, made.crosswalk.name, label, missing, tuple(sorted(made.crosswalk.pending)))


def _never_produced(made: FieldMap, codes: CodeList, today: date) -> tuple[str, ...]:
    if made.crosswalk is None or made.unmapped == "keep":
        return ()
    produced = {*made.crosswalk.pairs.values(), made.unmapped.removeprefix("=")}
    valid = (
        code
        for code, times in codes.codes.items()
        if any((each.valid_from or date.min) <= today < (each.valid_to or date.max) for each in times)
    )
    return tuple(sorted(code for code in valid if code not in produced))


def _pending(repository: Repository) -> Iterator[Problem]:
    """Local codes that wait for a reviewer, told once for every crosswalk."""
    for mapping in repository.mappings:
        for made in mapping.fields.values():
            if made.crosswalk is not None and made.crosswalk.pending:
                waiting = sorted(made.crosswalk.pending)
                message = f"{len(waiting)} local codes are not approved and do not run: {_listed(waiting)}"
                yield Problem(made.crosswalk.place, "crosswalk-pending", message, "approve or remove them", "warning")


def _unused(repository: Repository, root: Path) -> Iterator[Problem]:
    """Crosswalk files that no sound mapping names; nothing is said while a mapping is broken."""
    if repository.broken:
        return
    crosswalks = (made.crosswalk for mapping in repository.mappings for made in mapping.fields.values() if made.crosswalk)
    used = {crosswalk.place.path for crosswalk in crosswalks}
    for path in sorted(root.glob("mappings/crosswalks/*.csv")):
        name = path.relative_to(root).as_posix()
        if name not in used:
            yield Problem(Place(name), "unused-crosswalk", "no mapping uses this crosswalk", "use it, or delete it", "warning")


def _source(source: Source, mappings: Sequence[FieldMapping], adapters: Adapters, state_folder: Path) -> list[Problem]:
    try:
        with closing(adapters.reader(source, state_folder)) as reader:
            live = {table.lower(): {column.lower(): column for column in columns} for table, columns in reader.columns().items()}
    except HubError as error:
        return [
            Problem(source.place, "source-unreachable", f"the source {source.name} cannot be read: {error}", "see the message")
        ]
    problems = []
    for table, columns in source.tables.items():
        place = source.places[table]
        there = live.get(table.lower())
        if there is None:
            message = f"the source {source.name} has no table {table}"
            problems.append(Problem(place, "live-table-missing", message, "correct the name, or the rights of the login"))
            continue
        for column in columns.values():
            if column.name.lower() not in there:
                message = f"{table} has no column {column.name}"
                problems.append(Problem(column.place, "live-column-missing", message, "correct the name, or remove the column"))
        strange = _strange(table, there, mappings, source.name)
        if strange:
            message = f"{table} has columns that no mapping uses or ignores: {_listed(strange)}"
            problems.append(Problem(place, "live-column-unused", message, "map them, or list them under ignore:", "warning"))
    return problems


def _strange(table: str, there: Mapping[str, str], mappings: Sequence[FieldMapping], source: str) -> list[str]:
    """Live columns that no mapping of the source uses or ignores; none if no mapping reads the table."""
    readers = [(mapping, alias) for mapping in mappings if mapping.source == source for alias in _aliases(mapping, table)]
    if not readers:
        return []
    known: set[str] = set()
    for mapping, alias in readers:
        names = [*mapping.ignore, *(column for made in mapping.fields.values() for column in made.columns)]
        names += [mapping.watermark.column] if mapping.watermark else []
        said = " ".join((mapping.from_sql, mapping.where or "", mapping.deleted or "")).lower()
        known |= {name.partition(".")[2].lower() for name in names if name.startswith(f"{alias}.")}
        known |= {column for column in there if f"{alias.lower()}.{column}" in said}
    return sorted(name for folded, name in there.items() if folded not in known)


def _aliases(mapping: FieldMapping, table: str) -> list[str]:
    return [alias for alias, name in mapping.aliases.items() if name == table]


def _partner(partner: Partner, layouts: Sequence[Layout], adapters: Adapters, state_folder: Path) -> list[Problem]:
    try:
        format_ = adapters.format(partner, state_folder)
        with closing(adapters.system(partner, format_, state_folder)) as system:
            wrong = system.probe(layouts)
    except HubError as error:
        return [
            Problem(
                partner.place, "partner-unreachable", f"the partner {partner.name} does not answer: {error}", "see the message"
            )
        ]
    cure = "agree with the partner, or correct its file"
    return [Problem(partner.place, "partner-differs", f"{partner.name}: {message}", cure) for message in wrong]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
