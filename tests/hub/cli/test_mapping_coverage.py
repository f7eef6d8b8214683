"""`hub mapping coverage` as it is typed."""

import json
from typing import Any

import pytest

from hub.cli.main import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["mapping", "coverage", *arguments])
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def _here(checkout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.write("dagster.yaml", "")
    monkeypatch.chdir(checkout.root)


def test_json_has_the_counts_and_every_item(capsys: pytest.CaptureFixture[str]) -> None:
    """--json gives the counts of the domains and each item with its lineage; --unfed leaves the fed ones out."""
    assert run("--json") == 0
    every = json.loads(capsys.readouterr().out)
    assert sum(each["items"] for each in every["domains"]) == len(every["items"])
    assert run("--json", "--unfed") == 0
    assert [each["field"] for each in json.loads(capsys.readouterr().out)["items"]] == ["je"]


def test_a_table_is_shown_with_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """--table shows where each field comes from, and sums up."""
    assert run("--table", "person") == 0
    shown = capsys.readouterr().out
    assert "local.t_person.name" in shown
    assert "TRIM(p.name)" in shown
    assert "items are fed by a column" in shown


@pytest.mark.parametrize("option", ["--table", "--domain"])
def test_an_unknown_name_is_told_the_nearest(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A table or domain that does not exist ends with exit code 2."""
    assert run(option, "personn'") == 2
    assert "is called 'personn''" in capsys.readouterr().err
