"""`hub contract diff` as it is typed: how releases are named, what is printed, which exit code."""

import json
import shutil
from typing import Any

import pytest

from hub.cli.main import main


@pytest.fixture
def hub(checkout: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `hub contract diff ...` over a checkout with mini@1.0.0 and a mini@1.1.0 that requires a field; code, text, error."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    new = "contracts/mini/1.1.0"
    shutil.copytree(checkout.root / "contracts/mini/1.0.0", checkout.root / new)
    checkout.edit(f"{new}/standard.yaml", "version: 1.0.0", "version: 1.1.0")
    checkout.edit(f"{new}/tables/person/person.yaml", "{element: 公民身份号码}", "{element: 公民身份号码, required: true}")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["contract", "diff", *arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run


@pytest.mark.parametrize(
    "names", [("mini@1.0.0", "mini@1.1.0"), ("1.0.0", "1.1.0"), ("mini@1.0.0", "1.1.0"), ("1.0.0", "mini@1.1.0")]
)
def test_a_release_may_be_named_by_its_version_alone(names: tuple[str, str], hub: Any) -> None:
    """The change, both verdicts and the cure stand in the table; the numbers below it."""
    code, out, _ = hub(*names)
    assert code == 0
    assert "person.sfzh" in out
    assert "mini@1.0.0 → mini@1.1.0 (published, from 2026-01-01): 1 changes" in out
    assert "报送方, who reports: 1 breaking, 0 to review" in out
    assert "用数方, who uses: 0 breaking, 0 to review" in out


def test_the_exit_code_tells_a_pipeline_whom_it_breaks(hub: Any) -> None:
    """--fail-on asks for one side or both; without it a comparison is done, whatever it finds."""
    assert hub("1.0.0", "1.1.0", "--fail-on", "reporting")[0] == 1
    assert hub("1.0.0", "1.1.0", "--fail-on", "using")[0] == 0
    assert hub("1.1.0", "1.0.0", "--fail-on", "using")[0] == 1
    assert hub("1.0.0", "1.1.0", "--fail-on", "using", "--fail-on", "reporting")[0] == 1
    assert hub("1.0.0", "1.1.0", "--fail-on", "nobody")[0] == 2


def test_json_has_everything_and_the_table_may_be_cut(hub: Any) -> None:
    """Place, both verdicts and the numbers are there for a program."""
    found = json.loads(hub("1.0.0", "1.1.0", "--json")[1])
    assert (found["old"], found["new"]) == ("mini@1.0.0", "mini@1.1.0")
    assert found["summary"] == {"reporting": {"breaking": 1}, "using": {"safe": 1}}
    (change,) = found["changes"]
    assert (change["kind"], change["subject"], change["before"], change["after"]) == (
        "now-required",
        "person.sfzh",
        "optional",
        "required",
    )
    assert change["place"]["path"] == "contracts/mini/1.1.0/tables/person/person.yaml"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("mini@1.0.0", "mini@1.1.1"), "did you mean 'mini@1.1.0'"),
        (("1.0.0", "9.9.9"), "there is no release '1.0.0 and 9.9.9'"),
        (("mni@1.0.0", "1.1.0"), "did you mean 'mini@1.0.0'"),
        (("mini@1.0.0", "other@1.0.0"), "mini and other are two standards"),
        (("mini@../../../etc", "1.0.0"), "there is no release 'mini@../../../etc'"),
        (("mini@1.0.0\x1b[31m", "1.0.0"), r"\x1b[31m"),
        (("", ""), "there is no release"),
    ],
)
def test_a_release_that_is_not_there_is_told_with_the_nearest(names: tuple[str, str], words: str, hub: Any) -> None:
    """Exit code 2 and one line, whatever was typed."""
    code, _, err = hub(*names)
    assert code == 2
    assert words in err
    assert "\x1b" not in err


def test_a_version_of_several_standards_must_be_written_in_full(hub: Any, checkout: Any) -> None:
    """Both names are offered."""
    shutil.copytree(checkout.root / "contracts/mini", checkout.root / "contracts/twin")
    code, _, err = hub("1.0.0", "1.1.0")
    assert code == 2
    assert "mini@1.0.0, twin@1.0.0" in err


def test_a_mistake_in_a_release_is_told_and_one_elsewhere_is_not(hub: Any, checkout: Any) -> None:
    """What is compared must be sound; a broken mapping is no reason not to compare."""
    checkout.write("mappings/local/broken.yaml", "mapping: [")
    assert hub("1.0.0", "1.1.0")[0] == 0
    checkout.edit("contracts/mini/1.1.0/tables/person/office.yaml", "element: 编号", "element: 没有")
    code, _, err = hub("1.0.0", "1.1.0")
    assert code == 2
    assert "contracts/mini/1.1.0/tables/person/office.yaml:8:20: error unknown-element" in err
