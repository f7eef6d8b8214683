"""Takes settings on standard input, plays the sandbox until told to stop: the background process of hub/sandbox/server.py."""

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.interface import HubError
from hub.sandbox.hosting import play
from hub.sandbox.server import Settings, lock, sandbox_folder

_PROBE_SECONDS = 1.0


def main(arguments: Sequence[str]) -> int:
    """The background process: play until a signal, or until standard input ends when attached."""
    settings = Settings(**json.loads(sys.stdin.readline()))
    folder = sandbox_folder(Path(settings.state))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # also when a shell started us with the signal ignored
        signal.signal(number, lambda *_: stop.set())
    if arguments[0] == "attached":
        threading.Thread(target=_until_orphaned, args=(stop,), daemon=True).start()
    with lock(folder, _PROBE_SECONDS) as file:
        if file is None:
            return _say({"error": f"the sandbox of {settings.state} is running already", "class": "ConfigurationError"})
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            with play(settings) as addresses:
                told = {"partners": dict(addresses), "faults": list(settings.faults)}
                (folder / "ready.json").write_text(json.dumps(told, ensure_ascii=False))
                _say(told)
                stop.wait()
        except HubError as error:
            return _say({"error": str(error), "class": type(error).__name__})
        finally:
            (folder / "ready.json").unlink(missing_ok=True)
            file.truncate(0)
    return 0


def _until_orphaned(stop: threading.Event) -> None:
    """Standard input ends when the process that holds its other end is gone, however it went.

    Read below Python's buffers: a thread that waits inside them would hold their lock when the interpreter ends.
    """
    os.read(sys.stdin.fileno(), 1)
    stop.set()


def _say(answer: Mapping[str, Any]) -> int:
    """The one line that the starting process waits for."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.close()
    return 1 if "error" in answer else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
