"""What the partner has: kept as files, merged when they are many, never lost in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, update

import hub.ledger
from hub.interface import PermanentError
from hub.ledger import SCHEMA, ledger, turn
from hub.pipeline import run_due, settle
from hub.plan import Plan
from hub.run import Run
from hub.state.database import State, reading, writing
from hub.state.tables import PART, SEGMENT

Exchange = Callable[..., Plan]


class Died(BaseException):
    """The run ends here."""


def windows(count: int, plan: Plan, state: State, run: Run, registry: Any, world: Any, clock: Any) -> None:
    """So many windows, each with a new row and a change of the first one."""
    for _ in range(count):
        changed = (clock.now + timedelta(hours=7)).strftime("%Y-%m-%d %H:%M:%S")
        number = turn(state.engine, plan.id) + 1
        registry.put((f"N{number}", "新", None, "1"), ("R1", f"第{number}", None, "1"), changed=changed)
        (outcome,) = run_due([plan], state, run, world.adapters)
        assert outcome.error is None
        clock.now += timedelta(hours=2)


def rows(state: State, plan: Plan) -> int:
    return sum(pq.ParquetFile(path).metadata.num_rows for path in ledger(state.engine, state.folder, plan.id).files)


def test_a_confirmed_part_extends_the_ledger(state: State, exchange: Exchange, registry: Any, world: Any, run: Run) -> None:
    """One file for each part, without the rows the partner refused."""
    registry.fill(25)
    plan = exchange(part_rows=10)
    world.says = ["partial"]
    run_due([plan], state, run, world.adapters)
    found = ledger(state.engine, state.folder, plan.id)
    assert [pq.ParquetFile(path).metadata.num_rows for path in found.files] == [9, 10, 5]
    assert all(pq.read_schema(path).equals(SCHEMA) for path in found.files)
    keys = {row for path in found.files for row in pq.read_table(path)["keys"].to_pylist()}
    assert len(keys) == 24
    assert '{"djbh":"R25"}' in keys


def test_many_files_become_one(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest row of each key stays, later windows compare with it, and no file is left over."""
    monkeypatch.setattr(hub.ledger, "_TURNS", 3)
    plan = exchange()
    windows(4, plan, state, run, registry, world, clock)
    found = ledger(state.engine, state.folder, plan.id)
    assert (len(found.files), found.rows, rows(state, plan)) == (1, 5, 5)
    assert [path.name for path in state.folder.ledger.rglob("*.parquet")] == [found.files[0].name]
    registry.execute("UPDATE t_reg SET changed = '2026-11-22 19:30:00'")
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert outcome.account is not None
    assert (outcome.account.unchanged, outcome.account.delivered, outcome.account.missing) == (5, 0, 0)
    clock.now += timedelta(hours=2)
    windows(4, plan, state, run, registry, world, clock)
    assert (rows(state, plan), world.rows) == (9, registry.good())


@pytest.mark.parametrize("step", ["segment written", "segment known"])
def test_a_run_that_dies_while_merging_loses_nothing(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before or after the database knows the new file: the ledger says the same."""
    monkeypatch.setattr(hub.ledger, "_TURNS", 3)
    plan = exchange()
    windows(3, plan, state, run, registry, world, clock)

    def at(reached: str) -> None:
        if reached == step:
            raise Died

    with pytest.raises(Died):
        windows(1, plan, state, replace(run, at=at), registry, world, clock)
    clock.now += timedelta(hours=2)
    registry.execute("UPDATE t_reg SET changed = '2026-11-22 19:30:00'")
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert outcome.account is not None
    assert (outcome.account.unchanged, outcome.account.delivered) == (5, 0)


def test_what_may_still_change_is_not_merged(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part without a receipt keeps its file and all later ones; once it is settled they are merged."""
    monkeypatch.setattr(hub.ledger, "_TURNS", 2)
    plan = exchange()
    world.says = ["later"]
    windows(4, plan, state, run, registry, world, clock)
    assert len(ledger(state.engine, state.folder, plan.id).files) == 4
    world.answers = ["refused"]
    settle([plan], state, run, world.adapters)
    windows(1, plan, state, run, registry, world, clock)
    with reading(state.engine) as connection:
        assert len(connection.execute(select(SEGMENT)).all()) == 1
    assert len(ledger(state.engine, state.folder, plan.id).files) == 1


def test_a_missing_file_of_the_ledger_needs_a_person(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """Without it nobody knows what was delivered: the window fails with the cure, and nothing is sent twice."""
    plan = exchange()
    windows(1, plan, state, run, registry, world, clock)
    ledger(state.engine, state.folder, plan.id).files[0].unlink()
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert isinstance(outcome.error, PermanentError)
    assert "restore the state folder" in str(outcome.error)
    assert len(world.sent) == 1


def spoil(path: Path) -> None:
    """Put away with one row less, as somebody would who wants it to be sent again."""
    rows = pq.read_table(path)
    pq.write_table(rows.slice(1), path)


def test_nothing_is_compared_with_a_file_that_was_changed(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """The window fails with the file and the cure, and nothing leaves; with the file back it is finished."""
    plan = exchange()
    windows(1, plan, state, run, registry, world, clock)
    (path,) = ledger(state.engine, state.folder, plan.id).files
    whole = path.read_bytes()
    spoil(path)
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert isinstance(outcome.error, PermanentError)
    assert f"{path.name} in the ledger was changed" in str(outcome.error)
    assert len(world.sent) == 1
    path.write_bytes(whole)
    (outcome,) = run_due([plan], state, run, world.adapters)
    assert outcome.error is None


def test_a_file_that_was_changed_is_not_merged(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A merged file is logged as the truth: one that changed between comparing and merging stays, and the run says so."""
    monkeypatch.setattr(hub.ledger, "_TURNS", 2)
    plan = exchange()
    windows(2, plan, state, run, registry, world, clock)
    first = ledger(state.engine, state.folder, plan.id).files[0]

    def at(step: str) -> None:
        if step == "departed":
            spoil(first)

    registry.put(("N9", "新", None, "1"), changed="2026-11-22 15:30:00")
    (outcome,) = run_due([plan], state, replace(run, at=at), world.adapters)
    assert isinstance(outcome.error, PermanentError)
    with reading(state.engine) as connection:
        assert connection.execute(select(SEGMENT)).all() == []


def test_a_file_without_a_digest_is_compared_with(
    state: State, exchange: Exchange, registry: Any, world: Any, run: Run, clock: Any
) -> None:
    """The ledger of an older hub goes on as it is."""
    plan = exchange()
    windows(1, plan, state, run, registry, world, clock)
    with writing(state.engine) as connection:
        connection.execute(update(PART).values(ledger_sha256=None))
    windows(1, plan, state, run, registry, world, clock)
    assert world.rows == registry.good()
