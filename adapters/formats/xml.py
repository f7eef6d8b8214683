"""XML 1.0: takes rows, gives a document ``<batch batch table standard window staged_at count><row>...</row></batch>``, and back.

A row has an element for each column that has a value, in the layout's order; there is no namespace. ``hub contract export
--format xsd`` writes the schemas. A document type declaration is refused unread, so that no entity is ever expanded.
"""

from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import pyarrow as pa

from adapters import charset, xml_rows
from hub.interface import Column, DataError, Format, Heading, Layout, Settings

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"encoding": {"enum": ["utf-8", "gb18030"], "description": "default: utf-8"}},
}


def create(settings: Settings) -> Format:
    """The format for one partner."""
    encoding = settings.get("encoding", "utf-8")
    return Xml(encoding, f"application/xml; charset={encoding}")


@dataclass(frozen=True, slots=True)
class Xml:
    """One document a part; null is an absent element."""

    encoding: str
    media_type: str
    suffix: str = ".xml"

    def encode(self, rows: pa.RecordBatch, layout: Layout, heading: Heading) -> bytes:
        """The heading, the count, the rows; DataError naming row and column for a character that XML lacks."""
        values = {"batch": heading.batch, "table": layout.table, "standard": heading.standard, "window": heading.window}
        values |= {"staged_at": heading.staged_at, "count": str(rows.num_rows)}
        head = " ".join(f"{name}={quoteattr(value)}" for name, value in values.items())
        pieces = [
            f'<?xml version="1.0" encoding="{self.encoding.upper()}"?>\n<batch {head}>\n'.encode(),
            *xml_rows.elements(rows, layout),
        ]
        payload = b"".join([*pieces, b"</batch>\n"])
        return payload if self.encoding == "utf-8" else payload.decode().encode(self.encoding)

    def decode(self, payload: bytes, layout: Layout) -> pa.RecordBatch:
        """The rows; DataError for another table, an unknown element, a value of another type, a wrong ``count``."""
        text = charset.decoded(payload, self.encoding)
        if "<!DOCTYPE" in text:
            raise DataError("the payload has a document type declaration: leave it out")
        try:
            root = ElementTree.fromstring(text)  # noqa: S314 - without a DTD there are no entities
        except ElementTree.ParseError as error:
            raise DataError(f"line {error.position[0]}, column {error.position[1] + 1}: not well-formed XML") from None
        if root.tag != "batch" or root.get("table") != layout.table:
            raise DataError(f"the payload is not one batch of table {layout.table}")
        names = {column.name for column in layout.columns}
        found = [_values(row, f"row {number}", names) for number, row in enumerate(root, start=1)]
        if root.get("count") != str(len(found)):
            raise DataError(f"count is not the number of rows, which is {len(found)}")
        columns = [_typed([row.get(column.name) for row in found], column) for column in layout.columns]
        return pa.RecordBatch.from_arrays(columns, schema=layout.schema())


def _values(row: ElementTree.Element, place: str, names: set[str]) -> dict[str, str]:
    """Text by element; DataError unless the row has columns of this layout, each once, and nothing else."""
    values = {child.tag: child.text or "" for child in row}
    if row.tag != "row" or len(values) != len(row) or values.keys() - names or any(len(child) for child in row):
        raise DataError(f"{place} is not a row of this layout: elements are unknown, twice or nested")
    return values


def _typed(values: list[str | None], column: Column, first: int = 1) -> pa.Array:
    try:
        return pa.array(values, pa.string()).cast(column.type)
    except pa.ArrowInvalid:  # its message quotes the value: halves of halves find the row
        if len(values) == 1:
            raise DataError(f"row {first}, column {column.name}: not a {column.type}") from None
    half = len(values) // 2
    return pa.concat_arrays([_typed(values[:half], column, first), _typed(values[half:], column, first + half)])
