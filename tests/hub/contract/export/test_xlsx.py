"""A release as an Excel dictionary: read back, it says the same."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hub.contract.excel.load import import_workbook
from hub.contract.excel.remarks import content
from hub.contract.export.xlsx import write
from hub.contract.load import load_standard

ROOT = Path(__file__).parents[4]


def loaded(root: Path, name: str, version: str) -> Any:
    standard, problems = load_standard(root / "contracts" / name / version, root)
    assert standard
    assert not problems
    return standard


@pytest.mark.parametrize("name", ["jinmin", "gov-service", "bank-disbursement"])
def test_there_and_back_without_loss(name: str, tmp_path: Path) -> None:
    """Every table, field, element, list, code, rule, note and description of the real releases, in their order."""
    standard = loaded(ROOT, name, "1.0.0")
    (path,) = write(standard, tmp_path, {"root": str(ROOT)})
    assert path.name == f"{name}-1.0.0.xlsx"
    (tmp_path / "contracts").mkdir()
    made = import_workbook(path, tmp_path, "1.0.1")
    assert made.findings == ()
    assert made.standard.version == "1.0.1"
    assert content(made.standard, tmp_path) == content(standard, ROOT)
    digests = {each: table.digest for each, table in standard.tables.items()}
    assert {each: table.digest for each, table in made.standard.tables.items()} == digests
    files = sorted(each.name for each in (tmp_path / "contracts" / name / "1.0.1").rglob("*.*"))
    assert files == sorted(each.name for each in (ROOT / "contracts" / name / "1.0.0").rglob("*.*"))


def test_a_text_is_never_a_formula_and_a_code_keeps_its_zeros(checkout: Any, tmp_path: Path) -> None:
    """Cells are texts, shown as they are."""
    checkout.edit("contracts/mini/1.0.0/codes/nation.csv", "01,汉族", "01,=1+1")
    (path,) = write(loaded(checkout.root, "mini", "1.0.0"), tmp_path / "a.xlsx", {"root": str(checkout.root)})
    sheet = openpyxl.load_workbook(path)["值域"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    assert (cells["=1+1"].data_type, cells["01"].data_type, cells["01"].number_format) == ("s", "s", "@")


def test_one_domain_brings_the_elements_and_lists_that_it_uses(tmp_path: Path) -> None:
    """And no table of another."""
    standard = loaded(ROOT, "gov-service", "1.0.0")
    domain = next(iter(standard.tables.values())).domain
    (path,) = write(standard, tmp_path / "a.xlsx", {"domain": domain})
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[4:-1] == [domain]
    used = {field.element.name for table in standard.tables.values() if table.domain == domain for field in table.fields.values()}
    assert {row[0] for row in book["数据元"].iter_rows(min_row=3, min_col=3, max_col=3, values_only=True)} == used
