"""`hub contract import` and `hub contract export`, as typed."""

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hub.cli.main import main


def run(*arguments: object) -> int:
    """The exit code of `hub contract ...` in this process."""
    with pytest.raises(SystemExit) as ended:
        main(["contract", *map(str, arguments)])
    return int(ended.value.code or 0)


@pytest.fixture
def root(checkout: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    return Path(checkout.root)


def test_a_release_goes_out_and_comes_back(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a finding there is no workbook of findings; the second time nothing is changed."""
    assert run("export", "mini", "--xlsx", "--out", root) == 0
    book = root / "mini-1.0.0.xlsx"
    assert capsys.readouterr().out.strip() == str(book)
    assert run("import", book, "--as", "1.1.0") == 0
    assert run("import", book, "--as", "1.1.0") == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("contracts/mini/1.1.0: ")
    assert out.splitlines()[1] == "contracts/mini/1.1.0 is there already and says the same: nothing was changed"
    assert not book.with_name("mini-1.0.0.findings.xlsx").exists()


def test_findings_go_to_a_workbook_and_nothing_is_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2; each finding with sheet, cell and cure; a mended dictionary empties the workbook."""
    assert run("export", "mini@1.0.0", "--format", "xlsx", "--out", root / "out" / "d.xlsx") == 0
    path = root / "out" / "d.xlsx"
    sound = path.read_bytes()
    book = openpyxl.load_workbook(path)
    book["数据元"]["K3"] = "绝密"
    book.save(path)
    assert run("import", path, "--as", "1.1.0", "--findings", root / "f.xlsx") == 2
    out = capsys.readouterr().out
    assert "数据元!K3: error unknown-word: '绝密' is not a word for this; write one of: 一般, 重要, 敏感" in out
    assert "nothing was imported" in out
    assert not (root / "contracts/mini/1.1.0").exists()
    assert [cell.value for cell in openpyxl.load_workbook(root / "f.xlsx").worksheets[0][3]][2:5] == [
        "数据元",
        "K3",
        "unknown-word",
    ]
    path.write_bytes(sound)
    assert run("import", path, "--as", "1.1.0", "--findings", root / "f.xlsx") == 0
    assert openpyxl.load_workbook(root / "f.xlsx").worksheets[0].max_row == 2


def test_what_cannot_be_done_is_said_with_the_cure(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2: no such file, no such release, no format, the findings in place of the dictionary."""
    book = root / "a.xlsx"
    openpyxl.Workbook().save(book)
    assert run("import", root / "b.xlsx", "--as", "1.1.0") == 2
    assert run("import", book, "--as", "1.1.0", "--findings", book) == 2
    assert run("export", "mini@9.0.0", "--xlsx", "--out", root) == 2
    assert run("export", "mini", "--out", root) == 2
    assert run("export", "mini", "--xlsx", "--out", root, "--domain", "x") == 2
    told = capsys.readouterr().err
    for words in ("does not exist", "name another file", "did you mean 'mini@1.0.0'?", "name a format", "has no domain 'x'"):
        assert words in told
    shutil.copytree(root / "contracts/mini", root / "contracts/second")
    assert run("export", "--xlsx", "--out", root) == 2
    assert "name the release to write: mini@1.0.0, second@1.0.0" in capsys.readouterr().err
