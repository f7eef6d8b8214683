"""Takes variables, merges them into ``<state>/env`` (KEY=VALUE lines, mode 600), gives nothing; alone writes that file.

The hub resolves ``${env:NAME}`` from the process environment first and from this file second, so that a rehearsal needs no
variable set by hand. Lines of others, comments too, are kept as they are.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def merge(path: Path, values: Mapping[str, str]) -> None:
    """Set ``values`` in the file in one step: a reader sees the old file or the new one.

    ValueError for a line break in a value.
    """
    for name, value in values.items():
        if "\n" in value or "\r" in value:
            raise ValueError(f"the value of {name} has a line break: one variable is one line")
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() not in values]
    text = "".join(f"{line}\n" for line in [*kept, *(f"{name}={value}" for name, value in values.items())])
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".env-")  # mkstemp makes it mode 600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
