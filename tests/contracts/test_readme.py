"""The page for data stewards cannot lie: the release that it builds step by step loads."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from hub.contract.load import load_standard
from hub.contract.model import Standard

README = Path(__file__).resolve().parents[2] / "contracts" / "README.md"
BLOCK = re.compile(r"^```(?:yaml|csv) (?P<file>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks() -> dict[str, str]:
    """File -> text; a later block of the same file is added at its end."""
    files: dict[str, str] = defaultdict(str)
    for block in BLOCK.finditer(README.read_text(encoding="utf-8")):
        files[block["file"]] += block["text"]
    return files


@pytest.fixture
def example(tmp_path: Path) -> Standard:
    """The page's release, loaded from files made of its blocks."""
    for name, text in _blocks().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    standard, problems = load_standard(tmp_path / "contracts" / "example" / "1.0.0", tmp_path)
    assert [str(problem) for problem in problems] == []
    assert standard is not None
    return standard


def test_every_block_of_yaml_and_csv_names_its_file() -> None:
    """No block is left out of the test because its file's name is missing."""
    text = README.read_text(encoding="utf-8")
    assert len(re.findall(r"^```(?:yaml|csv)", text, re.MULTILINE)) == len(BLOCK.findall(text)) > 6


def test_the_example_loads_as_the_page_says(example: Standard) -> None:
    """One table, its rules, its code lists and its narrowed amount."""
    table = example.tables["relief_payment"]
    assert [rule.severity for rule in table.rules] == ["error", "error", "warning"]
    assert set(example.code_lists) == {"GB/T 2261.1-2003", "本地-救助方式"}
    assert example.code_lists["本地-救助方式"].local
    assert str(table.fields["ffje"].notation) == "n..9,2"
    assert table.fields["ffje"].numeric
    assert not table.fields["jzfs_dm"].numeric


def test_the_dates_of_the_example_list_follow_each_other(example: Standard) -> None:
    """The old code ends on the day on which the new one begins."""
    codes = example.code_lists["本地-救助方式"].codes
    assert codes["2"][0].valid_to == codes["3"][0].valid_from
    assert codes["2"][0].replaced_by == "3"


def test_the_page_lists_the_releases_that_exist() -> None:
    """Each release folder stands in the table, and no other."""
    named = set(re.findall(r"^\| `([a-z-]+/[0-9.]+)`", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == {"/".join(path.parent.parts[-2:]) for path in README.parent.glob("*/*/standard.yaml")}
