"""Takes a layout and a live table, says what would not fit: names, lengths, types, nulls. Reads the catalogue, sends no data."""

import re
from collections.abc import Iterator

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, Numeric, String, Table

from hub.interface import Column as WireColumn
from hub.interface import Layout

_DIGITS = {"TINYINT": 2, "SMALLINT": 4, "MEDIUMINT": 6, "INTEGER": 9, "BIGINT": 18}


def misfits(layout: Layout, table: Table) -> Iterator[str]:
    """One sentence for each thing that is wrong, naming table and column."""
    for column in layout.columns:
        found = table.c.get(column.name)
        where = f"{table.name}.{column.name} ({column.title})"
        if found is None:
            yield f"{where}: the table has no such column"
            continue
        if not found.nullable and not column.required:
            yield f"{where}: takes no null, but the field is optional"
        wrong = _wrong(column, found)
        if wrong:
            yield f"{where}: {wrong}"
    ours = {column.name for column in layout.columns}
    for found in table.columns:
        if found.name not in ours and not found.nullable and not _filled_there(found):
            yield f"{table.name}.{found.name}: must have a value, but the layout has no such field"


def _filled_there(column: Column[object]) -> bool:
    """Whether the database gives the value itself."""
    number = column.primary_key and isinstance(column.type, Integer)
    return number or column.server_default is not None or column.identity is not None or column.computed is not None


def _wrong(column: WireColumn, found: Column[object]) -> str:
    length, scale = _size(column.notation)
    kind, live = str(column.type), found.type
    if isinstance(live, String):
        short = live.length is not None and length > live.length
        return f"holds {live.length} characters, {column.notation} needs {length}" if short else ""
    if isinstance(live, Date | DateTime):
        dates = column.notation[:1] in ("d", "t") or (kind == "string" and column.notation == "")
        return "" if dates else f"is {_name(live)}, the field is {column.notation or kind}"
    if kind == "string" or isinstance(live, Boolean):
        return f"is {_name(live)}, the field is text ({column.notation}): zeros at its beginning would be lost"
    if isinstance(live, Float):
        return f"is {_name(live)}, which rounds; use a decimal"
    if isinstance(live, Integer):
        digits = _DIGITS.get(type(live).__name__.upper(), 18)
        return (
            ""
            if scale == 0 and length <= digits
            else f"is {_name(live)}, {column.notation} needs {length} digits, {scale} decimal"
        )
    if isinstance(live, Numeric) and live.precision is not None:
        enough = live.precision - (live.scale or 0) >= length - scale and (live.scale or 0) >= scale
        return "" if enough else f"is {_name(live)}, {column.notation} needs {length} digits, {scale} of them decimal"
    return ""


def _name(type: object) -> str:
    return str(type).lower() if "(" in str(type) else type.__class__.__name__.lower()


def _size(notation: str) -> tuple[int, int]:
    """Longest length and decimal places of ``c..50``, ``n..17,2``; nothing is known of an empty notation."""
    found = re.search(r"(\d+)(?:,(\d+))?$", notation)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)
