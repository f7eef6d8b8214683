"""How a process of the hub takes memory: one allocator for Arrow, settings from outside win, what is freed goes back."""

import os
import subprocess
import sys

import pytest

GLIBC = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the thresholds are those of glibc")
FILL = """
import os
import hub.memory
def mib():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
before = mib()
held = [bytearray(3000) for _ in range(30_000)]
full = mib()
last = held[-1]
held.clear()
hub.memory.give_back({rows})
print(full - before, mib() - before)
"""


def told(program: str, **environment: str) -> str:
    """What a new process prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip()


def test_arrow_takes_its_memory_where_python_does() -> None:
    """A process that loads the hub first has Arrow's default pool on the system's allocator; so have the threads within Arrow."""
    program = "import os; os.environ.pop('ARROW_DEFAULT_MEMORY_POOL'); import hub, pyarrow as pa; "
    assert told(program + "print(pa.default_memory_pool().backend_name)", ARROW_DEFAULT_MEMORY_POOL="") == "system"


def test_the_environment_wins() -> None:
    """Who names another pool gets it."""
    program = "import hub, pyarrow as pa; print(pa.default_memory_pool().backend_name)"
    assert told(program, ARROW_DEFAULT_MEMORY_POOL="mimalloc") == "mimalloc"


@GLIBC
def test_freed_memory_goes_back() -> None:
    """Of 86 MiB in small pieces below one that lives, less than a tenth stays after a large step."""
    full, after = map(float, told(FILL.format(rows=1_000_000)).split())
    assert full > 80
    assert after < 8


@GLIBC
def test_a_small_step_gives_nothing_back() -> None:
    """After a few rows there is little to give, and the look for it is saved."""
    full, after = map(float, told(FILL.format(rows=10)).split())
    assert after > full / 2
