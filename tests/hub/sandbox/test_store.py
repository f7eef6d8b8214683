"""Engines for the databases of business systems, and the schemas that are known in full."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine, inspect, select

from hub.load import load
from hub.mapping.model import Source
from hub.sandbox.store import SYSTEMS, engine
from hub.sandbox.systems import allowance, marriage
from hub.sandbox.world.tables import tables, wired
from hub.sandbox.world.writer import writer

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    """The source files of the three systems."""
    found = load(ROOT, date(2026, 11, 22))[0].sources
    return {system: found[system] for system in SYSTEMS}


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind; the folder of a file is made when it is missing."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deep/in/x.db"
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def made(url: str) -> Callable[[], Engine]:
    """The tables of all three systems stand in the database; gives an engine for it."""
    database = engine(url)
    for metadata in SYSTEMS.values():
        metadata.create_all(database)
    database.dispose()
    return lambda: engine(url)


def row(source: Source, table: str, **values: object) -> pa.Table:
    """One row with every column."""
    types = {"text": pa.string(), "integer": pa.int64(), "date": pa.date32(), "timestamp": pa.timestamp("us")}
    columns = source.tables[table]
    kinds = {name: types.get(column.type, pa.decimal128(14, 2)) for name, column in columns.items()}
    return pa.table({name: pa.array([values.get(name)], kind) for name, kind in kinds.items()})


def test_every_sign_moment_day_and_amount_comes_back(made: Callable[[], Engine], url: str, sources: dict[str, Source]) -> None:
    """𠮷 outside 16 bits, U+3000, a whole second, a day that is no moment, a decimal; NULL stays NULL."""
    moment = datetime(2026, 3, 5, 17, 0, 1)
    told = (
        ("marriage", "hy_dsr", {"pid": 1, "xing": "张\u3000", "ming": "𠮷", "gxsj": moment}),
        ("marriage", "hy_lhsq", {"sqid": 1, "sqrq": date(2026, 1, 5)}),
        ("allowance", "ff_mx", {"mxid": 1, "je": Decimal("622.50"), "xm": "张\u3000𠮷"}),
    )
    with writer(url) as target:
        for system, table, values in told:
            rows = row(sources[system], table, **values)
            target.write(table, wired(rows, sources[system].tables[table], target.dialect))
    database = made()
    with database.connect() as connection:
        found = connection.execute(select(marriage.PARTY)).mappings().one()
        asked = connection.execute(select(marriage.DIVORCE_APPLICATION.c.sqrq)).scalar_one()
        paid = connection.execute(select(allowance.LINE.c.je, allowance.LINE.c.xm)).one()
    database.dispose()
    assert (found["xing"], found["ming"], found["gxsj"], found["lxdh"]) == ("张\u3000", "𠮷", moment, None)
    assert asked == date(2026, 1, 5)
    assert tuple(paid) == (Decimal("622.50"), "张\u3000𠮷")


def test_the_schema_is_that_of_the_vendor(made: Callable[[], Engine], sources: dict[str, Source]) -> None:
    """All tables and columns of the three systems stand in the database, with their sizes where it keeps sizes."""
    database = made()
    live = inspect(database)
    for source in sources.values():
        for name, table in tables(source).items():
            columns = {column["name"]: column["type"] for column in live.get_columns(name)}
            assert list(columns) == [column.name for column in table.columns] == list(source.tables[name])
            for column in table.columns:
                assert getattr(columns[column.name], "length", None) == getattr(column.type, "length", None)
            indexed = {column for index in live.get_indexes(name) for column in index["column_names"]}
            assert indexed == {column.name for column in table.columns if column.index}
    database.dispose()


def test_comments_say_what_columns_are(postgresql_url: str) -> None:
    """A database that keeps comments has the vendor's titles."""
    database = engine(postgresql_url)
    marriage.METADATA.create_all(database)
    comments = {column["name"]: column["comment"] for column in inspect(database).get_columns("hy_jg")}
    database.dispose()
    assert comments["tyshxydm"] == "统一社会信用代码"
