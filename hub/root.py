"""Takes the working directory and the environment, gives the root (where the rooms are) and the state folder beside it."""

import os
from pathlib import Path

from hub.interface import ConfigurationError

_MARK = "dagster.yaml"  # stands at the root and nowhere else


def find_root() -> Path:
    """HUB_ROOT, or the nearest folder upwards that holds ``dagster.yaml`` and ``contracts/``."""
    named = os.environ.get("HUB_ROOT")
    if named:
        if not Path(named, "contracts").is_dir():
            raise ConfigurationError(f"HUB_ROOT={named} has no contracts/: name the folder in which the rooms are")
        return Path(named).resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / _MARK).is_file() and (folder / "contracts").is_dir():
            return folder
    raise ConfigurationError(f"no {_MARK} with contracts/ in {here} or above: change into the hub's folder or set HUB_ROOT")


def state_folder(root: Path) -> Path:
    """HUB_STATE, or ``.hub`` at the root."""
    return Path(os.environ.get("HUB_STATE") or root / ".hub").resolve()
