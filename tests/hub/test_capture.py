"""Inline tests from real rows: nothing personal stands in them, they pass, and the file keeps its comments."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from contextlib import closing
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hub.adapter import module
from hub.capture import as_test, as_yaml, disguised, insert, joined, names, read
from hub.interface import ConfigurationError
from hub.kernel.inline_test import run_tests
from hub.load import load
from hub.mapping.disguise import Disguise
from hub.mapping.model import InlineTest, Mapping
from hub.mask import of_element
from hub.repository import Repository
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import STORIES
from hub.sandbox.world.script import load as load_script

ROOT = Path(__file__).parents[2]
SYSTEMS = ("assistance", "funeral")


@cache
def repository() -> Repository:
    return load(ROOT, date(2026, 11, 22))[0]


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two filled business systems; a third of the rows is spoilt."""
    folder = tmp_path_factory.mktemp("captured")
    made = {name: f"sqlite:///{folder}/{name}.db" for name in SYSTEMS}
    scripts = [script for name in SYSTEMS if (script := load_script(STORIES / f"{name}.sql", repository())[0])]
    fill(scripts, made, 7, 200, datetime(2026, 11, 22, 2), defects=0.3)
    return made


def rows(urls: dict[str, str], mapping: Mapping, where: str | None = None, count: int = 4) -> list[Any]:
    with closing(module("readers", "sql").connect({"url": urls[mapping.source]})) as reader:
        return read(mapping, repository().sources[mapping.source], reader, where, count)


def one(name: str) -> Mapping:
    return next(each for each in repository().mappings if each.name == name)


def captured(row: Any, mapping: Mapping) -> InlineTest:
    table = repository().standards[f"{mapping.standard}@{mapping.version}"].tables[mapping.table]
    return as_test(disguised(row, mapping, table, Disguise()), mapping, repository(), next(names(mapping, 1)))


@pytest.mark.parametrize("mapping", [m for m in repository().mappings if m.source in SYSTEMS], ids=lambda each: each.name)
def test_no_personal_value_of_the_row_is_written(mapping: Mapping, urls: dict[str, str]) -> None:
    """Of every table of two systems: names, numbers, telephones, addresses and masked values are other ones in the test."""
    table = repository().standards[f"{mapping.standard}@{mapping.version}"].tables[mapping.table]
    personal = {
        column
        for key, made in mapping.fields.items()
        if of_element(table.fields[key].element) and table.fields[key].codes is None
        for column in made.columns
    }
    for row in rows(urls, mapping):
        test = captured(row, mapping)
        text = as_yaml(test)
        for column in personal & row.keys():
            value = (row[column] or "").strip()
            if any(sign.isalnum() and sign != "0" for sign in value) and value != "无":
                alias, _, bare = column.partition(".")
                given = test.given.get(mapping.aliases[alias], ())
                assert all((each.get(bare) or "").strip() != value for each in given), column
                assert len(value) < 6 or value not in text, column


def test_a_captured_test_is_read_back_and_passes(checkout: Any, urls: dict[str, str], tmp_path: Path) -> None:
    """What is inserted stands behind the other tests; comments and all other lines stay; the file is sound and its tests pass."""
    for room in ("contracts", "adapters/sources", "mappings/crosswalks"):
        (tmp_path / "root" / room).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / room).symlink_to(ROOT / room)
    mapping = one("household_member")
    path = tmp_path / "root" / mapping.place.path
    path.parent.mkdir(parents=True)
    before = (ROOT / mapping.place.path).read_text(encoding="utf-8")
    path.write_text(before, encoding="utf-8")
    table = repository().standards["jinmin@1.0.0"].tables["household_member"]
    found = rows(urls, mapping, count=5)
    made = [
        as_test(disguised(row, mapping, table, Disguise()), mapping, repository(), name)
        for row, name in zip(found, names(mapping, len(found)), strict=True)
    ]
    insert(path, made)
    assert path.read_text(encoding="utf-8").startswith(before)
    again, problems = load(tmp_path / "root", date(2026, 11, 22))
    assert [str(each) for each in problems if each.place.path == mapping.place.path] == []
    results = list(run_tests(next(each for each in again.mappings if each.name == "household_member"), again))
    assert len(results) == len(mapping.tests) + 5
    assert [str(each) for each in results if not each.passed] == []


def test_a_refused_row_is_refused_for_the_same_reasons(urls: dict[str, str]) -> None:
    """A wrong check digit, an unknown nation and a missing name are as wrong after the disguise; joins are invented."""
    row = dict(rows(urls, one("household_member"), count=1)[0])
    row |= {"m.cert_type": "01", "m.cert_no": "110101198503079131", "m.nation": "张家族", "m.mname": " "}
    test = captured(
        joined({k: v for k, v in row.items() if k not in ("m.fid", "f.fid")}, one("household_member")), one("household_member")
    )
    assert {(each["field"], each["rule"]) for each in test.reject} >= {
        ("xm", "required"), ("zjhm", "check-digit"), ("mz_dm", "unmapped"),
    }  # fmt: skip
    assert "110101198503079131" not in as_yaml(test)
    assert "张家族" not in as_yaml(test)


@pytest.mark.parametrize("where", ["1=1; DROP TABLE sa_member", "m.mno = 'a' UNION SELECT 1", "m.mno = 'it"])
def test_a_condition_is_one_condition(where: str, urls: dict[str, str]) -> None:
    """--where goes to the source, so nothing but one condition does."""
    with pytest.raises(ConfigurationError, match="--where"):
        rows(urls, one("household_member"), where)


def test_tests_on_one_line_are_not_torn(tmp_path: Path) -> None:
    """A file whose tests stand in a flow list is left as it is; one without tests gets the key."""
    test = InlineTest("一", {"t": ({"a": "1"},)}, ({"b": None},), (), one("household_member").place)
    path = tmp_path / "x.yaml"
    path.write_text("mapping: x\ntests: []\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="one line"):
        insert(path, [test])
    path.write_text("mapping: x  # kept", encoding="utf-8")
    insert(path, [test])
    assert path.read_text(encoding="utf-8") == (
        "mapping: x  # kept\ntests:\n  - name: 一\n    given:\n      t:\n        - {a: '1'}\n    expect:\n      - {b: null}\n"
    )
