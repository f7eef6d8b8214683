"""Takes rows of exchange_part, gives the parts they describe, as adapters know them; it alone spells a layout as JSON.

A part is described in full by its row: it is sent as it was encoded, even if the plan has changed since.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Engine, Row, select

from hub.interface import Column, Heading, Layout, Part
from hub.state.database import reading
from hub.state.folder import Folder
from hub.state.tables import PART, WINDOW

ENVELOPE = ("row_guid", "cd_operation", "cd_time", "cd_batch", "data_source", "data_version")
OPEN = ("staged", "sending", "awaiting", "unknown")


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part and where it stands: ``part`` for the adapter, ``state`` and why, attempts, sidecar, and its place in the order."""

    part: Part
    state: str
    reason: str
    attempts: int
    window: int
    window_key: str
    turn: int
    sidecar: Path


def open_parts(engine: Engine, folder: Folder, exchange: str, *, window: int | None = None) -> tuple[StoredPart, ...]:
    """The parts of an exchange (of one window) whose outcome is open, in the order in which they must leave."""
    condition = (WINDOW.c.exchange == exchange) & PART.c.state.in_(OPEN)
    return _parts(engine, folder, condition if window is None else condition & (WINDOW.c.id == window))


def one_part(engine: Engine, folder: Folder, id: str) -> StoredPart:
    """The part of this id, as the database knows it now."""
    return _parts(engine, folder, PART.c.id == id)[0]


def _parts(engine: Engine, folder: Folder, condition: ColumnElement[bool]) -> tuple[StoredPart, ...]:
    window = [WINDOW.c[name] for name in ("exchange", "key", "standard", "layout")]
    query = select(PART, *window).join(WINDOW, WINDOW.c.id == PART.c.window_id).where(condition)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(PART.c.turn, PART.c.number)).all()
    return tuple(_stored(row, folder) for row in rows)


def _stored(row: Row[Any], folder: Folder) -> StoredPart:
    heading = Heading(row.batch, row.exchange, row.key, row.standard, row.staged_at)
    same = {name: getattr(row, name) for name in ("id", "number", "sha256", "rows", "suffix", "media_type", "checkpoint")}
    part = Part(heading=heading, layout=layout_of(row.layout), path=folder.absolute(row.path), **same)
    return StoredPart(
        part, row.state, row.reason or "", row.attempts, row.window_id, row.key, row.turn, folder.absolute(row.sidecar)
    )


def layout_text(layout: Layout) -> str:
    """A layout as JSON; types by Arrow's own names."""
    columns = [_named(column) | {"type": str(column.type)} for column in layout.columns]
    return json.dumps(_named(layout) | {"columns": columns}, ensure_ascii=False)


def _named(value: Column | Layout) -> dict[str, Any]:
    """The fields as they are: ``asdict`` would copy each to the depths."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def layout_of(text: str) -> Layout:
    """The layout that ``layout_text`` wrote."""
    value = json.loads(text)
    columns = tuple(Column(**column | {"type": _type(column["type"])}) for column in value.pop("columns"))
    return Layout(**value | {"columns": columns, "key": tuple(value["key"])})


def _type(name: str) -> pa.DataType:
    if name.startswith("decimal128"):
        precision, scale = name[len("decimal128(") : -1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return {"string": pa.string(), "int64": pa.int64()}[name]
