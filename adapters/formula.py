"""Takes rows, gives rows whose texts no spreadsheet runs as a formula, and back. For every format that a spreadsheet opens.

A text that begins like a formula (OWASP, CSV injection: = + - @, tab, line ends, the full-width forms) gets an apostrophe before
it; so does one that begins with apostrophes and then like a formula, hence the way back is exact.
"""

import pyarrow as pa
import pyarrow.compute as pc

_START = r"[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"


def guarded(rows: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with an apostrophe where one is needed."""
    return _texts(rows, f"^('*{_START})", r"'\1")


def unguarded(rows: pa.RecordBatch) -> pa.RecordBatch:
    """The rows as they were before ``guarded``."""
    return _texts(rows, f"^'('*{_START})", r"\1")


def _texts(rows: pa.RecordBatch, pattern: str, replacement: str) -> pa.RecordBatch:
    columns = [
        pc.replace_substring_regex(column, pattern, replacement, max_replacements=1)
        if pa.types.is_string(column.type)
        else column
        for column in rows.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=rows.schema.names)
