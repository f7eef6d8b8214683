"""Takes a mapping with its inline tests; gives what each test found: the real kernel runs over the local rows given in the YAML.

``from:``, joins and ``where:`` run in SQLite, in memory: it reads the quotes of every dialect ("x", `x`, [x]) and keeps a value
that is not of its column's type, which is what many tests are about. SQL that SQLite cannot read (``x::date``) runs in
DuckDB instead, where every column is text. Neither is the source's own database: ``hub check --connect`` tries that one.
The window's day is the day on which the standard came into force, so a test says the same for ever.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa

from hub.contract.model import Table
from hub.interface import DataError
from hub.kernel.compile import compile_kernel
from hub.kernel.duck import Database
from hub.kernel.engine import Engine, Transformed
from hub.kernel.sql import name
from hub.mapping.expression import parse
from hub.mapping.model import InlineTest, Source, SourceColumn
from hub.mapping.model import Mapping as FieldMapping
from hub.plan import Kernel
from hub.repository import Repository

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Result:
    """One test: ``place`` is file:line:column; ``differences`` say what came instead, in values that the test itself made up."""

    mapping: str
    test: str
    place: str
    passed: bool
    differences: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(
            (f"{self.place}: {self.mapping}: {self.test}: {'passed' if self.passed else 'failed'}", *self.differences)
        )


def run_tests(mapping: FieldMapping, repository: Repository) -> Iterator[Result]:
    """The results of a mapping's inline tests, in their order; ConfigurationError if the mapping cannot be compiled."""
    if not mapping.tests:
        return
    standard = repository.standards[f"{mapping.standard}@{mapping.version}"]
    table, source = standard.tables[mapping.table], repository.sources[mapping.source]
    kernel = compile_kernel(mapping, table, source)
    with Engine(kernel, table, standard.effective_from) as engine:
        for test in mapping.tests:
            differences = tuple(_run(test, mapping, table, source, kernel, engine))
            yield Result(mapping.name, test.name, str(test.place), not differences, differences)


def _run(test: InlineTest, mapping: FieldMapping, table: Table, source: Source, kernel: Kernel, engine: Engine) -> Iterator[str]:
    try:
        batch = _extracted(test, mapping, source)
    except (sqlite3.Error, DataError) as error:
        yield f"  from: or where: run neither in SQLite nor in DuckDB ({error}); write them in plainer SQL"
        return
    made = engine.transform(batch)
    yield from _compared(test.expect, [_texts(row) for row in made.accepted.select(list(table.fields)).to_pylist()])
    yield from _judged(test.reject, _findings(mapping, kernel, made))


def _extracted(test: InlineTest, mapping: FieldMapping, source: Source) -> pa.RecordBatch:
    """The rows as the reader of a real source would give them, for the columns that the kernel reads."""
    read = dict.fromkeys(column for made in mapping.fields.values() for column in made.columns)
    read |= dict.fromkeys(parse(mapping.deleted).columns if mapping.deleted else ())
    declared = [source.tables[mapping.aliases[alias]][column] for alias, _, column in (each.partition(".") for each in read)]
    where = f"WHERE (\n{mapping.where}\n)" if mapping.where else ""
    shown = ", ".join(".".join(name(part) for part in each.split(".", 1)) for each in read) or "1"
    sql = f"SELECT {shown} FROM {mapping.from_sql}\n{where}"  # noqa: S608 - the mapping's own SQL, over made-up rows
    tables = {table: source.tables[table] for table in mapping.aliases.values()}
    try:
        rows = _in_sqlite(sql, tables, test.given)
    except sqlite3.Error:
        rows = _in_duckdb(sql, tables, test.given)
    columns = list(zip(*rows, strict=True)) or [()] * len(read)
    texts = [[_text(value, each.type) for value in column] for column, each in zip(columns, declared, strict=False)]
    return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in texts], list(read))


def _in_sqlite(
    sql: str, tables: Mapping[str, Mapping[str, SourceColumn]], given: Mapping[str, Sequence[Row]]
) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for schema in {table.split(".")[0] for table in tables if "." in table}:
            connection.execute(f"ATTACH ':memory:' AS {name(schema)}")
        for table, columns in tables.items():
            place = ".".join(name(part) for part in table.split("."))
            kinds = ", ".join(f"{name(column)} {_affinity(each.type)}" for column, each in columns.items())
            connection.execute(f"CREATE TABLE {place} ({kinds})")
            marks = ", ".join("?" * len(columns))
            rows = ([row.get(column) for column in columns] for row in given.get(table, ()))
            connection.executemany(f"INSERT INTO {place} VALUES ({marks})", rows)  # noqa: S608 - quoted names
        return connection.execute(sql).fetchall()


def _in_duckdb(
    sql: str, tables: Mapping[str, Mapping[str, SourceColumn]], given: Mapping[str, Sequence[Row]]
) -> list[tuple[object, ...]]:
    with Database() as database:
        for table, columns in tables.items():
            rows = {column: pa.array([row.get(column) for row in given.get(table, ())], pa.string()) for column in columns}
            database.offer(table, pa.table(rows))
        return [tuple(row.values()) for row in database.query(sql).to_pylist()]


def _affinity(type_: str) -> str:
    """Numbers compare as numbers, all else as text."""
    return "INTEGER" if type_ == "integer" else "NUMERIC" if type_.startswith("decimal") else "TEXT"


def _text(value: object, type_: str) -> str | None:
    """A value as a reader gives it: SQLite has made 12.5 of 12.50."""
    if isinstance(value, int | float) and type_.startswith("decimal"):
        return f"{value:.{int(type_.rstrip(')').partition(',')[2] or 0)}f}"
    return None if value is None else str(value)


def _texts(row: Mapping[str, object]) -> dict[str, str | None]:
    return {column: None if value is None else str(value) for column, value in row.items()}


def _compared(expected: Sequence[Row], rows: Sequence[Row]) -> Iterator[str]:
    """Each expected row against the accepted row that differs least from it; only the columns it lists."""
    left = list(rows)
    for number, want in enumerate(expected, 1):
        if not left:
            yield f"  expected row {number} is missing: {_shown(want)}"
            continue
        nearest = min(left, key=lambda row: sum(row.get(column) != value for column, value in want.items()))
        left.remove(nearest)
        for column, value in want.items():
            if nearest.get(column) != value:
                yield f"  row {number}: {column} is {nearest.get(column)!r}, expected {value!r}"
    for row in left:
        yield f"  a row was accepted that nobody expected: {_shown(row)}"


def _findings(mapping: FieldMapping, kernel: Kernel, made: Transformed) -> list[tuple[str, str, str, tuple[str | None, ...]]]:
    """Field, rule, title and the local values behind it, of each error of each rejected row."""
    found = []
    for row, numbers in zip(made.rejected.to_pylist(), made.findings.to_pylist(), strict=True):
        for finding in (kernel.findings[number] for number in numbers):
            source = mapping.fields.get(finding.field or "")
            values = (*(row[column] for column in source.columns), source.const) if source else ()
            found.append((finding.field or "", finding.rule, finding.title, values))
    return found


def _judged(
    expected: Sequence[Mapping[str, str]], findings: Sequence[tuple[str, str, str, tuple[str | None, ...]]]
) -> Iterator[str]:
    """Every expected refusal was found, and none was found that nobody expected."""
    for want in expected:
        if not any(_meets(want, finding) for finding in findings):
            yield f"  nothing was refused for {_shown(want)}"
    for finding in findings:
        if not any(_meets(want, finding) for want in expected):
            field, rule, title, values = finding
            shown = ", ".join(repr(value) for value in values if value is not None)
            yield f"  refused unexpectedly: {field or title}: {rule} ({title}){': ' + shown if shown else ''}"


def _meets(want: Mapping[str, str], finding: tuple[str, str, str, tuple[str | None, ...]]) -> bool:
    field, rule, title, values = finding
    return (
        want.get("field", field) in (field, title)
        and want.get("rule", rule) in (rule, title)
        and want.get("value", None) in (None, *values)
    )


def _shown(row: Row) -> str:
    return ", ".join(f"{column}: {value}" for column, value in row.items() if value is not None)
