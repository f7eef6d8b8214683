"""The three tables beside the data tables of an exchange database (前置库): their DDL, a part's line, the partner's receipt.

The sender writes one line of ``exchange_batch`` in the same transaction as the rows; its primary key is the part's id, so a part
is there once or not at all. The partner judges the rows of the batch and writes, in one transaction of its own, one line
of ``exchange_receipt`` and one of ``exchange_receipt_row`` for each thing that is wrong with a row.

==================== ============== ============= ==========================================================
exchange_batch       id             varchar(64)   primary key: the part's id, 64 hex digits
..                   table_name     varchar(128)  where the rows are
..                   batch          varchar(64)   the batch number, as in the rows' cd_batch
..                   sha256         varchar(64)   of the payload, 64 hex digits
..                   row_count      integer       how many rows
..                   standard       varchar(100)  name@version
..                   log_checkpoint text          newest signed checkpoint of the sender's log, or null
..                   delivered_at   timestamp     set by the database
exchange_receipt     batch_id       varchar(64)   primary key: exchange_batch.id
..                   sha256         varchar(64)   as in exchange_batch: what was judged
..                   status         varchar(16)   accepted (perhaps without some rows), or rejected (nothing has an effect)
..                   accepted       integer       how many rows
..                   reference      varchar(100)  the partner's own number, or null
..                   code           varchar(64)   of a rejection, or null
..                   message        varchar(1000) of a rejection, or null
..                   answered_at    timestamp     set by the database
exchange_receipt_row batch_id       varchar(64)   exchange_receipt.batch_id; indexed
..                   row_id         varchar(200)  the row's row_guid, or its key
..                   field          varchar(63)   or null
..                   code           varchar(64)
..                   message        varchar(1000) or null
==================== ============== ============= ==========================================================
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import TIMESTAMP, Column, Connection, Index, Integer, MetaData, String, Table, Text, func, insert, select
from sqlalchemy.dialects import registry
from sqlalchemy.exc import IntegrityError, NoSuchModuleError
from sqlalchemy.schema import CreateIndex, CreateTable

from hub.interface import Absent, Answer, Awaiting, ConfigurationError, Confirmed, Outcome, Part, Rejected, RowFault, Unknown

TABLES = MetaData()

BATCH = Table(
    "exchange_batch",
    TABLES,
    Column("id", String(64), primary_key=True),
    Column("table_name", String(128), nullable=False),
    Column("batch", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("standard", String(100), nullable=False),
    Column("log_checkpoint", Text),
    Column("delivered_at", TIMESTAMP, nullable=False, server_default=func.current_timestamp()),
)
RECEIPT = Table(
    "exchange_receipt",
    TABLES,
    Column("batch_id", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("reference", String(100)),
    Column("code", String(64)),
    Column("message", String(1000)),
    Column("answered_at", TIMESTAMP, nullable=False, server_default=func.current_timestamp()),
)
RECEIPT_ROW = Table(
    "exchange_receipt_row",
    TABLES,
    Column("batch_id", String(64), nullable=False),
    Column("row_id", String(200), nullable=False),
    Column("field", String(63)),
    Column("code", String(64), nullable=False),
    Column("message", String(1000)),
    Index("exchange_receipt_row_batch", "batch_id"),
)


def ddl(dialect: str) -> str:
    """The statements, each ended by ``;``, for SQLAlchemy's name of a database. ConfigurationError if it is not installed."""
    try:
        target = registry.load(dialect)()
    except NoSuchModuleError:
        raise ConfigurationError(f"SQLAlchemy has no dialect {dialect} here: install it") from None
    statements = [str(CreateTable(table).compile(dialect=target)) for table in TABLES.sorted_tables]
    statements += [str(CreateIndex(index).compile(dialect=target)) for table in TABLES.sorted_tables for index in table.indexes]
    return "".join(f"{statement.strip()};\n\n" for statement in statements)


def announce(connection: Connection, part: Part, table: str) -> bool:
    """Write the part's batch line; False, and nothing is open any more, if its id has one. Waits for another writer of the id.

    ConfigurationError for a table that takes no line as agreed.
    """
    line: dict[str, Any] = {"id": part.id, "table_name": table, "batch": part.heading.batch, "sha256": part.sha256}
    line |= {"row_count": part.rows, "standard": part.heading.standard, "log_checkpoint": part.checkpoint or None}
    for _ in range(2):  # whoever held the id may have taken its transaction back: then it is free the second time
        try:
            connection.execute(insert(BATCH), line)
            return True
        except IntegrityError:
            connection.rollback()
        known = connection.execute(select(BATCH.c.id).where(BATCH.c.id == part.id)).first()
        connection.rollback()
        if known is not None:
            return False
    raise ConfigurationError(f"the partner's {BATCH.name} refuses our line: compare its columns with adapters/exchange_tables.py")


def standing(connection: Connection, part: Part) -> Answer:
    """What became of a part: Absent without a batch line, Awaiting without a receipt. A doubtful receipt is Unknown."""
    digest = connection.execute(select(BATCH.c.sha256).where(BATCH.c.id == part.id)).scalar()
    if digest is None:
        return Absent()
    if digest != part.sha256:
        return Rejected("conflict", "another payload is there under this id")
    receipt = connection.execute(select(RECEIPT).where(RECEIPT.c.batch_id == part.id)).first()
    if receipt is None:
        return Awaiting()
    rows = connection.execute(select(RECEIPT_ROW).where(RECEIPT_ROW.c.batch_id == part.id)).all()
    return _judged(part, receipt._asdict(), [row._asdict() for row in rows])


def _judged(part: Part, told: Mapping[str, Any], rows: list[dict[str, Any]]) -> Outcome:
    if told["sha256"] != part.sha256:
        return Unknown("receipt-for-another-digest")
    verbatim = json.dumps({**told, "rows": rows}, ensure_ascii=False, default=str).encode()
    if told["status"] == "rejected":
        return Rejected(told["code"] or "rejected", told["message"] or "", verbatim)
    if told["status"] != "accepted":
        return Unknown("receipt-malformed")
    faults = tuple(RowFault(row["row_id"], row["field"] or None, row["code"], row["message"] or "") for row in rows)
    return Confirmed(told["sha256"], told["accepted"], told["reference"] or "", verbatim, faults)
