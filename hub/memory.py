"""Settles how the process takes memory and how freed memory goes back to the system; imported before all else of the hub.

Three libraries share a process, each with an allocator of its own that keeps what it has once had: Arrow's, DuckDB's and
glibc's. Together they kept 100 MiB in a large window and more in a run of many small ones. So Arrow takes glibc's, DuckDB's
gives back at once, and glibc's has few arenas and fixed thresholds. Settings in the environment win. Elsewhere than with glibc
only the first two hold.
"""

import ctypes
import os

_READ_ONCE = {  # by the libraries, when they are loaded
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "DUCKDB_JE_MALLOC_CONF": "narenas:1,dirty_decay_ms:0,muzzy_decay_ms:0",
}
_GLIBC = {  # mallopt(3): the number of a parameter, its value, and the variable that sets it from outside
    "M_ARENA_MAX": (-8, 2, "MALLOC_ARENA_MAX"),
    "M_MMAP_THRESHOLD": (-3, 4 << 20, "MALLOC_MMAP_THRESHOLD_"),  # else it grows to 32 MiB, and no column ever goes back
    "M_TRIM_THRESHOLD": (-1, 16 << 20, "MALLOC_TRIM_THRESHOLD_"),
}
_MANY = 1_000  # rows; fewer have freed little


def settle() -> None:
    """Once, before pyarrow and DuckDB are loaded."""
    for name, chosen in _READ_ONCE.items():
        os.environ.setdefault(name, chosen)
    library = ctypes.CDLL(None)
    for parameter, value, variable in _GLIBC.values():
        if hasattr(library, "mallopt") and variable not in os.environ:
            library.mallopt(parameter, value)


def give_back(rows: int) -> None:
    """What a step over so many rows has freed goes back to the system, or the next step comes on top of it. Takes 2 ms."""
    library = ctypes.CDLL(None)
    if rows >= _MANY and hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


settle()
