"""Takes delimited text without its header and a layout, gives the rows. An empty field is null, ``""`` the empty text."""

import re

import pyarrow as pa
import pyarrow.csv as pcsv

from hub.interface import DataError, Layout


def read(text: str, delimiter: str, layout: Layout) -> pa.RecordBatch:
    """The rows, typed as the layout says; DataError with row and column, never the value."""
    schema = layout.schema()
    if not text:
        return pa.RecordBatch.from_pylist([], schema=schema)
    body = (f"\ufeff{text}" if text.startswith("\ufeff") else text).encode()  # the first one is a value's; pyarrow takes one away
    options = pcsv.ReadOptions(use_threads=False, block_size=len(body) + 1, column_names=schema.names)
    parse = pcsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False)
    nulls = {"null_values": [""], "strings_can_be_null": True, "quoted_strings_can_be_null": False}
    try:
        table = pcsv.read_csv(pa.BufferReader(body), options, parse, pcsv.ConvertOptions(column_types=schema, **nulls))
    except pa.ArrowInvalid as error:  # its message may quote a value
        raise _misfit(str(error), layout) from None
    return pa.RecordBatch.from_arrays([column.combine_chunks() for column in table.columns], schema=schema)


def _misfit(words: str, layout: Layout) -> DataError:
    found = re.search(r"(?:column #(\d+): )?Row #(\d+)", words)
    column, row = (found[1], found[2]) if found else (None, "?")
    if column:
        return DataError(f"row {row}, column {layout.columns[int(column)].name}: not a {layout.columns[int(column)].type}")
    return DataError(f"row {row}: not {len(layout.columns)} columns")
