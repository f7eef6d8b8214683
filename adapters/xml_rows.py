"""Takes rows, gives XML elements; alone knows how a value stands between two tags.

Characters are those of XML 1.0 section 2.2: most control characters are none of them. A null has no element.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from adapters import charset, digits
from hub.interface import Column, DataError, Layout

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}  # & first; readers turn a bare CR into LF
_UNSAYABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{FFFE}\x{FFFF}]"
_SLICE = 8192  # rows joined at a time: the work stays in the processor's cache


def elements(rows: pa.RecordBatch, layout: Layout) -> Iterator[bytes]:
    """The rows as ``<row>`` elements, one a line, some thousand rows at a time; DataError for what XML cannot hold."""
    texts = {column.name: _escaped(rows.column(column.name), column) for column in layout.columns}
    for start in range(0, rows.num_rows, _SLICE):
        pieces: list[pa.Array | str] = []
        before = "<row>"
        for name, whole in texts.items():
            text = whole.slice(start, _SLICE)
            if text.null_count:  # a null has no tags, so they are joined to each value beforehand
                pieces += [before, pc.binary_join_element_wise(f"<{name}>", text, f"</{name}>", "")]
                before = ""
            else:
                pieces += [f"{before}<{name}>", text]
                before = f"</{name}>"
        pieces += [f"{before}</row>\n", ""]
        yield charset.raw(pc.binary_join_element_wise(*pieces, null_handling="replace", null_replacement="")).to_pybytes()


def _escaped(values: pa.Array, column: Column) -> pa.Array:
    """The values as they stand between two tags; numbers digit by digit."""
    text = digits.plain(values.cast(column.type))
    if not pa.types.is_string(column.type):
        return text
    raw = charset.raw(text).to_pybytes()
    if charset.lowest(text) < 0x20 or b"\xef\xbf" in raw:
        number = pc.index(pc.match_substring_regex(text, _UNSAYABLE), True).as_py()
        if number >= 0:
            raise DataError(f"row {number + 1}, column {column.name}: a character that XML cannot hold; mend the value")
    for character in (each for each in _ESCAPES if each.encode() in raw):
        text = pc.replace_substring(text, character, _ESCAPES[character])
    return text
