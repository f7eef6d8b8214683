"""Takes a release and the options of an export; gives its tables by business domain, the envelope as fields, and writes texts.

A domain is named by the folder of its tables: ``tables/marriage/*.yaml`` are ``marriage``, an ASCII name for files and ids.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from hub.compile import ENVELOPE
from hub.contract.model import Code, CodeList, Element, Field, Standard, Table
from hub.contract.notation import parse
from hub.interface import Column, ConfigurationError
from hub.problem import Place, nearest

LISTED = 300
"""Code lists with more values are named, not spelled out, in documents that people read."""

_HERE = Place("hub/compile.py")
_MEANINGS = {
    "row_guid": "由主键算出的三十二位十六进制数，同一条记录每次相同",
    "cd_operation": "这一行是新增或变更，还是删除",
    "cd_time": "这一批数据形成的时间",
    "cd_batch": "这一批数据的编号",
    "data_source": "数据来自的业务系统",
    "data_version": "数据所依标准的版本",
}
_OPERATIONS = {"I": (Code("I", "新增或变更"),), "D": (Code("D", "删除"),)}


def by_domain(standard: Standard, options: Mapping[str, str]) -> dict[str, tuple[Table, ...]]:
    """ASCII name of the domain: its tables, in the order of the release; the ``domain`` of the options alone if it is there."""
    grouped: dict[str, list[Table]] = {}
    for table in standard.tables.values():
        grouped.setdefault(table.domain, []).append(table)
    named: dict[str, tuple[Table, ...]] = {}
    for tables in grouped.values():
        folder = Path(tables[0].place.path).parent.name
        name = folder if re.fullmatch(r"[a-z][a-z0-9_-]*", folder) and folder != "tables" else standard.name
        named[name if name not in named else f"{name}_{len(named) + 1}"] = tuple(tables)
    wanted = options.get("domain")
    return {name: tables for name, tables in named.items() if wanted in (None, tables[0].domain)}


def only(options: Mapping[str, str], known: Iterable[str], form: str) -> None:
    """ConfigurationError for an option that a format does not have."""
    for name in sorted(options.keys() - {"root", "domain", *known}):
        raise ConfigurationError(f"--{name} says nothing about --format {form}: leave it out")


def choice(options: Mapping[str, str], name: str, values: Iterable[str]) -> str:
    """The value of an option that must be one of ``values``."""
    value = options.get(name)
    if value is None:
        raise ConfigurationError(f"--{name} is missing: {', '.join(values)}")
    if value not in values:
        raise ConfigurationError(f"--{name} '{value}' is not known: {nearest(value, values)}")
    return value


def columns(table: Table, options: Mapping[str, str]) -> tuple[Field, ...]:
    """What stands on the wire: the envelope if ``envelope`` is among the options, then the fields."""
    before = tuple(map(_field, ENVELOPE)) if "envelope" in options else ()
    return (*before, *table.fields.values())


def names(found: CodeList) -> dict[str, str]:
    """Every code that the list ever had, with its newest name: a record of an old day may have an old code."""
    return {
        code: max(entries, key=lambda entry: entry.valid_from or date.min).name for code, entries in sorted(found.codes.items())
    }


def written(out: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """The texts (UTF-8) by path below ``out``, which is made; ConfigurationError if that cannot be."""
    paths = []
    for name, text in texts.items():
        path = out / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written ({error.strerror}): choose another --out folder") from None
        paths.append(path)
    return tuple(paths)


def _field(column: Column) -> Field:
    notation = parse(column.notation)
    codes = CodeList("cd_operation", "操作类型", _OPERATIONS, True, _HERE) if column.name == "cd_operation" else None
    element = Element(column.title, column.name, column.name, notation, _MEANINGS[column.name], _HERE)
    return Field(column.name, column.title, element, notation, True, codes, None, _HERE)
