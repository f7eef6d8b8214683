"""Takes a column of texts; gives the days or times that the usual ones spell, in the notation of a contract. Pure.

Usual is what readers write (``2024-01-15``, ``2024-01-15 09:30:00`` with or without a fraction) or digits alone. Anything
else, and a day that does not exist, is null here and left to ``hub.kernel.moment``. Eight digits of ASCII are one number of
64 bits, so a few operations on whole columns read and check a day in a tenth of the time that a parser takes.
"""

from collections.abc import Callable
from functools import lru_cache, partial, reduce
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from hub.contract.model import Notation
from hub.kernel.column_bytes import bytes_of
from hub.kernel.digits import counted

_MARKS = {10: {4: "-", 7: "-"}, 19: {4: "-", 7: "-", 10: " ", 13: ":", 16: ":"}}
_SHAPES = {
    8: r"^[0-9]{8}$",
    10: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    14: r"^[0-9]{14}$",
    19: r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$",
}
_PRECISE = r"^.{19}\.[0-9]{1,6}$"
_DIGITS = {8: 8, 10: 8, 14: 14, 19: 14}
_DAYS = pa.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 243, pa.uint64())
_BYTE = pa.scalar(0xFF, pa.uint64())


def usual(notation: Notation, column: pa.StringArray, *, bare: bool = True) -> pa.StringArray:
    """The canonical texts of ``d8``, ``d10``, ``t14`` or ``t19``; null for what is not usual. ``bare``: digits alone are."""
    lengths, known = pc.binary_length(column), _SHAPES if bare else _MARKS
    if not column.null_count and len(column):
        edge = pc.min_max(lengths)
        if edge["min"] == edge["max"] and edge["min"].as_py() in known:
            return _uniform(notation, edge["min"].as_py(), column)
    told = pa.nulls(len(column), pa.string())
    for length in known:
        told = _where(told, pc.equal(lengths, length), column, partial(_uniform, notation, length))
    long = pc.and_(pc.greater(lengths, 20), pc.less_equal(lengths, 26))
    return _where(told, long, column, partial(_precise, notation))


def _where(
    told: pa.StringArray, mask: pa.BooleanArray, column: pa.StringArray, read: Callable[[pa.StringArray], pa.StringArray]
) -> pa.StringArray:
    """``told``, and on the rows of the mask what ``read`` makes of them."""
    chosen = pc.fill_null(mask, False)
    return pc.replace_with_mask(told, chosen, read(column.filter(chosen))) if chosen.true_count else told


def _precise(notation: Notation, column: pa.StringArray) -> pa.StringArray:
    """Times with a fraction of a second, which no notation keeps."""
    shaped = pc.match_substring_regex(column, _PRECISE)
    whole = pc.utf8_slice_codeunits(column, 0, 19)
    return _where(
        pa.nulls(len(column), pa.string()),
        pc.and_(shaped, pc.equal(pc.binary_length(whole), 19)),
        whole,
        partial(_uniform, notation, 19),
    )


def _uniform(notation: Notation, length: int, column: pa.StringArray) -> pa.StringArray:
    """Texts of one length in bytes, none of them null."""
    digits = _digits(column, length)
    if digits is None:
        shaped = pc.match_substring_regex(column, _SHAPES[length])
        none = pa.nulls(len(column), pa.string())
        return _where(none, shaped, column, partial(_uniform, notation, length)) if shaped.true_count else none
    width = _DIGITS[length]
    real, day = _days(digits, len(column), width)
    if width == 14:
        real = pc.and_(real, _clocks(digits, len(column)))
    same = (length, notation.maximum) in ((10, 10), (19, 19))
    told = column if same else _spelt(notation, _texts(digits, len(column), width), _texts(day, len(column), 8), width)
    return told if real.true_count == len(told) else pc.if_else(real, told, None)


def _digits(column: pa.StringArray, length: int) -> pa.Buffer | None:
    """The digits of all texts, one after the other; None if one of them is not in the shape of its length."""
    data = bytes_of(column)
    text = pa.Array.from_buffers(pa.uint8(), data.size, [None, data])
    for place, mark in _MARKS.get(length, {}).items():
        found = pc.take(text.slice(place), _places(len(column), length), boundscheck=False)
        if not pc.all(pc.equal(found, pa.scalar(ord(mark), pa.uint8()))).as_py():
            return None
    digits = pa.py_buffer(data.to_pybytes().translate(None, b"-: ")) if length in _MARKS else data
    edge = pc.min_max(pa.Array.from_buffers(pa.uint8(), digits.size, [None, digits]))
    sound = digits.size == len(column) * _DIGITS[length] and edge["min"].as_py() >= ord("0") and edge["max"].as_py() <= ord("9")
    return digits if sound else None


def _days(digits: pa.Buffer, rows: int, width: int) -> tuple[pa.BooleanArray, pa.Buffer]:
    """Which days exist, from the year 1000 on, and the eight digits of each."""
    day = digits
    if width > 8:
        texts = pa.Array.from_buffers(pa.binary(width), rows, [None, digits])
        day = pc.binary_slice(texts, 0, 8).buffers()[-1]
    number = pc.subtract(pa.Array.from_buffers(pa.uint64(), rows, [None, day]), pa.scalar(0x3030303030303030, pa.uint64()))
    pairs = pc.add(pc.multiply(number, pa.scalar(10, pa.uint64())), pc.shift_right(number, pa.scalar(8, pa.uint64())))
    century, year, month, date = (
        pc.bit_wise_and(pc.shift_right(pairs, pa.scalar(shift, pa.uint64())), _BYTE) for shift in (0, 16, 32, 48)
    )
    real = [pc.greater_equal(century, 10), pc.greater(date, 0), pc.less_equal(date, _DAYS.take(month))]
    leap_day = pc.and_(pc.equal(month, 2), pc.equal(date, 29))
    if leap_day.true_count:
        leap = pc.if_else(pc.equal(year, 0), _by_four(century), _by_four(year))
        real.append(pc.or_(pc.invert(leap_day), leap))
    return reduce(pc.and_, real), day


@lru_cache(maxsize=64)
def _places(rows: int, step: int) -> pa.Int32Array:
    """0, step, 2 step ...: as many batches have the same length, so do their columns."""
    return counted(rows, step).cast(pa.int32())


def _by_four(number: pa.UInt64Array) -> pa.BooleanArray:
    return pc.equal(pc.bit_wise_and(number, pa.scalar(3, pa.uint64())), 0)


def _clocks(digits: pa.Buffer, rows: int) -> pa.BooleanArray:
    """Which of the last six of 14 digits are a time of day."""
    text = pa.Array.from_buffers(pa.uint8(), digits.size, [None, digits])
    hours, hour, minutes, seconds = (pc.take(text.slice(place), _places(rows, 14), boundscheck=False) for place in (8, 9, 10, 12))
    late = pc.and_(pc.equal(hours, ord("2")), pc.greater(hour, ord("3")))
    beyond = pc.or_(pc.greater(minutes, ord("5")), pc.greater(seconds, ord("5")))
    return pc.invert(pc.or_(pc.or_(pc.greater(hours, ord("2")), late), beyond))


def _texts(digits: pa.Buffer, rows: int, width: int) -> pa.StringArray:
    offsets = _places(rows + 1, width)
    return pa.StringArray.from_buffers(rows, offsets.buffers()[1], digits)


def _spelt(notation: Notation, whole: pa.StringArray, day: pa.StringArray, width: int) -> pa.StringArray:
    """All digits, or those of the day, in the notation."""
    if notation.kind == "d":
        return day if notation.maximum == 8 else _parted(day, (0, 4, 6, 8), "--")
    digits = whole if width == 14 else pc.binary_join_element_wise(whole, "000000", "")
    return digits if notation.maximum == 14 else _parted(digits, (0, 4, 6, 8, 10, 12, 14), "-- ::")


def _parted(digits: pa.StringArray, edges: tuple[int, ...], marks: str) -> pa.StringArray:
    """The digits between the edges with a mark after each piece but the last."""
    pieces = [pc.utf8_slice_codeunits(digits, begin, end) for begin, end in pairwise(edges)]
    joined: list[pa.StringArray | str] = [pieces[0]]
    for mark, piece in zip(marks, pieces[1:], strict=True):
        joined += [mark, piece]
    return pc.binary_join_element_wise(*joined, "")
