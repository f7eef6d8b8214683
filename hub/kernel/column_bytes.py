"""Takes a column of texts; gives the bytes of all of them as one buffer, which nobody copies. Pure."""

import pyarrow as pa


def bytes_of(column: pa.StringArray | pa.BinaryArray) -> pa.Buffer:
    """All texts one after the other; a slice gives only its own, and a null whatever its driver left there."""
    _, offsets, data = column.buffers()
    edges = pa.Array.from_buffers(pa.int32(), len(column) + 1, [None, offsets], offset=column.offset)
    begin, end = edges[0].as_py(), edges[-1].as_py()
    return data.slice(begin, end - begin) if begin < end else pa.py_buffer(b"")
