"""Takes rows, gives JSON objects, and back; what the formats json and ndjson share. Alone knows how a value stands in JSON.

Strings are escaped as RFC 8259 section 7 asks; decimals are written digit by digit, never as floats; null is ``null``.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from adapters import charset, digits
from hub.interface import DataError, Layout

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "numbers": {
            "enum": ["number", "text"],
            "description": "text: numbers in quotes, for partners whose JSON reader makes floats of them (default: number)",
        }
    },
}

_SPECIAL = b'\\"' + bytes(range(0x20))  # the backslash first: escaping the others adds some
_OBJECT = re.compile(rb"[ \t\r\n]*\{")
_SLICE = 1024  # rows joined at a time: the work stays in the processor's cache


def objects(rows: pa.RecordBatch, quoted: bool, end: str) -> Iterator[bytes]:
    """The rows as JSON objects, each followed by ``end``, some thousand rows at a time."""
    columns: list[pa.Array | str] = []
    before = "{"
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        text, quote = _written(column, quoted)
        columns += [f"{before}{json.dumps(name, ensure_ascii=False)}:{quote}", text]
        before = f"{quote},"
    columns += [f"{before[:-1]}}}{end}", ""]
    for start in range(0, rows.num_rows, _SLICE):
        pieces = [each if isinstance(each, str) else each.slice(start, _SLICE) for each in columns]
        yield charset.raw(pc.binary_join_element_wise(*pieces)).to_pybytes()


def _written(column: pa.Array, quoted: bool) -> tuple[pa.Array, str]:
    """The values as they stand in JSON, and the quote around each. No text is null: joining those takes twice the time."""
    text = _escaped(column) if pa.types.is_string(column.type) else digits.plain(column)
    quote = '"' if quoted or pa.types.is_string(column.type) else ""
    if not text.null_count:
        return text, quote
    return pc.fill_null(pc.binary_join_element_wise(quote, text, quote, "") if quote else text, "null"), ""


def _escaped(column: pa.Array) -> pa.Array:
    """The strings as they stand between quotes in JSON."""
    raw = charset.raw(column).to_pybytes()
    if b'"' in raw or b"\\" in raw or charset.lowest(column) < 0x20:  # a tenth of a regular expression's time
        for character in (chr(byte) for byte in _SPECIAL if byte in raw):
            column = pc.replace_substring(column, character, json.dumps(character)[1:-1])
    return column


def wire_schema(layout: Layout, quoted: bool) -> pa.Schema:
    """The layout as it stands in JSON."""
    return pa.schema([(column.name, pa.string() if quoted else column.type) for column in layout.columns])


def read(payload: bytes, schema: pa.Schema) -> pa.RecordBatch:
    """JSON objects one after the other, typed as ``schema``; ArrowInvalid if they are not that."""
    if not _OBJECT.match(payload):  # Arrow's reader does not survive a document that begins with null
        raise pa.ArrowInvalid("no object")
    options = pj.ReadOptions(use_threads=False, block_size=len(payload) + 1)
    parse = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    batches = pj.read_json(pa.BufferReader(payload), options, parse).combine_chunks().to_batches()
    if not batches:
        raise pa.ArrowInvalid("no object")
    return batches[0]


def misfit(row: bytes | object, place: str, layout: Layout) -> None:
    """Raise the DataError that says why ``row`` (text, or parsed) at ``place`` is none of this layout; never its values."""
    try:
        value = json.loads(row, parse_float=Decimal) if isinstance(row, bytes) and row.strip() else row
    except (ValueError, RecursionError):
        raise DataError(f"{place} is not JSON") from None
    if not isinstance(value, dict):
        return
    for column in layout.columns:
        try:
            pa.array([value.get(column.name)], column.type)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            raise DataError(f"{place}, field {column.name}: not a {column.type}") from None
    if set(value) - {column.name for column in layout.columns}:
        raise DataError(f"{place} has a key that table {layout.table} lacks")
