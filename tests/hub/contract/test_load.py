"""Reading a release: what it gives, and one test for every kind of mistake."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hub.contract.load import load_standard

RELEASE = "contracts/mini/1.0.0"
PERSON = f"{RELEASE}/tables/person/person.yaml"
OFFICE = f"{RELEASE}/tables/person/office.yaml"
ELEMENTS = f"{RELEASE}/elements/common.yaml"
INDEX = f"{RELEASE}/codes/index.yaml"
NATION = f"{RELEASE}/codes/nation.csv"
STANDARD = f"{RELEASE}/standard.yaml"


def load(root: Path) -> Any:
    """The standard (of type Standard) or None, and code@place of every problem."""
    standard, problems = load_standard(root / RELEASE, root)
    assert all(problem.cure and problem.message for problem in problems)
    return standard, sorted(f"{problem.code}@{problem.place}" for problem in problems)


def test_a_sound_release_is_expanded(checkout: Any) -> None:
    """Fields inherit from elements; key fields are required; codes are dated; text and numbers are told apart."""
    standard, problems = load(checkout.root)
    assert problems == []
    assert (standard.name, standard.version, standard.effective_from) == ("mini", "1.0.0", date(2026, 1, 1))
    person = standard.tables["person"]
    assert list(person.fields) == ["ry_bh", "xm", "sfzh", "xb_dm", "mz_dm", "dj_rq", "je", "jg_bh"]
    assert person.fields["ry_bh"].required, "a key is required whether its line says so or not"
    assert not person.fields["sfzh"].required
    assert person.fields["xm"].title == "姓名"
    assert person.fields["dj_rq"].minimum == "19000101"
    assert person.fields["jg_bh"].references == ("office", "jg_bh")
    assert person.fields["je"].column.type == pa.decimal128(12, 2)
    assert person.fields["xb_dm"].column.type == pa.string()
    assert person.fields["mz_dm"].codes.codes["03"][0].valid_to == date(2000, 1, 1)
    assert person.rules[0].sql == "sfzh IS NULL OR NOT xb_dm IS NULL"
    assert person.rules[0].severity == "error"
    assert person.place.path == PERSON


def test_the_same_promise_has_the_same_digest_wherever_it_stands(checkout: Any) -> None:
    """Comments, order of keys and titles of tables change nothing; a format, a code, a rule or a required flag does."""
    before = load(checkout.root)[0].tables["person"].digest
    checkout.edit(PERSON, "title: 人员\n", "title: 人员登记 # 改名\n")
    checkout.edit(PERSON, "{element: 姓名, required: true}", "{required: true, element: 姓名}")
    assert load(checkout.root)[0].tables["person"].digest == before
    changes = [
        (PERSON, "{element: 公民身份号码}", "{element: 公民身份号码, required: true}"),
        (ELEMENTS, "c..50", "c..40"),
        (NATION, "02,蒙古族", "04,藏族,,,\n02,蒙古族"),
        (PERSON, "sfzh IS NULL OR", "sfzh IS NOT NULL OR"),
        (PERSON, "as_of: dj_rq\n", ""),
    ]
    seen = {before}
    for path, old, new in changes:
        checkout.edit(path, old, new)
        seen.add(load(checkout.root)[0].tables["person"].digest)
    assert len(seen) == len(changes) + 1


# fmt: off
# ruff: noqa: E501 - one mistake a line
MISTAKES = [
    # name, file, old, new, expected code, the words where it is told (in the file, or "@path" for a whole file)
    ("standard of another folder", STANDARD, "standard: mini", "standard: other", "file-name", "other"),
    ("version of another folder", STANDARD, "1.0.0", "1.0.1", "file-name", "1.0.1"),
    ("a day that does not exist", STANDARD, "2026-01-01", "2026-02-30", "bad-date", "2026-02-30"),
    ("unknown status", STANDARD, "published", "pubished", "unknown-word", "pubished"),
    ("unknown format", ELEMENTS, "c..50", "x..50", "unknown-format", "x..50"),
    ("unknown code list", ELEMENTS, "codes: 性别", "codes: 性別", "unknown-code-list", "性别代码"),
    ("codes of another form", ELEMENTS, "n1, ", "n2, ", "code-format", "性别代码"),
    ("element twice", ELEMENTS, "金额: ", "姓名 : {id: T9}\n金额: ", "yaml-duplicate-key", "姓名 : "),
    ("id twice", ELEMENTS, "T005", "T004", "duplicate-id", "民族代码"),
    ("bound of a text", ELEMENTS, "c..50, ", "c..50, min: 3, ", "bad-bound", "3, "),
    ("bound of another form", ELEMENTS, "'19000101'", "1900-01-01", "bad-bound", "1900-01-01"),
    ("reversed bounds", ELEMENTS, "'19000101'", "'20000101', max: '19990101'", "bad-bound", "'20000101'"),
    ("file that is not there", INDEX, "sex.csv", "sax.csv", "no-such-file", "sax.csv"),
    ("file outside the folder", INDEX, "sex.csv", "../../sex.csv", "bad-form", "../../sex.csv"),
    ("two lists of one file", INDEX, "title: 民族}", "title: 民族}\n又: {file: sex.csv, title: 又}", "duplicate-file", "sex.csv, title: 又"),
    ("code twice", NATION, "02,蒙古族,,,", "02,蒙古族,,,\n01,蒙,,,", "duplicate-code", "01,蒙"),
    ("code twice in times that meet", NATION, "02,蒙古族,,,", "02,蒙,1990-01-01,,\n02,古,,1990-01-02,", "duplicate-code", "02,古"),
    ("no code", NATION, "01,汉族", ",汉族", "empty", ",汉族"),
    ("no name", NATION, "01,汉族", "01,", "empty", "01,,,"),
    ("a day in another form", NATION, "1990-01-01", "1990/1/1", "bad-date", "03,旧码"),
    ("ends before it begins", NATION, "2000-01-01", "1980-01-01", "bad-date", "03,旧码"),
    ("replaced by an unknown code", NATION, "2000-01-01,02", "2000-01-01,09", "unknown-code", "03,旧码"),
    ("unknown column", NATION, "replaced_by", "replaced", "csv-unknown-column", "code,name"),
    ("table of another file", OFFICE, "table: office", "table: offices", "file-name", "offices"),
    ("table code twice", OFFICE, "M_02", "M_01", "duplicate-code", "person"),
    ("table title twice", OFFICE, "title: 机关\n", "title: 人员\n", "duplicate-title", "person"),
    ("another domain in one folder", OFFICE, "domain: 人员", "domain: 机构", "mixed-domain", "person"),
    ("unknown element", PERSON, "{element: 姓名,", "{element: 名姓,", "unknown-element", "名姓"),
    ("unknown code list of a field", PERSON, "{element: 民族代码}", "{element: 民族代码, codes: 无}", "unknown-code-list", "无}"),
    ("codes of another form in a field", PERSON, "{element: 民族代码}", "{element: 民族代码, codes: 性别}", "code-format", "性别}"),
    ("wider than its element", PERSON, "{element: 姓名,", "{element: 姓名, format: c..60,", "widened-format", "c..60"),
    ("unknown format of a field", PERSON, "{element: 姓名,", "{element: 姓名, format: zz,", "unknown-format", "zz,"),
    ("bound of a field", PERSON, "{element: 金额}", "{element: 金额, max: 1.234}", "bad-bound", "1.234"),
    ("title of a field twice", PERSON, "{element: 公民身份号码}", "{element: 公民身份号码, title: 姓名}", "duplicate-title", "sfzh:"),
    ("a field of the envelope", PERSON, "  xm:    ", "  cd_time: {element: 日期, title: 时间}\n  xm:    ", "reserved-name", "cd_time"),
    ("unknown key field", PERSON, "key: [ry_bh]", "key: [rybh]", "unknown-field", "rybh]"),
    ("unknown as_of", PERSON, "as_of: dj_rq", "as_of: djrq", "unknown-field", "djrq"),
    ("as_of is no day", PERSON, "as_of: dj_rq", "as_of: xm", "bad-as-of", "xm\nfields"),
    ("reference to no table", PERSON, "office.jg_bh", "offices.jg_bh", "unknown-table", "jg_bh: {element"),
    ("reference to no field", PERSON, "office.jg_bh", "office.bh", "unknown-field", "jg_bh: {element"),
    ("reference of another form", PERSON, "{element: 编号, title: 机关编号, r", "{element: 姓名, title: 机关编号, r", "reference-format", "jg_bh: {"),
    ("rule on an unknown field", PERSON, "xb_dm IS NOT", "xbdm IS NOT", "unknown-field", "sfzh IS NULL"),
    ("rule that is no expression", PERSON, "xb_dm IS NOT NULL", "xb_dm IS NOT", "expression", "sfzh IS NULL"),
    ("rule with a forbidden function", PERSON, "sfzh IS NULL", "getenv(sfzh) IS NULL", "expression", "getenv"),
    ("rule with a subquery", PERSON, "sfzh IS NULL", "sfzh IN (SELECT 1)", "expression", "sfzh IN"),
    ("rule without a field", PERSON, "sfzh IS NULL OR xb_dm IS NOT NULL", "1 = 1", "expression", "1 = 1"),
]
# fmt: on


@pytest.mark.parametrize("case", MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_told_once_where_it_stands(checkout: Any, case: tuple[str, ...]) -> None:
    """One mistake, one problem: no follow-on complaints."""
    _, path, old, new, code, words = case
    checkout.edit(path, old, new)
    place = checkout.find(PERSON if words == "person" else path, words)
    place = f"{place.rsplit(':', 1)[0]}:1" if path == NATION else place
    strays = [f"stray-file@{RELEASE}/codes/sex.csv"] if old == "sex.csv" else []
    wanted = [f"{code}@{place}", *strays]
    found = load(checkout.root)[1]
    assert len(found) >= 1
    if words == "person":  # told at the table that comes later
        wanted = [f"{code}@{PERSON}:1:8"]
    assert found == sorted(wanted)


def test_a_wrong_element_is_not_blamed_on_its_users(checkout: Any) -> None:
    """Two tables use the element whose format is wrong; only the format is told, and the tables are left out."""
    checkout.edit(ELEMENTS, "an..20", "an..")
    standard, problems = load(checkout.root)
    assert problems == [f"unknown-format@{checkout.find(ELEMENTS, 'an..,')}"]
    assert standard.tables == {}


def test_a_wrong_table_is_not_blamed_on_those_that_refer_to_it(checkout: Any) -> None:
    """The office's own file is told, the person that refers to it is sound."""
    checkout.edit(OFFICE, "grain:", "grian:")
    standard, problems = load(checkout.root)
    assert [problem.partition("@")[0] for problem in problems] == ["missing-key", "unknown-key"]
    assert list(standard.tables) == ["person"]


@pytest.mark.parametrize("path", [ELEMENTS, INDEX, OFFICE])
def test_a_file_that_cannot_be_read_silences_its_users(checkout: Any, path: str) -> None:
    """A bracket too many in the library is one problem, not one for every table."""
    checkout.write(path, "[" + (checkout.root / path).read_text())
    problems = load(checkout.root)[1]
    assert [problem.partition("@")[0] for problem in problems] == ["yaml-syntax"]


def test_a_release_may_have_no_code_lists_but_not_no_tables(checkout: Any) -> None:
    """What uses lists is told; a release without tables promises nothing."""
    for path in (INDEX, NATION, f"{RELEASE}/codes/sex.csv", PERSON, OFFICE):
        (checkout.root / path).unlink()
    codes = [problem.partition("@")[0] for problem in load(checkout.root)[1]]
    assert codes == ["no-tables", "unknown-code-list", "unknown-code-list"]


def test_one_element_in_two_files_is_told(checkout: Any) -> None:
    """Names are unique in the whole library."""
    checkout.write(f"{RELEASE}/elements/more.yaml", "姓名: {id: T100, short: xm, format: c..50, definition: 又}\n")
    assert load(checkout.root)[1] == [f"duplicate-name@{RELEASE}/elements/more.yaml:1:1"]


def test_one_table_in_two_folders_is_told(checkout: Any) -> None:
    """A table belongs to one domain."""
    checkout.write(f"{RELEASE}/tables/zoo/office.yaml", (checkout.root / OFFICE).read_text().replace("人员", "园"))
    assert load(checkout.root)[1] == [f"duplicate-name@{RELEASE}/tables/zoo/office.yaml:1:8"]


def test_an_unlisted_code_file_and_an_empty_list_are_told(checkout: Any) -> None:
    """Handled, or refused: nothing lies about unread."""
    checkout.write(f"{RELEASE}/codes/old.csv", "code,name\n1,a\n")
    checkout.write(f"{RELEASE}/codes/sex.csv", "code,name\n")
    assert load(checkout.root)[1] == [f"csv-empty@{RELEASE}/codes/sex.csv", f"stray-file@{RELEASE}/codes/old.csv"]


def test_a_release_without_standard_yaml_is_no_release(checkout: Any) -> None:
    """Its other files are still checked."""
    (checkout.root / STANDARD).unlink()
    checkout.edit(ELEMENTS, "c..50", "c..")
    standard, problems = load(checkout.root)
    assert standard is None
    assert [problem.partition("@")[0] for problem in problems] == ["file-unreadable", "unknown-format"]


def test_all_mistakes_of_all_files_are_told_at_once(checkout: Any) -> None:
    """Five files, five mistakes."""
    checkout.edit(STANDARD, "published", "x")
    checkout.edit(NATION, "01,汉族", "01,")
    checkout.edit(INDEX, "title: 性别", "titel: 性别")
    checkout.edit(OFFICE, "M_02", "M 02")
    checkout.edit(PERSON, "element: 姓名", "element: 名")
    codes = [problem.partition("@")[0] for problem in load(checkout.root)[1]]
    assert codes == ["bad-form", "empty", "missing-key", "unknown-element", "unknown-key", "unknown-word"]


def test_a_code_may_come_back_in_another_time(checkout: Any) -> None:
    """The same code twice with times that do not meet is one code with two meanings."""
    checkout.edit(NATION, "02,蒙古族,,,", "02,旧,,1990-01-01,\n02,新,1990-01-01,,")
    standard, problems = load(checkout.root)
    assert problems == []
    assert [code.name for code in standard.code_lists["民族"].codes["02"]] == ["旧", "新"]
