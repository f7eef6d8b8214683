"""Takes code lists and crosswalks; gives the small tables that the kernel joins. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from hub.contract.model import Code, CodeList
from hub.kernel.sql import BLANKS
from hub.mapping.model import Crosswalk
from hub.plan import Lookup

INLINE = 16  # up to so many undated codes or pairs, IN (...) and CASE are cheaper than a join (tests/bench/kernel.py)
FIRST_DAY, LAST_DAY = "00000000", "99999999"


@dataclass(frozen=True, slots=True)
class CodeJoin:
    """A code list to be joined where ``key``, an SQL text, is its code; ``periods`` pairs of days say when it is valid."""

    lookup: str
    key: str
    periods: int


def is_dated(codes: CodeList) -> bool:
    """Whether a code of the list is not valid on every day."""
    return any(code.valid_from or code.valid_to for spans in codes.codes.values() for code in spans)


def is_inline(codes: CodeList) -> bool:
    """Whether the list stands in the SQL itself."""
    return len(codes.codes) <= INLINE and not is_dated(codes)


def code_join(codes: CodeList, key: str) -> CodeJoin:
    """The join of ``codes`` on ``key``."""
    return CodeJoin(_code_name(codes), key, _periods(codes))


@lru_cache(maxsize=256)
def code_lookup(codes: CodeList) -> Lookup:
    """Columns code, then from<i> and to<i> for each period: days as eight digits, ``to`` is the first day that is not valid.

    Made once for all tables of a release.
    """
    width = _periods(codes)
    columns = ("code", *(f"{edge}{index}" for index in range(width) for edge in ("from", "to")))
    rows = (_row(code, spans, width) for code, spans in sorted(codes.codes.items()))
    return Lookup(_code_name(codes), columns, tuple(rows))


def crosswalk_lookup(crosswalk: Crosswalk) -> Lookup:
    """Columns local and code."""
    return Lookup(crosswalk_name(crosswalk), ("local", "code"), pairs(crosswalk))


def pairs(crosswalk: Crosswalk) -> tuple[tuple[str, str], ...]:
    """Local and standard codes, sorted; values arrive trimmed, so the local codes are trimmed too."""
    return tuple(sorted({local.strip(BLANKS): code for local, code in sorted(crosswalk.pairs.items())}.items()))


def crosswalk_name(crosswalk: Crosswalk) -> str:
    """The name of its lookup."""
    return f"crosswalk {crosswalk.name}"


def _code_name(codes: CodeList) -> str:
    return f"codes {codes.name}"


def _periods(codes: CodeList) -> int:
    return max(len(spans) for spans in codes.codes.values()) if is_dated(codes) else 0


def _row(code: str, spans: tuple[Code, ...], width: int) -> tuple[str, ...]:
    """A code with its periods; what is missing of ``width`` is filled with an empty period."""
    edges = [(_day(span.valid_from, FIRST_DAY), _day(span.valid_to, LAST_DAY)) for span in spans]
    edges = (edges + [(LAST_DAY, FIRST_DAY)] * width)[:width]
    return (code, *(day for edge in edges for day in edge))


def _day(day: date | None, otherwise: str) -> str:
    """Eight digits; a quarter of the time that strftime takes, and there are thousands."""
    return otherwise if day is None else day.isoformat().replace("-", "")
