"""Takes exchanges and the next release of their standard; says how many rows that go today it would refuse. Sends nothing.

The current rows of each source go, batch by batch, through the kernel of today and through that of the next release. What is
kept is numbers: how many rows by field and rule, never a value. An exchange whose table and mapping stay as they are is not read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hub.binding import type_problems
from hub.compile import compile_plans
from hub.connection import Adapters
from hub.contract.model import Standard
from hub.document import read
from hub.extract import extract
from hub.interface import HubError
from hub.kernel.digits import counted
from hub.kernel.engine import Engine, Transformed
from hub.mapping.crosswalk import load_crosswalks
from hub.mapping.field_map import Crosswalks
from hub.mapping.load import load_mapping
from hub.mapping.model import Mapping as FieldMapping
from hub.plan import Finding, Plan
from hub.problem import Problem, nearest
from hub.repository import Repository
from hub.window import Window

_ROW = "row"  # no source column: those are alias.column
_NO_ROWS = pa.array([], pa.string())


@dataclass(frozen=True, slots=True)
class Refusal:
    """Rows that go today and that one rule of the next release refuses; a row with several findings counts under each."""

    field: str
    rule: str
    title: str
    rows: int


@dataclass(frozen=True, slots=True)
class Shadow:
    """One exchange. ``state``: same (nothing changes for it) | judged | no plan (its mapping does not fit) | not read.

    ``read`` of ``total`` rows were judged; ``newly`` of them go today and would not go any more. ``own_rows``: the mapping of
    the next release reads other rows than that of today, so all that it refuses count as newly refused.
    """

    exchange: str
    state: str
    read: int = 0
    total: int = 0
    refused_now: int = 0
    refused_next: int = 0
    newly: int = 0
    own_rows: bool = False
    refusals: tuple[Refusal, ...] = ()
    note: str = ""
    exit_code: int = 0  # of what kept it from being read


@dataclass(frozen=True, slots=True)
class Ahead:
    """What exchanges would be under the next release: their plans by id, those that stay the same, and what is wrong."""

    plans: Mapping[str, Plan]
    same: frozenset[str]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Verdicts:
    """The rows that one release refuses, by number, with the findings; keys of the others, to find those that come twice."""

    read: int = 0
    refused: list[pa.StringArray] = field(default_factory=lambda: [_NO_ROWS])
    found: list[tuple[pa.StringArray, pa.Int32Array]] = field(default_factory=list)  # row and finding, side by side
    kept: list[pa.StringArray] = field(default_factory=lambda: [_NO_ROWS])
    keys: list[pa.Array] = field(default_factory=lambda: [pa.array([], pa.binary(16))])

    def take(self, batch: pa.RecordBatch, made: Transformed) -> None:
        """Keep what became of a batch."""
        numbers, refused = batch.column(_ROW), made.rejected.column(_ROW)
        self.read += batch.num_rows
        self.refused.append(refused)
        self.found.append((refused.take(pc.list_parent_indices(made.findings)), made.findings.flatten()))
        self.kept.append(numbers.filter(_but(numbers, refused)))
        self.keys.append(made.accepted.column("_key"))

    def twice(self) -> pa.StringArray:
        """Rows that no rule refuses and whose key comes more than once: a window refuses all of them."""
        keys = pa.concat_arrays(self.keys)
        found = pc.value_counts(keys)
        several = found.field("values").filter(pc.greater(found.field("counts"), 1))
        return pa.concat_arrays(self.kept).filter(pc.is_in(keys, several))

    def all(self) -> pa.StringArray:
        """Every row that does not go."""
        return pa.concat_arrays([*self.refused, self.twice()])

    def judged(self, plan: Plan, total: int, now: pa.StringArray = _NO_ROWS) -> Shadow:
        """The outcome, these being the verdicts of the next release. ``now``: the rows that do not go today."""
        refused, twice = self.all(), _but(self.twice(), now).true_count
        counts: Counter[int] = Counter()
        for rows, findings in self.found:
            for each in pc.value_counts(findings.filter(_but(rows, now))).to_pylist():
                counts[each["values"]] += each["counts"]
        newly, refusals = _but(refused, now).true_count, _refusals(plan, counts, twice)
        return Shadow(plan.id, "judged", self.read, total, len(now), len(refused), newly, refusals=refusals)


def ahead(repository: Repository, chosen: Sequence[Plan], standard: Standard) -> Ahead:
    """The exchanges under another release: the mapping that pins it, or that of today read against the other contract."""
    found, broken, unsound = load_crosswalks(repository.root / "mappings" / "crosswalks", repository.root)
    crosswalks, wrong = Crosswalks(found, broken), list(unsound)
    mappings: dict[str, FieldMapping] = {}
    same: set[str] = set()
    for plan in chosen:
        mapping = mappings.get(plan.table.name) or _mapping(repository, plan, standard, crosswalks, wrong)
        if mapping is not None:
            mappings[plan.table.name] = mapping
            kept = standard.tables[plan.table.name].digest == plan.table.digest and mapping.digest == plan.mapping.digest
            same |= {plan.id} if kept and mapping.source == plan.mapping.source else set()
    other = [plan for plan in chosen if plan.id not in same]
    changed = {plan.table.name: mappings[plan.table.name] for plan in other if plan.table.name in mappings}
    wrong += type_problems(((each, repository.sources[each.source]) for each in changed.values()), ())
    plans, problems = compile_plans(_under(repository, other, standard, changed))
    return Ahead({plan.id: plan for plan in plans}, frozenset(same), tuple(sorted({*wrong, *problems})))


def _under(
    repository: Repository, chosen: Sequence[Plan], standard: Standard, mappings: Mapping[str, FieldMapping]
) -> Repository:
    """The repository as if the schedules asked for the release, for the chosen tables that have a mapping."""
    tables: dict[str, list[str]] = {}
    for plan in chosen:
        if plan.table.name in mappings:
            tables.setdefault(plan.schedule.name, []).append(plan.table.name)
    schedules = {
        name: replace(repository.schedules[name], version=standard.version, tables=tuple(wanted))
        for name, wanted in tables.items()
    }
    return replace(repository, mappings=tuple(mappings.values()), schedules=schedules)


def _mapping(
    repository: Repository, plan: Plan, standard: Standard, crosswalks: Crosswalks, problems: list[Problem]
) -> FieldMapping | None:
    release, name = f"{standard.name}@{standard.version}", plan.table.name
    if name not in standard.tables:
        message = f"{release} has no table '{name}'"
        problems.append(Problem(plan.schedule.place, "unknown-table", message, nearest(name, standard.tables)))
        return None
    found = repository.mapping(standard.name, standard.version, name)
    if found is not None:
        return found
    document, wrong = read(repository.root / plan.mapping.place.path, repository.root, "mapping")
    problems += wrong
    if document is None:
        return None
    if "@" in document.data["target"]:
        message = f"no mapping makes {release}/{name}; {plan.mapping.name} pins {document.data['target']}"
        cure = f"write one with target: {standard.name}/{name}@{standard.version}"
        problems.append(Problem(document.place("target"), "no-mapping", message, cure))
        return None
    source, table = repository.sources[plan.mapping.source], standard.tables[name]
    mapping, wrong = load_mapping(document, source, standard, table, crosswalks)
    problems += wrong
    return mapping


def shadow(plan: Plan, next_: Ahead, days: tuple[date, date], adapters: Adapters, state_folder: Path, most: int) -> Shadow:
    """One exchange, judged over at most so many rows. ``days``: on which it is judged today and under the next release.

    A source that cannot be read is told in the note.
    """
    if plan.id in next_.same:
        return Shadow(plan.id, "same")
    if plan.id not in next_.plans:
        return Shadow(plan.id, "no plan", note="see the mistakes of its mapping under the next release")
    later = next_.plans[plan.id]
    try:
        if _rows_of(plan) == _rows_of(later):
            return _together(plan, later, days, adapters, state_folder, most)
        return _alone(later, days[1], adapters, state_folder, most)
    except HubError as error:
        return Shadow(plan.id, "not read", note=f"{type(error).__name__}: {error}", exit_code=error.exit_code)


def _rows_of(plan: Plan) -> tuple[str, str, str | None]:
    return plan.source.name, plan.extract.from_sql, plan.extract.condition


def _together(plan: Plan, later: Plan, days: tuple[date, date], adapters: Adapters, state: Path, most: int) -> Shadow:
    """Both releases judge the very same rows."""
    columns = dict(zip(plan.extract.columns, plan.extract.types, strict=True))
    columns |= dict(zip(later.extract.columns, later.extract.types, strict=True))
    both = replace(plan, extract=replace(plan.extract, columns=tuple(columns), types=tuple(columns.values())))
    now, then = _Verdicts(), _Verdicts()
    with (
        _batches(both, adapters, state, most) as (total, batches),
        Engine(plan.kernel, plan.table, days[0]) as old,
        Engine(later.kernel, later.table, days[1]) as new,
    ):
        for batch in batches:
            now.take(batch, old.transform(batch))
            then.take(batch, new.transform(batch))
    return then.judged(later, total, now.all())


def _alone(later: Plan, day: date, adapters: Adapters, state: Path, most: int) -> Shadow:
    """The next release reads other rows: what it refuses of them."""
    then = _Verdicts()
    with _batches(later, adapters, state, most) as (total, batches), Engine(later.kernel, later.table, day) as new:
        for batch in batches:
            then.take(batch, new.transform(batch))
    return replace(then.judged(later, total), own_rows=True)


@contextmanager
def _batches(plan: Plan, adapters: Adapters, state_folder: Path, most: int) -> Iterator[tuple[int, Iterator[pa.RecordBatch]]]:
    """How many rows the source has, and at most so many of them, numbered."""
    whole = Window(plan.id, "shadow", "backfill", None, None)
    with closing(adapters.reader(plan.source, state_folder)) as reader, reader.snapshot() as view:
        found = extract(plan, whole, reader, view)
        yield found.total, _numbered(found.batches, most)


def _numbered(batches: Iterator[pa.RecordBatch], most: int) -> Iterator[pa.RecordBatch]:
    done = 0
    for rows in batches:
        batch = rows.slice(0, most - done)
        yield batch.append_column(_ROW, pc.add(counted(batch.num_rows), done).cast(pa.string()))
        done += batch.num_rows
        if done >= most:
            return


def _but(rows: pa.StringArray, others: pa.StringArray) -> pa.BooleanArray:
    """Which of the rows are none of the others."""
    return pc.invert(pc.is_in(rows, others))


def _refusals(plan: Plan, found: Mapping[int, int], twice: int) -> tuple[Refusal, ...]:
    told = [_refusal(plan.kernel.findings[number], rows) for number, rows in sorted(found.items())]
    if twice:
        title = "、".join(plan.table.fields[name].title for name in plan.table.key)
        told.append(Refusal("/".join(plan.table.key), "duplicate-key", f"{title}：不止一行", twice))
    return tuple(told)


def _refusal(finding: Finding, rows: int) -> Refusal:
    return Refusal(finding.field or "", finding.rule, finding.title, rows)
