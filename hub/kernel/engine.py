"""Takes a Kernel, its table and the window's day; gives accepted rows, rejected rows and counts of warnings, batch by batch.

The same batch gives the same answer in any process on any day: whoever runs it, a loop or Spark's ``mapInArrow``, makes an
Engine of its own from the values it was sent. One thread; memory is that of one batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from hub.contract.model import Table
from hub.interface import DataError
from hub.kernel.clean import clean
from hub.kernel.duck import Database
from hub.kernel.masks import WIDTH
from hub.plan import Kernel

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
        cleaned = clean(batch)
        rows = self._run("quick", self._kernel.quick, cleaned)
        suspicious = rows.column("_suspicious").combine_chunks()
        fields = rows.select(self._schema.names).cast(self._schema)
        if not pc.any(suspicious).as_py():
            none = (pa.array([], pa.string()), pa.array([], pa.binary(16)))
            return Transformed(_one_batch(fields), batch.slice(0, 0), *none, pa.array([], _FINDINGS), {})
        looked_at = self._run("whole", self._kernel.sql, cleaned.filter(suspicious))
        return self._divided(batch, fields, suspicious, looked_at)

    def _run(self, statement: str, sql: str, cleaned: pa.RecordBatch) -> pa.Table:
        self._database.offer("batch", cleaned)
        if statement not in self._planned:
            self._database.prepare(statement, sql)
            self._planned.add(statement)
        rows = self._database.run(statement)
        if rows.num_rows != cleaned.num_rows:
            raise DataError(f"{self._name}: {cleaned.num_rows} rows went in, {rows.num_rows} came out: a lookup has a code twice")
        return rows.combine_chunks()

    def _divided(self, batch: pa.RecordBatch, fields: pa.Table, suspicious: pa.BooleanArray, looked_at: pa.Table) -> Transformed:
        """Put the rows that were looked at in the place of their quick versions, and the refused ones aside."""
        errors = _masks(looked_at, "_errors_")
        bad = _any(errors)
        refused = pc.replace_with_mask(suspicious, suspicious, bad)
        kept, better = pc.invert(refused), looked_at.select(self._schema.names).cast(self._schema)
        columns = [
            pc.replace_with_mask(old.combine_chunks(), suspicious, new.combine_chunks()).filter(kept)
            for old, new in zip(fields.columns, better.columns, strict=True)
        ]
        aside = _one_batch(better.select(["_op", "_key"]).filter(bad))
        return Transformed(
            accepted=pa.RecordBatch.from_arrays(columns, schema=self._schema),
            rejected=batch.filter(refused),
            ops=aside.column("_op"),
            keys=aside.column("_key"),
            findings=_lists([mask.filter(bad) for mask in errors], self._errors),
            warnings=_counts([mask.filter(pc.invert(bad)) for mask in _masks(looked_at, "_warnings_")], self._warnings),
        )


def _masks(rows: pa.Table, prefix: str) -> list[pa.UInt64Array]:
    return [rows.column(column).chunk(0) for column in rows.column_names if column.startswith(prefix)]


def _any(masks: Sequence[pa.UInt64Array]) -> pa.BooleanArray:
    """Which rows have a bit."""
    found = pc.not_equal(masks[0], _NONE)
    for mask in masks[1:]:
        found = pc.or_(found, pc.not_equal(mask, _NONE))
    return found


def _lists(masks: Sequence[pa.UInt64Array], numbers: Sequence[int]) -> pa.ListArray:
    """For each row the numbers of its bits, ascending. Distinct masks are few, so only they are taken apart one by one."""
    parts = []
    for index, mask in enumerate(masks):
        distinct = pc.unique(mask)
        lists = pa.array([_numbers(value, numbers[index * WIDTH :]) for value in distinct.to_pylist()], _FINDINGS)
        parts.append(lists.take(pc.index_in(mask, value_set=distinct)))
    return parts[0] if len(parts) == 1 else _side_by_side(parts)


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
