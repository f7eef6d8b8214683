"""The quick look against the row checks: what it proves is right for them, whatever stands in a row, and good rows are proven."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from hub.contract.model import Code, CodeList, Element, Field, Notation, Table
from hub.interface import RowFault
from hub.problem import Place
from hub.sandbox.glance import Glance
from hub.sandbox.inspection import canonical, objections
from hub.sandbox.ledger import Ledger
from hub.sandbox.receiver import ENVELOPE, Delivery, Receiver

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, 5, 6)  # noqa: DTZ001 - a partner writes its own local time
SPANS = {
    "1": (Code("1", "常"),),
    "2": (Code("2", "旧", valid_to=date(2020, 1, 1)),),
    "3": (Code("3", "新", valid_from=date(2026, 11, 23)),),
    "4": (Code("4", "先"), Code("4", "后", valid_from=date(2030, 1, 1))),
    "5": (Code("5", "断", valid_to=date(2000, 1, 1)), Code("5", "续", valid_from=date(2010, 1, 1))),
    "66": (Code("66", "长"),),
    "": (Code("", "空"),),
}
CODES = CodeList("测试", "测试", SPANS, local=True, place=Place("contracts/invented"))
CERTIFICATES = replace(CODES, codes={code: (Code(code, code),) for code in ("111", "414")})
PLAIN = [
    Notation("c", 1, 5),
    Notation("c", 0, 3),
    Notation("c", 2, 2),
    Notation("a", 1, 3),
    Notation("an", 2, 4),
    Notation("n", 3, 3),
    Notation("n", 6, 6),
    Notation("n", 1, 3),
    Notation("n", 1, 18),
    Notation("n", 1, 5, 2),
    Notation("n", 5, 5, 2),
    Notation("n", 1, 2, 2),
    Notation("n", 1, 28, 4),
    Notation("n", 1, 30),
    Notation("n", 1, 38, 2),
    Notation("d", 4, 4),
    Notation("d", 5, 5),
    Notation("d", 6, 6),
    Notation("d", 8, 8),
    Notation("d", 10, 10),
    Notation("t", 14, 14),
    Notation("t", 19, 19),
    Notation("t", 8, 8),
]
BOUNDS = [
    (Notation("n", 1, 5, 2), "0.01", "99.5"),
    (Notation("n", 1, 3), None, "12"),
    (Notation("n", 1, 30), "-5", None),
    (Notation("d", 8, 8), "19000101", "20261231"),
    (Notation("c", 1, 3), "b", None),
]
HOSTILE: list[Any] = [
    *(
        None,
        "",
        " ",
        "\n",
        "a\n",
        "\0",
        "ab",
        "abc",
        "abcde",
        "abcdef",
        "甲乙",
        "𠮷",
        "é",
        "ａ",
        "１２",
        "١٢",
        "１２３",
        "²",
        "Ⅷ",
    ),
    *("0", "-0", "-0.00", "0.00", "-1", "1", "12", "012", "123", "1234", "12.5", "12.50", "12.500", "12.505", "+1", "1e2", "1_0"),
    *("NaN", "Infinity", ".5", "5.", "999.99", "1000", "99.5", "99.51", "9" * 28, "9" * 30, "9" * 36 + ".99", "1" * 41, "12\n"),
    *("2026", "0000", "202611", "202613", "000001", "20261122", "20260229", "20240229", "19000229", "20000229", "00010101"),
    *("00000101", "20261131", "2026-11-22", "2026-1-1", "2026-02-30", "20261122235959", "20261122240000", "20261122235960"),
    *(
        "2026-11-22 23:59:59",
        "2026-11-22T23:59:59",
        "2024-02-29 00:00:00",
        "20261122\n20261123",
        "12\n13",
        "ab\ncd",
        "12.50\n1.00",
    ),
    *(
        "2",
        "3",
        "4",
        "5",
        "66",
        "7",
        "11010519491231002X",
        "11010519491231002x",
        "110105194912310020",
        "E12345678",
        "1101051949123",
    ),
    *("91350100M000100Y43", "91350100M000100Y44", "91350100m000100y43", "9135010OM000100Y43", "111", "414", "9" * 18),
    *(0, 1, -1, 5, 12, 123, 10**20, 10**30, 1.0, 12.5, 0.1, -0.0, 1e-7, 1e300, float("nan"), float("inf")),
    *(Decimal("1"), Decimal("1.50"), Decimal("1.5"), Decimal("-0.00"), Decimal("1E+2"), Decimal("NaN"), Decimal("99.505")),
    *(date(2026, 11, 22), date(999, 1, 2), date(2019, 1, 1), NOW, NOW.replace(year=999, microsecond=6)),
    *(datetime(2026, 11, 22, 8, tzinfo=timezone(timedelta(hours=8))), datetime(2026, 11, 22, tzinfo=UTC), time(1, 2, 3)),
]


@pytest.fixture(scope="module")
def wide() -> Table:
    """A field for each kind of promise, required or not, and the two fields by which others are judged."""
    fields = [_field("bh", "编号", Notation("an", 1, 20), required=True)]
    fields += [_field(f"p{n}", f"普通{n}", notation, required=n % 4 == 0) for n, notation in enumerate(PLAIN)]
    fields += [_field(f"b{n}", f"界{n}", notation, minimum=low, maximum=high) for n, (notation, low, high) in enumerate(BOUNDS)]
    listed = [Notation("n", 1, 1), Notation("c", 0, 2), Notation("an", 1, 2), Notation("d", 4, 4)]
    fields += [_field(f"c{n}", f"代码{n}", notation, codes=CODES) for n, notation in enumerate(listed)]
    fields += [
        _field("nf_lx", "男方证件类型代码", Notation("n", 3, 3), codes=CERTIFICATES),
        _field("nf_hm", "男方证件号码", Notation("an", 1, 18), check="gb11643"),
        _field("qt_hm", "其他号码", Notation("c", 1, 20), check="gb11643", required=True),
        _field("dw", "机构代码", Notation("an", 18, 18), check="gb32100"),
        _field("rq", "日期", Notation("d", 8, 8)),
    ]
    named = {field.name: field for field in fields}
    place = Place("contracts/invented")
    return Table("invented", "1.0.0", "wide", "X", "宽", "测试", "一行", ("bh",), named, (), "rq", {}, "0" * 64, place)


def _field(name: str, title: str, notation: Notation, *, required: bool = False, **more: Any) -> Field:
    place = Place("contracts/invented")
    element = Element(title, "X", name, notation, title, place, check=more.get("check"))
    bounds = more.get("minimum"), more.get("maximum")
    return Field(name, title, element, notation, required, more.get("codes"), None, place, *bounds)


def rows_of(table: Table, dice: random.Random, count: int) -> list[dict[str, Any]]:
    """Rows of which each column has few kinds of values, as received columns have: hostile ones, or one kind of type."""
    columns: dict[str, list[Any]] = {}
    for name in table.fields:
        pool = [value for value in HOSTILE if dice.random() < 0.5 or value is None]
        kind = type(dice.choice(pool))
        same = [value for value in pool if type(value) is kind] + [None] * dice.randint(0, 1)
        columns[name] = [dice.choice(same if dice.random() < 0.95 else pool) for _ in range(count)]
    return [{name: column[number] for name, column in columns.items()} for number in range(count)]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_not_doubted_the_row_checks_accept(wide: Table, seed: int) -> None:
    """Same canonical text for every value, and every value that a row check objects to is in doubt, for any ten rows."""
    rows = rows_of(wide, random.Random(seed), 10)
    sight = Glance(wide).look([[row[name] for row in rows] for name in wide.fields], TODAY)
    for number, row in enumerate(rows):
        content = {name: canonical(row[name], field) for name, field in wide.fields.items()}
        assert dict(zip(wide.fields, [column[number] for column in sight.columns], strict=True)) == content
        objected = {found.field for found in objections(wide, content, TODAY)}
        assert objected == {name for name, doubtful in sight.doubts.items() if number in doubtful}


@pytest.mark.parametrize("envelope", [True, False])
@pytest.mark.parametrize("seed", range(15))
def test_the_office_says_what_the_row_checks_say(tmp_path: Any, wide: Table, seed: int, envelope: bool) -> None:
    """Row by row the first objection, in their own words and order; a deletion is asked for its key only."""
    dice = random.Random(f"{seed}/office")
    rows = rows_of(wide, dice, 12)
    expected: list[RowFault] = []
    for number, row in enumerate(rows):
        row["bh"] = dice.choice([f"K{number}", f"K{number}", None, "K-1", "K\n"])
        content = {name: canonical(row[name], field) for name, field in wide.fields.items()}
        deleted = number % 3 == 0 if envelope else not any(value for name, value in content.items() if name != "bh")
        operation = "D" if deleted else "I"
        if envelope:
            row |= dict(zip(ENVELOPE, (f"{number:032x}", operation, "t", "b", "s", "1.0.0"), strict=True))
        found = next(objections(wide, content, TODAY, deleted=deleted), None)
        if found is not None:
            expected.append(
                RowFault(f"{number:032x}" if envelope else content["bh"] or "", found.field, found.code, found.message)
            )
    receiver = Receiver(Ledger(tmp_path / "l.db"), {"wide": wide}, lambda: NOW, envelope=envelope)
    entry = receiver.receive(Delivery("p", "d", "wide", "b", rows)).entry
    assert list(entry.faults) == expected
    assert entry.accepted == len(rows) - len(expected)


def test_a_good_column_is_proven_without_the_row_checks(wide: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row of a part that is in order costs more than its share of the columns."""
    monkeypatch.setattr("hub.sandbox.glance.value_objections", None)  # asking it would be an error
    good = {"p0": "甲", "p4": "ab1", "p8": "12", "p9": "12.50", "p18": "20240229", "p20": "20240229235959", "b0": "1.00"}
    good |= {"bh": "K1", "c0": "1", "nf_lx": "111", "nf_hm": "11010519491231002X", "dw": "91350100M000100Y43", "rq": "20261122"}
    columns = [[good.get(name)] * 3 for name in wide.fields]
    doubts = Glance(wide).look(columns, TODAY).doubts
    lacking = {name for name, field in wide.fields.items() if field.required and name not in good}
    assert set(doubts) == lacking


def test_a_code_with_days_is_judged_by_the_day_of_its_row(wide: Table) -> None:
    """The same code is proven in one row and in doubt in another."""
    columns = {name: [None, None, None] for name in wide.fields} | {"c0": ["2"] * 3, "rq": ["20191231", "20200101", None]}
    assert Glance(wide).look(list(columns.values()), TODAY).doubts["c0"] == {1, 2}
