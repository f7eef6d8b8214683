"""`hub plan` as it is typed: what a word chooses, one exchange in full, several as a list."""

import json
from typing import Any

import pytest

from hub.cli.main import main


@pytest.fixture
def plan(checkout: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `hub plan ...` over the small checkout; exit code, text, error."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(checkout.root / "state"))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["plan", *arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run


@pytest.mark.parametrize("words", [(), ("centre",), ("to_centre",), ("centre/*",), ("person", "office")])
def test_a_word_means_what_it_means_to_run_and_status(plan: Any, words: tuple[str, ...]) -> None:
    """A partner, a schedule, a pattern, tables: their exchanges, one a line."""
    code, out, _ = plan(*words, "--json")
    assert code == 0
    assert [each["exchange"] for each in json.loads(out)] == ["centre/person", "centre/office"]
    assert "centre/person" in plan(*words)[1]


@pytest.mark.parametrize("word", ["centre/person", "person", "*/person"])
def test_a_single_exchange_is_shown_in_full(plan: Any, word: str) -> None:
    """By its id, or by a word that means no other."""
    code, out, _ = plan(word)
    assert code == 0
    assert "changes by" in out
    assert json.loads(plan(word, "--json")[1])["fields"]
    assert plan(word, "--sql")[1].lstrip().upper().startswith(("SELECT", "WITH"))


@pytest.mark.parametrize("words", [("centre",), ()])
def test_the_select_is_that_of_one_exchange(plan: Any, words: tuple[str, ...]) -> None:
    """Several are refused with what to type."""
    code, _, err = plan(*words, "--sql")
    assert code == 2
    assert "2 exchanges are meant: name one, centre/person or centre/office" in err


def test_a_misspelt_exchange_is_told_its_nearest_name(plan: Any) -> None:
    """As by the other commands."""
    code, _, err = plan("centre/persn")
    assert code == 2
    assert "did you mean 'centre/person'" in err
