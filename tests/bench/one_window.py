"""Takes a root, a state folder and a partner, runs the first window of its exchange; prints what it cost as one line of JSON.

A process of its own, so that CPU time and peak memory are those of one run: ``tests.bench.window`` starts it. Time in the
account, the log and the seal is taken by a clock around the functions of those modules, wherever they were imported.
"""

import contextlib
import functools
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import audit.record
import audit.seal
import hub.account
import hub.quarantine
import hub.sealing
import hub.state.database
from hub.compiled import compiled
from hub.pipeline import run_window
from hub.run import live
from hub.window import due

BOOKS = (audit.record.record, hub.account.opened, hub.account.close, hub.sealing.seal_log)


class Watch:
    """Seconds within the watched functions; one that calls another counts once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._depth = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """The clock runs."""
        began, self._depth = time.perf_counter(), self._depth + 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self.seconds += time.perf_counter() - began

    def function(self, watched: Callable[..., Any]) -> Callable[..., Any]:
        """The same function under the clock."""

        @functools.wraps(watched)
        def timed(*arguments: Any, **named: Any) -> Any:
            with self.running():
                return watched(*arguments, **named)

        return timed

    def edges(self, watched: Callable[..., Any]) -> Callable[..., Any]:
        """The same context manager; beginning and end (the commit) are under the clock, the block is not."""

        @contextlib.contextmanager
        def timed(*arguments: Any, **named: Any) -> Iterator[Any]:
            manager = watched(*arguments, **named)
            with self.running():
                inner = manager.__enter__()
            try:
                yield inner
            except BaseException as error:
                if not manager.__exit__(type(error), error, error.__traceback__):
                    raise
            else:
                with self.running():
                    manager.__exit__(None, None, None)

        return timed


def put_in_place(original: Any, replacement: Any) -> None:
    """In every module of ours that has imported it."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("hub", "audit", "adapters", "__main__"):
            for known, value in list(vars(module).items()):
                if value is original:
                    setattr(module, known, replacement)


def cpu() -> float:
    """Seconds, user and system, of this process."""
    times = os.times()
    return times.user + times.system


def main(root: Path, state_folder: Path, partner: str) -> None:
    """One window, from a cold start but for the compiled plans, which are kept between windows."""
    books, rejects = Watch(), Watch()
    for function in BOOKS:
        put_in_place(function, books.function(function))
    put_in_place(hub.state.database.writing, books.edges(hub.state.database.writing))
    put_in_place(hub.quarantine.store, rejects.function(hub.quarantine.store))
    plan = next(plan for plan in compiled(root, state_folder).sound().values() if plan.partner.name == partner)
    state = hub.state.database.open_state(state_folder)
    run = live()
    window = due(state.engine, plan, run.clock())[0]
    books.seconds = 0.0
    spent, began = cpu(), time.perf_counter()
    account = run_window(plan, window, state, run)
    hub.sealing.seal_log(state, run.clock())
    told = {
        "wall": time.perf_counter() - began,
        "cpu": cpu() - spent,
        "start_cpu": spent,
        "books": books.seconds,
        "rejects": rejects.seconds,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "balanced": account.balanced,
        **account.counts,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
