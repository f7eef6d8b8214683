"""Importing a dictionary: whole or not at all, twice without a difference, and safe with any file."""

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hub.contract.excel.load import import_workbook
from hub.interface import ConfigurationError


def refused(path: Path, root: Path) -> str:
    """The words in which a file is refused."""
    with pytest.raises(ConfigurationError) as raised:
        import_workbook(path, root, "1.0.0")
    assert sorted(each.name for each in root.iterdir()) == sorted(["contracts", path.name])
    return str(raised.value)


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in (root / "contracts").rglob("*") if path.is_file()}


def rewritten(path: Path, part: str, change: Any) -> None:
    """The workbook with one part of the zip changed."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)


def test_importing_twice_gives_no_difference(office: Any) -> None:
    """The second time nothing is written; under another version the files differ in the version alone."""
    path = office.send()
    assert import_workbook(path, office.root, "1.0.0").written
    before = contents(office.root)
    again = import_workbook(path, office.root, "1.0.0")
    assert (again.written, contents(office.root)) == (False, before)
    assert import_workbook(path, office.root, "1.1.0").written
    after = contents(office.root)
    same = {name: content for name, content in after.items() if name.replace("1.1.0", "1.0.0") in before and "1.1.0" in name}
    assert len(same) == len(before)
    assert [name for name, content in same.items() if content != before[name.replace("1.1.0", "1.0.0")]] == [
        "contracts/mini/1.1.0/standard.yaml"
    ]


def test_a_release_that_is_there_is_never_changed(office: Any) -> None:
    """A dictionary that says something else needs another version."""
    import_workbook(office.send(), office.root, "1.0.0")
    before = contents(office.root)
    office.book["人员"]["C4"] = "全名"
    with pytest.raises(
        ConfigurationError, match=r"contracts/mini/1\.0\.0 exists and says something else: choose another version"
    ):
        import_workbook(office.send(), office.root, "1.0.0")
    assert contents(office.root) == before
    assert not list(office.root.glob(".import-*"))


def test_the_source_of_a_release_is_the_workbook(office: Any) -> None:
    """Its name and digest, unless it says another source."""
    source = office.imported().standard.source
    assert source["file"] == "dictionary.xlsx"
    assert len(source["sha256"]) == 64
    office.book["发布"].append(["来源:file", "原件.pdf"])
    assert office.imported().standard.source == {"file": "原件.pdf"}


def test_the_standard_is_said_by_the_workbook_or_the_command(office: Any) -> None:
    """Both, and different, is a finding; neither as well."""
    path = office.send()
    found = import_workbook(path, office.root, "1.0.0", "other").findings
    assert [f"{each.sheet}!{each.cell} {each.code}" for each in found] == ["发布!B2 other-release"]
    office.book["发布"]["A2"] = "标准号"
    assert "! empty" in office.told()
    assert import_workbook(office.send(), office.root, "1.0.0", "mini").written


@pytest.mark.parametrize("version", ["2", "../../x", "1.0.0-rc1", ""])
def test_a_version_is_three_numbers(office: Any, version: str) -> None:
    """It becomes the name of a folder."""
    with pytest.raises(ConfigurationError, match=r"write --as 2\.0\.0"):
        import_workbook(office.send(), office.root, version)


@pytest.mark.parametrize(
    ("sheet", "cell", "text"),
    [
        ("发布", "B2", "../../etc"),
        ("数据集", "A2", "../person"),
        ("数据集", "E2", "../../x"),
        ("数据集", "E3", "/tmp/x"),
        ("人员", "B4", "x}: y"),
    ],
)
def test_a_name_that_is_no_name_is_told_at_its_cell(office: Any, sheet: str, cell: str, text: str) -> None:
    """It never becomes a path or a key."""
    office.book[sheet][cell] = text
    assert f"{sheet}!{cell} bad-name" in office.told()
    assert sorted(path.name for path in office.root.iterdir()) == ["contracts", "dictionary.xlsx"]


@pytest.mark.parametrize("text", ["a: {b: *c", "'\"\\ # : - !!python/object", "0x1F", "~", 'a,"b"', "=1+1", "两行\n文字", "'甲'"])
def test_a_text_stays_a_text(office: Any, text: str) -> None:
    """Whatever it would mean to YAML, CSV or Excel."""
    for sheet, cell in (("人员", "C4"), ("数据元", "H2")):
        office.book[sheet][cell] = text
        office.book[sheet][cell].data_type = "s"
    made = office.imported()
    assert [finding for finding in made.findings if finding.severity == "error"] == []
    assert made.standard.tables["person"].fields["xm"].title == text
    assert made.standard.elements["姓名"].definition == text


def test_a_file_that_is_no_workbook_is_refused_with_the_cure(tmp_path: Path) -> None:
    """Text under the name, an old .xls or a protected file, a zip of something else."""
    (tmp_path / "contracts").mkdir()
    path = tmp_path / "a.xlsx"
    path.write_text("表名,字段名")
    assert "save it again as .xlsx" in refused(path, tmp_path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "remove the password" in refused(path, tmp_path)
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("a.txt", "x")
    assert "save it again as .xlsx" in refused(path, tmp_path)
    path.unlink()
    path.mkdir()
    assert "a.xlsx cannot be read" in refused(path, tmp_path)


def test_a_bomb_is_refused_before_it_is_opened(office: Any) -> None:
    """Gigabytes of blanks, entities, a merge over all rows, a cell in the last corner."""
    sheet = "xl/worksheets/sheet1.xml"
    path = office.send()
    rewritten(path, sheet, lambda text: text + b" " * (65 << 20))
    assert "unpacks to more than 64 MiB" in refused(path, office.root)
    path = office.send()
    rewritten(path, sheet, lambda text: b'<!DOCTYPE x [<!ENTITY a "b">]>' + text)
    assert "entities, UTF-16" in refused(path, office.root)
    path = office.send()
    rewritten(path, sheet, lambda text: text.decode().encode("utf-16"))
    assert "entities, UTF-16" in refused(path, office.root)
    path = office.send()
    merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    rewritten(path, sheet, lambda text: text.replace(b"</sheetData>", merged))
    assert "undo the merging" in refused(path, office.root)
    office.book["发布"]["XFD1048576"] = "x"
    assert "delete the empty rows and columns" in refused(office.send(), office.root)


def test_a_workbook_without_a_dictionary_is_told(tmp_path: Path) -> None:
    """An empty one, and one about something else."""
    (tmp_path / "contracts").mkdir()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["月份", "金额"])
    book.save(tmp_path / "a.xlsx")
    made = import_workbook(tmp_path / "a.xlsx", tmp_path, "1.0.0")
    assert made.standard is None
    assert {finding.code for finding in made.findings} == {"nothing-found", "no-sheet", "empty"}
