"""JSON: takes rows, gives one document ``{batch, table, standard, window, staged_at, count, rows: [...]}`` in UTF-8, and back.

The rows are objects as in NDJSON, one a line; ``count`` is the number of them and is checked on reading.
"""

import json
from dataclasses import dataclass
from io import SEEK_CUR, BytesIO

import pyarrow as pa

from adapters import charset, json_rows
from hub.interface import DataError, Format, Heading, Layout, Settings

SETTINGS = json_rows.SETTINGS

_HEADING = ("batch", "table", "standard", "window", "staged_at")


def create(settings: Settings) -> Format:
    """The format for one partner."""
    return Json(settings.get("numbers") == "text")


@dataclass(frozen=True, slots=True)
class Json:
    """One document a part; ``quoted``: numbers as strings."""

    quoted: bool
    suffix: str = ".json"
    media_type: str = "application/json"

    def encode(self, rows: pa.RecordBatch, layout: Layout, heading: Heading) -> bytes:
        """The heading, the count, the rows."""
        values = (heading.batch, layout.table, heading.standard, heading.window, heading.staged_at)
        head = json.dumps(dict(zip(_HEADING, values, strict=True)) | {"count": rows.num_rows}, ensure_ascii=False)
        sink = BytesIO()  # a list of the pieces would be the payload a second time
        sink.write(f'{head[:-1]}, "rows": [\n'.encode())
        sink.writelines(json_rows.objects(rows.cast(layout.schema()), self.quoted, ",\n"))
        if rows.num_rows:
            sink.seek(-len(b",\n"), SEEK_CUR)
        sink.write(b"\n]}\n")
        return sink.getvalue()

    def decode(self, payload: bytes, layout: Layout) -> pa.RecordBatch:
        """The rows; DataError if the document is for another table, or ``count`` is not the number of rows."""
        charset.decoded(payload, "utf-8")
        row = pa.struct(list(json_rows.wire_schema(layout, self.quoted)))
        envelope = [(name, pa.string()) for name in _HEADING] + [("count", pa.int64()), ("rows", pa.list_(row))]
        try:
            document = json_rows.read(payload, pa.schema(envelope))
            rows = pa.RecordBatch.from_struct_array(document["rows"].flatten()).cast(layout.schema())
        except pa.ArrowInvalid:  # its message may quote a value
            raise _culprit(payload, layout) from None
        if document.num_rows != 1 or document["table"][0].as_py() != layout.table:
            raise DataError(f"the payload is not one document for table {layout.table}")
        if document["count"][0].as_py() != rows.num_rows:
            raise DataError(f"count says {document['count'][0]}, but there are {rows.num_rows} rows")
        return rows


def _culprit(payload: bytes, layout: Layout) -> DataError:
    try:
        document = json.loads(payload)
    except json.JSONDecodeError as error:
        return DataError(f"line {error.lineno}, column {error.colno}: {error.msg}")
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets of thousands of levels
        return DataError("the payload is not a JSON document of this layout")
    rows = document.get("rows") if isinstance(document, dict) else None
    for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
        json_rows.misfit(row, f"row {number}", layout)
    return DataError(f"the payload is not a document {{{', '.join(_HEADING)}, count, rows}} with the columns of this layout")
