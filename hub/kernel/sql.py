"""Takes names, texts and conditions; gives them as safe pieces of the kernel's SQL (DuckDB's dialect). Pure text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from hub.interface import ConfigurationError

BLANKS = " \t\r\n\u3000\u00a0"
"""What is trimmed from both ends of a text: space, tab, line ends, the ideographic space and the no-break space."""

FULL = "".join(chr(code + 0xFEE0) for code in range(0x21, 0x7F)) + "\u3000"
HALF = "".join(chr(code) for code in range(0x21, 0x7F)) + " "

SPOILT = "chr(0)"
"""What stands in the batch for a text that holds control characters or is not UTF-8: no notation accepts it."""


def name(text: str) -> str:
    """An identifier, quoted. Raises ConfigurationError for the one character that no name can hold."""
    if "\0" in text:
        raise ConfigurationError("a name holds the character NUL: take it out")
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant, quoted. Raises ConfigurationError for the one character that no constant can hold."""
    if "\0" in text:
        raise ConfigurationError("a constant, a code or a crosswalk holds the character NUL: take it out")
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Text constants, separated by commas."""
    return ", ".join(literal(text) for text in texts)


def narrow(text: str) -> str:
    """Full-width letters, digits and punctuation as their ASCII ones; a text without any costs two length counts."""
    return f"CASE WHEN strlen({text}) = length({text}) THEN {text} ELSE translate({text}, '{FULL}', {literal(HALF)}) END"


def any_of(conditions: Iterable[str]) -> str:
    """One condition of several, for CASE WHEN: a condition that is null counts as false there."""
    return " OR ".join(f"({condition})" for condition in conditions) or "FALSE"


def case(condition: str, then: str, otherwise: str) -> str:
    """CASE, which evaluates ``then`` only on the rows that need it."""
    return f"CASE WHEN {condition} THEN {then} ELSE {otherwise} END"


def decimal(text: str) -> str:
    """A number constant. Raises ConfigurationError for anything else: the text comes from a contract."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ConfigurationError(f"'{text[:40]}' is not a number: min and max of a number field must be numbers") from None
    if not number.is_finite():
        raise ConfigurationError(f"'{text[:40]}' is no bound: min and max of a number field must be finite")
    return f"{number:f}"


@dataclass(frozen=True, slots=True)
class Layer:
    """One subquery: the columns (quoted name -> SQL) that it adds to all those below, and what it joins for them."""

    columns: Mapping[str, str]
    joins: tuple[str, ...] = ()


def stack(relation: str, layers: Iterable[Layer]) -> str:
    """``relation`` under ``layers``, the first one innermost; a layer that adds nothing is left out."""
    sql = relation
    for layer in layers:
        if layer.columns:
            added = ",\n  ".join(f"{text} AS {column}" for column, text in layer.columns.items())
            joins = "".join(f"\n{join}" for join in layer.joins)
            sql = f"(SELECT below.*,\n  {added}\nFROM {sql} AS below{joins})"
    return sql
