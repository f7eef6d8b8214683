"""Takes a batch of texts as a reader gives it; gives the batch that the kernel's SELECT reads. Pure, on whole columns.

Every text is trimmed, an empty one becomes null, and one that holds control characters (other than tab and line ends) or
is not UTF-8 becomes ``SPOILT``, which no notation accepts. Most columns show by their least and greatest byte that they
need none of this, and a look at the bytes costs a twentieth of trimming.
"""

from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from hub.kernel.column_bytes import bytes_of
from hub.kernel.sql import BLANKS

SPOILT = "\0"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The same rows and names, every column a string and clean. ``spoilt``: rows that hold a spoilt text; None: no row does."""

    batch: pa.RecordBatch
    spoilt: pa.BooleanArray | None


def clean(batch: pa.RecordBatch) -> Cleaned:
    """Clean every column."""
    columns = [_clean(column.cast(pa.string())) for column in batch.columns]
    marks = [spoilt for _, spoilt in columns if spoilt is not None]
    return Cleaned(
        pa.RecordBatch.from_arrays([column for column, _ in columns], batch.schema.names),
        reduce(pc.or_, marks) if marks else None,
    )


def untidy(column: pa.StringArray) -> pa.BooleanArray | None:
    """Which texts, made of clean ones, are not clean themselves: empty, blank at an end, spoilt; None: no text is.

    It may name some that are clean: those with line ends or tabs in the middle.
    """
    if column.null_count == len(column):
        return None
    least, most = _extremes(column)
    found = [pc.equal(column, "")] if pc.min(pc.binary_length(column)).as_py() == 0 else []
    if least < 0x20:
        found.append(pc.match_substring_regex(column, r"[\x00-\x1f]"))
    if least <= 0x20 or most >= 0x80:
        found.append(pc.not_equal(pc.utf8_trim(column, characters=BLANKS), column))
    return pc.fill_null(reduce(pc.or_, found), False) if found else None


def _clean(column: pa.StringArray) -> tuple[pa.StringArray, pa.BooleanArray | None]:
    if column.null_count == len(column):
        return column, None
    least, most = _extremes(column)
    spoilt = None
    if most >= 0x80:
        column, spoilt = _decoded(column)
    if least < 0x20:
        control = pc.fill_null(pc.match_substring_regex(column, _CONTROL), False)
        spoilt = control if spoilt is None else pc.or_(spoilt, control)
    if spoilt is not None:
        column = pc.if_else(spoilt, SPOILT, column)
    if least <= 0x20 or most >= 0x80:
        column = pc.utf8_trim(column, characters=BLANKS)
    if pc.min(pc.binary_length(column)).as_py() == 0:
        column = pc.if_else(pc.equal(column, ""), None, column)
    return column, spoilt if spoilt is not None and spoilt.true_count else None


def _extremes(column: pa.StringArray) -> tuple[int, int]:
    """The least and the greatest byte of all texts of a column; a printable one if there are no texts."""
    data = bytes_of(column)
    if not data.size:
        return 0x21, 0x21
    found = pc.min_max(pa.Array.from_buffers(pa.uint8(), data.size, [None, data]))
    return found["min"].as_py(), found["max"].as_py()


def _decoded(column: pa.StringArray) -> tuple[pa.StringArray, pa.BooleanArray | None]:
    """The column, and which texts are not UTF-8, which DuckDB would not survive. Text by text only if there is one."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        texts = [_text(value) for value in column.cast(pa.binary()).to_pylist()]
        return pa.array(texts, pa.string()), pa.array([text == SPOILT for text in texts])
    return column, None


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return SPOILT
