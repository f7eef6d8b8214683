"""`hub contract shadow` as it is typed: what is printed, which exit code, and that no value of a row is shown."""

import json
import shutil
import sqlite3
from typing import Any

import pytest

from hub.cli.main import main


@pytest.fixture
def hub(checkout: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `hub contract shadow ...` over a checkout whose next release wants shorter names; exit code, text, error."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(checkout.root / "state"))
    monkeypatch.setenv("LOCAL_URL", f"sqlite:///{checkout.root / 'local.db'}")
    with sqlite3.connect(checkout.root / "local.db") as database:
        database.execute("CREATE TABLE t_office (jg_bh, memo)")
        columns = "id, name, card, sex, nation, reg_day, amount, office, status, changed, operator"
        database.execute(f"CREATE TABLE t_person ({columns})")
        people = [(f"A{n}", name, "HAN") for n, name in enumerate(("王五", "买买提明江", "欧阳上官", ""))]
        database.executemany(
            "INSERT INTO t_person (id, name, nation, reg_day, status) VALUES (?, ?, ?, '2026-01-02', 'A')", people
        )
    database.close()
    shutil.copytree(checkout.root / "contracts/mini/1.0.0", checkout.root / "contracts/mini/1.1.0")
    checkout.edit("contracts/mini/1.1.0/standard.yaml", "version: 1.0.0", "version: 1.1.0")
    checkout.edit("contracts/mini/1.1.0/standard.yaml", "2026-01-01", "2999-01-01")
    checkout.edit("contracts/mini/1.1.0/elements/common.yaml", "c..50", "c..3")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["contract", "shadow", *arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run


def test_rows_are_counted_and_not_shown(hub: Any) -> None:
    """Two names are too long; the empty one is refused today already, so it does not count. Nothing is sent or kept."""
    code, out, _ = hub("mini@1.1.0")
    assert code == 1
    assert "centre/person     4   4            1     3      2" in out
    assert "姓名：长度不符" in out
    assert "mini@1.1.0 (published, from 2999-01-01): 2 exchanges, 1 unchanged, 1 judged" in out
    assert not [name for name in ("王五", "买买提明江", "欧阳上官") if name in out]


def test_json_has_the_same_numbers(hub: Any, checkout: Any) -> None:
    """Also of what stays the same; the state folder is not made."""
    found = json.loads(hub("mini@1.1.0", "person", "--json", "--rows", "2")[1])
    (person,) = found["exchanges"]
    assert (person["read"], person["total"], person["refused_now"], person["newly"]) == (2, 4, 0, 1)
    assert [(each["field"], each["rule"], each["rows"]) for each in person["refusals"]] == [("xm", "length", 1)]
    assert not (checkout.root / "state").exists()


def test_a_release_that_changes_nothing_ends_well(hub: Any) -> None:
    """An exchange of an unchanged table is not even read."""
    code, out, _ = hub("mini@1.1.0", "centre/office")
    assert (code, out.count("\n")) == (0, 1)


def test_a_draft_is_judged_though_nothing_may_be_sent_under_it(hub: Any, checkout: Any) -> None:
    """That is what a shadow run is for."""
    checkout.edit("contracts/mini/1.1.0/standard.yaml", "status: published", "status: draft")
    code, out, _ = hub("mini@1.1.0")
    assert code == 1
    assert "mini@1.1.0 (draft, from 2999-01-01): 2 exchanges, 1 unchanged, 1 judged" in out


@pytest.mark.parametrize(("url", "exit_code"), [("sqlite:////nowhere/at/all.db", 2), ("postgresql://nobody@127.0.0.1:1/none", 4)])
def test_a_source_that_is_not_read_says_what_to_do(url: str, exit_code: int, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code of the reason: edit the address, or try again; the exchange is told as not read."""
    monkeypatch.setenv("LOCAL_URL", url)
    code, out, _ = hub("mini@1.1.0")
    assert code == exit_code
    assert "1 not read" in out


def test_a_mapping_that_does_not_fit_is_to_be_edited(hub: Any, checkout: Any) -> None:
    """Exit code 2, and the places to mend."""
    checkout.edit("contracts/mini/1.1.0/tables/person/person.yaml", "  xm:    {", "  mc:    {")
    code, out, _ = hub("mini@1.1.0")
    assert code == 2
    assert "mappings/local/person.yaml:11:3: error unknown-field" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mini@1.2.0",), "did you mean"),
        (("mini@1.0.0",), "none of the exchanges sends mini in another release"),
        (("mini@1.1.0", "nobody/*"), "no exchange is called"),
        (("mini@1.1.0", "--rows", "0"), "--rows"),
        ((), "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], words: str, hub: Any) -> None:
    """Exit code 2 and the nearest known words."""
    code, _, err = hub(*arguments)
    assert code == 2
    assert words in err
