"""Takes a Kernel, its table and the window's day; gives accepted rows, rejected rows and counts of warnings, batch by batch.

The same batch gives the same answer in any process on any day: whoever runs it, a loop or Spark's ``mapInArrow``, makes an
Engine of its own from the values it was sent. One thread; memory is that of one batch.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from hub.contract.model import Table
from hub.interface import DataError
from hub.kernel.calendar import usual
from hub.kernel.clean import Cleaned, clean, untidy
from hub.kernel.digits import counted
from hub.kernel.duck import Database
from hub.kernel.masks import WIDTH
from hub.kernel.quick import Glance
from hub.kernel.walk import Walks
from hub.plan import Kernel

_TOGETHER = 10_000  # suspicious rows that are looked at together
_NONE = pa.scalar(0, pa.uint64())
_FINDINGS = pa.list_(pa.int32())
_EXTRA = (pa.field("_op", pa.string()), pa.field("_key", pa.binary(16)), pa.field("_digest", pa.binary(16)))


@dataclass(frozen=True, slots=True)
class Transformed:
    """One batch, divided; both parts keep the order of the rows.

    ``accepted``: the contract's fields, typed, then _op, _key, _digest. ``rejected``: source rows as they came; ``ops`` and
    ``keys`` have their _op and _key (of what could be read), ``findings`` has, for each of them, the indices in
    ``Kernel.findings`` of its errors. ``warnings``: such an index -> number of accepted rows.
    """

    accepted: pa.RecordBatch
    rejected: pa.RecordBatch
    ops: pa.StringArray
    keys: pa.FixedSizeBinaryArray
    findings: pa.ListArray
    warnings: Mapping[int, int]


def schema(table: Table) -> pa.Schema:
    """Of accepted rows."""
    return pa.schema([pa.field(each.column.name, each.column.type) for each in table.fields.values()] + list(_EXTRA))


class Engine:
    """A context manager; ``transform`` is a pure function of its batch."""

    def __init__(self, kernel: Kernel, table: Table, day: date) -> None:
        self._kernel = kernel
        self._schema = schema(table)
        self._glance = Glance(table, day)
        self._walks = Walks(kernel.walks)
        self._name = f"{table.standard}/{table.name}"
        self._errors = [n for n, finding in enumerate(kernel.findings) if finding.severity == "error"]
        self._warnings = [n for n, finding in enumerate(kernel.findings) if finding.severity == "warning"]
        self._database = Database(kernel.lookups, {"window_day": f"{day:%Y%m%d}"})
        self._planned: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back; harmless when done twice."""
        self._database.close()

    def transform(self, batch: pa.RecordBatch) -> Transformed:
        """Divide one batch of source texts (``Extract.columns``).

        Raises DataError if a whole batch cannot be read: columns are missing, or an expression fails in a way that no row
        can be blamed for; the message names the field.
        """
        cleaned = self._prepared(batch)
        fields, suspicious = self._looked_over(cleaned)
        if suspicious is None:
            return self._accepted(batch, fields)
        return self._divided(batch, fields, suspicious, self._run("whole", self._kernel.sql, cleaned.batch.filter(suspicious)))

    def divide(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Transformed]:
        """``transform`` for a long stream: suspicious rows of several batches are looked at together, behind the others.

        To begin with the whole SELECT costs 130 ms for a table of 40 columns, however few the rows. Rows keep their order within
        those that were looked at and within those that were not.
        """
        waiting = _Waiting()
        for batch in batches:
            yield self._in_order(batch, waiting)
            del batch  # or it would stay in memory while the next one is read
            if waiting.rows >= _TOGETHER:
                yield self._looked_at(waiting.taken())
        if waiting.rows:
            yield self._looked_at(waiting.taken())

    def _in_order(self, batch: pa.RecordBatch, waiting: "_Waiting") -> Transformed:
        """The rows that are all in order; the others go to ``waiting``."""
        cleaned = self._prepared(batch)
        fields, suspicious = self._looked_over(cleaned)
        if suspicious is None:
            return self._accepted(batch, fields)
        waiting.add(batch.filter(suspicious), cleaned.batch.filter(suspicious))
        kept = pc.invert(suspicious)
        return self._accepted(batch, {each.name: fields[each.name].filter(kept) for each in self._schema if each.name != "_op"})

    def _prepared(self, batch: pa.RecordBatch) -> Cleaned:
        """The rows as both SELECTs read them; as spoilt counts, too, a day or time that is not spelt in a usual way."""
        cleaned = clean(batch)
        followed, spoilt = self._walks.follow(cleaned.batch), [cleaned.spoilt]
        moments = [(cleaned.batch.column(each.column), each) for each in self._kernel.moments.values()]
        made = [usual(each.notation, given, bare=each.bare) for given, each in moments]
        for column, (given, _) in zip(made, moments, strict=True):
            if column.null_count > given.null_count:
                spoilt.append(pc.and_(pc.is_null(column), pc.is_valid(given)))
        whole = pa.RecordBatch.from_arrays([*followed.columns, *made], [*followed.schema.names, *self._kernel.moments])
        found = [mask for mask in spoilt if mask is not None]
        return Cleaned(whole, reduce(pc.or_, found) if found else None)

    def _looked_over(self, cleaned: Cleaned) -> tuple[Mapping[str, pa.Array], pa.BooleanArray | None]:
        """The fields in their usual form, and the rows that must be looked at; None: no row."""
        rows = self._run("quick", self._kernel.quick, cleaned.batch)
        if not cleaned.batch.num_rows:
            return {}, None
        fields = {name: rows.column(name).chunk(0) for name in rows.column_names}
        fields |= {field: cleaned.batch.column(column) for field, column in self._kernel.taken.items()}
        blank = (untidy(fields[name]) for name in self._kernel.untidy)
        found = [fields["_suspicious"], cleaned.spoilt, self._glance.suspicious(fields), *blank]
        suspicious = reduce(pc.or_, (mask for mask in found if mask is not None))
        return fields, suspicious if suspicious.true_count else None

    def _looked_at(self, waiting: tuple[pa.RecordBatch, pa.RecordBatch]) -> Transformed:
        """Rows that wait to be looked at, divided: as they came, and cleaned."""
        batch, cleaned = waiting
        looked_at = self._run("whole", self._kernel.sql, cleaned)
        bad = _any(_masks(looked_at, "_errors_"), looked_at.num_rows)
        better = _one_batch(looked_at.select(self._schema.names).cast(self._schema))
        return self._told(batch.filter(bad), better.filter(pc.invert(bad)), better, looked_at, bad)

    def _accepted(self, batch: pa.RecordBatch, fields: Mapping[str, pa.Array]) -> Transformed:
        """Rows that are all in order; ``batch`` says how the rejected ones, of which there are none, would look."""
        whole = {**fields, "_op": pa.repeat("I", len(fields["_key"]))} if fields else {}
        columns = [whole[each.name].cast(each.type) if whole else pa.array([], each.type) for each in self._schema]
        accepted = pa.RecordBatch.from_arrays(columns, schema=self._schema)
        nothing = pa.array([], pa.string()), pa.array([], pa.binary(16)), pa.array([], _FINDINGS)
        return Transformed(accepted, batch.slice(0, 0), *nothing, {})

    def _run(self, statement: str, sql: str, cleaned: pa.RecordBatch) -> pa.Table:
        self._database.offer("batch", cleaned)
        if statement not in self._planned:
            self._database.prepare(statement, sql)
            self._planned.add(statement)
        rows = self._database.run(statement)
        if rows.num_rows != cleaned.num_rows:
            raise DataError(f"{self._name}: {cleaned.num_rows} rows went in, {rows.num_rows} came out: a lookup has a code twice")
        return rows.combine_chunks()

    def _divided(
        self, batch: pa.RecordBatch, fields: Mapping[str, pa.Array], suspicious: pa.BooleanArray, looked_at: pa.Table
    ) -> Transformed:
        """Put the rows that were looked at in the place of their quick versions, and the refused ones aside."""
        bad = _any(_masks(looked_at, "_errors_"), looked_at.num_rows)
        refused = pc.replace_with_mask(suspicious, suspicious, bad)
        kept, good = pc.invert(refused), pc.invert(bad)
        better = _one_batch(looked_at.select(self._schema.names).cast(self._schema))
        quick = {**fields, "_op": pa.repeat("I", batch.num_rows)}
        behind = pc.add(counted(better.num_rows), batch.num_rows)
        places = pc.replace_with_mask(counted(batch.num_rows), suspicious, behind).filter(kept)
        columns = [
            _mended(quick[each.name].cast(each.type), better.column(each.name), suspicious, good, kept, places)
            for each in self._schema
        ]
        accepted = pa.RecordBatch.from_arrays(columns, schema=self._schema)
        return self._told(batch.filter(refused), accepted, better, looked_at, bad)

    def _told(
        self,
        rejected: pa.RecordBatch,
        accepted: pa.RecordBatch,
        better: pa.RecordBatch,
        looked_at: pa.Table,
        bad: pa.BooleanArray,
    ) -> Transformed:
        """What the masks of the rows that were looked at say of the bad ones, and of the good ones."""
        good = pc.invert(bad)
        return Transformed(
            accepted=accepted,
            rejected=rejected,
            ops=better.column("_op").filter(bad),
            keys=better.column("_key").filter(bad),
            findings=_lists([mask.filter(bad) for mask in _masks(looked_at, "_errors_")], self._errors),
            warnings=_counts([mask.filter(good) for mask in _masks(looked_at, "_warnings_")], self._warnings),
        )


class _Waiting:
    """Suspicious rows until they are looked at: as they came, and cleaned."""

    def __init__(self) -> None:
        self.rows = 0
        self._batches: list[tuple[pa.RecordBatch, pa.RecordBatch]] = []

    def add(self, batch: pa.RecordBatch, cleaned: pa.RecordBatch) -> None:
        """Some more of them."""
        self.rows += batch.num_rows
        self._batches.append((batch, cleaned))

    def taken(self) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """All of them; none waits any more."""
        came, cleaned = (pa.concat_batches(list(each)) for each in zip(*self._batches, strict=True))
        self.rows, self._batches = 0, []
        return came, cleaned


def _mended(
    quick: pa.Array, better: pa.Array, suspicious: pa.BooleanArray, good: pa.BooleanArray, kept: pa.BooleanArray, places: pa.Array
) -> pa.Array:
    """The kept rows of a column. ``places``: theirs in ``quick`` and, behind it, ``better``; most columns are not better."""
    if quick.filter(suspicious).filter(good).equals(better.filter(good)):
        return quick.filter(kept)
    return pa.concat_arrays([quick, better]).take(places)


def _masks(rows: pa.Table, prefix: str) -> list[pa.UInt64Array]:
    return [rows.column(column).chunk(0) for column in rows.column_names if column.startswith(prefix)]


def _any(masks: Sequence[pa.UInt64Array], rows: int) -> pa.BooleanArray:
    """Which rows have a bit."""
    return reduce(pc.or_, (pc.not_equal(mask, _NONE) for mask in masks), pa.repeat(False, rows))


def _lists(masks: Sequence[pa.UInt64Array], numbers: Sequence[int]) -> pa.ListArray:
    """For each row the numbers of its bits, ascending. Distinct masks are few, so only they are taken apart one by one."""
    parts = []
    for index, mask in enumerate(masks):
        distinct = pc.unique(mask)
        lists = pa.array([_numbers(value, numbers[index * WIDTH :]) for value in distinct.to_pylist()], _FINDINGS)
        parts.append(lists.take(pc.index_in(mask, value_set=distinct)))
    return _side_by_side(parts) if len(parts) > 1 else parts[0] if parts else pa.array([], _FINDINGS)


def _side_by_side(parts: Sequence[pa.ListArray]) -> pa.ListArray:
    """Lists of the same rows, appended row by row."""
    rows = pa.concat_arrays([pc.list_parent_indices(part) for part in parts])
    values = pa.concat_arrays([part.flatten() for part in parts])
    order = pc.sort_indices(pa.table({"row": rows, "value": values}), sort_keys=[("row", "ascending"), ("value", "ascending")])
    lengths = pc.list_value_length(parts[0])
    for part in parts[1:]:
        lengths = pc.add(lengths, pc.list_value_length(part))
    ends = pc.cumulative_sum(lengths.cast(pa.int32()))
    return pa.ListArray.from_arrays(pa.concat_arrays([pa.array([0], pa.int32()), ends]), values.take(order))


def _counts(masks: Sequence[pa.UInt64Array], numbers: Sequence[int]) -> dict[int, int]:
    """Number of bit -> number of rows that have it."""
    counts: dict[int, int] = {}
    for index, mask in enumerate(masks):
        for each in pc.value_counts(mask.filter(pc.not_equal(mask, _NONE))).to_pylist():
            for number in _numbers(each["values"], numbers[index * WIDTH :]):
                counts[number] = counts.get(number, 0) + each["counts"]
    return counts


def _numbers(mask: int, numbers: Sequence[int]) -> list[int]:
    return [numbers[bit] for bit in range(WIDTH) if mask >> bit & 1]


def _one_batch(rows: pa.Table) -> pa.RecordBatch:
    batches = rows.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=rows.schema)
