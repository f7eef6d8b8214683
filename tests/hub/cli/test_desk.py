"""Exchanges as they are typed: a misspelt one is told, and never looks like one with which all is well."""

from typing import Any

import pytest

from hub.cli.main import main


@pytest.mark.parametrize(
    "words",
    [("quarantine", "list"), ("quarantine", "list", "--reasons"), ("windows", "--exchange")],
    ids=["rows", "reasons", "windows"],
)
def test_a_misspelt_exchange_is_not_one_without_rows(
    checkout: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Exit code 2 and the nearest name; an exchange that is there and has nothing is all right."""
    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(checkout.root / "state"))
    for exchange, code in (("centre/person", 0), ("centre/persn", 2)):
        with pytest.raises(SystemExit) as ended:
            main([*words, exchange])
        assert (ended.value.code or 0) == code
    assert "no exchange is called 'centre/persn': did you mean 'centre/person' or" in capsys.readouterr().err
