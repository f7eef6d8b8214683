"""An exchange small enough to read: registrations of a SQLite table to a partner with an envelope."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.contract.model import Element, Field, Notation, Table
from hub.interface import Column, Layout
from hub.mapping.model import FieldMap, Mapping, Source, SourceColumn, Watermark
from hub.plan import Extract, Kernel, Limits, Partner, Plan, Schedule
from hub.problem import Place
from hub.run import Run, here
from hub.state.database import State, open_state

HERE = Place("test")
TYPES = {"id": "text", "name": "text", "card": "text", "amount": "decimal(12,2)", "state": "text", "changed": "timestamp"}


def element(name: str, notation: Notation, **more: Any) -> Element:
    return Element(name=name, id="T1", short="t", notation=notation, definition=name, place=HERE, **more)


def contract() -> Table:
    """djbh (key), xm (name), sfzh (ID number), je (an amount)."""
    elements = {
        "djbh": element("登记编号", Notation("an", 1, 20)),
        "xm": element("姓名", Notation("c", 1, 50), personal=True, mask="name", level="敏感"),
        "sfzh": element("公民身份号码", Notation("an", 18, 18), personal=True, mask="idcard", check="gb11643"),
        "je": element("金额", Notation("n", 1, 12, 2), minimum="0"),
    }
    required = {"djbh", "xm"}
    fields = {
        name: Field(name, one.name, one, one.notation, name in required, None, None, HERE, one.minimum)
        for name, one in elements.items()
    }
    names = ("std", "1.0.0", "reg", "T01", "登记", "测试", "一次登记一行")
    return Table(*names, key=("djbh",), fields=fields, rules=(), as_of=None, catalog={}, digest="d", place=HERE)


def mapping(watermark: Watermark | None, deleted: str | None) -> Mapping:
    made = {"djbh": "r.id", "xm": "r.name", "sfzh": "r.card", "je": "r.amount"}
    fields = {field: FieldMap(field, sql, None, None, "reject", (sql,), HERE) for field, sql in made.items()}
    return Mapping(
        name="reg",
        standard="std",
        version="1.0.0",
        table="reg",
        source="local",
        from_sql="t_reg r",
        aliases={"r": "t_reg"},
        where="r.id <> 'never' -- a remark",
        watermark=watermark,
        deleted=deleted,
        fields=fields,
        ignore=(),
        tests=(),
        digest="m",
        place=HERE,
    )


def layout(table: Table, *, envelope: bool) -> Layout:
    names = ("row_guid", "cd_operation", "cd_time", "cd_batch", "data_source", "data_version")
    text = table.fields["djbh"].column.type
    before = [Column(name, name, text, "c..32", True) for name in names] if envelope else []
    columns = (*before, *(field.column for field in table.fields.values()))
    return Layout("reg", "登记", columns, table.key, "row_guid" if envelope else "djbh")


def make(kernel: Kernel | None = None, **changes: Any) -> Plan:
    """The plan; ``changes`` of any attribute of its schedule, partner or limits, ``watermark`` and ``deleted``."""
    marked, deleted = changes.pop("watermark", Watermark("r.changed", timedelta(minutes=10), None)), changes.pop("deleted", None)
    table, mapped = contract(), mapping(marked, deleted)
    limits = Limits(**{name: changes.pop(name) for name in list(changes) if name in Limits.__dataclass_fields__})
    schedule = Schedule(
        "push",
        "推送",
        "0 */2 * * *",
        "Asia/Shanghai",
        datetime.fromisoformat("2026-01-01 00:00"),
        "bank",
        "std",
        "1.0.0",
        ("reg",),
        limits,
        HERE,
    )
    partner = Partner(
        "bank",
        "银行",
        "directory",
        "ndjson",
        {},
        {},
        True,
        1000,
        timedelta(),
        "测试",
        "无",
        {"std/reg": tuple(table.fields)},
        HERE,
    )
    partner = replace(partner, **{name: changes.pop(name) for name in list(changes) if name in Partner.__dataclass_fields__})
    schedule = replace(schedule, **{name: changes.pop(name) for name in list(changes) if name in Schedule.__dataclass_fields__})
    columns = {"t_reg": {name: SourceColumn("t_reg", name, type_, name, HERE) for name, type_ in TYPES.items()}}
    source = Source("local", "本地", "sql", changes.pop("source_settings", {}), columns, "Asia/Shanghai", HERE)
    used = {name: type_ for name, type_ in TYPES.items() if name != "state" or deleted}
    extract = Extract(
        "t_reg r", mapped.where, tuple(f"r.{name}" for name in used), tuple(used.values()), marked and marked.column
    )
    digest = changes.pop("digest", "plan-1")
    assert not changes, changes
    wire = layout(table, envelope=partner.envelope)
    return Plan("bank/reg", schedule, partner, source, mapped, table, extract, kernel or Kernel("", (), ()), wire, digest)


@pytest.fixture
def make_plan() -> Callable[..., Plan]:
    return make


@pytest.fixture
def plan() -> Plan:
    return make()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Both kinds of state database, one after the other; None is the one in the state folder."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgresql_url")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = open_state(tmp_path / "state")
    yield opened
    opened.engine.dispose()


class Clock:
    """A clock that moves when it is told to, or slept on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 4, 0, 5, tzinfo=UTC)  # noon in Shanghai: the window [10:00, 12:00) is over
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(clock: Clock) -> Run:
    return Run(here("test"), clock, clock.sleep, lambda: 0.0)
