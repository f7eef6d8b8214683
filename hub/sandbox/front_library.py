"""Takes contract tables, gives the tables of the front-end database (前置库) that a partner keeps for senders; alone spells DDL.

Data tables are typed by the contract and hold whatever was ever delivered, a row per batch; beside them stand the three tables
by which both sides speak: ``exchange_batch``, ``exchange_receipt``, ``exchange_receipt_row``.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Column,
    Date,
    DateTime,
    Engine,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Text,
    func,
    inspect,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeEngine

from hub.contract.model import Field, Table

_LONGEST_VARCHAR = 1000  # MariaDB's rows end at 65,535 bytes, four to a character
_ENVELOPE: tuple[tuple[str, str, TypeEngine[Any]], ...] = (
    ("row_guid", "记录标识", String(32)),
    ("cd_operation", "操作类型", String(2)),
    ("cd_time", "操作时间", DateTime()),
    ("cd_batch", "批次号", String(32)),
    ("data_source", "数据来源", String(63)),
    ("data_version", "标准版本", String(20)),
)


def exchange_tables(metadata: MetaData) -> tuple[SqlTable, SqlTable, SqlTable]:
    """Batch, receipt and refused rows."""
    batch = SqlTable(
        "exchange_batch",
        metadata,
        Column("id", String(64), primary_key=True),
        Column("table_name", String(128), nullable=False),
        Column("batch", String(64), nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("row_count", Integer, nullable=False),
        Column("standard", String(100), nullable=False),
        Column("log_checkpoint", Text),
        Column("delivered_at", TIMESTAMP, nullable=False, server_default=func.current_timestamp()),
    )
    receipt = SqlTable(
        "exchange_receipt",
        metadata,
        Column("batch_id", String(64), primary_key=True),
        Column("sha256", String(64), nullable=False),
        Column("status", String(16), nullable=False),
        Column("accepted", Integer, nullable=False),
        Column("reference", String(100)),
        Column("code", String(64)),
        Column("message", String(1000)),
        Column("answered_at", TIMESTAMP, nullable=False, server_default=func.current_timestamp()),
    )
    row = SqlTable(
        "exchange_receipt_row",
        metadata,
        Column("batch_id", String(64), nullable=False),
        Column("row_id", String(200), nullable=False),
        Column("field", String(63)),
        Column("code", String(64), nullable=False),
        Column("message", String(1000)),
        Index("exchange_receipt_row_batch", "batch_id"),
    )
    return batch, receipt, row


def data_table(table: Table, metadata: MetaData) -> SqlTable:
    """The envelope and the fields. Only what a deletion carries too must be there: the envelope and the key."""
    columns: list[Column[Any]] = [
        Column(name, type_, nullable=False, comment=title, primary_key=name in ("cd_batch", "row_guid"))
        for name, title, type_ in _ENVELOPE
    ]
    columns += [
        Column(field.name, column_type(field), nullable=field.name not in table.key, comment=field.title)
        for field in table.fields.values()
    ]
    return SqlTable(table.name, metadata, *columns, comment=table.title)


def column_type(field: Field) -> TypeEngine[Any]:
    """varchar(n), date, timestamp, bigint or decimal(p,s), as the notation says."""
    notation = field.notation
    if notation.kind == "d" and notation.maximum in (8, 10):
        return Date()
    if notation.kind == "t":
        return DateTime()
    if not field.numeric:
        return String(notation.maximum) if notation.maximum <= _LONGEST_VARCHAR else Text()
    return BigInteger() if notation.scale == 0 and notation.maximum <= 18 else Numeric(notation.maximum, notation.scale)


def create(engine: Engine, metadata: MetaData, data: Iterable[SqlTable]) -> None:
    """Make what is missing. A data table whose columns are not those of the contract any more is made anew, empty."""
    with engine.begin() as connection:
        live = inspect(connection)
        for table in data:
            if live.has_table(table.name) and {c["name"] for c in live.get_columns(table.name)} != set(table.columns.keys()):
                table.drop(connection)
        metadata.create_all(connection)
