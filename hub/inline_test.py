"""Takes the tests that stand in a mapping, runs them as the hub would: a database, the mapping's own SQL, the real kernel.

The local rows of a test go into an empty SQLite database with the columns that the source declares, and are read by the reader
that reads real SQLite sources. A ``from:`` or ``where:`` that SQLite does not understand cannot be tested so; that is told.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from hub.compile import extract_of
from hub.connection import Adapters
from hub.contract.model import Table
from hub.extract import everything
from hub.interface import HubError
from hub.kernel.compile import compile_kernel
from hub.kernel.engine import Engine, Transformed
from hub.mapping.model import InlineTest, Source
from hub.mapping.model import Mapping as FieldMapping
from hub.plan import Kernel

_TYPES = {"integer": "INTEGER", "decimal": "NUMERIC", "boolean": "INTEGER"}  # everything else keeps its text
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Result:
    """One test of one mapping; ``differences`` is empty if it passed. The values are those of the test, not of people."""

    mapping: str
    test: str
    place: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences

    def __str__(self) -> str:
        lines = "".join(f"\n    {line}" for line in self.differences)
        return f"{self.place}: {self.mapping}: {self.test}: {'passed' if self.passed else 'failed'}{lines}"


def run_tests(mapping: FieldMapping, table: Table, source: Source, adapters: Adapters, day: date) -> Iterator[Result]:
    """Every inline test of a mapping; ``day`` decides which codes are valid where a table has no date of its own."""
    if not mapping.tests:
        return
    kernel = compile_kernel(mapping, table, source)
    with TemporaryDirectory(prefix="hub-test-") as folder, Engine(kernel, table, day) as engine:
        for number, test in enumerate(mapping.tests):
            try:
                batch = _read(mapping, source, test, Path(folder, f"{number}.db"), adapters)
                differences = tuple(_differences(mapping, kernel, test, engine.transform(batch)))
            except HubError as error:
                differences = (f"{type(error).__name__}: {error}",)
            yield Result(mapping.name, test.name, str(test.place), differences)


def _read(mapping: FieldMapping, source: Source, test: InlineTest, path: Path, adapters: Adapters) -> pa.RecordBatch:
    """The local rows of a test as the source would give them."""
    with closing(sqlite3.connect(path)) as database:
        for name, columns in source.tables.items():
            declared = ", ".join(
                f"{_quoted(one.name)} {_TYPES.get(one.type.partition('(')[0], 'TEXT')}" for one in columns.values()
            )
            database.execute(f"CREATE TABLE {_quoted(name)} ({declared})")
            for row in test.given.get(name, ()):
                names, marks = ", ".join(map(_quoted, row)), ", ".join("?" * len(row))
                database.execute(f"INSERT INTO {_quoted(name)} ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608
        database.commit()
    extract = extract_of(mapping, source)
    reader = adapters.reader(replace(source, settings={"url": f"sqlite:///{path}"}), path.parent)
    with closing(reader), reader.snapshot() as view:
        batches = list(view.batches(everything(extract, reader), extract.columns, _BATCH))
    schema = pa.schema([(column, pa.string()) for column in extract.columns])
    return pa.concat_batches(batches) if batches else pa.RecordBatch.from_pylist([], schema)


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _differences(mapping: FieldMapping, kernel: Kernel, test: InlineTest, made: Transformed) -> Iterator[str]:
    accepted = [{name: _text(value) for name, value in row.items()} for row in made.accepted.to_pylist()]
    yield from _expected(test, accepted)
    refused = made.rejected.to_pylist()
    found = [[kernel.findings[index] for index in indices] for indices in made.findings.to_pylist()]
    told = {number: {(one.field or "", one.rule) for one in ones} for number, ones in enumerate(found)}
    for wanted in test.reject:
        hits = [n for n, row in enumerate(refused) if _is_refusal(mapping, wanted, row, told[n])]
        if not hits:
            yield f"no row was refused for {wanted.get('field', '')} {wanted['rule']} {wanted.get('value', '')}".rstrip()
    explained = {n for wanted in test.reject for n, row in enumerate(refused) if _is_refusal(mapping, wanted, row, told[n])}
    for number in sorted(set(told) - explained):
        reasons = ", ".join(sorted(f"{field or 'row'} {rule}" for field, rule in told[number]))
        yield f"a row was refused that should not be: {reasons}"


def _expected(test: InlineTest, accepted: Sequence[Mapping[str, str | None]]) -> Iterator[str]:
    """Every expected row fits a row of its own; with expectations, no other row may come out."""
    left = list(accepted)
    for wanted in test.expect:
        hit = next((row for row in left if all(row.get(name) == value for name, value in wanted.items())), None)
        if hit is not None:
            left.remove(hit)
            continue
        near = max(left, key=lambda row: sum(row.get(name) == value for name, value in wanted.items()), default=None)
        if near is None:
            yield f"expected {dict(wanted)}, no row came out for it"
        else:
            wrong = {name: (value, near.get(name)) for name, value in wanted.items() if near.get(name) != value}
            yield "; ".join(f"{name}: expected {value!r}, came out {got!r}" for name, (value, got) in wrong.items())
            left.remove(near)
    if left and (test.expect or test.reject):
        yield f"{len(left)} rows more than expected came out"


def _is_refusal(mapping: FieldMapping, wanted: Mapping[str, str], row: Mapping[str, Any], told: set[tuple[str, str]]) -> bool:
    field = wanted.get("field", "")
    if (field, wanted["rule"]) not in told:
        return False
    columns = mapping.fields[field].columns if field in mapping.fields else ()
    return "value" not in wanted or any(row.get(column) == wanted["value"] for column in columns)


def _text(value: object) -> str | None:
    """As a mapping file writes it."""
    return None if value is None else value.hex() if isinstance(value, bytes) else str(value)
