"""NDJSON (newline-delimited JSON): takes rows, gives one JSON object a line in UTF-8, and back."""

from dataclasses import dataclass
from io import BytesIO

import pyarrow as pa

from adapters import charset, json_rows
from hub.interface import DataError, Format, Heading, Layout, Settings

SETTINGS = json_rows.SETTINGS


def create(settings: Settings) -> Format:
    """The format for one partner."""
    return Ndjson(settings.get("numbers") == "text")


@dataclass(frozen=True, slots=True)
class Ndjson:
    """One object a line, its keys in the layout's order; ``quoted``: numbers as strings."""

    quoted: bool
    suffix: str = ".ndjson"
    media_type: str = "application/x-ndjson"

    def encode(self, rows: pa.RecordBatch, layout: Layout, heading: Heading) -> bytes:  # noqa: ARG002 - NDJSON has no heading
        """One line a row."""
        sink = BytesIO()  # a list of the pieces would be the payload a second time
        sink.writelines(json_rows.objects(rows.cast(layout.schema()), self.quoted, "\n"))
        return sink.getvalue()

    def decode(self, payload: bytes, layout: Layout) -> pa.RecordBatch:
        """The rows; an absent key is null, an unknown or doubled one a DataError."""
        charset.decoded(payload, "utf-8")
        if not payload.strip():
            return pa.RecordBatch.from_pylist([], schema=layout.schema())
        try:
            return json_rows.read(payload, json_rows.wire_schema(layout, self.quoted)).cast(layout.schema())
        except pa.ArrowInvalid:  # its message may quote a value
            pass
        for number, line in enumerate(payload.split(b"\n"), start=1):
            json_rows.misfit(line, f"line {number}", layout)
        raise DataError("the payload is not NDJSON of this layout")
