"""CSV (RFC 4180): takes rows, gives one line a row, and back. An empty field is null, ``""`` the empty text."""

import re
from dataclasses import dataclass
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from adapters import charset, delimited, digits, formula
from hub.interface import ConfigurationError, DataError, Format, Heading, Layout, Settings

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "encoding": {"enum": [*charset.ENCODINGS, "utf-8-sig"], "description": "default utf-8; utf-8-sig: with a BOM, for Excel"},
        "header": {
            "enum": ["names", "titles", "none"],
            "description": "the first line: ASCII names (default), titles, or no line",
        },
        "delimiter": {"enum": [",", ";", "|", "\t"], "description": "default: comma"},
        "quoting": {
            "enum": ["text", "all", "none"],
            "description": "text (default): texts, not numbers; none: no value may need them",
        },
        "line_end": {"enum": ["lf", "crlf"], "description": "default: lf"},
        "formula_guard": {"type": "boolean", "description": "an apostrophe before texts that a spreadsheet would run (false)"},
    },
}

_SLICE = 512  # rows written at a time: the work stays in the processor's cache
_QUOTING = {"text": "needed", "all": "all_valid", "none": "none"}


def create(settings: Settings) -> Format:
    """The format for one partner."""
    encoding, quoting = settings.get("encoding", "utf-8"), settings.get("quoting", "text")
    options = pcsv.WriteOptions(
        include_header=settings.get("header") != "none",
        batch_size=_SLICE,
        delimiter=settings.get("delimiter", ","),
        quoting_style=_QUOTING[quoting],
        quoting_header=_QUOTING[quoting],
        eol="\r\n" if settings.get("line_end") == "crlf" else "\n",
    )
    guard = bool(settings.get("formula_guard", False))
    return Csv(encoding, settings.get("header", "names"), guard, options, f"text/csv; charset={encoding.removesuffix('-sig')}")


@dataclass(frozen=True, slots=True)
class Csv:
    """One line a row, columns in the layout's order."""

    encoding: str
    header: str
    guard: bool
    options: pcsv.WriteOptions
    media_type: str
    suffix: str = ".csv"

    def encode(self, rows: pa.RecordBatch, layout: Layout, heading: Heading) -> bytes:  # noqa: ARG002 - CSV has no heading
        """The lines; DataError naming row and column for a value that the encoding or ``quoting: none`` cannot hold."""
        named = pa.RecordBatch.from_arrays(rows.cast(layout.schema()).columns, names=self._header(layout))
        named = digits.written(formula.guarded(named) if self.guard else named)
        if self.options.quoting_style == "none":
            _refuse_quotes(named, f'[{self.options.delimiter}"\r\n]|^$')
        sink = BytesIO()  # half the time and half the memory of a buffer of Arrow's, which is copied at its end
        pcsv.write_csv(named, pa.PythonFile(sink, "w"), self.options)
        payload = sink.getvalue()
        try:
            return payload if self.encoding == "utf-8" else payload.decode().encode(self.encoding)
        except UnicodeEncodeError:  # it holds the whole payload
            raise charset.unencodable(named, self.encoding) from None

    def decode(self, payload: bytes, layout: Layout) -> pa.RecordBatch:
        """The rows; DataError for another header, another number of columns, a value of another type."""
        body = charset.decoded(payload, self.encoding)
        if self.header != "none":
            first, _, body = body.partition(self.options.eol)
            names = self._header(layout)
            quoted = ['"{}"'.format(name.replace('"', '""')) for name in names]
            if first not in (self.options.delimiter.join(names), self.options.delimiter.join(quoted)):
                raise DataError(f"line 1: not the {self.header} of table {layout.table} as header")
        rows = delimited.read(body, self.options.delimiter, layout)
        return formula.unguarded(rows) if self.guard else rows

    def _header(self, layout: Layout) -> list[str]:
        return [column.title if self.header == "titles" else column.name for column in layout.columns]


def _refuse_quotes(rows: pa.RecordBatch, pattern: str) -> None:
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        if re.search(pattern, name):
            raise ConfigurationError(f"format_settings: the header {name} needs quotes, and quoting is none; write header: names")
        number = pc.index(pc.match_substring_regex(column.cast(pa.string()), pattern), True).as_py()
        if number >= 0:
            raise DataError(f"row {number + 1}, column {name}: the value needs quotes, and quoting is none")
