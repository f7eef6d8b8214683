"""One run at a time works on an exchange, whatever dies."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.record import LOG_ENTRY
from hub.interface import TransientError
from hub.lease import TERM, holder, leased
from hub.run import Run, here, is_dead
from hub.state.database import State, reading

both = pytest.mark.parametrize("state", ["sqlite", "postgresql"], indirect=True)
ROOT = Path(__file__).parents[2]
HELD = """
import sys, time
from pathlib import Path
from hub.lease import leased
from hub.run import live
from hub.state.database import open_state
with leased(open_state(Path(sys.argv[1]), sys.argv[2] or None), "bank/reg", live()):
    print("held", flush=True)
    time.sleep(60)
"""


def other(run: Run) -> Run:
    return replace(run, owner=here("other"))


def test_a_second_run_is_turned_away_and_told_until_when(state: State, run: Run) -> None:
    """Who comes second is told to try again; when the first is done, it may."""
    with leased(state, "bank/reg", run):
        with pytest.raises(TransientError, match="another run works on it"), leased(state, "bank/reg", other(run)):
            pass
        with leased(state, "bank/other", other(run)):
            pass
    with leased(state, "bank/reg", other(run)):
        pass


@both
def test_of_many_at_once_one_gets_it(state: State, run: Run) -> None:
    """Eight runs at the same moment: one holds the exchange, seven are turned away."""
    gate, done = threading.Barrier(8), threading.Barrier(8)

    def attempt(number: int) -> bool:
        gate.wait()
        try:
            with leased(state, "bank/reg", replace(run, owner=here(str(number)))):
                done.wait()
                return True
        except TransientError:
            done.wait()
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == [False] * 7 + [True]


def test_an_error_inside_gives_it_back(state: State, run: Run) -> None:
    """A run that fails holds nothing afterwards."""
    with pytest.raises(ZeroDivisionError), leased(state, "bank/reg", run):
        raise ZeroDivisionError
    assert holder(state, "bank/reg", run.clock()) is None


@both
def test_a_lease_that_has_passed_is_taken_over_and_its_old_holder_stopped(state: State, run: Run, clock: object) -> None:
    """After its term another run may take it; the first one's next transaction changes nothing."""
    foreign = replace(run, owner="elsewhere/1/1/x")
    with leased(state, "bank/reg", foreign) as lost:
        later = replace(other(run), clock=lambda: run.clock() + TERM + timedelta(seconds=1))
        with leased(state, "bank/reg", later):
            with pytest.raises(TransientError, match="taken over"), lost.transaction():
                pytest.fail("a transaction without the lease")
            assert holder(state, "bank/reg", later.clock()) == later.owner
    with reading(state.engine) as connection:
        entries = connection.scalars(select(LOG_ENTRY.c.entry)).all()
    assert [("lease.taken" in entry, "elsewhere/1/1/x" in entry) for entry in entries] == [(True, True)]


def test_long_work_keeps_it(state: State, run: Run, clock: object) -> None:
    """A run that renews holds on for hours; one that does not loses it after the term."""
    with leased(state, "bank/reg", replace(run, owner="elsewhere/1/1/x")) as lease:
        for _ in range(12):
            run.sleep(600)
            lease.renew()
        with pytest.raises(TransientError), leased(state, "bank/reg", other(run)):
            pass


@both
def test_a_killed_run_is_followed_at_once(state: State, tmp_path: Path, run: Run) -> None:
    """The lease of a process that was killed on this machine needs no waiting."""
    url = "" if state.engine.dialect.name == "sqlite" else state.engine.url.render_as_string(hide_password=False)
    arguments = [sys.executable, "-c", HELD, str(state.folder.root), url]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(TransientError), leased(state, "bank/reg", run):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with leased(state, "bank/reg", run):
        assert holder(state, "bank/reg", run.clock()) == run.owner


def test_only_a_process_of_this_machine_can_be_known_dead() -> None:
    """This process lives; one with its number but another start is dead; of another machine nothing is known."""
    mine = here("x")
    machine, process, started, _ = mine.split("/")
    assert not is_dead(mine)
    assert is_dead(f"{machine}/{process}/1~00000000/x")
    assert not is_dead(f"elsewhere/{process}/{started}/x")
    assert not is_dead("a name by hand")
    assert not is_dead("")
