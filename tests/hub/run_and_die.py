"""Runs what is due and kills itself with SIGKILL at the n-th time a step is reached: for test_recovery.py.

Arguments: state folder, database URL or '', file with the pickled plan, step, n, the time now (ISO 8601).
"""

import os
import pickle
import signal
import sys
from datetime import datetime
from pathlib import Path

from hub.pipeline import run_due
from hub.run import Run, here
from hub.state.database import open_state


def main(root: str, url: str, plan: str, step: str, count: str, now: str) -> None:
    left = int(count)

    def at(reached: str) -> None:
        nonlocal left
        left -= reached == step
        if reached == step and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    state = open_state(Path(root), url or None)
    run = Run(here("dies"), lambda: datetime.fromisoformat(now), lambda _: None, lambda: 0.0, at=at)
    run_due([pickle.loads(Path(plan).read_bytes())], state, run)


if __name__ == "__main__":
    main(*sys.argv[1:])
