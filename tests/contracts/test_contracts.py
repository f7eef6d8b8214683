"""The contracts in the repository load, are complete, and say what the public facts say."""

import csv
import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from hub.contract.load import load_standard
from hub.contract.model import CodeList, Field, Standard

ROOT = Path(__file__).resolve().parents[2]
RELEASES = sorted(path.parent for path in ROOT.glob("contracts/*/*/standard.yaml"))
TOTALS = {"jinmin": (180, 1_891), "gov-service": (5, 64), "bank-disbursement": (2, 20)}
PEOPLE = ("男方", "女方", "当事人", "登记员", "申请人", "补领人", "受托人", "补录人", "审批人")
LIST_KINDS = re.compile(r"(GB|GB/T|GA/T) [0-9]+(\.[0-9]+)?(-[0-9]{4})?(/\S+)?|政务服务-\S+|本地-\S+")
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def standards() -> dict[str, Standard]:
    """Every release in the repository, loaded once."""
    return {folder.parent.name: _load(folder) for folder in RELEASES}


def _load(folder: Path) -> Standard:
    standard, _ = load_standard(folder, ROOT)
    assert standard is not None
    return standard


def _rows(name: str) -> list[dict[str, str]]:
    """Facts beside this file."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _fields(standard: Standard) -> list[Field]:
    return [field for table in standard.tables.values() for field in table.fields.values()]


def _valid(codes: CodeList, code: str, day: date) -> bool:
    spans = codes.codes.get(code, ())
    return any((each.valid_from or date.min) <= day < (each.valid_to or date.max) for each in spans)


@pytest.mark.parametrize("folder", RELEASES, ids=lambda folder: folder.parent.name)
def test_a_release_loads_without_a_problem(folder: Path) -> None:
    """Every file of every release is sound, warnings included."""
    standard, problems = load_standard(folder, ROOT)
    assert [str(problem) for problem in problems] == []
    assert standard is not None


def test_the_totals_are_the_planned_ones(standards: dict[str, Standard]) -> None:
    """The reference model has 180 tables and 1,891 data items, the service platform five tables, the bank two."""
    assert {name: (len(each.tables), len(_fields(each))) for name, each in standards.items()} == TOTALS


def test_every_release_says_that_it_is_no_official_text(standards: dict[str, Standard]) -> None:
    """Nobody can mistake a reference model for the ministry's standard."""
    for standard in standards.values():
        assert "参考模型，非官方文本" in standard.title
        assert "参考模型" in standard.authority
        assert standard.effective_from == date(2026, 1, 1)


def test_the_fields_are_those_of_the_reference_model_in_its_order(standards: dict[str, Standard]) -> None:
    """Eight domains, 180 tables, 1,891 fields with the titles of the reference model, none added, none moved."""
    expected, domains = defaultdict(list), {}
    for row in _rows("reference_fields.csv"):
        expected[row["table"]].append(row["title"])
        domains[row["table"]] = row["domain"]
    tables = standards["jinmin"].tables.values()
    assert (len(set(domains.values())), len(domains), sum(map(len, expected.values()))) == (8, 180, 1_891)
    assert {table.code: [field.title for field in table.fields.values()] for table in tables} == expected
    assert {table.code: table.domain for table in tables} == domains


def test_field_names_are_short_ascii(standards: dict[str, Standard]) -> None:
    """A name fits every database: small letters, digits, underscores, at most 30 characters."""
    for standard in standards.values():
        for table in standard.tables.values():
            assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,29}", name) for name in table.fields)


def test_field_names_follow_their_titles(standards: dict[str, Standard]) -> None:
    """One rule: initials, ``_dm`` for 代码 at the end, an underscore after the person; one spelling a character.

    Where two titles of a table come to the same name, the later one spells its first other character out.
    """
    spelling: dict[str, str] = {}
    for table in standards["jinmin"].tables.values():
        earlier: list[Field] = []
        for field in table.fields.values():
            head, tail, person, rest = _parts(field)
            assert _spell(person, head, spelling), f"{field.title} is written {field.name}"
            if not _spell(rest, tail, spelling):
                told = [_parts(other)[1::2] for other in earlier]
                assert any(_spelled_out(rest, tail, *other, spelling) for other in told), f"{field.title} is written {field.name}"
            earlier.append(field)


def _parts(field: Field) -> tuple[str, str, str, str]:
    """Person and rest of the name, person and rest of the title; 代码 at the end is taken off."""
    person = next((word for word in PEOPLE if field.title.startswith(word) and field.title != word), "")
    rest, code = field.title[len(person) :], ""
    if rest.endswith("代码"):
        rest, code = rest[:-2], "_dm"
    letters = field.name.removesuffix(code) if code else field.name
    head, _, tail = letters.partition("_") if person else ("", "", letters)
    assert "_" not in tail, field.name
    assert field.name == f"{head}_{tail}{code}" if person else f"{tail}{code}"
    return head, tail, person, rest


def _spell(word: str, letters: str, spelling: dict[str, str]) -> bool:
    """Whether each character takes its one letter (女 takes two); what is new is remembered if the whole word is right."""
    found: dict[str, str] = {}
    for character in word:
        width = 2 if character == "女" else 1
        short, letters = letters[:width], letters[width:]
        if not short or (spelling | found).get(character, short) != short:
            return False
        found[character] = short
    if not letters:
        spelling |= found
    return letters == ""


def _spelled_out(word: str, letters: str, other_letters: str, other_word: str, spelling: dict[str, str]) -> bool:
    """Whether ``letters`` are those of the other title but for the first character that differs, which is written in full."""
    place = next((n for n, pair in enumerate(zip(word, other_word, strict=False)) if pair[0] != pair[1]), None)
    if place is None or len(letters) <= len(other_letters):
        return False
    start = sum(2 if character == "女" else 1 for character in word[:place])
    full = letters[start : start + len(letters) - len(other_letters) + 1]
    short = letters[:start] + full[0] + letters[start + len(full) :]
    return short == other_letters and _spell(word, short, spelling)


def test_no_element_and_no_code_list_is_an_orphan(standards: dict[str, Standard]) -> None:
    """What no table uses is not there."""
    for standard in standards.values():
        fields = _fields(standard)
        assert set(standard.elements) == {field.element.name for field in fields}
        assert set(standard.code_lists) == {field.codes.name for field in fields if field.codes}


def test_local_lists_are_labelled(standards: dict[str, Standard]) -> None:
    """A list that nobody published says so in its name and by its flag; every other name is a standard or a platform's."""
    for standard in standards.values():
        for codes in standard.code_lists.values():
            assert LIST_KINDS.fullmatch(codes.name), codes.name
            assert codes.local == codes.name.startswith("本地-"), codes.name


def test_public_lists_have_the_known_values(standards: dict[str, Standard]) -> None:
    """Each value of the public facts is there under its name (a longer name begins with the known one)."""
    missing = []
    for row in _rows("known_codes.csv"):
        codes = standards[row["standard"]].code_lists[row["list"]].codes.get(row["code"], ())
        if not any(each.name.startswith(row["name"]) for each in codes):
            missing.append(row)
    assert missing == []


def test_ethnic_groups_are_the_56_and_two_additions(standards: dict[str, Standard]) -> None:
    """01 to 56 without a gap; 97 and 98 are the additions of the population registers."""
    codes = standards["jinmin"].code_lists["GB/T 3304-1991"].codes
    assert list(codes) == [f"{number:02d}" for number in (*range(1, 57), 97, 98)]


def test_divisions_have_beijing_and_shanghai_of_today(standards: dict[str, Standard]) -> None:
    """Sixteen districts each."""
    codes = standards["jinmin"].code_lists["GB/T 2260-2007"]
    today = [code for code in codes.codes if _valid(codes, code, TODAY) and not code.endswith("00")]
    beijing = [1, 2, 5, 6, 7, 8, 9, *range(11, 20)]
    shanghai = [1, 4, 5, 6, 7, 9, 10, *range(12, 19), 20, 51]
    assert [code for code in today if code.startswith("11")] == [f"1101{number:02d}" for number in beijing]
    assert [code for code in today if code.startswith("31")] == [f"3101{number:02d}" for number in shanghai]
    assert 2800 < len(today) < 3000


@pytest.mark.parametrize(
    ("code", "day", "valid"),
    [
        ("110103", date(2009, 6, 1), True),  # 崇文区, part of 东城区 since 2010
        ("110103", date(2026, 1, 1), False),
        ("110229", date(2015, 6, 1), True),  # 延庆县, a district since 2015
        ("110119", date(2015, 12, 31), True),
        ("110229", date(2016, 1, 1), False),
        ("110119", date(2014, 12, 31), False),
        ("330113", date(2021, 6, 1), True),  # 临平区, from the additions after 2020
        ("330113", date(2020, 6, 1), False),
        ("710000", date(2026, 1, 1), True),
        ("810000", date(2026, 1, 1), True),
        ("820000", date(2026, 1, 1), True),
    ],
)
def test_divisions_are_dated(standards: dict[str, Standard], code: str, day: date, valid: bool) -> None:
    """A code counts in its own years only; in the year of a change both codes count."""
    assert _valid(standards["jinmin"].code_lists["GB/T 2260-2007"], code, day) is valid


def test_a_division_that_ended_names_a_successor_that_followed(standards: dict[str, Standard]) -> None:
    """Where a successor is given it is valid when the old code ends."""
    codes = standards["jinmin"].code_lists["GB/T 2260-2007"]
    ended = [each for spans in codes.codes.values() for each in spans if each.replaced_by]
    assert len(ended) > 2500
    for each in ended:
        assert each.valid_to
        assert _valid(codes, each.replaced_by, each.valid_to.replace(year=each.valid_to.year - 1)), each.code


def test_countries_are_three_digits_and_complete(standards: dict[str, Standard]) -> None:
    """249 entries, as in ISO 3166-1; China is 156."""
    codes = standards["jinmin"].code_lists["GB/T 2659-2000"].codes
    assert len(codes) == 249
    assert codes["156"][0].name == "中国"
    assert {codes[code][0].name for code in ("158", "344", "446")} == {"中国台湾", "中国香港", "中国澳门"}


def test_occupations_are_groups_of_two_levels(standards: dict[str, Standard]) -> None:
    """Eight major groups and the sub-major groups below them."""
    codes = standards["jinmin"].code_lists["GB/T 6565-2015"].codes
    major = {code for code in codes if code.endswith("00")}
    assert major == {f"{digit}00" for digit in range(1, 9)}
    assert all(f"{code[0]}00" in major for code in codes)


def test_references_point_to_whole_keys(standards: dict[str, Standard]) -> None:
    """A reference names the one key field of another table, so that it can be looked up."""
    for standard in standards.values():
        for field in _fields(standard):
            if field.references:
                table, column = field.references
                assert standard.tables[table].key == (column,), field.place


def test_the_day_of_a_record_is_always_known(standards: dict[str, Standard]) -> None:
    """Codes are judged on the day ``as_of`` names, so that field is a required date."""
    for standard in standards.values():
        for table in standard.tables.values():
            if table.as_of:
                assert table.fields[table.as_of].required
                assert table.fields[table.as_of].notation.kind in "dt"


def test_personal_data_is_marked_and_masked(standards: dict[str, Standard]) -> None:
    """A title that names a person's data belongs to a personal element; sensitive values are masked."""
    words = re.compile(r"姓名|证件号码|证件类型|出生日期|性别|民族代码|国籍|文化程度|职业|婚姻状况|户籍|账号|户名|抚养|手机")
    for standard in standards.values():
        for field in _fields(standard):
            element = field.element
            counted = field.title.endswith("人数")
            if words.search(field.title) and field.element.name != "婚姻登记证类别代码" and not counted:
                assert element.personal, field.place
                assert element.level in ("重要", "敏感"), field.place
            assert element.personal or element.mask is None, field.place
            assert element.mask or element.level != "敏感", field.place
            assert field.title.endswith("姓名") <= (element.mask == "name"), field.place


def test_every_table_is_catalogued(standards: dict[str, Standard]) -> None:
    """The catalogue of government data wants how a table is shared, on what condition, how often, and by whom."""
    for standard in standards.values():
        for table in standard.tables.values():
            assert table.catalog["share"] in ("无条件共享", "有条件共享", "不予共享")
            assert ("condition" in table.catalog) == (table.catalog["share"] != "无条件共享")
            assert {"period", "provider"} <= set(table.catalog)


def test_service_tables_keep_the_names_lengths_and_marks_of_the_interface(standards: dict[str, Standard]) -> None:
    """Names in order, mandatory marks, lengths where the interface gives them."""
    tables = standards["gov-service"].tables
    interface = defaultdict(list)
    for row in _rows("service_interface.csv"):
        interface[row["table"]].append(row["field"])
        field = tables[row["table"]].fields[row["field"]]
        assert field.required == (row["mandatory"] == "yes"), row
        assert not row["length"] or field.notation.maximum == int(row["length"]), row
    assert {name: list(table.fields) for name, table in tables.items()} == interface


def test_no_field_has_a_name_of_the_envelope(standards: dict[str, Standard]) -> None:
    """The hub's own columns stand before the fields and must not meet one of them."""
    envelope = {"row_guid", "cd_operation", "cd_time", "cd_batch", "data_source", "data_version"}
    for standard in standards.values():
        assert not envelope & {field.name for field in _fields(standard)}


def test_money_goes_to_the_bank_in_whole_fen(standards: dict[str, Standard]) -> None:
    """Amounts are whole numbers of 分, at least one."""
    tables = standards["bank-disbursement"].tables
    for field in (tables["disbursement_batch"].fields["total_sum"], tables["disbursement_detail"].fields["amount"]):
        assert (str(field.notation), field.element.unit, field.minimum) == ("n..15", "分", "1")
        assert field.numeric
