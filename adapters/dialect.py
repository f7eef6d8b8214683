"""Takes SQLAlchemy's name of a database, gives SQL in its words: how to begin a consistent read, how to write a value as text.

PostgreSQL, MariaDB and SQLite are tested against servers; the lines of Oracle, 达梦 (dm), 人大金仓 (kingbase) and openGauss
follow their manuals. A database that is not here is read with standard SQL at the highest isolation that its driver offers.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from hub.interface import ConfigurationError

_REPEATABLE = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL datestyle = ISO")
_CONSISTENT = (
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
_BEGIN: Mapping[str, tuple[str, ...]] = {
    "postgresql": _REPEATABLE,
    "kingbase": _REPEATABLE,
    "opengauss": _REPEATABLE,
    "mysql": _CONSISTENT,
    "mariadb": _CONSISTENT,
    "sqlite": ("BEGIN",),
    "oracle": ("SET TRANSACTION READ ONLY",),
    "dm": ("SET TRANSACTION READ ONLY",),
}

_ZONE = {
    "postgresql": "SET LOCAL TIME ZONE '{}'",
    "kingbase": "SET LOCAL TIME ZONE '{}'",
    "opengauss": "SET LOCAL TIME ZONE '{}'",
    "mysql": "SET time_zone = '{}'",
    "mariadb": "SET time_zone = '{}'",
    "oracle": "ALTER SESSION SET TIME_ZONE = '{}'",
}

# "" stands for every type without a line of its own. Oracle's DATE has a time of day, MySQL's BIT is a byte that looks like 1.
_POSTGRESQL = {"": "CAST({} AS text)", "timestamp": "CAST(CAST({} AS timestamp) AS text)"}
_MYSQL = {
    "": "CAST({} AS CHAR CHARACTER SET utf8mb4)",
    "boolean": "CASE HEX({0}) WHEN '1' THEN '1' WHEN '0' THEN '0' ELSE CAST({0} AS CHAR CHARACTER SET utf8mb4) END",
}
_ORACLE = {
    "": "TO_CHAR({})",
    "text": "{}",
    "date": "TO_CHAR({}, 'YYYY-MM-DD')",
    "timestamp": "TO_CHAR(CAST({} AS TIMESTAMP(6)), 'YYYY-MM-DD HH24:MI:SS.FF6')",
}
_TEXT: Mapping[str, Mapping[str, str]] = {
    "postgresql": _POSTGRESQL,
    "kingbase": _POSTGRESQL,
    "opengauss": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite": {"": "CAST({} AS TEXT)"},
    "oracle": _ORACLE,
    "dm": _ORACLE,
}
_STANDARD = {"": "CAST({} AS VARCHAR(4000))"}


def session_zone(dialect: str, zone: str) -> str | None:
    """The session's time zone for a source that tells its times in ``zone`` (IANA name); None where a session has none.

    MySQL and MariaDB know names only where somebody has loaded them: a zone whose clocks are not changed is told as an offset.
    """
    if dialect not in _ZONE:
        return None
    return (_offset(zone) or zone) if dialect in ("mysql", "mariadb") else zone


@cache
def _offset(zone: str) -> str | None:
    """``+08:00`` where it was that, summer and winter, since 2000."""
    days = (datetime(year, month, 1, tzinfo=ZoneInfo(zone)) for year in range(2000, 2038) for month in (1, 7))
    offsets = {f"{day:%z}" for day in days}
    return f"{min(offsets)[:3]}:{min(offsets)[3:]}" if len(offsets) == 1 else None


def begin(dialect: str, timezone: str | None) -> tuple[str, ...]:
    """The first statements of a consistent, read-only transaction; () where only the driver knows how.

    ``timezone`` (IANA name or offset) is the session's: columns that carry a zone are read as its local times.
    """
    if timezone and dialect not in _ZONE:
        raise ConfigurationError(f"settings.timezone: {dialect} has no session time zone; leave it out")
    zone = (_ZONE[dialect].format(timezone),) if timezone else ()
    first = _BEGIN.get(dialect, ())
    return first + zone if "LOCAL" in "".join(zone) else zone + first


def text(dialect: str, expression: str, type: str) -> str:
    """SQL for ``expression``, declared as ``type`` (text | integer | decimal(p,s) | date | timestamp | boolean), as text."""
    lines = _TEXT.get(dialect, _STANDARD)
    return lines.get(type.split("(")[0], lines[""]).format(expression)
