"""Takes a text and a Notation; says whether the text is a value of that form, and how bounds must be written."""

import re
from datetime import datetime
from decimal import Decimal

from hub.contract.model import Notation

_CHARACTERS = {"c": r".", "a": r"[A-Za-z]", "an": r"[0-9A-Za-z]", "n": r"[0-9]"}
_MOMENTS = {
    ("d", 4): "%Y",
    ("d", 6): "%Y%m",
    ("d", 8): "%Y%m%d",
    ("d", 10): "%Y-%m-%d",
    ("t", 14): "%Y%m%d%H%M%S",
    ("t", 19): "%Y-%m-%d %H:%M:%S",
}


def fits(text: str, notation: Notation, *, listed: bool = False) -> bool:
    """Whether ``text`` is written as ``notation`` says. ``listed``: a code, which is text even where n is variable."""
    if notation.kind in ("d", "t"):
        return _moment(text, notation)
    if notation.numeric and not listed:
        return _number(text, notation)
    form = f"(?:{_CHARACTERS[notation.kind]}){{{notation.minimum},{notation.maximum}}}"
    return re.fullmatch(form, text, re.DOTALL) is not None


def bounded(notation: Notation) -> bool:
    """Whether values of this form have an order that ``min`` and ``max`` can speak about: numbers and dates."""
    return notation.numeric or notation.kind in ("d", "t")


def reversed_bounds(least: str | None, greatest: str | None, notation: Notation) -> bool:
    """Whether ``min`` lies above ``max``; both must fit."""
    if least is None or greatest is None:
        return False
    return Decimal(least) > Decimal(greatest) if notation.numeric else least > greatest


def _moment(text: str, notation: Notation) -> bool:
    form = _MOMENTS[notation.kind, notation.maximum]
    if len(text) != notation.maximum:
        return False
    try:
        return datetime.strptime(text, form).strftime(form).zfill(notation.maximum) == text  # noqa: DTZ007 - a local day
    except ValueError:
        return False


def _number(text: str, notation: Notation) -> bool:
    match = re.fullmatch(r"-?(\d+)(?:\.(\d+))?", text, re.ASCII)
    if not match:
        return False
    whole, part = match.group(1).lstrip("0"), match.group(2) or ""
    return len(whole) <= notation.maximum - notation.scale and len(part) <= notation.scale
