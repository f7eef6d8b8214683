"""An exchange small enough to read: registrations of a SQLite table to a partner with an envelope."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.connection import INSTALLED, Adapters
from hub.contract.model import Element, Field, Notation, Table
from hub.interface import (
    Absent,
    Answer,
    Awaiting,
    Column,
    ConfigurationError,
    Confirmed,
    DataError,
    Format,
    Layout,
    Outcome,
    Part,
    PermanentError,
    Rejected,
    RowFault,
    TransientError,
    Unknown,
)
from hub.kernel.compile import compile_kernel
from hub.mapping.model import FieldMap, Mapping, Source, SourceColumn, Watermark
from hub.plan import Extract, Ground, Limits, Partner, Plan, Schedule
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


def make(**changes: Any) -> Plan:
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
        Ground("测试", "无"),
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
    return Plan(
        "bank/reg", schedule, partner, source, mapped, table, extract, compile_kernel(mapped, table, source), wire, digest
    )


@pytest.fixture
def make_plan() -> Callable[..., Plan]:
    return make


@pytest.fixture
def plan() -> Plan:
    return make()


@pytest.fixture
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """An empty state in SQLite; ``@pytest.mark.parametrize("state", ["sqlite", "postgresql"], indirect=True)`` for both."""
    kind = getattr(request, "param", "sqlite")
    opened = open_state(tmp_path / "state", request.getfixturevalue("postgresql_url") if kind == "postgresql" else None)
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


class Registry:
    """The business system: a SQLite table that tests write to; ``good`` is what a partner should have of it."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("CREATE TABLE t_reg (id text, name text, card text, amount text, state text, changed text)")

    def put(self, *rows: tuple[str, str, str | None, str], changed: str | None = "2026-11-22 11:00:00") -> None:
        """Insert rows (id, name, card, amount), or replace those with the same id."""
        for id, name, card, amount in rows:
            self.connection.execute("DELETE FROM t_reg WHERE id = ?", (id,))
            self.connection.execute("INSERT INTO t_reg VALUES (?, ?, ?, ?, 'A', ?)", (id, name, card, amount, changed))

    def fill(self, count: int, name: str = "张三", changed: str | None = "2026-11-22 11:00:00") -> None:
        """Rows R1 ... R<count>."""
        self.put(*[(f"R{number}", name, None, "1.50") for number in range(1, count + 1)], changed=changed)

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def good(self) -> dict[str, str]:
        """Name by id, of the rows that keep the contract."""
        rows = self.connection.execute("SELECT id, name FROM t_reg WHERE name <> '' AND CAST(amount AS REAL) >= 0")
        return dict(rows.fetchall())


class World:
    """A partner that behaves as told: ``says`` and ``answers`` are used up by deliver and ask, then it is good.

    What it is sent takes effect once per id. ``effects`` counts them; ``rows`` is what it has: name by id.
    """

    def __init__(self) -> None:
        self.says: list[str] = []
        self.answers: list[str] = []
        self.bodies: dict[str, str] = {}
        self.verdicts: dict[str, Answer] = {}
        self.effects: list[str] = []
        self.rows: dict[str, str] = {}
        self.writers: dict[str, str] = {}
        self.history: dict[str, list[str]] = {}
        self.sent: list[Part] = []
        self.asked: list[str] = []

    @property
    def adapters(self) -> Adapters:
        return Adapters(INSTALLED.reader, INSTALLED.format, lambda partner, format, folder: Desk(self, format))


class Desk:
    """One connection to the World."""

    def __init__(self, world: World, format: Format) -> None:
        self.world, self.format = world, format

    def probe(self, layouts: Any) -> list[str]:
        return []

    def close(self) -> None:
        return None

    def deliver(self, part: Part) -> Outcome:
        says = self.world.says.pop(0) if self.world.says else "good"
        self.world.sent.append(part)
        if says in ("down", "permanent", "configuration", "data"):
            classes = {"down": TransientError, "permanent": PermanentError, "configuration": ConfigurationError}
            raise classes.get(says, DataError)(f"the partner says {says}")
        if says == "vanished":
            return Unknown("timeout")
        if says == "refused":
            return Rejected("E99", "nobody of this name", b"no")
        if says == "garbled":
            return Rejected("E\0", "no\ud800body", b"no")
        verdict = self.world.verdicts.get(part.id) or self._taken(part, says)
        if says == "later":
            return Awaiting()
        if says == "lost":
            return Unknown("timeout")
        if says == "forged":
            return replace(verdict, sha256="0" * 64) if isinstance(verdict, Confirmed) else verdict
        if says == "stranger":
            return replace(verdict, faults=(RowFault("nobody", None, "E1", ""),)) if isinstance(verdict, Confirmed) else verdict
        if says == "miscounted":
            return replace(verdict, accepted=verdict.accepted - 1) if isinstance(verdict, Confirmed) else verdict
        assert not isinstance(verdict, Absent)
        return verdict

    def ask(self, part: Part) -> Answer:
        says = self.world.answers.pop(0) if self.world.answers else "good"
        self.world.asked.append(part.id)
        if says == "down":
            raise TransientError("the partner does not answer")
        if says == "unknown":
            return Unknown("no such service")
        if says == "later":
            return Awaiting()
        if says == "forget":
            self.world.verdicts.pop(part.id, None)
            return Absent()
        if says == "refused":
            self._undo(part)
            return Rejected("E98", "refused at night", b"no")
        return self.world.verdicts.get(part.id, Absent())

    def _taken(self, part: Part, says: str) -> Answer:
        """The effect, once per id, and the verdict that is kept about it."""
        payload = part.path.read_bytes()
        assert hashlib.sha256(payload).hexdigest() == part.sha256
        assert self.world.bodies.setdefault(part.id, part.sha256) == part.sha256
        self.world.effects.append(part.id)
        rows = self.format.decode(payload, part.layout).to_pylist()
        refused = rows[:1] if says == "partial" else []
        for row in rows[len(refused) :]:
            self.world.writers[row["djbh"]] = part.id
            self.world.history.setdefault(row["djbh"], []).append(row["xm"] or "deleted")
            if row.get("cd_operation") == "D":
                self.world.rows.pop(row["djbh"], None)
            else:
                self.world.rows[row["djbh"]] = row["xm"]
        faults = tuple(RowFault(str(row[part.layout.row_id]), "xm", "E17", f"{row['xm']} unknown") for row in refused)
        receipt = f"receipt of {part.id}".encode()
        self.world.verdicts[part.id] = Confirmed(part.sha256, len(rows) - len(refused), "ref-1", receipt, faults)
        return self.world.verdicts[part.id]

    def _undo(self, part: Part) -> None:
        for row in self.format.decode(part.path.read_bytes(), part.layout).to_pylist():
            self.world.history.setdefault(row["djbh"], []).append("undone")
            if self.world.writers.get(row["djbh"]) == part.id:
                self.world.rows.pop(row["djbh"], None)
        self.world.verdicts[part.id] = Rejected("E98", "refused at night", b"no")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    made = Registry(tmp_path / "source.db")
    yield made
    made.connection.close()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def exchange(registry: Registry) -> Callable[..., Plan]:
    """Makes the plan that reads the registry."""
    return lambda **changes: make(source_settings={"url": registry.url}, **changes)


@dataclass(frozen=True, slots=True)
class Kit:
    """The classes of this file, for a test that makes many of each."""

    Registry: type[Registry] = Registry
    World: type[World] = World
    Clock: type[Clock] = Clock


@pytest.fixture
def kit() -> Kit:
    return Kit()
