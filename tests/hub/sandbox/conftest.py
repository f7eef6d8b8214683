"""A small invented contract and invented rows that keep it, for every test of the sandbox's partners."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hub.contract.model import Code, CodeList, Element, Field, Notation, Table
from hub.plan import Ground, Partner
from hub.problem import Place
from hub.sandbox.desk import Setting
from hub.sandbox.faults import Injector, parse
from hub.sandbox.ledger import Ledger
from hub.sandbox.receiver import Reason, Receiver, Refusals

PLACE = Place("contracts/invented")
SEX = CodeList(
    "GB/T 2261.1-2003",
    "人的性别代码",
    {
        "1": (Code("1", "男性"),),
        "2": (Code("2", "女性"),),
        "8": (Code("8", "旧代码", valid_to=date(2020, 1, 1)),),
    },
    local=False,
    place=PLACE,
)


def field(name: str, title: str, notation: Notation, *, required: bool = False, **more: str | CodeList | None) -> Field:
    """A field with an element of its own."""
    codes, check = more.get("codes"), more.get("check")
    element = Element(title, "X", name, notation, title, PLACE, check=check if isinstance(check, str) else None)
    low, high = more.get("minimum"), more.get("maximum")
    return Field(
        name,
        title,
        element,
        notation,
        required,
        codes if isinstance(codes, CodeList) else None,
        None,
        PLACE,
        low if isinstance(low, str) else None,
        high if isinstance(high, str) else None,
    )


def invented_table(*fields: Field, key: tuple[str, ...] = ("bh",), as_of: str | None = "rq") -> Table:
    """A table of the invented standard."""
    return Table(
        "invented",
        "1.0.0",
        "payment",
        "X_01",
        "发放",
        "测试",
        "一次发放一行",
        key,
        {f.name: f for f in fields},
        (),
        as_of,
        {},
        "0" * 64,
        PLACE,
    )


def resident_id(serial: int) -> str:
    """An invented number with a true check digit and a division that does not exist (990000)."""
    digits = f"99000019900101{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


@pytest.fixture
def table() -> Table:
    """Eight fields, each with another kind of promise."""
    return invented_table(
        field("bh", "发放编号", Notation("an", 1, 20), required=True),
        field("xm", "姓名", Notation("c", 1, 10), required=True),
        field("xb", "性别代码", Notation("n", 1, 1), codes=SEX),
        field("zjlx", "证件类型代码", Notation("n", 3, 3)),
        field("zjhm", "证件号码", Notation("an", 1, 18), check="gb11643", required=True),
        field("dw", "发放机构代码", Notation("an", 18, 18), check="gb32100"),
        field("je", "发放金额", Notation("n", 1, 10, 2), minimum="0.01", maximum="99999.99"),
        field("rq", "发放日期", Notation("d", 8, 8), required=True),
    )


@pytest.fixture
def make_rows() -> Callable[..., list[dict[str, object]]]:
    """``make_rows(n, **changes)``: n rows that keep the contract, with the envelope; ``changes`` apply to every row."""

    def rows(count: int, first: int = 1, **changes: object) -> list[dict[str, object]]:
        return [invented_row(number, changes) for number in range(first, first + count)]

    return rows


def invented_row(number: int, changes: Mapping[str, object]) -> dict[str, object]:
    """One row of the invented table."""
    return {
        "row_guid": f"{number:032x}",
        "cd_operation": "I",
        "cd_time": "2026-11-22 02:00:00",
        "cd_batch": "202611220200aaaaaaaa0001",
        "data_source": "allowance",
        "data_version": "1.0.0",
        "bh": f"FF{number:06d}",
        "xm": "𠮷野甲",
        "xb": "1",
        "zjlx": "111",
        "zjhm": resident_id(number),
        "dw": "91350100M000100Y43",
        "je": "1245.50",
        "rq": "20261122",
    } | dict(changes)


NOW = datetime(2026, 11, 22, 4, 5, 6)  # noqa: DTZ001 - a partner writes its own local time
REASONS = (Reason("机构代码", "unknown-office", "机构未登记"), Reason("账号", "account-closed", "账户已销户"))


def invented_partner(name: str, system: str) -> Partner:
    """A partner file as it comes out of the loader."""
    return Partner(
        name=name,
        title="测试伙伴",
        system=system,
        format="json",
        settings={},
        format_settings={},
        envelope=True,
        part_rows=1000,
        receipt_wait=timedelta(seconds=5),
        ground=Ground("测试", "测试"),
        receives={},
        place=PLACE,
    )


@pytest.fixture
def make_setting(tmp_path: Path, make_receiver: Callable[..., Receiver]) -> Callable[..., Setting]:
    """``make_setting("city_platform", "http", "down", ...)``: a partner about to open, with faults of its own."""

    def setting(name: str, system: str, *faults: str, share: float = 0.0, envelope: bool = True) -> Setting:
        injector = Injector(name, parse([f"{name}={fault}" for fault in faults], {name: system}), seed=7)
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return Setting(invented_partner(name, system), make_receiver(share, envelope=envelope), injector, folder, "geheim-token")

    return setting


@pytest.fixture
def make_receiver(tmp_path: Path, table: Table) -> Callable[..., Receiver]:
    """``make_receiver(share=0.0)``: a partner's back office over the invented table, its ledger under the test's folder."""

    def receiver(share: float = 0.0, seed: int = 7, *, envelope: bool = True) -> Receiver:
        ledger, refusals = Ledger(tmp_path / "ledger.db"), Refusals(seed, share, REASONS)
        return Receiver(ledger, {table.name: table}, lambda: NOW, envelope=envelope, refusals=refusals)

    return receiver
