"""Takes alerts about runs that failed for good, keeps them as lines of a file in the state folder; no personal data."""

import json
from datetime import datetime
from pathlib import Path

_FILE = "alerts.ndjson"


def keep_alert(state: Path, job: str, window: str, message: str, now: datetime) -> None:
    """Append one alert."""
    line = {"at": now.isoformat(timespec="seconds"), "job": job, "window": window, "message": message}
    with (state / _FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def newest_alerts(state: Path, count: int = 5) -> list[dict[str, str]]:
    """The newest alerts, oldest of them first."""
    path = state / _FILE
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()[-count:]
    return [json.loads(line) for line in lines]
