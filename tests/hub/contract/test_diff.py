"""What changed between two releases: every kind of change, in both directions, judged for either side, and told once."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from hub.contract.change import BREAKING, KINDS, REVIEW, SAFE, Change
from hub.contract.diff import diff
from hub.contract.load import load_standard
from hub.contract.model import Standard

PERSON, OFFICE = "tables/person/person.yaml", "tables/person/office.yaml"
ELEMENTS, INDEX, SEX = "elements/common.yaml", "codes/index.yaml", "codes/sex.csv"
JE = "  je:    {element: 金额}"
JG = "  jg_bh: {element: 编号, title: 机关编号, references: office.jg_bh}"
RULE = "sql: sfzh IS NULL OR xb_dm IS NOT NULL}"
MORE = "\n  - {name: 金额应大于零, sql: je > 0%s}"

# kind forwards, kind backwards, edits (file, old, new)
CASES: list[tuple[str, str, list[tuple[str, str, str]]]] = [
    ("table-described", "table-described", [(PERSON, "一人一行", "一人一年一行")]),
    ("share-changed", "share-changed", [(PERSON, "key: [ry_bh]", "key: [ry_bh]\ncatalog: {share: 不予共享}")]),
    ("key-changed", "key-changed", [(PERSON, "key: [ry_bh]", "key: [ry_bh, dj_rq]")]),
    ("as-of-changed", "as-of-changed", [(PERSON, "as_of: dj_rq\n", "")]),
    ("field-added-required", "field-removed", [(PERSON, JE, f"{JE}\n  bz: {{element: 姓名, title: 备注, required: true}}")]),
    ("field-added-optional", "field-removed", [(PERSON, JE, f"{JE}\n  bz: {{element: 姓名, title: 备注}}")]),
    ("field-renamed", "field-renamed", [(PERSON, "  xm:  ", "  mc:  ")]),
    ("fields-reordered", "fields-reordered", [(PERSON, f"{JE}\n{JG}", f"{JG}\n{JE}")]),
    ("title-changed", "title-changed", [(PERSON, "title: 登记日期", "title: 录入日期")]),
    ("now-required", "now-optional", [(PERSON, "{element: 公民身份号码}", "{element: 公民身份号码, required: true}")]),
    ("element-replaced", "element-replaced", [(PERSON, JE, "  je:    {element: 编号, title: 金额}")]),
    (
        "element-renamed",
        "element-renamed",
        [(ELEMENTS, "金额:  ", "款额:  "), (PERSON, "element: 金额", "element: 款额, title: 金额")],
    ),
    ("definition-changed", "definition-changed", [(ELEMENTS, "definition: 金额", "definition: 以元计的数额")]),
    ("format-widened", "format-narrowed", [(ELEMENTS, "c..50", "c..80")]),
    ("format-changed", "format-changed", [(ELEMENTS, "an..20", "c..10")]),
    ("bound-tightened", "bound-loosened", [(ELEMENTS, "min: '19000101'", "min: '19500101'")]),
    ("bound-tightened", "bound-loosened", [(ELEMENTS, "min: 0", "min: 0, max: '9999.99'")]),
    ("bound-tightened", "bound-loosened", [(PERSON, JE, "  je:    {element: 金额, min: '10'}")]),
    ("check-removed", "check-added", [(ELEMENTS, "check: gb11643, ", "")]),
    ("check-changed", "check-changed", [(ELEMENTS, "gb11643", "gb32100")]),
    ("unit-changed", "unit-changed", [(ELEMENTS, "min: 0", "min: 0, unit: 万元")]),
    ("codes-detached", "codes-attached", [(ELEMENTS, "codes: 性别, ", "")]),
    ("codes-replaced", "codes-replaced", [(ELEMENTS, "codes: 性别", "codes: 新性别"), (INDEX, "性别: {", "新性别: {")]),
    ("code-added", "code-removed", [(SEX, "2,女", "2,女\n9,未说明")]),
    ("code-ended", "code-extended", [(SEX, "code,name\n1,男\n2,女", "code,name,valid_to\n1,男,\n2,女,2026-07-01")]),
    ("code-renamed", "code-renamed", [(SEX, "2,女", "2,女性")]),
    ("level-raised", "level-lowered", [(ELEMENTS, "c..50,  ", "c..50, level: 敏感,  ")]),
    ("personal-changed", "personal-changed", [(ELEMENTS, "personal: true, mask: name", "mask: name")]),
    ("mask-changed", "mask-changed", [(ELEMENTS, "mask: name", "mask: all")]),
    ("reference-removed", "reference-added", [(PERSON, ", references: office.jg_bh", "")]),
    ("reference-changed", "reference-changed", [(PERSON, "references: office.jg_bh", "references: person.ry_bh")]),
    ("rule-added", "rule-removed", [(PERSON, RULE, RULE + MORE % "")]),
    ("warning-added", "warning-removed", [(PERSON, RULE, RULE + MORE % ", severity: warning")]),
    ("rule-changed", "rule-changed", [(PERSON, RULE, "sql: sfzh IS NULL OR xb_dm = '1'}")]),
    ("rule-softened", "rule-hardened", [(PERSON, RULE, RULE.replace("}", ", severity: warning}"))]),
    ("rule-renamed", "rule-renamed", [(PERSON, "有身份号码的应有性别", "身份号码与性别同有")]),
]


def load(checkout: Any, version: str) -> Standard:
    """A release without a mistake."""
    standard, problems = load_standard(checkout.root / "contracts" / "mini" / version, checkout.root)
    assert [str(problem) for problem in problems] == []
    assert standard is not None
    return standard


@pytest.fixture
def successor(checkout: Any) -> Any:
    """The checkout with a release 1.1.0 that differs in nothing but its version."""
    shutil.copytree(checkout.root / "contracts/mini/1.0.0", checkout.root / "contracts/mini/1.1.0")
    checkout.edit("contracts/mini/1.1.0/standard.yaml", "version: 1.0.0", "version: 1.1.0")
    return checkout


def changed(checkout: Any, *edits: tuple[str, str, str]) -> tuple[Standard, Standard]:
    for file, old, new in edits:
        checkout.edit(f"contracts/mini/1.1.0/{file}", old, new)
    return load(checkout, "1.0.0"), load(checkout, "1.1.0")


def only(changes: tuple[Change, ...], kind: str) -> Change:
    return next(change for change in changes if change.kind == kind)


@pytest.mark.parametrize(
    ("forwards", "backwards", "edits"), CASES, ids=[f"{one}-{number}" for number, (one, *_) in enumerate(CASES)]
)
def test_a_change_has_its_kind_in_either_direction(forwards: str, backwards: str, edits: Any, successor: Any) -> None:
    """One edit is one change, judged as its kind says; only a field that takes another element tells more."""
    old, new = changed(successor, *edits)
    for before, after, kind in ((old, new, forwards), (new, old, backwards)):
        changes = diff(before, after)
        assert kind in [change.kind for change in changes]
        assert len(changes) == 1 or kind == "element-replaced"
        found = only(changes, kind)
        assert (found.reporting, found.using, found.cure) == KINDS[kind]
        assert found.before != found.after


def test_every_kind_is_known_to_a_test() -> None:
    """No kind of change is listed that nothing brings about."""
    elsewhere = {"table-added", "table-removed", "table-renamed", "warning-changed"}
    assert {kind for forwards, backwards, _ in CASES for kind in (forwards, backwards)} | elsewhere == set(KINDS)


def test_tightening_hurts_who_reports_and_loosening_who_uses() -> None:
    """Nothing that both sides may ignore breaks one of them; a cure stands wherever something is to be done."""
    tightening = ("field-added-required", "now-required", "format-narrowed", "bound-tightened", "rule-added", "code-ended")
    loosening = ("now-optional", "format-widened", "bound-loosened", "rule-removed", "code-added", "check-removed")
    assert {KINDS[kind][0] for kind in tightening} == {BREAKING}
    assert {KINDS[kind][1] for kind in loosening} == {BREAKING}
    assert {KINDS[kind][0] for kind in loosening} == {SAFE}
    assert {KINDS["level-raised"][side] for side in (0, 1)} == {REVIEW}
    assert all(cure or (reporting, using) == (SAFE, SAFE) for reporting, using, cure in KINDS.values())


def test_two_equal_releases_have_no_change(successor: Any) -> None:
    """The version alone is no change."""
    assert diff(*changed(successor)) == ()


def test_an_element_is_told_once_with_the_fields_it_reaches(successor: Any) -> None:
    """A field with a format of its own is not reached; the element's line is the place."""
    narrowed = (PERSON, "{element: 编号, title: 人员编号}", "{element: 编号, title: 人员编号, format: an..8}")
    successor.edit(f"contracts/mini/1.0.0/{narrowed[0]}", *narrowed[1:])
    changes = diff(*changed(successor, narrowed, (ELEMENTS, "an..20", "an..24")))
    assert [(each.kind, each.subject, each.hits) for each in changes] == [
        ("format-widened", "编号", ("office.jg_bh", "person.jg_bh"))
    ]
    assert str(changes[0].place) == "contracts/mini/1.1.0/elements/common.yaml:1:1"


def test_what_reaches_no_field_is_not_told(successor: Any) -> None:
    """An element and a list that no table uses may change as they like."""
    extra = (ELEMENTS, "日期:  ", "备用: {id: T099, short: by, format: c..9, definition: 备用}\n日期:  ")
    successor.edit(f"contracts/mini/1.0.0/{extra[0]}", *extra[1:])
    assert diff(*changed(successor, (extra[0], extra[1], extra[2].replace("c..9", "c..8")))) == ()


def test_tables_come_go_and_are_renamed(successor: Any) -> None:
    """A table that kept its code was renamed; the rest came or went."""
    folder = successor.root / "contracts/mini/1.1.0/tables/person"
    text = (folder / "office.yaml").read_text()
    (folder / "bureau.yaml").write_text(text.replace("table: office", "table: bureau"))
    (folder / "office.yaml").unlink()
    (folder / "place.yaml").write_text(
        text.replace("table: office", "table: place").replace("M_02", "M_03").replace("机关", "地点")
    )
    old, new = changed(successor, (PERSON, "office.jg_bh", "bureau.jg_bh"))
    told = [(each.kind, each.subject) for each in diff(old, new)]
    assert told == [("table-renamed", "bureau"), ("reference-changed", "person.jg_bh"), ("table-added", "place")]
    assert ("table-removed", "place") in [(each.kind, each.subject) for each in diff(new, old)]


def test_a_rename_is_not_seen_again_in_key_and_rules(successor: Any) -> None:
    """A key and a rule that only follow the new name of a field are the same."""
    edits = [(PERSON, "[ry_bh]", "[rybh]"), (PERSON, "  ry_bh:", "  rybh: "), (PERSON, "  sfzh: ", "  zjhm: ")]
    edits += [(PERSON, "sql: sfzh IS", "sql: zjhm IS")]
    assert [(each.kind, each.before, each.after) for each in diff(*changed(successor, *edits))] == [
        ("field-renamed", "ry_bh", "rybh"),
        ("field-renamed", "sfzh", "zjhm"),
    ]


def test_a_warning_that_is_worded_otherwise_refuses_nothing(successor: Any) -> None:
    """warning-changed asks for a look; the spelling of a rule alone is no change."""
    successor.edit(f"contracts/mini/1.0.0/{PERSON}", RULE, RULE + MORE % ", severity: warning")
    edits = [(PERSON, RULE, RULE.replace("IS NULL OR", "is  null  or") + (MORE % ", severity: warning").replace("> 0", "> 1"))]
    assert [each.kind for each in diff(*changed(successor, *edits))] == ["warning-changed"]


def test_a_code_that_moves_to_another_time_has_lost_days(successor: Any) -> None:
    """Days that meet are one time; a code that ends and begins again is ended in between."""
    head = "code,name,valid_from,valid_to\n1,男,,\n"
    before, split = "2,女,,", "2,女,,2020-01-01\n2,女,2020-01-01,"
    successor.write("contracts/mini/1.0.0/codes/sex.csv", f"{head}{before}\n")
    successor.write("contracts/mini/1.1.0/codes/sex.csv", f"{head}{split}\n")
    assert diff(*changed(successor)) == ()
    successor.write("contracts/mini/1.1.0/codes/sex.csv", f"{head}{split.replace('2020-01-01,', '2021-01-01,')}\n")
    found = only(diff(*changed(successor)), "code-ended")
    assert (found.subject, found.after, found.hits) == ("性别", "2 ..2020-01-01 2021-01-01..", ("person.xb_dm",))


def test_a_real_release_is_equal_to_itself() -> None:
    """A release with five real tables compared with itself: nothing."""
    root = Path(__file__).parents[3]
    standard, _ = load_standard(root / "contracts" / "gov-service" / "1.0.0", root)
    assert standard is not None
    assert diff(standard, standard) == ()
