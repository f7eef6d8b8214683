"""Takes a duration as people write it in YAML, gives a timedelta."""

import re
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse(text: str) -> timedelta:
    """``30s``, ``10m``, ``2h`` or ``1d``. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text, re.ASCII)
    if not match:
        raise ValueError(f"'{text[:40]}' is not a duration")
    return timedelta(seconds=int(match.group(1)) * _UNITS[match.group(2)])
