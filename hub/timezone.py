"""Takes the name of a time zone in a document, gives the problem that it is unknown."""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from hub.document import Document
from hub.problem import Problem, nearest

DEFAULT = "Asia/Shanghai"


def check(document: Document) -> list[Problem]:
    """What is wrong with the key ``timezone``; nothing when it is left out."""
    name = document.data.get("timezone", DEFAULT)
    if _known(name):
        return []
    return [
        Problem(
            document.place("timezone"),
            "unknown-timezone",
            f"unknown time zone '{name[:40]}'",
            nearest(name, available_timezones()),
        )
    ]


@cache
def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
