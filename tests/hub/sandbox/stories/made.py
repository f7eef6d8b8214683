"""What a told story left behind: the databases, the truth about them, and a way to ask."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from hub.sandbox.truth import Truth


@dataclass(frozen=True, slots=True)
class Made:
    """Three filled SQLite files, and the truth about them."""

    urls: Mapping[str, str]
    truth: Truth

    def rows(self, system: str, sql: str) -> list[tuple[Any, ...]]:
        """Of a query."""
        with closing(sqlite3.connect(self.urls[system].removeprefix("sqlite:///"))) as connection:
            return connection.execute(sql).fetchall()

    def count(self, system: str, tables: str) -> int:
        """How many rows there are FROM and WHERE."""
        return int(self.rows(system, f"SELECT count(*) FROM {tables}")[0][0])
