"""Local columns as three databases create them."""

import pytest
from sqlalchemy import MetaData
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateTable

from hub.sandbox.systems.column import char, count, day, key, link, local_table, moment, text, yuan

COLUMNS = [
    key("k", "键"),
    link("l", "连"),
    text("a", 40, "文"),
    char("b", 8, "日"),
    day("c", "日"),
    moment("d", "时"),
    yuan("f", "元"),
]
TABLE = local_table("t", MetaData(), "表", [*COLUMNS, count("e", "数")])


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        (sqlite.dialect(), ["VARCHAR(40)", "CHAR(8)", "DATE", "DATETIME", "NUMERIC(14, 2)"]),
        (postgresql.dialect(), ["BIGINT NOT NULL", "VARCHAR(40)", "CHAR(8)", "TIMESTAMP WITHOUT TIME ZONE", "NUMERIC(14, 2)"]),
        (mysql.dialect(), ["BIGINT NOT NULL COMMENT '键'", "VARCHAR(40)", "DATETIME", "CHARSET=utf8mb4", "COMMENT='表'"]),
    ],
)
def test_each_database_gets_its_own_spelling(dialect: Dialect, words: list[str]) -> None:
    """Sizes are kept; MariaDB gets four-byte signs and comments; no database numbers rows by itself."""
    ddl = str(CreateTable(TABLE).compile(dialect=dialect))
    assert all(word in ddl for word in words), ddl
    assert "SERIAL" not in ddl
    assert "AUTO_INCREMENT" not in ddl
