"""Takes one field of a contract; gives its conversion and its rules as SQL of one value. Pure text, no input or output.

A value is read in two ways. The quick one is for the values that are in order, which is nearly all: ``usual`` is the canonical
form of a value in its usual spelling; where that is not enough, a condition ``odd`` is true (null counts as false), or
``hub.kernel.quick`` sees it in the column. The whole one is for all values: ``final`` is the canonical form of any spelling
that is allowed, or null, and the ``verdicts`` are the finding codes with their conditions. Both agree on every value that is
not odd, and no verdict is true of it.

A value is a column of texts: trimmed, never empty, null where there is none, ``chr(0)`` where the text was spoilt.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hub.contract.model import CodeList, Field, Notation
from hub.kernel import moment
from hub.kernel.check_digit import credit_wrong, id_wrong
from hub.kernel.lookups import CodeJoin, code_join, is_inline
from hub.kernel.person import RESIDENT_CARD
from hub.kernel.sql import any_of, case, decimal, literal, literals, name, narrow

_CLASSES = {"a": "A-Za-z", "an": "0-9A-Za-z", "n": "0-9"}
_ID_LENGTH = 18
_LONGEST_OTHER = 15  # characters of a passport, a permit or an identity number of before 1999
Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a value is read, see above.

    Quick: ``usual`` and ``odd`` read the value, ``columns``, and ``more``, which reads ``columns``.
    Whole: ``final`` reads ``prepared``, ``parsed`` (which reads ``prepared``) and the ``join``; ``checked`` reads the field's
    finished column, and the verdicts read everything.
    """

    final: str
    verdicts: tuple[tuple[str, str], ...]
    usual: str
    odd: tuple[str, ...] = ()
    columns: Columns = field(default_factory=dict)
    more: Columns = field(default_factory=dict)
    prepared: Columns = field(default_factory=dict)
    parsed: Columns = field(default_factory=dict)
    checked: Columns = field(default_factory=dict)
    join: CodeJoin | None = None


def read(field: Field, source: str, day: str, card: Field | None, ready: str | None = None) -> Reading:
    """The conversion and the rules of ``field``, whose value stands in the column ``source``.

    ``day``: SQL of the day on which codes must be valid, as the digits of d8. ``card``: the certificate type beside an ID number.
    ``ready``: the column that has the usual form already, null where a value is not usual and will be looked at (``calendar``).
    """
    plain = _plain(field, source, name(field.name), name(f"n:{field.name}"), day)
    if ready is not None:
        plain = replace(plain, usual=ready, odd=(), columns={}, more={})
    reading = _ranged(field, plain)
    if field.element.check == "gb11643":
        return _resident(field, reading, source, card)
    if field.element.check == "gb32100":
        return _credit(field, reading, source)
    return reading


def sql_type(notation: Notation) -> str:
    """The column type of a field that is a number by value."""
    return "BIGINT" if notation.scale == 0 and notation.maximum <= 18 else f"DECIMAL({notation.maximum}, {notation.scale})"


def wrong_column(field: Field) -> str:
    """The column of ``checked`` that is true where a check digit does not hold."""
    return name(f"w:{field.name}")


def _plain(field: Field, source: str, final: str, plain: str, day: str) -> Reading:
    notation, prepared = field.notation, {plain: narrow(source)}
    if field.codes is not None:
        verdicts, join = _codes(field.codes, final, plain, field.name, day)
        return Reading(plain, verdicts, source, prepared=prepared, join=join)
    if field.numeric:
        return replace(_number(notation, source, final, plain, name(f"x:{field.name}")), prepared=prepared)
    if notation.kind in "dt":
        return replace(_moment(field, source, final, plain), prepared=prepared)
    if notation.kind == "c":
        return Reading(source, _text(notation, final), source)
    return Reading(plain, _word(notation, final), source, prepared=prepared)


def _text(notation: Notation, final: str) -> tuple[tuple[str, str], ...]:
    """Any text (``c``): bound in length only, in characters; it holds no control characters but tab and line ends."""
    wrong = f"{final} >= '!' AND NOT length({final}) BETWEEN {notation.minimum} AND {notation.maximum}"
    return ("format", f"{final} < '!'"), ("length", wrong)


def _word(notation: Notation, final: str) -> tuple[tuple[str, str], ...]:
    """Letters (``a``), letters and digits (``an``) or digits (``n`` of fixed length); full-width ones are narrowed."""
    charset = f"NOT regexp_full_match({final}, '[{_CLASSES[notation.kind]}]+')"
    wrong = f"{final} >= '!' AND NOT length({final}) BETWEEN {notation.minimum} AND {notation.maximum}"
    return ("format", charset), ("length", wrong)


def _number(notation: Notation, source: str, final: str, plain: str, read: str) -> Reading:
    """A number by value: plain notation, no more decimals than the notation has, no more digits before the point."""
    kind = sql_type(notation)
    odd = (
        f"{source} IS NOT NULL AND {read} IS NULL",
        case(f"CAST({read} AS VARCHAR) = {source}", "FALSE", f"NOT {_is_number(notation, source)}"),
        f"NOT ({_fits(notation, read)})",
    )
    shaped, cast = _is_number(notation, plain), f"TRY_CAST({plain} AS {kind})"
    verdicts = (("format", f"NOT {shaped}"), ("length", f"{final} IS NULL AND {shaped}"))
    number = f"CASE WHEN {shaped} AND {_fits(notation, cast)} THEN {cast} END"
    return Reading(number, verdicts, read, odd, {read: f"TRY_CAST({source} AS {kind})"})


def _is_number(notation: Notation, text: str) -> str:
    """Digits with at most ``scale`` decimals, zeros behind them apart: nothing is ever rounded away."""
    scale = notation.scale
    digits = rf"(?:[0-9]+(?:\.[0-9]{{0,{scale}}}0*)?|\.[0-9]{{1,{scale}}}0*)" if scale else r"[0-9]+(?:\.0*)?"
    return f"regexp_full_match({text}, {literal('[+-]?' + digits)})"


def _fits(notation: Notation, number: str) -> str:
    """As many digits before the point as the notation allows."""
    least = 10 ** (notation.minimum - 1) if notation.minimum > 1 else 0
    most = f"{10 ** (notation.maximum - notation.scale) - 1}{'.' + '9' * notation.scale if notation.scale else ''}"
    if least:
        return f"abs({number}) BETWEEN {least} AND {most}"
    return f"{number} BETWEEN -{most} AND {most}"


def _moment(field: Field, source: str, final: str, plain: str) -> Reading:
    """A day (``d``) or a time (``t``) that exists, between the years 1000 and 9999, in any spelling that ``moment`` reads."""
    notation, parsed = field.notation, name(f"m:{field.name}")
    whole = moment.spelt(notation, plain, parsed), (("format", f"{final} IS NULL"),)
    reading = {parsed: moment.read(plain)}
    if notation.maximum < 8:
        month = "(?:0[1-9]|1[0-2])" if notation.maximum == 6 else ""
        odd = f"NOT regexp_full_match({source}, '[1-9][0-9]{{3}}{month}')"
        return Reading(*whole, source, (odd,), parsed=reading)
    usual, done = name(f"d:{field.name}"), name(f"t:{field.name}")
    odd = f"{source} IS NOT NULL AND {done} IS NULL"
    columns, more = {usual: moment.usual(notation, source)}, {done: moment.printed(notation, usual)}
    return Reading(*whole, done, (odd,), columns, more, parsed=reading)


def _codes(codes: CodeList, final: str, plain: str, field: str, day: str) -> tuple[tuple[tuple[str, str], ...], CodeJoin | None]:
    if is_inline(codes):
        return (("code", f"{final} NOT IN ({literals(sorted(codes.codes))})"),), None
    known, join = name(f"k:{field}.code"), code_join(codes, plain)
    verdicts: tuple[tuple[str, str], ...] = (("code", f"{known} IS NULL"),)
    if join.periods:
        spans = [(name(f"k:{field}.from{index}"), name(f"k:{field}.to{index}")) for index in range(join.periods)]
        verdicts += (("code-expired", f"NOT ({_within(day, spans)})"),)
    return verdicts, join


def _within(day: str, spans: list[tuple[str, str]]) -> str:
    return " OR ".join(f"({day} >= {begin} AND {day} < {end})" for begin, end in spans)


def _ranged(field: Field, reading: Reading) -> Reading:
    """``min`` and ``max``: by value for a number, by text for a date; a value out of range keeps its form."""
    bounds = [(sign, bound) for sign, bound in (("<", field.minimum), (">", field.maximum)) if bound is not None]
    if not bounds:
        return reading
    sides = [f" {sign} {_bound(field, bound)}" for sign, bound in bounds]
    odd = tuple(f"{reading.usual}{side}" for side in sides)
    beyond = any_of(f"{name(field.name)}{side}" for side in sides)
    return replace(reading, odd=reading.odd + odd, verdicts=(*reading.verdicts, ("range", _sound(reading, beyond))))


def _bound(field: Field, bound: str) -> str:
    if field.numeric:
        return decimal(bound)
    digits_only = field.notation.kind in "dt" and field.notation.maximum not in (10, 19)
    return literal(re.sub(r"\D", "", bound) if digits_only else bound)


def _resident(field: Field, reading: Reading, source: str, card: Field | None) -> Reading:
    """GB 11643, where the certificate beside it is the resident identity card, or is not given.

    Where no field tells the certificate, a number that is short enough for another one passes.
    """
    plain, final = name(f"n:{field.name}"), name(field.name)
    wrong = _sound(reading, wrong_column(field))
    if card is None and field.notation.minimum < _ID_LENGTH:
        wrong = f"length({final}) > {_LONGEST_OTHER} AND {wrong}"
    if card is not None:
        wrong = f"coalesce({name(card.name)} = '{RESIDENT_CARD}', TRUE) AND {wrong}"
    return replace(
        reading,
        final=f"CASE WHEN regexp_full_match({plain}, '[0-9]{{17}}x') THEN upper({plain}) ELSE {plain} END",
        verdicts=(*reading.verdicts, ("check-digit", wrong)),
        prepared={plain: narrow(source)},
        checked={wrong_column(field): id_wrong(final)},
    )


def _credit(field: Field, reading: Reading, source: str) -> Reading:
    """GB 32100, the unified social credit code."""
    plain, final = name(f"n:{field.name}"), name(field.name)
    return replace(
        reading,
        final=f"upper({plain})",
        verdicts=(*reading.verdicts, ("check-digit", _sound(reading, wrong_column(field)))),
        prepared={plain: narrow(source)},
        checked={wrong_column(field): credit_wrong(final)},
    )


def _sound(reading: Reading, condition: str) -> str:
    """``condition``, unless the value is already refused by an earlier verdict: no useless cascades."""
    refused = any_of(condition for _, condition in reading.verdicts)
    return f"NOT coalesce({refused}, FALSE) AND ({condition})"
