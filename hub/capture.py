"""Takes a mapping and rows of its source; gives inline tests of invented rows of the same kind, and puts them into its file.

What the contract calls personal, free texts and numbers of cases are disguised; codes, flags and business dates stay.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyarrow as pa
from sqlalchemy.dialects import registry

from hub.contract.model import Field, Table
from hub.interface import ConfigurationError, DataError, Reader
from hub.kernel.compile import compile_kernel
from hub.kernel.engine import Engine
from hub.kernel.inline_test import run_tests
from hub.mapping.disguise import Disguise
from hub.mapping.expression import Refused, condition, parse, tables
from hub.mapping.model import InlineTest, Source
from hub.mapping.model import Mapping as FieldMapping
from hub.mapping.yaml_line import flow, scalar
from hub.repository import Repository

Row = Mapping[str, str | None]
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_EQUAL = re.compile(r"(\w+\.\w+)\s*=\s*(\w+\.\w+)")
_CODE = re.compile(r"[A-Za-z0-9]{1,4}", re.ASCII)
"""So short a sign can be a code, and says nothing about anybody."""


def columns(mapping: FieldMapping, source: Source) -> list[str]:
    """``alias.column`` of everything that the mapping, its joins and its condition read."""
    named = [column for made in mapping.fields.values() for column in made.columns]
    named += parse(mapping.deleted).columns if mapping.deleted else ()
    named += tables(mapping.from_sql).columns
    named += condition(mapping.where) if mapping.where else ()
    lone = next(iter(mapping.aliases)) if len(mapping.aliases) == 1 else ""
    full = dict.fromkeys(name if "." in name or not lone else f"{lone}.{name}" for name in named)
    return [name for name in full if _declared(name, mapping, source)]


def read(mapping: FieldMapping, source: Source, reader: Reader, where: str | None, count: int) -> list[Row]:
    """Up to ``count`` rows as the reader gives them. ConfigurationError for a condition that is more than one."""
    wanted = columns(mapping, source)
    if where is not None:
        try:
            condition(where)
        except Refused as refused:
            raise ConfigurationError(f"--where: {refused.message}; {refused.cure}") from None
    quote = registry.load(reader.dialect)().identifier_preparer.quote
    shown = []
    for place, name in enumerate(wanted):
        alias, _, column = name.partition(".")
        kind = source.tables[mapping.aliases[alias]][column].type
        shown.append(f"{reader.text(f'{alias}.{quote(column)}', kind)} AS c{place}")
    conditions = " AND ".join(f"(\n{text}\n)" for text in (mapping.where, where) if text)
    sql = f"SELECT {', '.join(shown)} FROM {mapping.from_sql}\n" + (f"WHERE {conditions}" if conditions else "")  # noqa: S608 - checked
    with reader.snapshot() as view, closing(view.batches(sql, wanted, count)) as batches:  # type: ignore[type-var]
        return list(islice((row for batch in batches for row in batch.to_pylist()), count))


def disguised(row: Row, mapping: FieldMapping, table: Table, disguise: Disguise) -> dict[str, str | None]:
    """The row with invented values. Values that the mapping itself names ('D', '无') stay as they are."""
    kept, joins = _literals(mapping), tables(mapping.from_sql).columns
    for value in row.values():
        disguise.meet(value or "")
    made = {}
    for name, value in row.items():
        fields = [table.fields[key] for key, each in mapping.fields.items() if name in each.columns]
        flag = not fields and name not in joins and _CODE.fullmatch(value or "")
        made[name] = value if value is None or value in kept or flag else _value(value, fields, mapping, disguise)
    return made


def joined(row: Row, mapping: FieldMapping) -> dict[str, str | None]:
    """A row that was kept without the columns of its joins, with invented ones that join."""
    made, count = dict(row), 0
    for one, other in _EQUAL.findall(mapping.from_sql):
        if made.get(one) is None and made.get(other) is None:
            count += 1
            made[one] = made[other] = str(count)
        made[one], made[other] = made.get(one) or made[other], made.get(other) or made[one]
    return made


def as_test(row: Row, mapping: FieldMapping, repository: Repository, name: str) -> InlineTest:
    """What the kernel makes of a disguised row, as a test that passes; DataError if it does not."""
    expect, reject = judged(row, mapping, repository)
    test = InlineTest(name, _given(row, mapping), expect, reject, mapping.place)
    for result in run_tests(replace(mapping, tests=(test,)), repository):
        if not result.passed:
            raise DataError(f"{mapping.name}: the captured row does not pass as a test:\n" + "\n".join(result.differences))
    return test


def judged(row: Row, mapping: FieldMapping, repository: Repository) -> tuple[tuple[Row, ...], tuple[dict[str, str], ...]]:
    """What the kernel makes of a row, or the fields and rules for which it refuses it."""
    table = repository.standards[f"{mapping.standard}@{mapping.version}"].tables[mapping.table]
    source = repository.sources[mapping.source]
    day = repository.standards[f"{mapping.standard}@{mapping.version}"].effective_from
    kernel = compile_kernel(mapping, table, source)
    batch = pa.RecordBatch.from_arrays([pa.array([value], pa.string()) for value in row.values()], list(row))
    with Engine(kernel, table, day) as engine:
        made = engine.transform(batch)
    expect = [_texts(each) for each in made.accepted.select(list(table.fields)).to_pylist()]
    reject = [
        {"field": finding.field, "rule": finding.rule} if finding.field else {"rule": finding.rule}
        for numbers in made.findings.to_pylist()
        for finding in (kernel.findings[number] for number in numbers)
    ]
    unique = tuple(dict(pairs) for pairs in dict.fromkeys(tuple(each.items()) for each in reject))
    return tuple(expect), unique


def as_yaml(test: InlineTest, indent: str = "  ") -> str:
    """The test as it stands under ``tests:``."""
    lines = [f"- name: {scalar(test.name)}", "  given:"]
    for table, rows in test.given.items():
        lines += [f"    {scalar(table, key=True)}:", *(f"      - {flow(row)}" for row in rows)]
    for key, entries in (("expect", test.expect), ("reject", test.reject)):
        if entries:
            lines += [f"  {key}:", *(f"    - {flow(entry)}" for entry in entries)]
    return "".join(f"{indent}{line}\n" for line in lines)


def insert(path: Path, tests: Sequence[InlineTest]) -> None:
    """Add tests at the end of ``tests:``, every other line as it was. ConfigurationError if they stand on one line there."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    start = next((number for number, line in enumerate(lines) if re.match(r"tests\s*:", line)), None)
    if start is None:
        lines += ["tests:\n", *(as_yaml(test) for test in tests)]
    else:
        if not re.match(r"tests\s*:\s*(#.*)?$", lines[start].rstrip("\n")):
            raise ConfigurationError(f"{path}: tests: stands on one line; write one test a line, or paste what is shown")
        inside = range(start + 1, len(lines))
        end = next((number for number in inside if re.match(r"[^\s#-]", lines[number])), len(lines))
        while end > start + 1 and not lines[end - 1].strip():
            end -= 1
        item = next((match[1] for line in lines[start + 1 : end] if (match := re.match(r"( *)- ", line))), "  ")
        lines[end:end] = [as_yaml(test, item) for test in tests]
    path.write_text("".join(lines), encoding="utf-8")


def _declared(name: str, mapping: FieldMapping, source: Source) -> bool:
    alias, _, column = name.partition(".")
    return column in source.tables.get(mapping.aliases.get(alias, ""), {})


def _value(value: str, fields: Sequence[Field], mapping: FieldMapping, disguise: Disguise) -> str:
    crosswalks = [mapping.fields[field.name].crosswalk for field in fields]
    if any(field.codes is not None for field in fields) or any(crosswalks):
        known = any(value in walk.pairs for walk in crosswalks if walk) or any(
            field.codes is not None and value in field.codes.codes for field in fields
        )
        return value if known or _CODE.fullmatch(value) else disguise.text(value)
    personal = any(field.element.personal or field.element.level != "一般" for field in fields)
    if fields and all(field.notation.kind in ("d", "t") for field in fields):
        return disguise.date(value) if personal else value
    if fields and all(field.numeric for field in fields):
        return disguise.amount(value) if personal else value
    if any(field.element.check == "gb32100" for field in fields) and not personal:
        return value
    return disguise.text(value)


def _literals(mapping: FieldMapping) -> frozenset[str]:
    """The texts that stand in quotes in the mapping."""
    said = [made.sql or "" for made in mapping.fields.values()] + [mapping.where or "", mapping.deleted or "", mapping.from_sql]
    return frozenset(found.replace("''", "'") for text in said for found in _QUOTED.findall(text))


def _given(row: Row, mapping: FieldMapping) -> dict[str, tuple[Row, ...]]:
    """The row as rows of its tables; a joined table without a row has none."""
    given: dict[str, list[Row]] = {}
    for alias, table in mapping.aliases.items():
        own = {name.partition(".")[2]: value for name, value in row.items() if name.startswith(f"{alias}.") and value is not None}
        if own and own not in given.setdefault(table, []):
            given[table].append(own)
    return {table: tuple(rows) for table, rows in given.items() if rows}


def _texts(row: Mapping[str, object]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in row.items()}


def names(mapping: FieldMapping, count: int) -> Iterator[str]:
    """Names for new tests that no test of the mapping has."""
    taken = {test.name for test in mapping.tests}
    number = 0
    while count:
        number += 1
        if (name := f"取自来源的一行，已脱敏 {number}") not in taken:
            count -= 1
            yield name
