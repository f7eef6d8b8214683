"""Take a name, a size and a Chinese title, give a SQLAlchemy column that SQLite, PostgreSQL and MariaDB all create alike."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CHAR, VARCHAR, BigInteger, Column, Date, DateTime, Integer, MetaData, Numeric, Table
from sqlalchemy.dialects import sqlite

# Whole seconds everywhere: SQLite would store six zeros of microseconds, MariaDB's DATETIME none.
_MOMENT = DateTime().with_variant(sqlite.DATETIME(truncate_microseconds=True), "sqlite")  # type: ignore[no-untyped-call]
_KEY = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")


def local_table(name: str, metadata: MetaData, title: str, columns: Sequence[Column[Any]]) -> Table:
    """A table with a comment; MariaDB keeps four-byte signs (𠮷) only in utf8mb4."""
    return Table(name, metadata, *columns, comment=title, mysql_charset="utf8mb4", mysql_engine="InnoDB")


def key(name: str, title: str) -> Column[Any]:
    """The vendor's own number of the row, given by the application and never by the database."""
    return Column(name, _KEY, primary_key=True, autoincrement=False, comment=title)


def link(name: str, title: str) -> Column[Any]:
    """Another row's own number; vendors of this kind declare no foreign keys."""
    return Column(name, _KEY, comment=title)


def text(name: str, size: int, title: str) -> Column[Any]:
    """VARCHAR of ``size`` characters."""
    return Column(name, VARCHAR(size), comment=title)


def char(name: str, size: int, title: str) -> Column[Any]:
    """CHAR of ``size`` characters: flags, codes, and dates of the CHAR(8) school (20240115)."""
    return Column(name, CHAR(size), comment=title)


def day(name: str, title: str) -> Column[Any]:
    """DATE."""
    return Column(name, Date(), comment=title)


def moment(name: str, title: str, *, index: bool = False) -> Column[Any]:
    """DATETIME to the second, local time."""
    return Column(name, _MOMENT, comment=title, index=index)


def count(name: str, title: str) -> Column[Any]:
    """INTEGER."""
    return Column(name, Integer(), comment=title)


def yuan(name: str, title: str) -> Column[Any]:
    """DECIMAL(14,2): money in yuan, as business systems keep it."""
    return Column(name, Numeric(14, 2, asdecimal=True), comment=title)
