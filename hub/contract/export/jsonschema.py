"""Takes a release; gives one JSON Schema (2020-12) a table: a row as the wire formats ``ndjson`` and ``json`` write it.

``$defs/document`` is the document of the format ``json``. A field that is not there and one that is null say the same. A record
that is withdrawn travels with its key alone, so what is required is required of every other row.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from hub.contract.export.forms import bounds, limit, pattern
from hub.contract.export.parts import LISTED, by_domain, columns, names, only, written
from hub.contract.model import CodeList, Field, Standard, Table

Schema = dict[str, Any]
_EXACT = 15  # decimal digits that a double holds: one of 9999999999999999.99 is 1e16, and most validators have doubles
_HEADING = ("batch", "table", "standard", "window", "staged_at")


def write(standard: Standard, out: Path, options: Mapping[str, str]) -> tuple[Path, ...]:
    """``<domain>/<table>.schema.json``; with ``envelope`` in the options the rows begin with the columns of the envelope."""
    only(options, ("envelope",), "jsonschema")
    texts = {
        f"{name}/{table.name}.schema.json": json.dumps(schema(table, options), ensure_ascii=False, indent=1) + "\n"
        for name, tables in by_domain(standard, options).items()
        for table in tables
    }
    return written(out, texts)


def schema(table: Table, options: Mapping[str, str]) -> Schema:
    """The document of one table."""
    fields = columns(table, options)
    lists = {field.codes.name: field.codes for field in fields if field.codes}
    keys = {name: f"codes{number}" for number, name in enumerate(sorted(lists), start=1)}
    always = [field.name for field in fields if field.name in table.key or field.name not in table.fields]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:hub:{table.standard}:{table.version}:{table.name}{':envelope' if 'envelope' in options else ''}",
        "title": table.title,
        "description": f"{table.code}，{table.grain}",
        "type": "object",
        "properties": {field.name: _property(field, field.name in always, keys) for field in fields},
        "required": always,
        "additionalProperties": False,
        **_complete(table, fields, "envelope" in options),
        "$defs": {**{keys[name]: _listed(lists[name]) for name in sorted(lists)}, "document": _document(table)},
    }


def _complete(table: Table, fields: Sequence[Field], envelope: bool) -> Schema:
    """Unless the row is withdrawn (``cd_operation`` is D, or nothing but the key has a value) required fields have values."""
    others = [field for field in fields if field.name in table.fields and field.name not in table.key]
    needed = [field.name for field in others if field.required]
    if not needed:
        return {}
    gone = {"cd_operation": {"const": "D"}} if envelope else {field.name: {"type": "null"} for field in others}
    return {
        "if": {"properties": gone},
        "else": {"required": needed, "properties": {name: {"not": {"type": "null"}} for name in needed}},
    }


def _property(field: Field, always: bool, keys: Mapping[str, str]) -> Schema:
    kind, limits = _form(field)
    made: Schema = {"title": field.title, "description": f"{field.element.definition}（{field.notation}）"}
    made["type"] = kind if always else [kind, "null"]
    if field.codes is not None:
        listed: Schema = {"$ref": f"#/$defs/{keys[field.codes.name]}"}
        return made | (listed if always else {"anyOf": [listed, {"type": "null"}]})
    return made | limits


def _form(field: Field) -> tuple[str, Schema]:
    """The type of a value and what else is true of it; a null passes the rest. Digits after the point are not counted."""
    notation = field.notation
    if not field.numeric:
        form = pattern(notation)
        length = {"minLength": max(notation.minimum, 1), "maxLength": notation.maximum}
        return "string", {"pattern": f"^{form}$"} if form else length
    least, greatest = bounds(field)
    low, high = ("exclusiveMinimum", "exclusiveMaximum") if notation.maximum <= _EXACT else ("minimum", "maximum")
    below = {low: _number(-limit(notation))} if least is None else {"minimum": _number(least)}
    above = {high: _number(limit(notation))} if greatest is None else {"maximum": _number(greatest)}
    return ("number" if notation.scale else "integer"), below | above


def _number(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _listed(found: CodeList) -> Schema:
    known = names(found)
    words = "；".join(f"{code} {name}" for code, name in known.items()) if len(known) <= LISTED else ""
    return {"title": f"{found.name} {found.title}", **({"description": words} if words else {}), "enum": list(known)}


def _document(table: Table) -> Schema:
    standard = f"{table.standard}@{table.version}"
    heading: Schema = {name: {"type": "string"} for name in _HEADING}
    heading |= {"table": {"const": table.name}, "standard": {"const": standard}, "count": {"type": "integer", "minimum": 0}}
    return {
        "type": "object",
        "properties": heading | {"rows": {"type": "array", "items": {"$ref": "#"}}},
        "required": [*_HEADING, "count", "rows"],
        "additionalProperties": False,
    }
