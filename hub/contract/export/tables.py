"""Takes contract tables, gives the tables of a front-end database (前置库) as SQLAlchemy has them; alone chooses column types.

With the envelope a table holds whatever was ever delivered, a row per batch, and beside the data tables stand the three by
which both sides speak: ``exchange_batch``, ``exchange_receipt``, ``exchange_receipt_row``. Without it a row is one record.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Text,
    func,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeEngine

from hub.contract.model import Field, Table

_LONGEST_VARCHAR = 1000  # MariaDB's rows end at 65,535 bytes, four to a character
_MARIADB: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}  # a key tells a from A
_MOMENT = DateTime().with_variant(TIMESTAMP(), "dm")  # a DATE of 达梦 has no time of day, one of Oracle has
_ENVELOPE: tuple[tuple[str, str, TypeEngine[Any]], ...] = (
    ("row_guid", "记录标识", String(32)),
    ("cd_operation", "操作类型", String(2)),
    ("cd_time", "操作时间", _MOMENT),
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


def data_table(table: Table, metadata: MetaData, *, envelope: bool = True, spell: Callable[[str], str] = str) -> SqlTable:
    """The envelope and the fields, or the fields alone; ``spell`` gives the form of a name, quoted or not.

    With the envelope only what a deletion carries too must be there: the envelope and the key.
    """
    before = _ENVELOPE if envelope else ()
    columns: list[Column[Any]] = [Column(spell(name), type_, nullable=False, comment=title) for name, title, type_ in before]
    for field in table.fields.values():
        must = field.name in table.key or (field.required and not envelope)
        columns.append(Column(spell(field.name), column_type(field), nullable=not must, comment=field.title, autoincrement=False))
    key = PrimaryKeyConstraint(*map(spell, ("row_guid", "cd_batch") if envelope else table.key))
    return SqlTable(spell(table.name), metadata, *columns, key, comment=table.title, **_MARIADB)


def column_type(field: Field) -> TypeEngine[Any]:
    """varchar(n), date, timestamp, bigint or decimal(p,s), as the notation says."""
    notation = field.notation
    if notation.kind == "d" and notation.maximum in (8, 10):
        return Date()
    if notation.kind == "t":
        return _MOMENT
    if not field.numeric:
        return String(notation.maximum) if notation.maximum <= _LONGEST_VARCHAR else Text()
    return BigInteger() if notation.scale == 0 and notation.maximum <= 18 else Numeric(notation.maximum, notation.scale)
