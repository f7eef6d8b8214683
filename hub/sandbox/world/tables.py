"""Takes a source; gives its local tables for SQLAlchemy, and for each column its type in DuckDB and on the way to a database."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Numeric, Table, Text
from sqlalchemy.dialects import sqlite

from hub.mapping.model import Source, SourceColumn
from hub.sandbox.store import SYSTEMS
from hub.sandbox.systems.column import char, count, key, link, local_table, moment, text

NOTES = MetaData()
_TYPES: Mapping[str, Any] = {
    "text": Text(),
    "integer": BigInteger().with_variant(sqlite.INTEGER(), "sqlite"),
    "date": Date(),
    "boolean": Boolean(create_constraint=False),
}
# Neither is the vendor's: no source declares them and no mapping reads them.
PLANTED = local_table(
    "sandbox_defect",
    NOTES,
    "演练台账：本表不属于业务系统",
    [
        text("table_name", 64, "本地表"),
        link("row_id", "行内码"),
        text("kind", 40, "种类：缺陷名，joined 为与缺陷行相连的行"),
        text("target", 64, "受影响的标准表，空为不受影响"),
        text("rule", 40, "规则代码"),
        Column("was", Text(), comment="JSON：列 -> 原值"),
        count("pair", "重复行：1原行 2副本"),
        char("repaired", 1, "已修复：Y N"),
    ],
)
CHANGED = local_table(
    "sandbox_change",
    NOTES,
    "演练台账：最近一步改动的行",
    [
        text("table_name", 64, "本地表"),
        link("row_id", "行内码"),
        text("what", 64, "改动：new touched deleted 或 repaired:缺陷名"),
    ],
)
CHUNKS = local_table(
    "sandbox_chunk",
    NOTES,
    "演练台账：已生成的住户",
    [text("source", 64, "业务系统"), link("number", "批号"), link("first", "首户"), link("many", "户数")],
)


def tables(source: Source) -> Mapping[str, Table]:
    """One Table for each declared table; the first column is its primary key. Sizes and indexes are as a vendor's are known."""
    if source.name in SYSTEMS:
        return SYSTEMS[source.name].tables
    metadata = MetaData()
    return {
        name: local_table(name, metadata, name, [_column(column, number == 0) for number, column in enumerate(columns.values())])
        for name, columns in source.tables.items()
    }


def _column(column: SourceColumn, first: bool) -> Column[Any]:
    if first:
        return key(column.name, column.title)
    kind = column.type.partition("(")[0]
    if kind == "timestamp":
        return moment(column.name, column.title)
    if kind == "decimal":
        digits, decimals = column.type[8:-1].split(",")
        return Column(column.name, Numeric(int(digits), int(decimals)), comment=column.title)
    return Column(column.name, _TYPES[kind], comment=column.title)


def duck_type(column: SourceColumn) -> str:
    """What a story's column is cast to."""
    kinds = {"text": "VARCHAR", "integer": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
    return kinds.get(column.type, column.type.upper())


def arrow_type(column: SourceColumn) -> pa.DataType:
    """The type in which DuckDB gives such a column."""
    if column.type.startswith("decimal"):
        digits, decimals = column.type[8:-1].split(",")
        return pa.decimal128(int(digits), int(decimals))
    kinds = {
        "text": pa.string(),
        "integer": pa.int64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "boolean": pa.bool_(),
    }
    return kinds[column.type]


def wired(rows: pa.Table, columns: Mapping[str, SourceColumn], dialect: str) -> pa.Table:
    """Rows as they are written: SQLite has no days, moments or decimals, and keeps them as its drivers write them."""
    made = [
        _wired(values, column.type.partition("(")[0], dialect)
        for column, values in zip(columns.values(), rows.columns, strict=True)
    ]
    return pa.table(made, names=list(columns))


def _wired(values: pa.ChunkedArray, kind: str, dialect: str) -> pa.ChunkedArray:
    if kind == "timestamp":
        values = values.cast(pa.timestamp("s"), safe=False)
    if dialect == "sqlite" and kind in ("date", "decimal", "timestamp"):
        return values.cast(pa.string())
    return values.cast(pa.int64()) if dialect == "sqlite" and kind == "boolean" else values


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'
