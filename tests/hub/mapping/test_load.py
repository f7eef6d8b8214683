"""Mappings and crosswalks: what is resolved, and one test for every kind of mistake."""

from datetime import date, timedelta
from typing import Any

import pytest

from hub.load import load
from hub.mapping.model import Mapping

PERSON = "mappings/local/person.yaml"
OFFICE = "mappings/local/office.yaml"
NATION = "mappings/crosswalks/nation.csv"
TODAY = date(2026, 11, 22)


def problems(checkout: Any) -> list[str]:
    """code@place of every problem of the whole repository."""
    found = load(checkout.root, TODAY)[1]
    assert all(problem.cure for problem in found), [str(problem) for problem in found if not problem.cure]
    return sorted(f"{problem.code}@{problem.place}" for problem in found)


def mapping(checkout: Any, name: str = "person") -> Mapping:
    repository, found = load(checkout.root, TODAY)
    assert found == ()
    return next(each for each in repository.mappings if each.name == name)


def test_a_sound_mapping_is_resolved(checkout: Any) -> None:
    """Three forms of a field, the absent one, the watermark, the tests: all against source and contract."""
    made = mapping(checkout)
    assert (made.standard, made.version, made.table, made.source) == ("mini", "1.0.0", "person", "local")
    assert made.from_sql == "t_person p LEFT JOIN t_office o ON o.jg_bh = p.office"
    assert made.aliases == {"p": "t_person", "o": "t_office"}
    assert list(made.fields) == ["ry_bh", "xm", "sfzh", "xb_dm", "mz_dm", "dj_rq", "je", "jg_bh"], "in the contract's order"
    assert made.fields["xm"].sql == "TRIM(p.name)"
    assert made.fields["jg_bh"].const == "JG01"
    assert made.fields["je"].sql == "NULL"
    sex = made.fields["xb_dm"]
    assert sex.crosswalk is not None
    assert (sex.sql, sex.crosswalk.pairs, sex.unmapped) == ("p.sex", {"M": "1", "F": "2"}, "null")
    nation = made.fields["mz_dm"]
    assert nation.crosswalk is not None
    assert (nation.crosswalk.pairs, nation.crosswalk.pending) == ({"HAN": "01", "MENG": "02"}, {"XXX": ""})
    assert made.watermark is not None
    assert (made.watermark.column, made.watermark.overlap) == ("p.changed", timedelta(minutes=10))
    assert made.deleted == "p.status = 'D'"
    assert made.tests[0].given["t_person"][0]["id"] == "A1"
    assert made.tests[0].expect == ({"ry_bh": "A1", "mz_dm": "01", "sfzh": None},)
    assert made.tests[1].reject == ({"field": "mz_dm", "value": "ZZ", "rule": "unmapped"},)


def test_same_takes_over_columns_of_the_same_name(checkout: Any) -> None:
    """A lone table needs no alias, neither in fields nor under ignore."""
    made = mapping(checkout, "office")
    assert made.fields["jg_bh"].sql == "t_office.jg_bh"
    assert made.ignore == ("t_office.memo",)


def test_the_digest_follows_what_runs_and_nothing_else(checkout: Any) -> None:
    """Comments, tests, pending codes and what is ignored change nothing; a condition, a pair or an expression does."""
    seen = [mapping(checkout).digest]
    checkout.edit(PERSON, "ignore: [p.operator]", "ignore: [] # nothing")
    checkout.edit(PERSON, "name: 正常", "name: 平常")
    checkout.edit(NATION, "XXX,,不详,pending", "YYY,,不详,pending")
    assert mapping(checkout).digest == seen[0]
    for path, old, new in [
        (PERSON, "<> 'X'", "<> 'Y'"),
        (PERSON, "trim(p.name)", "p.name"),
        (PERSON, "F: 2", "F: 1"),
        (PERSON, "unmapped: 'null'", "unmapped: keep"),
        (PERSON, "const: JG01", "const: JG02"),
        (PERSON, "overlap: 10m", "overlap: 11m"),
        (NATION, "MENG,02", "MENG,01"),
    ]:
        checkout.edit(path, old, new)
        seen.append(mapping(checkout).digest)
    assert len(set(seen)) == len(seen)


def test_unmapped_may_be_a_code_of_the_list(checkout: Any) -> None:
    """``unmapped: '2'`` is marked as a code; a plain null is null."""
    checkout.edit(PERSON, "unmapped: 'null'", "unmapped: 2")
    assert mapping(checkout).fields["xb_dm"].unmapped == "=2"
    checkout.edit(PERSON, "unmapped: 2", "unmapped: null")
    assert mapping(checkout).fields["xb_dm"].unmapped == "null"


# fmt: off
# ruff: noqa: E501 - one mistake a line
MISTAKES = [
    # name, file, old, new, expected code, the words where it is told
    ("mapping of another file", PERSON, "mapping: person", "mapping: persons", "file-name", "persons"),
    ("unknown source", PERSON, "source: local", "source: locl", "unknown-source", "locl"),
    ("unknown standard", PERSON, "target: mini/", "target: mimi/", "unknown-standard", "mimi"),
    ("unknown release", PERSON, "mini/person", "mini/person@2.0.0", "unknown-version", "mini/person@2.0.0"),
    ("unknown table", PERSON, "mini/person", "mini/persn", "unknown-table", "mini/persn"),
    ("undeclared table", PERSON, "t_person p", "t_persn p", "unknown-table", "|"),
    ("subquery under from", PERSON, "t_person p", "(SELECT * FROM t_person) p", "source-sql", "|"),
    ("condition under from", PERSON, "p.office\n", "p.office WHERE 1 = 1\n", "source-sql", "|"),
    ("undeclared column in a join", PERSON, "= p.office", "= p.ofice", "unknown-column", "|"),
    ("undeclared column under where", PERSON, "p.status <> 'X'", "p.state <> 'X'", "unknown-column", "p.state"),
    ("two statements under where", PERSON, "<> 'X'", "<> 'X'; DELETE FROM t", "source-sql", "p.status <>"),
    ("unknown alias", PERSON, "trim(p.name)", "trim(q.name)", "unknown-alias", "trim(q.name)"),
    ("unknown column", PERSON, "trim(p.name)", "trim(p.nmae)", "unknown-column", "trim(p.nmae)"),
    ("column of no table", PERSON, "trim(p.name)", "trim(name)", "unknown-column", "trim(name)"),
    ("forbidden function", PERSON, "trim(p.name)", "md5(p.name)", "expression", "md5"),
    ("unknown field", PERSON, "xm:    ", "xn:    x\n  xm:    ", "unknown-field", "xn:"),
    ("a field that nothing makes", PERSON, "  dj_rq: p.reg_day\n", "", "unmapped-field", "fields:"),
    ("an absent field that is none", PERSON, "[je]", "[je, jf]", "unknown-field", "jf]"),
    ("absent and made at once", PERSON, "[je]", "[je, xm]", "duplicate-name", "xm]"),
    ("a required field absent", PERSON, "  dj_rq: p.reg_day\n  jg_bh: {const: JG01}\nabsent: [je]", "  jg_bh: {const: JG01}\nabsent: [je, dj_rq]", "required-absent", "dj_rq]"),
    ("a key absent", PERSON, "  ry_bh: p.id\n  xm:    trim(p.name)", "  xm:    trim(p.name)", "unmapped-field", "fields:"),
    ("constant of another form", PERSON, "const: JG01", "const: 'JG-01'", "bad-value", "'JG-01'"),
    ("constant beside a code", PERSON, "{const: JG01}", "{const: JG01, code: p.id, crosswalk: {a: b}}", "unknown-key", "JG01"),
    ("crosswalk without a code", PERSON, "{const: JG01}", "{crosswalk: {a: b}}", "missing-key", "jg_bh: {crosswalk"),
    ("code without a crosswalk", PERSON, "{code: p.nation, crosswalk: nation}", "{code: p.nation}", "missing-key", "mz_dm: {code: p.nation}"),
    ("unknown crosswalk", PERSON, "crosswalk: nation", "crosswalk: natin", "unknown-crosswalk", "natin"),
    ("code outside the list, inline", PERSON, "F: 2", "F: 3", "unknown-code", "3}"),
    ("code outside the list, CSV", NATION, "MENG,02", "MENG,22", "unknown-code", "MENG"),
    ("unmapped outside the list", PERSON, "unmapped: 'null'", "unmapped: '9'", "unknown-code", "'9'"),
    ("watermark without a column", PERSON, "p.changed", "p.chnged", "unknown-column", "p.chnged"),
    ("watermark that is no time", PERSON, "p.changed", "p.amount", "bad-watermark", "p.amount"),
    ("text watermark without a format", PERSON, "p.changed", "p.status", "bad-watermark", "p.status, "),
    ("format of a timestamp", PERSON, "overlap: 10m", "overlap: 10m, format: '%Y'", "bad-watermark", "'%Y'"),
    ("format that does not sort", PERSON, "p.changed, overlap: 10m", "p.status, overlap: 10m, format: '%d.%m.%Y %H:%M'", "bad-watermark", "'%d.%m"),
    ("day as watermark without overlap", PERSON, "p.changed", "p.reg_day", "bad-watermark", "p.reg_day, "),
    ("overlap of another form", PERSON, "10m", "10 minutes", "bad-form", "10 minutes"),
    ("deleted is no expression", PERSON, "deleted: p.status = 'D'", "deleted: p.status = ", "expression", "p.status ="),
    ("ignored alias", PERSON, "[p.operator]", "[q.operator]", "unknown-alias", "q.operator"),
    ("used and ignored", PERSON, "[p.operator]", "[p.name]", "used-and-ignored", "p.name]"),
    ("test with another table", PERSON, "given: {t_person: [{id: 'A1', name: 张, reg_day: 2026-01-02, nation: HAN", "given: {t_persn: [{id: 'A1', name: 张, reg_day: 2026-01-02, nation: HAN", "unknown-table", "t_persn"),
    ("test with another column", PERSON, "nation: HAN", "naton: HAN", "unknown-column", "naton"),
    ("test with another field", PERSON, "{ry_bh: A1,", "{rybh: A1,", "unknown-field", "rybh"),
    ("test that refuses another field", PERSON, "{field: mz_dm", "{field: mzdm", "unknown-field", "mzdm"),
    ("test with another finding", PERSON, "rule: unmapped", "rule: unmaped", "unknown-word", "unmaped"),
    ("test that expects nothing", PERSON, "    expect: [{ry_bh: A1, mz_dm: '01', sfzh: null}]\n", "", "missing-key", "正常"),
    ("two tests of one name", PERSON, "name: 未知民族", "name: 正常", "duplicate-name", "正常\n    given: {t_person: [{id: 'A1', name: 张, reg_day: 2026-01-02, nation: ZZ"),
    ("unknown status", NATION, "MENG,02,蒙古族,approved", "MENG,02,蒙古族,aproved", "unknown-word", "MENG"),
    ("approved by nobody", NATION, "MENG,02,蒙古族,approved,王", "MENG,02,蒙古族,approved,", "no-reviewer", "MENG"),
    ("approved without a code", NATION, "MENG,02", "MENG,", "empty", "MENG"),
    ("local code twice", NATION, "MENG,02", "HAN,02", "duplicate-code", "HAN,02"),
    ("no local code", NATION, "MENG,02", ",02", "empty", ",02"),
]
# fmt: on


@pytest.mark.parametrize("case", MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_told_once_where_it_stands(checkout: Any, case: tuple[str, ...]) -> None:
    """One mistake, one problem in the whole repository: no follow-on complaints."""
    _, path, old, new, code, words = case
    checkout.edit(path, old, new)
    place = checkout.find(path, words)
    place = f"{place.rsplit(':', 1)[0]}:1" if path == NATION else place
    assert problems(checkout) == [f"{code}@{place}"]


def test_source_of_another_folder_is_told(checkout: Any) -> None:
    """The folder is the source's name."""
    checkout.write("mappings/other/person.yaml", (checkout.root / PERSON).read_text())
    (checkout.root / PERSON).unlink()
    assert problems(checkout) == ["file-name@mappings/other/person.yaml:3:9"]


def test_two_mappings_of_one_table_are_told(checkout: Any) -> None:
    """Nobody could say which one runs."""
    checkout.write(
        "mappings/local/person2.yaml", (checkout.root / PERSON).read_text().replace("mapping: person", "mapping: person2")
    )
    assert problems(checkout) == ["duplicate-mapping@mappings/local/person2.yaml:2:9"]


def test_same_named_columns_of_two_tables_must_be_chosen(checkout: Any) -> None:
    """``same: true`` never guesses."""
    checkout.edit("adapters/sources/local.yaml", "      id: text\n", "      id: text\n      jg_bh: text\n")
    checkout.edit(PERSON, "  jg_bh: {const: JG01}\n", "")
    checkout.edit(PERSON, "absent:", "same: true\nabsent:")
    assert problems(checkout) == [f"ambiguous-column@{checkout.find(PERSON, 'fields:')}"]


def test_a_wrong_crosswalk_is_not_blamed_on_the_mapping(checkout: Any) -> None:
    """The CSV is told; the mapping that names it is left out without a word."""
    checkout.edit(NATION, "local,code", "locl,code")
    repository, found = load(checkout.root, TODAY)
    assert {problem.place.path for problem in found} == {NATION}
    assert [each.name for each in repository.mappings] == ["office"]
    assert repository.broken == {"mini/person"}


def test_a_wrong_source_is_not_blamed_on_its_mappings(checkout: Any) -> None:
    """Mappings of a broken source wait."""
    checkout.edit("adapters/sources/local.yaml", "office: text", "office: txt")
    assert problems(checkout) == [f"bad-form@{checkout.find('adapters/sources/local.yaml', 'txt')}"]


def test_a_wrong_table_is_not_blamed_on_its_mapping(checkout: Any) -> None:
    """Nor on the partner or the schedule that name it."""
    path = "contracts/mini/1.0.0/tables/person/person.yaml"
    checkout.edit(path, "{element: 姓名, ", "{element: 名, ")
    assert problems(checkout) == [f"unknown-element@{checkout.find(path, '名, required')}"]


def test_all_mistakes_of_one_mapping_are_told_at_once(checkout: Any) -> None:
    """A wrong shape hides no wrong name elsewhere in the file."""
    checkout.edit(PERSON, "trim(p.name)", "trim(p.nmae)")
    checkout.edit(PERSON, "upper(p.card)", "getenv(p.card)")
    checkout.edit(PERSON, "const: JG01", "cnst: JG01")
    checkout.edit(PERSON, "overlap: 10m", "overlap: soon")
    checkout.edit(PERSON, "rule: unmapped", "rule: x")
    codes = sorted(problem.partition("@")[0] for problem in problems(checkout))
    assert codes == ["bad-form", "expression", "unknown-column", "unknown-key", "unknown-word"]
