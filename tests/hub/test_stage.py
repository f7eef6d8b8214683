"""Staging: whole, resumable, and never sent when something has come between."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hub.account import account, accounts
from hub.connection import INSTALLED, Adapters
from hub.interface import ConfigurationError, DataError, TransientError
from hub.pipeline import backfill, run_due
from hub.plan import Plan
from hub.quarantine import listed, shown
from hub.run import Extracted, Run
from hub.stage import REFUSED, Staged, refused_keys, written
from hub.state.database import State

Exchange = Callable[..., Plan]
_GATHERING = """
import sys
from pathlib import Path
from hub.stage import Staged, refused_keys
import pyarrow
print(len(refused_keys(Staged(Path(sys.argv[1]), "", 0, "", 0, 0, 0, None, 0, ""))), pyarrow.default_memory_pool().max_memory())
"""


class Died(BaseException):
    """The run ends here."""


def dying(run: Run, at_step: str) -> Run:
    def at(step: str) -> None:
        if step == at_step:
            raise Died

    return replace(run, at=at)


def counting(world: Any, opened: list[str]) -> Adapters:
    """The world's adapters, with a note of each reader that was connected."""

    def reader(source: Any, folder: Any) -> Any:
        opened.append(source.name)
        return INSTALLED.reader(source, folder)

    return replace(world.adapters, reader=reader)


def test_a_staged_window_does_not_read_the_source_again(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """Killed after its files were whole: the next run takes them, though the source has changed since."""
    registry.fill(3)
    plan = exchange()
    opened: list[str] = []
    for step in ("files staged", "staged", "part written", "parts written"):
        with pytest.raises(Died):
            run_due([plan], state, dying(run, step), counting(world, opened))
    registry.execute("DELETE FROM t_reg")
    (outcome,) = run_due([plan], state, run, counting(world, opened))
    assert outcome.account is not None
    assert (outcome.account.delivered, outcome.account.attempts, len(opened)) == (3, 5, 1)


@pytest.mark.parametrize("left", ["", "{", "whole"])
def test_a_machine_that_was_started_anew_stages_anew(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    """A power cut may have lost or emptied any of the staged files: none of them is believed, the source has the rows."""
    registry.fill(3)
    plan = exchange()
    with pytest.raises(Died):
        run_due([plan], state, dying(run, "staged"), world.adapters)
    for path in state.folder.spool.rglob("*"):
        if path.is_file() and (path.suffix != ".json" or left != "whole"):
            path.write_text(left)
    if left == "whole":
        monkeypatch.setattr("hub.stage.boot", lambda: "another")
    registry.fill(4)
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert outcome.account is not None
    assert (outcome.account.delivered, outcome.account.source, outcome.account.balanced) == (4, 4, True)


def test_where_nobody_can_tell_a_new_start_the_source_is_read_again(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system without an id of its start."""
    monkeypatch.setattr("hub.stage.boot", lambda: "")
    registry.fill(3)
    opened: list[str] = []
    with pytest.raises(Died):
        run_due([exchange()], state, dying(run, "staged"), counting(world, opened))
    (outcome,) = run_due([exchange()], state, run, counting(world, opened))
    assert outcome.account is not None
    assert (outcome.account.delivered, len(opened)) == (3, 2)


def test_a_changed_plan_stages_anew(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """What another mapping made is not sent under this one."""
    registry.fill(3)
    with pytest.raises(Died):
        run_due([exchange()], state, dying(run, "staged"), world.adapters)
    registry.fill(4)
    plan = exchange(digest="plan-2")
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert outcome.account is not None
    assert (outcome.account.delivered, outcome.account.plan) == (4, "plan-2")


def test_rows_that_left_meanwhile_are_not_overtaken(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """A backfill ran between staging and sending: the window is read again, so that no older form is sent after a newer one."""
    plan = exchange()
    registry.put(("R1", "旧", None, "1"))
    with pytest.raises(Died):
        run_due([plan], state, dying(run, "staged"), world.adapters)
    registry.put(("R1", "新", None, "1"))
    day = datetime.fromisoformat("2026-11-22 00:00")
    backfill(plan, day, day + timedelta(days=1), state, run, world.adapters)
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert outcome.account is not None
    assert (outcome.account.delivered, outcome.account.unchanged) == (0, 1)
    assert world.rows == {"R1": "新"}


@pytest.mark.parametrize("nth", range(1, 12))
def test_a_full_disk_stops_before_anything_is_sent(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """At whichever file the disk fills up: a clear error of the class "try again", nothing sent, and the next run does it all.

    Eleven files: two of staged rows, their manifest, the keys that are gone, three parts with a sidecar each, the late refusals.
    """
    registry.fill(25)
    plan = exchange(part_rows=10)
    real, calls = Path.replace, 0

    def replace_(path: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", replace_)
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert isinstance(outcome.error, TransientError)
    assert "free space" in str(outcome.error)
    assert world.sent == []
    monkeypatch.setattr(Path, "replace", real)
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert outcome.account is not None
    assert (outcome.account.delivered, len(world.effects)) == (25, 3)


def test_a_source_that_disagrees_with_itself_fails_the_window(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run
) -> None:
    """Count and rows differ within a snapshot: the window fails, nothing is staged, nothing sent."""
    registry.fill(3)

    class Liar:
        dialect = "sqlite"

        def __init__(self, reader: Any) -> None:
            self.reader = reader

        def text(self, expression: str, type: str) -> str:
            return str(self.reader.text(expression, type))

        def close(self) -> None:
            self.reader.close()

        @contextmanager
        def snapshot(self) -> Iterator[Any]:
            with self.reader.snapshot() as view:
                liar = type("View", (), {"scalar": lambda _, sql: "7", "batches": lambda _, *given: view.batches(*given)})
                yield liar()

    adapters = replace(world.adapters, reader=lambda source, folder: Liar(INSTALLED.reader(source, folder)))
    (outcome,) = run_due([exchange()], state, run, adapters)
    assert isinstance(outcome.error, DataError)
    assert "counted 7 rows and gave 3" in str(outcome.error)
    assert [path for path in state.folder.spool.rglob("*") if path.is_file()] == []
    found = account(state.engine, "bank/reg", outcome.window)
    assert found is not None
    assert (found.state, found.error_class) == ("failed", "DataError")


def test_a_password_that_is_wrong_is_told_without_it(
    state: State, exchange: Exchange, world: Any, run: Run, postgresql_url: str
) -> None:
    """The error names the place and not the secret; the window is failed until it is mended."""
    plan = exchange()
    url = postgresql_url.replace("postgres@", "nobody_here:geheim@")
    plan = replace(plan, source=replace(plan.source, settings={"url": url}))
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert outcome.error is not None
    assert "geheim" not in str(outcome.error)
    assert "geheim" not in accounts(state.engine)[0].error


def test_a_missing_secret_is_told_by_its_name(state: State, exchange: Exchange, world: Any, run: Run) -> None:
    """An environment variable that is not set: its name, and where to set it."""
    plan = exchange()
    plan = replace(plan, source=replace(plan.source, settings={"url": "${env:HUB_NO_SUCH_URL}"}))
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert isinstance(outcome.error, ConfigurationError)
    assert "HUB_NO_SUCH_URL" in str(outcome.error)


def test_who_watches_sees_the_rows_go_by(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """Rows read, of how many, and how many were refused."""
    registry.fill(3)
    registry.put(("B", "", None, "1"))
    told: list[Any] = []
    run_due([exchange()], state, replace(run, progress=told.append), world.adapters)
    assert [(e.rows, e.total, e.refused) for e in told if isinstance(e, Extracted)] == [(3, 4, 0), (4, 4, 1)]


def test_a_refused_row_keeps_what_the_source_gave(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """Blanks, quotes, line ends and rare characters: the row in quarantine is the source's own text."""
    plan = exchange()
    registry.put(('B"1\\', " 𠮷\n张\u3000", "x", "-1"))
    run_due([plan], state, run, world.adapters)
    (entry,) = listed(state.engine)
    row = shown(state, plan, entry.id, run, unmask=True).row or {}
    assert (row["r.id"], row["r.name"], row["r.card"]) == ('B"1\\', " 𠮷\n张\u3000", "x")


def test_keys_of_refused_rows_do_not_hold_the_rows(tmp_path: Path) -> None:
    """Ten batches of a thousand refused rows of 1 kB are 10 MB; while their keys are gathered, Arrow holds less than 3 MiB."""
    rows = 1_000
    schema = pa.schema([pa.field("row", pa.string()), pa.field("key", pa.binary(16))])
    with written(tmp_path / REFUSED, schema) as file:
        for _ in range(10):
            keys = pa.array([number.to_bytes(16, "big") for number in range(rows)], pa.binary(16))
            file.write_batch(pa.record_batch([pa.repeat("x" * 1_000, rows), keys], schema=schema))
    told = subprocess.run([sys.executable, "-c", _GATHERING, str(tmp_path)], check=True, capture_output=True, text=True).stdout
    found, most = (int(number) for number in told.split())
    assert found == 10 * rows
    assert most < 3 << 20


def test_a_row_of_which_no_key_could_be_read_has_none_among_the_refused_keys(tmp_path: Path) -> None:
    """Such a row may be any: it does not keep a delivered one from being absent."""
    schema = pa.schema([pa.field("row", pa.string()), pa.field("key", pa.binary(16))])
    with written(tmp_path / REFUSED, schema) as file:
        file.write_batch(pa.record_batch([pa.array(["{}", "{}"]), pa.array([b"k" * 16, None], pa.binary(16))], schema=schema))
    assert refused_keys(Staged(tmp_path, "", 0, "", 0, 2, 0, None, 0, "")).to_pylist() == [b"k" * 16]
