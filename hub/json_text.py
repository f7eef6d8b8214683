"""Takes columns of text, gives one column of JSON objects, whole columns at a time. Pure."""

import json
import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from hub.kernel.column_bytes import bytes_of

_CONTROL = re.compile(rb"[\x00-\x1f]")


def objects(columns: Mapping[str, pa.Array | pa.ChunkedArray], size: int) -> pa.Array:
    """``{"name":"value", ...}`` for each of ``size`` rows; every value is a string or null. Other types are cast to text."""
    if not columns:
        return pa.repeat("{}", size)
    pieces: list[pa.Array | str] = []
    for name, values in columns.items():
        before = ("," if pieces else "{") + json.dumps(name, ensure_ascii=False) + ":"
        pieces += [before, _quoted(_array(values).cast(pa.string()))]
    return pc.binary_join_element_wise(*pieces, "}", "", null_handling="replace", null_replacement="null")


def _array(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _quoted(values: pa.StringArray) -> pa.StringArray:
    """JSON strings (RFC 8259 section 7). Control characters are rare: a column that holds one is spelled by Python."""
    written = bytes_of(values).to_pybytes()  # a look at the bytes costs a twentieth of one at each text
    if _CONTROL.search(written):
        texts = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values.to_pylist()]
        return pa.array(texts, pa.string())
    if b"\\" in written:
        values = pc.replace_substring(values, "\\", "\\\\")
    if b'"' in written:
        values = pc.replace_substring(values, '"', '\\"')
    return pc.binary_join_element_wise('"', values, '"', "")
