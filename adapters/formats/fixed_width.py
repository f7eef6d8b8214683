"""Fixed width: takes rows, gives records whose fields have a width in BYTES of the encoding, and back; as banks want them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from adapters import cells, charset, summary_line
from adapters.cells import Cell
from hub.interface import ConfigurationError, DataError, Format, Heading, Layout, Settings

_RECORD = {
    "type": "object",
    "additionalProperties": False,
    "required": ["columns"],
    "properties": {
        "columns": {"type": "object", "additionalProperties": cells.SCHEMA},
        "header": {"type": "array", "items": summary_line.SCHEMA},
        "trailer": {"type": "array", "items": summary_line.SCHEMA},
    },
}
SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tables"],
    "properties": {
        "encoding": {"enum": [*charset.ENCODINGS], "description": "default: gb18030"},
        "line_end": {"enum": ["lf", "crlf"], "description": "default: crlf"},
        "tables": {"type": "object", "additionalProperties": _RECORD, "description": "columns in the record's order"},
    },
}


def create(settings: Settings) -> Format:
    """The format for one partner; ConfigurationError for an unknown placeholder in a header or a trailer."""
    for record in settings["tables"].values():
        summary_line.check_items([*record.get("header", ()), *record.get("trailer", ())])
    return FixedWidth(
        settings["tables"], settings.get("encoding", "gb18030"), b"\n" if settings.get("line_end") == "lf" else b"\r\n"
    )


@dataclass(frozen=True, slots=True)
class FixedWidth:
    """One record a line, perhaps between a header and a trailer; ``tables`` as in SETTINGS."""

    tables: Mapping[str, Any]
    encoding: str
    line_end: bytes
    suffix: str = ".txt"

    @property
    def media_type(self) -> str:
        """Text in the encoding."""
        return f"text/plain; charset={self.encoding}"

    def encode(self, rows: pa.RecordBatch, layout: Layout, heading: Heading) -> bytes:
        """The records; DataError naming row and column for a value that its width or the encoding cannot hold."""
        typed, record, header, trailer = rows.cast(layout.schema()), *self._record(layout)
        packed = [cells.packed(typed[cell.name], cell, self.encoding) for cell in record]
        body = charset.raw(pc.binary_join_element_wise(*packed, self.line_end, b""))
        known = summary_line.facts([*header, *trailer], layout.table, typed, {cell.name for cell in record if cell.fen}, heading)
        first, last = (
            summary_line.line(items, known, self.encoding) + self.line_end if items else b"" for items in (header, trailer)
        )
        return b"".join([first, body.to_pybytes(), last])

    def decode(self, payload: bytes, layout: Layout) -> pa.RecordBatch:
        """The rows; DataError with the line for a torn record, a wrong literal, count or sum."""
        record, header, trailer = self._record(layout)
        *lines, torn = payload.split(self.line_end)
        if torn or len(lines) < bool(header) + bool(trailer):
            raise DataError(f"line {len(lines) + 1}: the payload ends too early")
        first = lines.pop(0) if header else b""
        last = lines.pop() if trailer else b""
        body = pa.array(lines, pa.binary())
        width, before = sum(cell.width for cell in record), 1 + bool(header)
        odd = pc.index(pc.not_equal(pc.binary_length(body), width), True).as_py()
        if odd >= 0:
            raise DataError(f"line {odd + before}: {len(lines[odd])} bytes, a record has {width}")
        columns, start, schema = {}, 0, layout.schema()
        for cell in record:
            raw, start = pc.binary_slice(body, start, start + cell.width), start + cell.width
            columns[cell.name] = cells.unpacked(raw, schema.field(cell.name).type, cell, self.encoding, before)
        rows = pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)
        known = summary_line.facts([*header, *trailer], layout.table, rows, {cell.name for cell in record if cell.fen}, None)
        summary_line.check(first, "header", header, known, self.encoding)
        summary_line.check(last, "trailer", trailer, known, self.encoding)
        return rows

    def _record(self, layout: Layout) -> tuple[list[Cell], list[Any], list[Any]]:
        """The cells, the items of the header and of the trailer; ConfigurationError if they do not fit the layout."""
        table, where = self.tables.get(layout.table), f"format_settings.tables.{layout.table}"
        types = {column.name: column.type for column in layout.columns}
        if table is None or set(table["columns"]) != set(types):
            raise ConfigurationError(f"{where}.columns must be exactly {', '.join(types)}")
        record = [cells.cell(name, cell, types[name]) for name, cell in table["columns"].items()]
        return record, table.get("header", []), table.get("trailer", [])
