"""Local tables written in bulk to SQLite, PostgreSQL and MariaDB: the same schema, every sign kept."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError

from hub.sandbox.store import SYSTEMS, create, engine, opened
from hub.sandbox.systems import allowance, case, marriage


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deep/in/x.db"
    return str(request.getfixturevalue(f"{request.param}_url"))


def person(number: int, **more: object) -> dict[str, Any]:
    """A row of hy_dsr with every column."""
    return {column.name: None for column in marriage.PARTY.columns} | {"pid": number} | more


def test_every_sign_moment_and_amount_comes_back(url: str) -> None:
    """𠮷 outside 16 bits, U+3000, a whole second, a decimal; NULL stays NULL."""
    moment = datetime(2026, 3, 5, 17, 0, 1)
    line = {column.name: None for column in allowance.LINE.columns} | {"mxid": 1, "je": Decimal("622.50"), "xm": "张\u3000𠮷"}
    with opened(dict.fromkeys(SYSTEMS, url)) as store:
        create(store)
        store.add("marriage", [(marriage.PARTY, person(1, xing="张\u3000", ming="𠮷", gxsj=moment))])
        store.add("allowance", [(allowance.LINE, line)])
        store.flush()
    database = engine(url)
    with database.connect() as connection:
        found = connection.execute(select(marriage.PARTY)).mappings().one()
        paid = connection.execute(select(allowance.LINE.c.je, allowance.LINE.c.xm)).one()
    database.dispose()
    assert (found["xing"], found["ming"], found["gxsj"], found["lxdh"]) == ("张\u3000", "𠮷", moment, None)
    assert tuple(paid) == (Decimal("622.50"), "张\u3000𠮷")


def test_the_schema_is_that_of_the_vendor(url: str) -> None:
    """All tables and columns of the three systems stand in the database, with their sizes where it keeps sizes."""
    with opened(dict.fromkeys(SYSTEMS, url)) as store:
        create(store)
    database = engine(url)
    live = inspect(database)
    for metadata in SYSTEMS.values():
        for table in metadata.tables.values():
            columns = {column["name"]: column["type"] for column in live.get_columns(table.name)}
            assert list(columns) == [column.name for column in table.columns]
            for column in table.columns:
                assert getattr(columns[column.name], "length", None) == getattr(column.type, "length", None)
    database.dispose()


def test_comments_say_what_columns_are(postgresql_url: str) -> None:
    """A database that keeps comments has the vendor's titles."""
    with opened(dict.fromkeys(SYSTEMS, postgresql_url)) as store:
        create(store)
    database = engine(postgresql_url)
    comments = {column["name"]: column["comment"] for column in inspect(database).get_columns("hy_jg")}
    database.dispose()
    assert comments["tyshxydm"] == "统一社会信用代码"


def test_an_error_leaves_all_three_databases_as_they_were(tmp_path: Path) -> None:
    """One transaction each: nothing of a broken run stays."""
    urls = {name: f"sqlite:///{tmp_path}/{name}.db" for name in SYSTEMS}
    with opened(urls) as store:
        create(store)

    def break_off() -> None:
        with opened(urls) as store:
            store.add("case", [(case.ITEM, dict.fromkeys(case.ITEM.columns.keys()) | {"sxid": 1})])
            store.add("marriage", [(marriage.PARTY, person(1, ming="a")), (marriage.PARTY, person(1, ming="b"))])
            store.flush()

    with pytest.raises(IntegrityError):
        break_off()
    for system, table in (("case", case.ITEM), ("marriage", marriage.PARTY)):
        database = engine(urls[system])
        with database.connect() as connection:
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        database.dispose()


def test_all_three_urls_are_needed(tmp_path: Path) -> None:
    """The message names those that are missing."""
    with pytest.raises(ValueError, match="allowance, case"), opened({"marriage": f"sqlite:///{tmp_path}/m.db"}):
        pass


def test_many_rows_are_written_before_the_end(tmp_path: Path) -> None:
    """No more than two thousand rows of a table wait in memory."""
    with opened({name: f"sqlite:///{tmp_path}/{name}.db" for name in SYSTEMS}) as store:
        create(store)
        store.add("marriage", ((marriage.PARTY, person(number, csrq="19850307")) for number in range(1, 4_501)))
        assert len(store.pending["marriage", marriage.PARTY]) == 500


def test_dates_of_the_date_type_are_dates(url: str) -> None:
    """DATE columns hold days, not moments."""
    row = {column.name: None for column in marriage.DIVORCE_APPLICATION.columns} | {"sqid": 1, "sqrq": date(2026, 1, 5)}
    with opened(dict.fromkeys(SYSTEMS, url)) as store:
        create(store)
        store.add("marriage", [(marriage.DIVORCE_APPLICATION, row)])
        store.flush()
        found = store.connections["marriage"].execute(select(marriage.DIVORCE_APPLICATION.c.sqrq)).scalar_one()
    assert found == date(2026, 1, 5)
