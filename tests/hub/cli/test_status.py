"""`hub status` as it is typed."""

from typing import Any

import pytest

from hub.cli.main import main
from hub.plan import Plan
from hub.status import Standing


def test_the_reason_is_shown_while_the_next_run_may_still_mend_it(
    checkout: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A partner that does not answer is nobody's fault yet: exit code 0, and what it said."""

    def due(plan: Plan, *_: object) -> Standing:
        return Standing(plan.id, "", "due", "", "", 1, "2026-11-22-00:00", 3, 0, None, "nobody answers at 127.0.0.1:9", "hub run")

    monkeypatch.setenv("HUB_ROOT", str(checkout.root))
    monkeypatch.setenv("HUB_STATE", str(checkout.root / "state"))
    monkeypatch.setattr("hub.cli.status.standing", due)
    with pytest.raises(SystemExit) as ended:
        main(["status", "centre/person"])
    assert (ended.value.code or 0) == 0
    assert "centre/person: nobody answers at 127.0.0.1:9" in capsys.readouterr().out
