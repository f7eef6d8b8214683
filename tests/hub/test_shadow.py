"""The made-up jinmin/1.1.0: what changed, on which day it is sent, what upgrades to it, which rows of today it would refuse."""

import shutil
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.compiled import Compiled, compiled
from hub.connection import INSTALLED
from hub.contract.diff import diff
from hub.kernel.inline_test import run_tests
from hub.shadow import Ahead, Refusal, Shadow, ahead, shadow
from hub.sources import load_source
from tests.cases.evolution.build import CHANGES, TABLES, build

EVE, DAY = date(2026, 12, 31), date(2027, 1, 1)
STOCK, OFFICE, REGISTRAR, REGISTRATION = (
    f"province/{table}" for table in ("blank_certificate_stock", "marriage_office", "marriage_registrar", "marriage_registration")
)
CARDS = ("11010119850307919X", "110101198503079130")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both releases, the business system and a database in the layout of 1.0.0."""
    made = build(tmp_path_factory.mktemp("evolution") / "root")
    stock = [("L1", 50, "000000001000"), ("L2", 200, "000000001000"), ("L3", 300, "000000001000"), ("L4", 50, "0000000001000")]
    stock += [("L5", 500, "no number at all, refused today"), ("L6", 200, "000000001000"), ("L6", 200, "000000001000")]
    rows = [
        {"lybh": number, "lx": "J", "qsh": first, "zzh": first[:-2] + "99", "sl": count, "jgdm": "CY01", "lyrq": "20260107"}
        | {"zf": 1, "jc": 2}
        for number, count, first in stock
    ]
    _fill(made / "marriage.db", {"hy_zsly": rows})
    clerk = {"xm": "李娜", "djjg_dm": "11010501", "zgzsbh": "Z1", "fzrq": "20180506", "gwzt_dm": "1"}
    clerks = [clerk | {"djy_bh": f"G{n}", "zjhm": CARDS[n == 3]} for n in (1, 2, 3)]
    wedding = {
        "jhdjbh": "J1",
        "jhzzh": "J-1",
        "djjg_dm": "11010501",
        "djrq": "20240520",
        "swbz": "0",
        "fhbz": "0",
        "djzt_dm": "1",
    }
    for who, card in (("nf", CARDS[1]), ("nvf", "110105198706159021")):
        wedding |= {f"{who}_xm": "张伟", f"{who}_zjlx_dm": "111", f"{who}_zjhm": card, f"{who}_csrq": "19850307"}
        wedding |= {f"{who}_gj_dm": "156"}
    long = wedding | {"jhdjbh": "J2", "jhzyzh": "1100000000010"}
    _fill(made / "older.db", {"marriage_registrar": clerks, "marriage_registration": [wedding, long], "marriage_office": []})
    return made


def _fill(path: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    """The tables with the columns that their source declares."""
    name = "marriage" if path.stem == "marriage" else "jinmin_1_0_0"
    source, _ = load_source(path.parent / "adapters" / "sources" / f"{name}.yaml", path.parent)
    assert source is not None
    declared = source.tables
    with sqlite3.connect(path) as database:
        for table, rows in tables.items():
            names = ", ".join(declared[table])
            database.execute(f"CREATE TABLE {table} ({names})")
            marks = ", ".join("?" for _ in declared[table])
            database.executemany(
                f"INSERT INTO {table} VALUES ({marks})", [[row.get(name) for name in declared[table]] for row in rows]
            )
    database.close()


@pytest.fixture(scope="module")
def eve(root: Path) -> Compiled:
    return compiled(root, today=EVE)


@pytest.fixture(autouse=True)
def sources(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SOURCE_MARRIAGE_URL", f"sqlite:///{root / 'marriage.db'}")
    monkeypatch.setenv("HUB_SOURCE_OLDER_URL", f"sqlite:///{root / 'older.db'}")


def under(made: Compiled) -> Ahead:
    return ahead(made.repository, made.plans, made.repository.standards["jinmin@1.1.0"])


def judge(made: Compiled, exchange: str, later: Ahead, most: int = 1000) -> Shadow:
    return shadow(made.sound()[exchange], later, (EVE, DAY), INSTALLED, made.repository.root, most)


def test_the_release_differs_in_eleven_ways(eve: Compiled) -> None:
    """What was changed is what the comparison finds, each once, with its verdicts."""
    changes = diff(eve.repository.standards["jinmin@1.0.0"], eve.repository.standards["jinmin@1.1.0"])
    assert [(each.kind, each.subject, each.reporting, each.using) for each in changes] == [
        ("format-narrowed", "证件印制号", "breaking", "safe"),
        ("format-widened", "姓名", "safe", "breaking"),
        ("level-raised", "婚姻证字号", "review", "review"),
        ("code-ended", "本地-婚姻登记机关等级", "breaking", "safe"),
        ("code-added", "本地-婚姻登记状态", "safe", "breaking"),
        ("rule-added", "blank_certificate_stock: 一次领用不超过一百张", "breaking", "safe"),
        ("field-added-optional", "marriage_office.fwsj", "review", "review"),
        ("field-removed", "marriage_office.slrq", "review", "breaking"),
        ("key-changed", "marriage_registrar", "breaking", "breaking"),
        ("field-renamed", "marriage_registrar.zgzsh", "breaking", "breaking"),
        ("field-added-required", "marriage_registration.djqd_dm", "breaking", "review"),
    ]
    assert len(changes) == len(CHANGES) - 2 + 3  # version and day are no changes; one way holds two, two are files


def test_a_schedule_that_pins_no_release_switches_on_its_day(root: Path, eve: Compiled) -> None:
    """Until the eve 1.0.0 leaves, made from the business system; from the day on 1.1.0, where need be by upgrade mappings."""
    assert not [problem for problem in eve.problems if problem.severity == "error"]
    assert {(plan.table.version, plan.source.name) for plan in eve.plans} == {("1.0.0", "marriage")}
    later = compiled(root, today=DAY)
    assert not [problem for problem in later.problems if problem.severity == "error"]
    assert {plan.id: (plan.table.version, plan.mapping.name) for plan in later.plans} == {
        STOCK: ("1.1.0", "blank_certificate_stock"),
        OFFICE: ("1.1.0", "marriage_office_upgrade"),
        REGISTRAR: ("1.1.0", "marriage_registrar_upgrade"),
        REGISTRATION: ("1.1.0", "marriage_registration_upgrade"),
    }


def test_the_upgrade_mappings_keep_their_own_tests(eve: Compiled) -> None:
    """Renamed, filled, emptied: each of them is a test in the mapping's file."""
    upgrades = [mapping for mapping in eve.repository.mappings if mapping.version == "1.1.0"]
    results = [result for mapping in upgrades for result in run_tests(mapping, eve.repository)]
    assert len(results) == len(TABLES) - 1
    assert [str(result) for result in results if not result.passed] == []


def test_rows_that_go_today_and_would_not_go_are_counted_by_rule(eve: Compiled) -> None:
    """A row that is refused today already, by a rule or for its doubled key, does not count; nor does one still accepted."""
    found = judge(eve, STOCK, under(eve))
    assert (found.state, found.read, found.total, found.own_rows) == ("judged", 7, 7, False)
    assert (found.refused_now, found.newly) == (3, 3)
    assert [(each.field, each.rule, each.rows) for each in found.refusals if each.rule == "length"] == [
        ("qsyzh", "length", 1),
        ("zzyzh", "length", 1),
    ]
    assert Refusal("", "rule", "一次领用不超过一百张", 2) in found.refusals


def test_a_new_key_refuses_rows_that_it_no_longer_tells_apart(eve: Compiled) -> None:
    """Two clerks of one ID number had two numbers of their own; an upgrade mapping reads other rows than today's."""
    found = judge(eve, REGISTRAR, under(eve))
    assert (found.read, found.newly, found.own_rows) == (3, 2, True)
    assert found.refusals == (Refusal("zjhm", "duplicate-key", "证件号码：不止一行", 2),)


def test_an_upgrade_tells_what_does_not_fit(eve: Compiled) -> None:
    """Only numbers and titles are told: no value of any row."""
    later = under(eve)
    found = judge(eve, REGISTRATION, later)
    assert (found.read, found.newly, [(each.field, each.rule) for each in found.refusals]) == (2, 1, [("jhzyzh", "length")])
    told = repr([judge(eve, plan.id, later) for plan in eve.plans])
    assert not [value for value in (*CARDS, "张伟", "1100000000010", "000000001000") if value in told]


def test_no_more_rows_are_read_than_asked_for(eve: Compiled) -> None:
    """The number of all rows is told beside it."""
    found = judge(eve, STOCK, under(eve), most=2)
    assert (found.read, found.total, found.newly) == (2, 7, 1)


def test_what_stays_the_same_is_not_read(eve: Compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release with the same promise reads no source at all."""
    monkeypatch.setenv("HUB_SOURCE_MARRIAGE_URL", "sqlite:////nowhere/at/all.db")
    standard = replace(eve.repository.standards["jinmin@1.0.0"], version="1.0.1")
    repository = replace(eve.repository, standards={**eve.repository.standards, "jinmin@1.0.1": standard})
    later = ahead(repository, eve.plans, standard)
    assert (later.plans, later.problems) == ({}, ())
    assert {judge(eve, plan.id, later).state for plan in eve.plans} == {"same"}


def test_a_source_that_cannot_be_read_is_told(eve: Compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are judged all the same."""
    monkeypatch.setenv("HUB_SOURCE_MARRIAGE_URL", "sqlite:////nowhere/at/all.db")
    later = under(eve)
    assert judge(eve, STOCK, later).state == "not read"
    assert judge(eve, STOCK, later).note
    assert judge(eve, REGISTRATION, later).state == "judged"


def test_a_mapping_that_does_not_fit_is_told_with_its_place(root: Path, tmp_path: Path) -> None:
    """Without the upgrade mappings those of today are tried; nothing of it disturbs today's exchanges."""
    bare = Path(shutil.copytree(root, tmp_path / "bare"))
    shutil.rmtree(bare / "mappings" / "jinmin_1_0_0")
    made = compiled(bare, today=EVE)
    later = under(made)
    assert len(made.sound()) == 4
    assert {judge(made, plan.id, later).state for plan in made.plans if plan.id != STOCK} == {"no plan"}
    told = {(problem.code, problem.place.path) for problem in later.problems}
    assert ("unmapped-field", "mappings/marriage/marriage_registration.yaml") in told
    assert ("unknown-field", "mappings/marriage/marriage_registrar.yaml") in told


def test_a_mapping_that_pins_the_older_release_does_not_serve_the_next(root: Path, tmp_path: Path) -> None:
    """It says for which release it was written, and is not tried on another."""
    pinned = Path(shutil.copytree(root, tmp_path / "pinned"))
    path = pinned / "mappings" / "marriage" / "blank_certificate_stock.yaml"
    path.write_text(
        path.read_text().replace("target: jinmin/blank_certificate_stock", "target: jinmin/blank_certificate_stock@1.0.0")
    )
    made = compiled(pinned, today=EVE)
    later = under(made)
    assert judge(made, STOCK, later).state == "no plan"
    assert [problem.code for problem in later.problems] == ["no-mapping"]
