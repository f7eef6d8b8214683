"""Takes a field; gives the pattern of its values as a regular expression of JSON Schema and XML Schema, and its bounds."""

from decimal import Decimal

from hub.contract.model import Field, Notation

_CHARACTERS = {"a": "[A-Za-z]", "an": "[0-9A-Za-z]", "n": "[0-9]"}
_YEAR, _MONTH, _DAY = "[0-9]{4}", "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"
_HOUR, _SIXTY = "([01][0-9]|2[0-3])", "[0-5][0-9]"
_MOMENTS = {
    ("d", 4): _YEAR,
    ("d", 6): f"{_YEAR}{_MONTH}",
    ("d", 8): f"{_YEAR}{_MONTH}{_DAY}",
    ("d", 10): f"{_YEAR}-{_MONTH}-{_DAY}",
    ("t", 14): f"{_YEAR}{_MONTH}{_DAY}{_HOUR}{_SIXTY}{_SIXTY}",
    ("t", 19): f"{_YEAR}-{_MONTH}-{_DAY} {_HOUR}:{_SIXTY}:{_SIXTY}",
}


def pattern(notation: Notation) -> str:
    """The whole value, without anchors; empty for ``c``, which any text is. Days that no month has are not told apart."""
    if notation.kind in ("d", "t"):
        return _MOMENTS[notation.kind, notation.maximum]
    if notation.kind == "c":
        return ""
    least, most = max(notation.minimum, 1), notation.maximum
    return f"{_CHARACTERS[notation.kind]}{{{most if least == most else f'{least},{most}'}}}"


def limit(notation: Notation) -> Decimal:
    """The first number with too many digits before the point: 1000 for ``n..5,2``. A number is below it, and above minus it."""
    return Decimal(10) ** (notation.maximum - notation.scale)


def bounds(field: Field) -> tuple[Decimal | None, Decimal | None]:
    """``min`` and ``max`` of a number; (None, None) for a text or a date."""
    if not field.numeric:
        return None, None
    least, greatest = field.minimum, field.maximum
    return (None if least is None else Decimal(least)), (None if greatest is None else Decimal(greatest))
