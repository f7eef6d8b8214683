"""Takes text columns and the name of a character encoding, gives bytes and back; alone says which cell cannot be encoded.

GBK holds the two-byte characters; GB 18030 (mandatory in China) adds every other character of Unicode in four bytes and agrees
with GBK on all that GBK has. U+3000 is in both, 𠮷 (U+20BB7) in GB 18030 alone. The mapping is that of Python's codecs.
"""

import pyarrow as pa
import pyarrow.compute as pc

from hub.interface import DataError

ENCODINGS = ("utf-8", "gb18030", "gbk")


def decoded(payload: bytes, encoding: str) -> str:
    """The text of a payload; DataError naming the line (from 1) that is not of this encoding."""
    try:
        return payload.decode(encoding)
    except UnicodeDecodeError as error:
        line = payload.count(b"\n", 0, error.start) + 1
    raise DataError(f"line {line} is not {encoding}: the sender and format_settings.encoding must agree")


def unencodable(rows: pa.RecordBatch, encoding: str) -> DataError:
    """The error that names the first cell of ``rows`` that ``encoding`` lacks a character for (never the value)."""
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        for number, value in enumerate(column.to_pylist() if pa.types.is_string(column.type) else [], start=1):
            try:
                (value or "").encode(encoding)
            except UnicodeEncodeError:
                return DataError(f"row {number}, column {name}: a character is not in {encoding}; send gb18030 or mend the value")
    return DataError(f"a column's name or title has a character that is not in {encoding}; send gb18030")


def column_bytes(column: pa.Array, encoding: str) -> pa.Array:
    """A text column, free of nulls and line feeds, as binary; UnicodeEncodeError for a character that ``encoding`` lacks."""
    if not len(column) or pc.all(pc.string_is_ascii(column)).as_py():
        return column.cast(pa.binary())
    text = joined(column, b"\n").decode().encode(encoding)
    return pc.split_pattern(pa.array([text]), pattern=b"\n").values


def column_text(column: pa.Array, encoding: str) -> pa.Array:
    """A binary column, free of nulls and line feeds, as text; UnicodeDecodeError for bytes that are not of ``encoding``."""
    if not len(column):
        return column.cast(pa.string())
    return pc.split_pattern(pa.array([joined(column, b"\n").decode(encoding)]), pattern="\n").values


def joined(column: pa.Array, separator: bytes) -> bytes:
    """All values of a text or binary column in one piece; nulls are left out."""
    values = column.drop_null().cast(pa.binary())
    return bytes(pc.binary_join(pa.ListArray.from_arrays([0, len(values)], values), separator)[0].as_buffer())


def raw(column: pa.Array) -> pa.Buffer:
    """The bytes of a text column's values, one after the other, not copied; what a null hides may be among them."""
    _, offsets, data = column.buffers()
    if not len(column) or data is None:
        return pa.py_buffer(b"")
    ends = memoryview(offsets).cast("i")
    first, last = ends[column.offset], ends[column.offset + len(column)]
    return data.slice(first, last - first)


def lowest(column: pa.Array) -> int:
    """The smallest byte of a text column's values, 0 if there is none: below 32 there is a control character."""
    buffer = raw(column)
    return pc.min(pa.Array.from_buffers(pa.uint8(), buffer.size, [None, buffer])).as_py() or 0
