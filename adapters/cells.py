"""Takes a column and a width in bytes, gives cells of exactly that width, and back. Alone knows how a value fills a cell.

A null is a cell of blanks. What would not come back as it was is refused: a control character, the empty text, a text that begins
(right-aligned) or ends (left-aligned) with the padding.
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from adapters import charset, digits
from hub.interface import ConfigurationError, DataError, Settings

ROOM = {
    "width": {
        "type": "integer",
        "minimum": 1,
        "description": "bytes in the encoding: most Chinese characters are 2, rare ones 4",
    },
    "align": {"enum": ["left", "right"], "description": "default: numbers right, all else left"},
    "pad": {"type": "string", "pattern": "^[ -~]$", "description": "fills the width; default: a blank"},
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["width"],
    "properties": ROOM | {"unit": {"enum": ["fen"], "description": "a decimal of at most two places, written in hundredths"}},
}

_ENTIRE = pa.decimal128(38, 0)
_HUNDREDTHS = pa.decimal128(38, 2)


@dataclass(frozen=True, slots=True)
class Cell:
    """``width`` bytes, filled with the ASCII character ``pad``; ``fen``: the value is a decimal, the cell has hundredths."""

    name: str
    width: int
    right: bool
    pad: str
    fen: bool = False


def cell(name: str, settings: Settings, type: pa.DataType) -> Cell:
    """The cell of a column of that type, settings as in SCHEMA; ConfigurationError for a number that could not be read back."""
    number = not pa.types.is_string(type)
    right = settings.get("align", "right" if number else "left") == "right"
    made = Cell(name, settings["width"], right, settings.get("pad", " "), "unit" in settings)
    if made.fen and not (pa.types.is_decimal(type) and type.scale <= 2):
        raise ConfigurationError(f"column {name}: unit fen is for decimals of at most two places")
    if number and not (made.pad == " " or (made.pad == "0" and right)):
        raise ConfigurationError(f"column {name}: a number is filled with blanks, or with zeros on the left")
    return made


def packed(column: pa.Array, cell: Cell, encoding: str) -> pa.Array:
    """The column as binary, each value ``cell.width`` bytes; DataError with row (from 1) and column, never the value."""
    text = column if pa.types.is_string(column.type) else _digits(column, cell)
    if text is column:
        if charset.lowest(text) < 0x20:
            _refuse(pc.match_substring_regex(text, r"[\x00-\x1f]"), cell, "a control character has no place in a record")
        blank = pc.equal(pc.binary_length(pc.ascii_trim(text, characters=" ")), 0)
        _refuse(blank, cell, "an empty or blank text cannot be told from a null")
        edge = pc.starts_with if cell.right else pc.ends_with
        _refuse(edge(text, cell.pad), cell, "the value would lose the padding it has at its edge")
    try:
        raw = charset.column_bytes(text.fill_null(""), encoding)
    except UnicodeEncodeError:
        raise charset.unencodable(pa.RecordBatch.from_arrays([text], names=[cell.name]), encoding) from None
    room = pc.subtract(cell.width, pc.binary_length(raw).cast(pa.int64()))
    number = pc.index(pc.less(room, 0), True).as_py()
    if number >= 0:
        needed = cell.width - room[number].as_py()
        raise DataError(f"row {number + 1}, column {cell.name}: {needed} bytes in {encoding}, the width is {cell.width}")
    fill = pc.if_else(column.is_null(), b" " * cell.width, pc.binary_repeat(cell.pad.encode(), room))
    return pc.binary_join_element_wise(*((fill, raw) if cell.right else (raw, fill)), b"")


def unpacked(raw: pa.Array, type: pa.DataType, cell: Cell, encoding: str, first_line: int) -> pa.Array:
    """The values of binary cells; DataError with the line (the first cell's is ``first_line``) and column."""
    try:
        text = charset.column_text(raw, encoding)
        blank = pc.equal(pc.binary_length(pc.utf8_trim(text, characters=" ")), 0)
        trim = pc.utf8_ltrim if cell.right else pc.utf8_rtrim
        kept = text if cell.pad == "0" and not pa.types.is_string(type) else trim(text, characters=cell.pad)
        return _typed(pc.if_else(blank, None, kept), type, cell)
    except (UnicodeDecodeError, pa.ArrowInvalid):
        pass  # the messages may quote values
    if len(raw) == 1:
        raise DataError(f"line {first_line}, column {cell.name}: not a {type} in {encoding}")
    for number in range(len(raw)):
        unpacked(raw.slice(number, 1), type, cell, encoding, first_line + number)
    raise DataError(f"column {cell.name}: not {type} in {encoding}")


def _digits(column: pa.Array, cell: Cell) -> pa.Array:
    """Numbers as text; zeros go between the sign and the first digit."""
    if cell.fen:  # the unscaled integers of a decimal with two places ARE its hundredths
        column = pa.Array.from_buffers(_ENTIRE, len(column), column.cast(_HUNDREDTHS).buffers())
    text = digits.plain(column)
    return pc.utf8_zero_fill(text, width=cell.width) if cell.pad == "0" else text


def _typed(text: pa.Array, type: pa.DataType, cell: Cell) -> pa.Array:
    if not cell.fen:
        return text.cast(type)
    return pa.Array.from_buffers(_HUNDREDTHS, len(text), text.cast(_ENTIRE).buffers()).cast(type)


def _refuse(wrong: pa.Array, cell: Cell, why: str) -> None:
    number = pc.index(wrong, True).as_py()
    if number >= 0:
        raise DataError(f"row {number + 1}, column {cell.name}: {why}")
