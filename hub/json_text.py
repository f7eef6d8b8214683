"""Takes columns of text, gives one column of JSON objects, whole columns at a time. Pure."""

import json
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

_CONTROL = r"[\x00-\x1f]"


def objects(columns: Mapping[str, pa.Array | pa.ChunkedArray], size: int) -> pa.Array:
    """``{"name":"value", ...}`` for each of ``size`` rows; every value is a string or null. Other types are cast to text."""
    pieces: list[pa.Array] = []
    for name, values in columns.items():
        before = ("," if pieces else "{") + json.dumps(name, ensure_ascii=False) + ":"
        pieces += [pa.repeat(before, size), pc.coalesce(_quoted(_array(values).cast(pa.string())), pa.scalar("null"))]
    return pc.binary_join_element_wise(*pieces, pa.repeat("}" if pieces else "{}", size), "")


def _array(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _quoted(values: pa.StringArray) -> pa.StringArray:
    """JSON strings (RFC 8259 section 7). Control characters are rare: a column that holds one is spelled by Python."""
    if pc.any(pc.match_substring_regex(values, _CONTROL)).as_py():
        texts = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values.to_pylist()]
        return pa.array(texts, pa.string())
    escaped = pc.replace_substring(pc.replace_substring(values, "\\", "\\\\"), '"', '\\"')
    return pc.binary_join_element_wise('"', escaped, '"', "")
