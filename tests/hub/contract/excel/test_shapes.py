"""The odd shapes of data dictionaries: each is read, or told with sheet and cell, and never guessed."""

from typing import Any

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from hub.contract.model import Notation

PERSON = "person"


def test_a_plain_dictionary_becomes_a_release(office: Any) -> None:
    """Two stacked tables, known by their titles; keys, references, codes and required fields are as the cells say."""
    assert office.told() == []
    tables = office.tables()
    person, payment = tables["person"], tables["payment"]
    assert (person.code, person.title, person.domain, person.grain) == ("EX_01", "人员", "人员", "一人一行")
    assert {name: field.required for name, field in person.fields.items()} == {"rybh": True, "xm": True, "xb_dm": False}
    assert person.key == ("rybh",)
    assert payment.fields["rybh"].references == ("person", "rybh")
    assert list(person.fields["xb_dm"].codes.codes) == ["1", "2"]


def test_title_rows_are_not_fields(office: Any) -> None:
    """Whatever stands above the first header: a merged title, a line about the edition, blank rows."""
    sheet = office.book["人员"]
    sheet.insert_rows(1, 4)
    sheet["A1"] = "民政业务数据元目录及代码"
    sheet.merge_cells("A1:I1")
    sheet["A2"], sheet["F2"] = "编制单位", "示例单位"
    assert list(office.tables()[PERSON].fields) == ["rybh", "xm", "xb_dm"]
    assert office.told() == ["人员!A2 unread-row"]


def test_a_header_may_have_several_rows(office: Any) -> None:
    """Groups above the columns, merged sideways; single columns, merged downwards: the deepest heading counts."""
    sheet = office.book["人员"]
    sheet.insert_rows(2)
    for column, word in enumerate(["序号", "数据项", None, "数据元", "格式", "约束", "值域", "主键", "引用"], 1):
        sheet.cell(2, column).value = word
    sheet.merge_cells("B2:C2")
    for letter in "ADEGHI":
        sheet.merge_cells(f"{letter}2:{letter}3")
    sheet["B3"], sheet["C3"], sheet["F3"] = "字段名", "中文名称", "M/O/C"
    assert office.told() == []
    assert list(office.tables()[PERSON].fields) == ["rybh", "xm", "xb_dm"]


def test_tables_are_stacked_with_or_without_a_gap(office: Any) -> None:
    """The title of the next table directly below the last field is no field; labels serve as well as a title."""
    sheet = office.book["人员"]
    sheet.delete_rows(6)
    assert list(office.tables()[PERSON].fields) == ["rybh", "xm", "xb_dm"]
    for column, word in enumerate(["表名", "payment", "表代码", "EX_02"], 1):
        sheet.cell(6, column).value = word
    assert office.told() == []
    assert list(office.tables()["payment"].fields) == ["ffbh", "rybh", "ffje"]


def test_a_table_that_no_title_names_is_told(office: Any) -> None:
    """Neither its place nor its fields say which table it is."""
    office.book["人员"]["A7"] = "表 2 付款"
    assert office.told() == ["人员!A7 unnamed-table", "数据集!A3 no-block"]


def test_a_cell_merged_downwards_counts_for_every_row(office: Any) -> None:
    """As owners do with the data element or the code list of neighbours."""
    sheet = office.book["人员"]
    sheet["D10"] = None
    sheet.merge_cells("D9:D10")
    assert office.tables()["payment"].fields["rybh"].element.name == "业务编号"


def test_a_cell_merged_sideways_is_told(office: Any) -> None:
    """It would say the same about two things."""
    office.book["人员"].merge_cells("C4:D4")
    assert office.told() == ["人员!C4 merged"]


def test_full_width_names_formats_and_codes_are_read_as_half_width(office: Any) -> None:
    """Titles stay as they are written."""
    sheet = office.book["人员"]
    sheet["B4"], sheet["E4"], sheet["F4"], sheet["C4"] = "ｘｍ", "Ｃ．．５０", "Ｍ", "姓名（全称）"
    office.book["值域"]["C2"] = "１"
    office.book["值域"]["A2"] = office.book["值域"]["A3"] = "GB／T 2261.1—2003"
    assert office.told() == []
    person = office.tables()[PERSON]
    assert (person.fields["xm"].title, person.fields["xm"].notation) == ("姓名（全称）", Notation("c", 0, 50))
    assert person.fields["xb_dm"].codes.name == "GB／T 2261.1—2003"
    assert list(person.fields["xb_dm"].codes.codes) == ["1", "2"]


def _ten_codes(office: Any, shown: str) -> None:
    sheet = office.book["值域"]
    sheet.delete_rows(2, 2)
    for number in range(1, 11):
        sheet.append(["GB/T 2261.1-2003", "人的性别代码", number, f"名称{number}"])
        sheet.cell(number + 1, 3).number_format = shown
    office.book["数据元"]["D4"] = "c..2"
    office.book["人员"]["E5"] = None


def test_a_code_stored_as_a_number_is_read_as_it_is_shown(office: Any) -> None:
    """1 shown as 01 is 01."""
    _ten_codes(office, "00")
    assert list(office.tables()[PERSON].fields["xb_dm"].codes.codes)[:2] == ["01", "02"]


def test_a_code_whose_zero_may_be_lost_is_told(office: Any) -> None:
    """1 beside 10 is 1 or 01: nobody can tell."""
    _ten_codes(office, "General")
    assert office.told() == [f"值域!C{row} lost-zero" for row in range(2, 11)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("M", "O", "M"), (True, False, True)),
        (("必填", "选填", "可选"), (True, False, False)),
        (("是", "否", "Y"), (True, False, True)),
        (("√", None, "√"), (True, False, True)),
    ],
)
def test_vocabularies_of_required(office: Any, words: tuple[str, ...], expected: tuple[bool, ...]) -> None:
    """M and O, 必填 and 选填, yes and no; a column of ticks, in which nothing means no."""
    for row, word in enumerate(words, 3):
        office.book["人员"].cell(row, 6).value = word
    assert tuple(field.required for field in office.tables()[PERSON].fields.values()) == expected


@pytest.mark.parametrize(("word", "code"), [("C", "conditional"), ("必须吧", "unknown-word"), (None, "empty")])
def test_an_open_required_is_told(office: Any, word: str | None, code: str) -> None:
    """C does not say when; an empty cell among words says nothing."""
    office.book["人员"]["F5"] = word
    assert office.told() == [f"人员!F5 {code}"]


def test_a_column_that_asks_whether_a_value_may_be_missing(office: Any) -> None:
    """是否为空 is the other way round; 字段名称 is the Chinese one of the two where the other is there; capitals are small."""
    sheet = office.book["人员"]
    sheet["F2"], sheet["C2"], sheet["B4"] = "是否为空", "字段名称", "XM"
    for row, word in enumerate(["否", "N", "是"], 3):
        sheet.cell(row, 6).value = word
    person = office.tables()[PERSON]
    assert {name: field.required for name, field in person.fields.items()} == {"rybh": True, "xm": True, "xb_dm": False}
    sheet["F5"] = None
    assert office.told() == ["人员!F5 empty"]


def test_a_struck_through_row_is_left_out_and_told(office: Any) -> None:
    """The owner has taken it out; whether by the cell or by its characters."""
    office.struck("人员", "B5:I5")
    assert list(office.tables()[PERSON].fields) == ["rybh", "xm"]
    assert office.told() == ["人员!B5 struck-row"]


def test_a_row_struck_through_in_part_is_told(office: Any) -> None:
    """An old format beside the new one in a cell, or one cell of a row."""
    office.book["人员"]["E5"] = CellRichText(TextBlock(InlineFont(strike=True), "n2"), "n1")
    office.struck("人员", "D11:D11")
    assert {"人员!E5 part-struck", "人员!D11 part-struck"} <= set(office.told())


def test_a_struck_through_table_is_left_out(office: Any) -> None:
    """Title and rows; its line in the list as well."""
    office.struck("人员", "A7:I11")
    office.struck("数据集", "A3:F3")
    assert office.told() == ["人员!B9 struck-row", "人员!B10 struck-row", "人员!B11 struck-row", "数据集!A3 struck-row"]
    assert list(office.tables()) == ["person"]


def test_one_element_with_two_formats(office: Any) -> None:
    """In two lines of 数据元 it is told at the second; in a field a narrower one is taken, a wider one is told."""
    office.book["人员"]["E4"] = "c..30"
    assert office.tables()[PERSON].fields["xm"].notation == Notation("c", 0, 30)


def test_a_field_that_is_wider_than_its_element_is_told_at_its_format(office: Any) -> None:
    """What the loader finds in the files is told at the cell from which the text came."""
    office.book["人员"]["E4"] = "c..80"
    assert office.told() == ["人员!E4 widened-format"]


def test_an_element_in_two_lines_with_two_formats_is_told(office: Any) -> None:
    """Which of the two counts is for the owner to say."""
    office.book["数据元"].append(["EX09", "姓名", "xm", "c..100", None, "重要", "是", "姓名"])
    assert office.told() == ["数据元!B6 two-formats"]
    office.book["数据元"]["D6"] = "c..50"
    assert office.told() == ["数据元!B6 duplicate-line"]


def test_data_type_and_length_in_two_columns(office: Any) -> None:
    """C with ..50 is a format; C with 50 may mean exactly or at most."""
    sheet = office.book["数据元"]
    sheet.insert_cols(5)
    sheet["D1"], sheet["E1"] = "数据类型", "长度"
    for row, (kind, length) in enumerate([("C", "..50"), ("AN", "..20"), ("N", "1"), ("n", "..12,2")], 2):
        sheet.cell(row, 4).value, sheet.cell(row, 5).value = kind, length
    assert office.told() == ["数据元!D4 length"]
    sheet["J1"], sheet["J4"] = "格式", "n1"
    assert office.told() == []


@pytest.mark.parametrize("value", ["=A1", True])
def test_a_formula_or_a_logical_value_is_no_text(office: Any, value: object) -> None:
    """What it would show is not in the file for certain."""
    office.book["人员"]["C4"] = value
    assert office.told() == ["人员!C4 not-text"]


def test_columns_and_sheets_that_nobody_reads_are_told(office: Any) -> None:
    """As warnings: the release does not need them."""
    office.book["人员"]["J2"] = "责任处室"
    office.book["人员"]["K4"] = office.book["人员"]["K5"] = "待定"
    office.book.create_sheet("封面")["B2"] = "数据标准"
    assert office.told() == ["人员!J2 unread-column", "人员!K4 unread-column", "封面! nothing-found"]


def test_a_header_without_a_needed_column_is_told(office: Any) -> None:
    """The sensitivity of an element is no matter of defaults."""
    office.book["数据元"]["F1"] = "级"
    assert office.told() == ["数据元!A1 header", "数据元!F1 unread-column"]


def test_parts_that_are_missing_are_told(office: Any) -> None:
    """A dictionary without elements or without a release says nothing about them."""
    del office.book["数据元"]
    del office.book["发布"]
    found = {each for each in office.told() if each.startswith("!")}
    assert found == {"! no-sheet", "! empty"}


def test_what_is_there_twice_is_told_at_the_second_place(office: Any) -> None:
    """A field of a table, a line of the list of tables, the fields of a table, a setting of the release."""
    office.book["人员"]["B5"] = "XM"
    office.book["人员"]["A7"] = "表 2 人员"
    office.book["数据集"].append(["person", "EX_03", "人员二", "人员", "person", "一人一行"])
    office.book["发布"].append(["标题", "又一个"])
    assert office.told() == [
        "人员!B5 duplicate-line",
        "人员!A8 duplicate-line",
        "发布!A7 duplicate-line",
        "数据集!A3 no-block",
        "数据集!A4 duplicate-line",
    ]


def test_a_line_break_in_a_code_is_told_at_its_cell(office: Any) -> None:
    """A CSV file has one line a code; what comes after it is still told at the right cell."""
    office.book["值域"]["D2"] = "男\n性"
    office.book["值域"]["C3"] = "22"
    assert "值域!C2 csv-line-break" in office.told()
    office.book["值域"]["D2"] = "男性"
    assert office.told() == ["数据元!B4 code-format"]
