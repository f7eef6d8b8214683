"""When the hub seals its log."""

import os
import secrets
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from audit.checkpoint import FILE as CHECKPOINT
from audit.keys import make_or_read
from audit.note import Signer
from audit.record import record
from hub.sealing import seal_in_passing, seal_log, signer
from hub.state.database import State, writing


def _recorded(state: State, number: int) -> None:
    with writing(state.engine) as connection:
        record(
            connection, "quarantine.discarded", {"exchange": "e/t", "window": None, "rows": number, "reason": "r", "by": "b"}, NOW
        )


NOW = datetime.now(UTC)


def _size(state: State) -> Any:
    return (state.folder.log / CHECKPOINT).read_text().splitlines()[1]


def test_the_first_two_sealers_take_one_key(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers begin a new installation: the one that was about to make its key takes the one that has come to be."""
    made: list[Signer] = []

    def dice(_size: int) -> str:
        made.append(make_or_read(state.folder.keys, "jinmin-hub.local/first", secrets.token_bytes))
        return "second"

    monkeypatch.setattr("hub.sealing.secrets", SimpleNamespace(token_hex=dice, token_bytes=secrets.token_bytes))
    assert signer(state).verifier == made[0].verifier


def test_in_passing_it_is_sealed_once_a_minute(state: State) -> None:
    """What is younger waits for the end of the run, which always seals."""
    _recorded(state, 1)
    seal_in_passing(state, NOW)
    assert _size(state) == "1"
    _recorded(state, 2)
    seal_in_passing(state, datetime.now(UTC))
    assert _size(state) == "1"
    seal_log(state, datetime.now(UTC))
    assert _size(state) == "2"


def test_after_a_minute_it_is_sealed_in_passing(state: State) -> None:
    """A run of many tables shows its partners a head that is not older."""
    _recorded(state, 1)
    seal_in_passing(state, NOW)
    ago = (datetime.now(UTC) - timedelta(seconds=61)).timestamp()
    os.utime(state.folder.log / CHECKPOINT, (ago, ago))
    _recorded(state, 2)
    seal_in_passing(state, datetime.now(UTC))
    assert _size(state) == "2"
