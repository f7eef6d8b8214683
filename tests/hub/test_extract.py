"""Count and rows of a window from one snapshot, on SQLite, PostgreSQL and MariaDB."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from sqlalchemy import create_engine, text

from adapters.readers.sql import connect
from hub.connection import INSTALLED
from hub.extract import Census, census, extract
from hub.interface import ConfigurationError, DataError, Reader
from hub.mapping.model import SourceColumn, Watermark
from hub.plan import Plan
from hub.window import Window

MakePlan = Callable[..., Plan]
CREATE = (
    "CREATE TABLE t_reg (id varchar(20), name varchar(50), card varchar(20), amount decimal(12,2), state varchar(2), "
    "changed {timestamp}, day date, mark varchar(20))"
)
ROWS = [  # id, changed
    ("old", "2026-11-22 09:49:59"),
    ("overlap", "2026-11-22 09:50:00"),
    ("begin", "2026-11-22 10:00:00"),
    ("inside", "2026-11-22 11:59:59.5"),
    ("end", "2026-11-22 12:00:00"),
    ("never", "2026-11-22 11:00:00"),
    ("unmarked", None),
]


everywhere = pytest.mark.parametrize("url", ["sqlite", "postgresql", "mariadb"], indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    kind = getattr(request, "param", "sqlite")
    return f"sqlite:///{tmp_path}/source.db" if kind == "sqlite" else str(request.getfixturevalue(f"{kind}_url"))


@pytest.fixture
def reader(url: str) -> Iterator[Reader]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    insert = text("INSERT INTO t_reg VALUES (:id, 'n', 'c', 1.50, 'A', :changed, '2026-11-22', :mark)")
    with engine.begin() as connection:
        connection.execute(text(CREATE.format(timestamp="datetime(6)" if "mysql" in url else "timestamp")))
        for id, changed in ROWS:
            mark = None if changed is None else changed[:19].translate(str.maketrans("", "", "- :"))
            connection.execute(insert, {"id": id, "changed": changed, "mark": mark})
    engine.dispose()
    reader = connect({"url": url})
    yield reader
    reader.close()


def change(url: str, *statements: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for sql in statements:
            connection.exec_driver_sql(sql)
    engine.dispose()


def at(hour: int, day: int = 22) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day} {hour:02}:00")


TEN, TWELVE = at(10), at(12)


def window(lower: datetime | None = TEN, upper: datetime | None = TWELVE) -> Window:
    return Window("bank/reg", "2026-11-22-10:00", "regular", lower, upper)


def ids(plan: Plan, reader: Reader, read: Window) -> tuple[int, list[str]]:
    """The source's count, and the ids of the rows that came."""
    with reader.snapshot() as view:
        found = extract(plan, read, reader, view)
        batches = list(found.batches)
    return found.total, sorted(pa.Table.from_batches(batches).column("r.id").to_pylist()) if batches else []


def marked(plan: Plan, name: str, type_: str, format_: str | None) -> Plan:
    """The plan with another watermark column."""
    columns = plan.source.tables["t_reg"] | {name: SourceColumn("t_reg", name, type_, name, plan.source.place)}
    watermark = Watermark(f"r.{name}", timedelta(0), format_)
    return replace(
        plan,
        source=replace(plan.source, tables={"t_reg": columns}),
        mapping=replace(plan.mapping, watermark=watermark),
        extract=replace(plan.extract, watermark=f"r.{name}"),
    )


@everywhere
def test_a_window_is_half_open_with_overlap(plan: Plan, reader: Reader) -> None:
    """From the lower bound less the overlap up to, but without, the upper; rows without a watermark always."""
    assert ids(plan, reader, window()) == (4, ["begin", "inside", "overlap", "unmarked"])


def test_the_first_window_has_no_lower_bound(plan: Plan, reader: Reader) -> None:
    """Everything before the upper bound; the mapping's own condition, remark and all, stays."""
    assert ids(plan, reader, window(lower=None))[1] == ["begin", "inside", "old", "overlap", "unmarked"]


def test_a_table_without_a_watermark_is_read_whole(make_plan: MakePlan, reader: Reader) -> None:
    """No bounds at all."""
    assert ids(make_plan(watermark=None), reader, window())[0] == 6


@everywhere
def test_columns_arrive_as_text_in_the_order_of_the_plan(plan: Plan, reader: Reader) -> None:
    """Every column is a string, named alias.column."""
    with reader.snapshot() as view:
        batch = next(extract(plan, window(), reader, view).batches)
    assert batch.schema.names == list(plan.extract.columns)
    assert set(batch.schema.types) == {pa.string()}
    assert set(batch.column("r.amount").to_pylist()) <= {"1.50", "1.5"}


def test_bounds_are_told_in_the_sources_own_time(plan: Plan, reader: Reader) -> None:
    """The schedule is in Shanghai (UTC+8), the source writes UTC: 18:00 to 20:00 there is 10:00 to 12:00 here."""
    utc = replace(plan, source=replace(plan.source, timezone="UTC"))
    assert ids(utc, reader, window(at(18), at(20)))[1] == ["begin", "inside", "overlap", "unmarked"]


def test_a_text_watermark_is_compared_in_its_own_format(plan: Plan, reader: Reader) -> None:
    """yyyymmddhhmmss as text."""
    plan = marked(plan, "mark", "text", "%Y%m%d%H%M%S")
    assert ids(plan, reader, window())[1] == ["begin", "inside", "unmarked"]


@everywhere
@pytest.mark.parametrize(("name", "type_", "format_"), [("day", "date", None), ("mark", "text", "%Y%m%d%H")])
def test_a_coarse_watermark_loses_no_row_of_its_unit(
    plan: Plan, reader: Reader, url: str, name: str, type_: str, format_: str | None
) -> None:
    """A watermark that knows only the day, or the hour: every row of the bound's unit is read, again next time if need be."""
    change(url, "UPDATE t_reg SET mark = substr(mark, 1, 10)")
    plan = marked(plan, name, type_, format_)
    half = window(at(10) + timedelta(minutes=30), at(11) + timedelta(minutes=30))
    assert {"begin", "inside"} <= set(ids(plan, reader, half)[1])


@everywhere
def test_a_blank_text_watermark_hides_no_row(plan: Plan, reader: Reader, url: str) -> None:
    """Blanks are no watermark: read in every window."""
    change(url, "UPDATE t_reg SET mark = '  ' WHERE id = 'old'")
    assert "old" in ids(marked(plan, "mark", "text", "%Y%m%d%H%M%S"), reader, window(at(20), at(22)))[1]


@pytest.mark.parametrize("format_", ["%d/%m/%Y", "%m%d", "%y%m%d", "%Y%d", ""])
def test_a_format_that_does_not_sort_as_time_is_refused(plan: Plan, reader: Reader, format_: str) -> None:
    """Text is compared as text: day first, or a year of two digits, would lose rows."""
    with pytest.raises(ConfigurationError, match="does not sort"):
        ids(marked(plan, "mark", "text", format_), reader, window())


def test_rows_that_do_not_agree_with_the_count_stop_the_window(plan: Plan, reader: Reader) -> None:
    """A source that counts one row more than it gives is not read consistently: nothing is guessed."""

    class Liar:
        def __init__(self, view: object) -> None:
            self.view = view

        def scalar(self, sql: str) -> str:
            return str(int(self.view.scalar(sql)) + 1)  # type: ignore[attr-defined]

        def batches(self, *arguments: object) -> Iterator[pa.RecordBatch]:
            return self.view.batches(*arguments)  # type: ignore[attr-defined, no-any-return]

    with reader.snapshot() as view, pytest.raises(DataError, match="counted 5 rows and gave 4"):
        list(extract(plan, window(), reader, Liar(view)).batches)  # type: ignore[arg-type]


@everywhere
def test_count_and_rows_see_one_moment(plan: Plan, reader: Reader, url: str) -> None:
    """Rows that others write between count and read do not come."""
    with reader.snapshot() as view:
        found = extract(plan, window(), reader, view)
        if not url.startswith("sqlite"):
            change(url, "DELETE FROM t_reg")
        assert sum(batch.num_rows for batch in found.batches) == found.total == 4


@everywhere
def test_the_census_counts_what_should_be_delivered_by_now(plan: Plan, reader: Reader) -> None:
    """All rows under from and where that had changed by the window's end, and those that changed since."""
    with reader.snapshot() as view:
        assert census(plan, window(), reader, view) == Census(5, 1)
        assert census(plan, window(None, at(12)), reader, view) == Census(5, 1)


@everywhere
def test_the_census_leaves_deleted_rows_out_if_every_database_would(make_plan: MakePlan, reader: Reader) -> None:
    """A plain comparison is told to the source; anything else, or MariaDB's collations, and the census is not taken."""
    with reader.snapshot() as view:
        counted = census(make_plan(deleted="r.state = 'A'"), window(), reader, view)
        assert counted == Census(0, 0) if reader.dialect != "mysql" else isinstance(counted, str)
        assert isinstance(census(make_plan(deleted="upper(r.state) = 'A'"), window(), reader, view), str)


def test_names_that_need_quotes_get_them(plan: Plan, tmp_path: Path) -> None:
    """Reserved words and Chinese names are quoted; a column named like an attack is a column that does not exist."""
    with sqlite3.connect(tmp_path / "odd.db") as source:
        source.execute('CREATE TABLE t_reg (id text, "order" text, "姓名" text)')
        source.execute("INSERT INTO t_reg VALUES ('1', 'o', '张三')")
    source.close()
    columns, types = ("r.order", "r.姓名"), ("text", "text")
    odd = replace(plan, extract=replace(plan.extract, columns=columns, types=types, watermark=None))
    odd = replace(odd, mapping=replace(odd.mapping, watermark=None))
    reader = connect({"url": f"sqlite:///{tmp_path}/odd.db"})
    with reader.snapshot() as view:
        assert next(extract(odd, window(), reader, view).batches).to_pylist() == [{"r.order": "o", "r.姓名": "张三"}]
        attack = replace(odd, extract=replace(odd.extract, columns=('r.x" FROM t_reg; DROP TABLE t_reg; --',), types=("text",)))
        with pytest.raises(ConfigurationError):
            list(extract(attack, window(), reader, view).batches)
    reader.close()


@pytest.mark.parametrize("url", ["postgresql", "postgresql+psycopg", "mariadb"])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "Asia/Kolkata"])
def test_a_watermark_with_a_zone_is_read_in_the_sources_time(
    plan: Plan, request: pytest.FixtureRequest, tmp_path: Path, url: str, zone: str
) -> None:
    """Whatever zone the server is in: no row is missed or early, and the rows' times are the source's own."""
    address = request.getfixturevalue("mariadb_url" if url == "mariadb" else "postgresql_url")
    kind = "timestamp(6) NULL" if url == "mariadb" else "timestamptz"
    change(address, CREATE.format(timestamp=kind))
    here = ZoneInfo(zone)
    for name, hour in (("before", 9), ("inside", 11), ("end", 12)):
        moment = datetime(2026, 11, 22, hour, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(here)
        offset = f"{moment:%z}"
        zoned = f"SET time_zone = '{offset[:3]}:{offset[3:]}'" if url == "mariadb" else f"SET TIME ZONE '{zone}'"
        change(address, zoned, f"INSERT INTO t_reg VALUES ('{name}', 'n', 'c', 1, 'A', '{moment:%Y-%m-%d %H:%M:%S}', NULL, NULL)")
    there = replace(plan, source=replace(plan.source, timezone=zone, settings={"url": address.replace("postgresql:", f"{url}:")}))
    reader = INSTALLED.reader(there.source, tmp_path)
    try:
        assert ids(there, reader, window()) == (1, ["inside"])
        with reader.snapshot() as view:
            rows = pa.Table.from_batches(extract(there, window(), reader, view).batches)
            assert census(there, window(), reader, view) == Census(2, 1)
        local = datetime(2026, 11, 22, 11, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(here)
        assert rows["r.changed"].to_pylist()[0].removesuffix(".000000") == f"{local:%Y-%m-%d %H:%M:%S}"
    finally:
        reader.close()
