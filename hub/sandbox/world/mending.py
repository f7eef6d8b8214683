"""Takes notes about spoilt rows; gives those rows their former values back and removes their doubles."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, update

from hub.mapping.model import SourceColumn
from hub.sandbox.world.planting import COPY
from hub.sandbox.world.script import DUPLICATE, Script


def mend(
    connection: Connection, script: Script, table: Table, notes: Iterable[Row[Any]], stamp: dict[str, Any] | None = None
) -> None:
    """Restore the rows of ``notes`` (row_id, kind, was), all of ``table``. ``stamp``: the update column's new value."""
    key = next(iter(table.primary_key.columns))
    columns = script.source.tables[table.name]
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    doubles: list[int] = []
    for row, kind, was in dict.fromkeys((note.row_id, note.kind, note.was) for note in notes):
        values = {column: revived(columns[column], value) for column, value in json.loads(was).items()} | (stamp or {})
        if kind == DUPLICATE:
            doubles.append(row + COPY)
        if values:
            changes.setdefault(tuple(values), []).append(
                {f"new_{n}": value for n, value in enumerate(values.values())} | {"own": row}
            )
    for names, rows in changes.items():
        sets: dict[str, Any] = {name: bindparam(f"new_{n}") for n, name in enumerate(names)}
        connection.execute(update(table).where(key == bindparam("own")).values(sets), rows)
    if doubles:
        connection.execute(delete(table).where(key.in_(doubles)))


def revived(column: SourceColumn, value: str | None) -> Any:
    """A value out of its text in DuckDB."""
    kind = column.type.partition("(")[0]
    if value is None or kind == "text":
        return value
    makers: dict[str, Any] = {
        "integer": int,
        "decimal": Decimal,
        "date": date.fromisoformat,
        "timestamp": datetime.fromisoformat,
        "boolean": lambda text: text == "true",
    }
    return makers[kind](value)
