"""Takes the items of a header or a trailer and the rows between them, gives the line; alone checks one on reading.

An item is a text with ``{table} {batch} {date} {count} {sum:field}`` in it and a width in bytes. Amounts that stand in fen are
summed in fen, exactly. A reader of the file knows neither batch nor date, so items with these are not compared.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from adapters.cells import ROOM
from hub.interface import ConfigurationError, DataError, Heading

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text", "width"],
    "properties": ROOM | {"text": {"type": "string", "description": "a literal, perhaps with {count}, {sum:field} ... in it"}},
}

_PLACE = re.compile(r"\{(table|batch|date|count|sum:\w+)\}")
_UNREAD = re.compile(r"\{(batch|date)\}")

Item = Mapping[str, Any]


def check_items(items: Iterable[Item]) -> None:
    """ConfigurationError for a placeholder that is not known."""
    for item in items:
        if "{" in _PLACE.sub("", item["text"]):
            raise ConfigurationError(f"{item['text']!r}: known are {{table}} {{batch}} {{date}} {{count}} {{sum:field}}")


def facts(items: Iterable[Item], table: str, rows: pa.RecordBatch, fen: Set[str], heading: Heading | None) -> dict[str, str]:
    """What the placeholders stand for; ConfigurationError for the sum of a column that is no number."""
    known = {"table": table, "count": str(rows.num_rows)}
    if heading:
        known |= {"batch": heading.batch, "date": re.sub(r"\D", "", heading.staged_at)[:8]}
    for place in {place for item in items for place in _PLACE.findall(item["text"])}:
        name = place.removeprefix("sum:")
        if name != place:
            if name not in rows.schema.names or pa.types.is_string(rows.schema.field(name).type):
                raise ConfigurationError(f"{{{place}}}: table {table} has no number column {name}")
            known[place] = _total(rows[name], name in fen)
    return known


def line(items: Sequence[Item], known: Mapping[str, str], encoding: str) -> bytes:
    """The line without its end; DataError for a text that its width or the encoding cannot hold."""
    return b"".join(_cell(item, known, encoding) for item in items)


def check(raw: bytes, place: str, items: Sequence[Item], known: Mapping[str, str], encoding: str) -> None:
    """DataError if a literal, the count or a sum on the line is not what the rows say."""
    start = 0
    for item in items:
        found, start = raw[start : start + item["width"]], start + item["width"]
        if not _UNREAD.search(item["text"]) and found != _cell(item, known, encoding):
            raise DataError(f"{place}: {item['text']!r} does not agree with the rows")
    if len(raw) != start:
        raise DataError(f"{place}: {len(raw)} bytes, the settings say {start}")


def _cell(item: Item, known: Mapping[str, str], encoding: str) -> bytes:
    text = _PLACE.sub(lambda found: known.get(found[1], ""), item["text"])
    try:
        raw = text.encode(encoding)
    except UnicodeEncodeError:
        raise DataError(f"{item['text']!r} has a character that is not in {encoding}") from None
    if len(raw) > item["width"]:
        raise DataError(f"{item['text']!r} needs {len(raw)} bytes, the width is {item['width']}")
    pad = item.get("pad", " ").encode()
    return raw.rjust(item["width"], pad) if item.get("align") == "right" else raw.ljust(item["width"], pad)


def _total(column: pa.Array, fen: bool) -> str:
    scale = column.type.scale if pa.types.is_decimal(column.type) else 0
    found = pc.sum(column.cast(pa.decimal128(38, scale))).as_py()
    return str(0 if found is None else int(found.scaleb(2)) if fen else found)
