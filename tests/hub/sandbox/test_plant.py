"""Planting defects: what is counted is what was done, and every spoilt row can be made whole again."""

import json
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it
from hub.sandbox.plant import COPY, PLANTED, Planter, restore
from hub.sandbox.story import LocalRow
from hub.sandbox.systems import case, marriage
from hub.sandbox.truth import Truth

MAN: dict[str, Any] = dict.fromkeys(marriage.PARTY.columns.keys()) | {
    "pid": 1,
    "xing": "张",
    "ming": "伟",
    "xb": "M",
    "zjlx": "01",
    "zjhm": "110101198503079130",
    "csrq": "19850307",
    "gj": "CN",
}


def registered() -> list[LocalRow]:
    """Two people and the registration that joins them."""
    woman = MAN | {"pid": 2, "xb": "F", "zjhm": "110105198706159021", "csrq": "19870615"}
    wedding: dict[str, Any] = dict.fromkeys(marriage.REGISTRATION.columns.keys())
    wedding |= {"djid": 10, "djbh": "J1", "nf_pid": 1, "nvf_pid": 2, "jgdm": "CY01", "djrq": "20240520", "jhzh": "J", "zt": "1"}
    return [
        LocalRow(marriage.PARTY, dict(MAN), ("marriage_party",), ("marriage_registration",)),
        LocalRow(marriage.PARTY, woman, ("marriage_party",), ("marriage_registration",)),
        LocalRow(marriage.REGISTRATION, wedding, ("marriage_registration",)),
    ]


def planted(story: list[LocalRow], seed: int, rate: float = 1.0) -> tuple[Truth, list[tuple[str, dict[str, Any]]]]:
    """The truth and what would be stored."""
    planter = Planter(rate, Truth({}))
    return planter.truth, [(table.name, dict(values)) for table, values in planter.plant(story, Random(seed))]


def test_without_a_rate_nothing_is_spoilt() -> None:
    """Rows come out as they went in, counted as source."""
    truth, stored = planted(registered(), 1, rate=0.0)
    assert [name for name, _ in stored] == ["hy_dsr", "hy_dsr", "hy_jhdj"]
    assert stored[0][1] == MAN
    assert (truth.tables["marriage_party"].source, truth.tables["marriage_party"].rejected) == (2, 0)


def test_a_registration_is_spoilt_at_most_once() -> None:
    """It reads three local rows; whatever the dice say, one kind at most reaches it."""
    for seed in range(200):
        truth, _ = planted(registered(), seed)
        tally = truth.tables["marriage_registration"]
        assert tally.rejected + tally.warnings.total() <= tally.source


def test_a_double_is_a_second_row_with_the_same_business_key() -> None:
    """It has a number of its own; both rows count as source and as refused."""
    values = {"gcid": 30, "bjbh": "B1", "hjdm": "SL", "blr": "王", "blyj": "x", "kssj": datetime(2026, 1, 1), "jssj": None}
    for seed in range(100):
        truth, stored = planted([LocalRow(case.STEP, dict(values), ("up_pro_process",))], seed)
        if truth.tables["up_pro_process"].kinds["duplicate-key"]:
            rows = [row for name, row in stored if name == "bj_gc"]
            assert [row["gcid"] for row in rows] == [30 + COPY, 30]
            assert rows[0]["bjbh"] == rows[1]["bjbh"]
            assert (truth.tables["up_pro_process"].source, truth.tables["up_pro_process"].rejected) == (2, 2)
            return
    raise AssertionError("a hundred draws and no double")


def test_a_note_tells_what_the_row_was() -> None:
    """Restoring the noted values gives the row back, whatever the types."""
    for seed in range(60):
        _, stored = planted(registered(), seed)
        for name, note in stored:
            if name == PLANTED.name and note["table_name"] == "hy_dsr" and note["row_id"] == 1 and note["kind"] != "joined":
                spoilt = next(row for table, row in stored if table == "hy_dsr" and row["pid"] == 1)
                assert spoilt | restore(note["was"]) == MAN


def test_days_moments_and_amounts_survive_the_note() -> None:
    """JSON has no word for them."""
    values = {"a": date(2026, 1, 5), "b": datetime(2026, 1, 5, 9, 30), "c": Decimal("0.01"), "d": None, "e": "𠮷"}
    was = json.dumps(
        {"a": {"date": "2026-01-05"}, "b": {"datetime": "2026-01-05T09:30:00"}, "c": {"decimal": "0.01"}, "d": None, "e": "𠮷"}
    )
    assert restore(was) == values


def test_recent_rows_are_never_spoilt_and_are_counted() -> None:
    """They are noted, so that a step leaves them alone."""
    planter = Planter(1.0, Truth({}))
    stored = [(table.name, values) for table, values in planter.plant(registered(), Random(1), recent=True)]
    assert [values["kind"] for name, values in stored if name == PLANTED.name] == ["recent"] * 3
    assert planter.truth.recent == {"marriage_party": 2, "marriage_registration": 1}
    assert all(tally.rejected == 0 for tally in planter.truth.tables.values())


def test_a_spare_row_is_always_spoilt() -> None:
    """Whatever the rate, as long as there is one: on it nothing depends."""
    values = {"jg_id": 18, "tyshxydm": "11110101MB1000018X", "xzqh": "110101", "slrq": "19940201"}
    truth, _ = planted([LocalRow(marriage.OFFICE, values, ("marriage_office",), spare=True)], 3, rate=0.000_001)
    assert truth.tables["marriage_office"].rejected == 1


def test_a_dead_row_is_read_and_changes_nothing() -> None:
    """A deletion of what no partner has: source, unchanged, never spoilt."""
    values = dict.fromkeys(marriage.REGISTRATION.columns.keys()) | {"djid": 10, "zt": "D"}
    truth, stored = planted([LocalRow(marriage.REGISTRATION, values, ("marriage_registration",), dead=True)], 1)
    assert len(stored) == 1
    tally = truth.tables["marriage_registration"]
    assert (tally.source, tally.unchanged, tally.delivered) == (1, 1, 0)


def test_a_row_that_makes_nothing_is_left_alone() -> None:
    """A draft is not reported; spoiling it would teach nothing."""
    draft = LocalRow(marriage.REGISTRATION, {"djid": 10, "zt": "X"}, ())
    truth, stored = planted([draft], 1)
    assert stored == [("hy_jhdj", {"djid": 10, "zt": "X"})]
    assert truth.tables == {}
