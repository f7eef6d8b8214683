"""`hub audit` as a reviewer types it: what was changed is named, and the exit code says so."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from hub.cli.audit import command
from hub.interface import DataError
from hub.pipeline import run_due
from hub.plan import Plan
from hub.run import Run
from hub.sealing import seal_log
from hub.state.database import State, reading, writing
from hub.state.tables import PART, WINDOW


@pytest.fixture
def sealed(
    state: State, exchange: Callable[..., Plan], registry: Any, world: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> State:
    """The state that `hub` finds, with one closed and sealed window."""
    registry.fill(3)
    run_due([exchange()], state, run, world.adapters)
    seal_log(state, run.clock())
    monkeypatch.setenv("HUB_STATE", str(state.folder.root))
    return state


def told(*arguments: str) -> tuple[int, str]:
    """Exit code and output; an error of the hub as it is."""
    done = CliRunner().invoke(command, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.mark.usefixtures("sealed")
def test_a_sound_state_is_verified_and_the_weak_key_is_told(sealed: State) -> None:
    """The key in the folder proves less than one that was kept elsewhere, and the verdict says so."""
    code, output = told("verify")
    assert (code, "note: the key is the one in the folder" in output) == (0, True)
    code, output = told("verify", "--key", (sealed.folder.log / "vkey").read_text(), "--json")
    assert (code, json.loads(output)["notes"]) == (0, [])
    assert told("cross-check")[0] == 0


@pytest.mark.usefixtures("sealed")
def test_an_edited_account_ends_in_exit_code_1(sealed: State) -> None:
    """Numbers that still balance do not pass: the log has the true ones."""
    with writing(sealed.engine) as connection:
        connection.execute(update(WINDOW).values(source=WINDOW.c.source + 5, unchanged=WINDOW.c.unchanged + 5))
    code, output = told("cross-check")
    assert (code, "account-edited: exchange_window: " in output, "NOT verified" in output) == (1, True, True)


def test_a_folder_without_a_key_says_what_to_give(sealed: State) -> None:
    """The cure is in the message."""
    (sealed.folder.log / "vkey").unlink()
    with pytest.raises(DataError, match="--key"):
        told("verify")


def test_no_evidence_without_the_receipt(sealed: State) -> None:
    """A receipt that is gone is an error, not a file that proves less."""
    with reading(sealed.engine) as connection:
        part, receipt = connection.execute(select(PART.c.id, PART.c.receipt)).one()
    sealed.folder.absolute(receipt).unlink()
    with pytest.raises(DataError, match="gone"):
        told("evidence", part, "--to", str(sealed.folder.root / "evidence.json"))
