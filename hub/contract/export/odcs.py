"""Takes a release; gives documents of the Open Data Contract Standard v3.2, one a business domain (judged by ``make lint-odcs``).

Names, ids and references are ASCII; Chinese stands in ``businessName`` and ``description`` alone. A code list of at most 300
values is an ``enum``; a longer one is named. Rules of a table become quality checks that count the rows that break them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from hub.contract.export.forms import bounds, limit, pattern
from hub.contract.export.parts import LISTED, by_domain, names, only, written
from hub.contract.export.tables import column_type
from hub.contract.export.yaml_text import text_of
from hub.contract.model import Field, Rule, Standard, Table

API = "v3.2.0"
_STATUS = {"draft": "draft", "published": "active", "retired": "retired"}
_LEVELS = {"一般": "general", "重要": "important", "敏感": "sensitive"}
_DATES = {8: "yyyyMMdd", 10: "yyyy-MM-dd", 14: "yyyyMMddHHmmss", 19: "yyyy-MM-dd HH:mm:ss"}
Document = dict[str, Any]


def write(standard: Standard, out: Path, options: Mapping[str, str]) -> tuple[Path, ...]:
    """``<domain>.odcs.yaml``, each with all tables of its domain."""
    only(options, (), "odcs")
    homes = {table.name: name for name, tables in by_domain(standard, {}).items() for table in tables}
    chosen = by_domain(standard, options)
    return written(out, {f"{name}.odcs.yaml": text_of(bundle(standard, name, chosen[name], homes)) for name in chosen})


def bundle(standard: Standard, name: str, tables: tuple[Table, ...], homes: Mapping[str, str]) -> Document:
    """The document of one domain; ``homes``: in which domain each table of the release stands."""
    return {
        "apiVersion": API,
        "kind": "DataContract",
        "id": f"{standard.name}-{name}",
        "name": f"{standard.name}-{name}",
        "version": standard.version,
        "status": _STATUS[standard.status],
        "domain": name,
        "tenant": standard.name,
        "description": {
            "purpose": f"{standard.title}：{tables[0].domain}，{len(tables)} 张表",
            "usage": f"自 {standard.effective_from} 起施行；发布者：{standard.authority}",
        },
        "schema": [_table(table, homes) for table in tables],
    }


def _table(table: Table, homes: Mapping[str, str]) -> Document:
    catalog = "；".join(table.catalog.values())
    made: Document = {
        "id": table.name,
        "name": table.name,
        "physicalName": table.name,
        "logicalType": "object",
        "physicalType": "table",
        "businessName": table.title,
        "description": f"{table.title}（{table.code}）{f'，{catalog}' if catalog else ''}",
        "dataGranularityDescription": f"one row a value of {', '.join(table.key)}",
        "customProperties": [{"property": "tableCode", "value": table.code}, {"property": "digest", "value": table.digest}],
        "properties": [_field(table, field, homes) for field in table.fields.values()],
    }
    if table.rules:
        made["quality"] = [_rule(number, rule) for number, rule in enumerate(table.rules, start=1)]
    return made


def _field(table: Table, field: Field, homes: Mapping[str, str]) -> Document:
    element, codes = field.element, field.codes
    logical, options = _logical(field)
    listed = "" if codes is None else f"。代码表：{codes.name} {codes.title}"
    made: Document = {"id": field.name, "name": field.name, "businessName": field.title}
    made |= {"description": f"{element.definition}{listed}", "logicalType": logical}
    if options:
        made["logicalTypeOptions"] = options
    made |= {"physicalName": field.name, "physicalType": str(column_type(field)), "required": field.required}
    if field.name in table.key:
        made |= {"primaryKey": True, "primaryKeyPosition": table.key.index(field.name) + 1, "unique": len(table.key) == 1}
    made |= {"classification": _LEVELS[element.level]}
    if codes is not None and len(codes.codes) <= LISTED:
        made["enum"] = [{"value": code, "description": name} for code, name in names(codes).items()]
    if field.references:
        made["relationships"] = [{"type": "foreignKey", "to": _target(homes, table.name, *field.references)}]
    made["customProperties"] = [{"property": name, "value": value} for name, value in _more(field)]
    return made


def _logical(field: Field) -> tuple[str, Document]:
    """The logical type and its options. Text of digits is text; a year or a month is no date."""
    notation = field.notation
    if field.numeric:
        least, greatest = bounds(field)
        options = {"exclusiveMinimum": -limit(notation)} if least is None else {"minimum": least}
        options |= {"exclusiveMaximum": limit(notation)} if greatest is None else {"maximum": greatest}
        return ("number" if notation.scale else "integer"), {name: _plain(value) for name, value in options.items()}
    if notation.maximum in _DATES and notation.kind in ("d", "t"):
        limits = {"minimum": field.minimum, "maximum": field.maximum}
        format = {"format": _DATES[notation.maximum]}
        return ("date" if notation.kind == "d" else "timestamp"), format | {name: day for name, day in limits.items() if day}
    form = pattern(notation)
    return "string", {"minLength": max(notation.minimum, 1), "maxLength": notation.maximum} | (
        {"pattern": f"^{form}$"} if form else {}
    )


def _plain(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _more(field: Field) -> Iterator[tuple[str, str | bool]]:
    """What ODCS has no word for."""
    element = field.element
    yield "notation", str(field.notation)
    yield "dataElement", element.id
    if element.personal:
        yield "personal", True
    if element.mask:
        yield "mask", element.mask
    if element.check:
        yield "check", element.check


def _target(homes: Mapping[str, str], table: str, other: str, field: str) -> str:
    """``table.field`` in this document, ``<file>#schema/table/properties/field`` in that of another domain."""
    return f"{other}.{field}" if homes[other] == homes[table] else f"{homes[other]}.odcs.yaml#schema/{other}/properties/{field}"


def _rule(number: int, rule: Rule) -> Document:
    return {
        "id": f"rule_{number}",
        "description": rule.name,
        "dimension": "consistency",
        "type": "sql",
        "query": f"SELECT COUNT(*) FROM ${{table}} WHERE NOT ({rule.sql})",  # noqa: S608 - a text for readers
        "mustBe": 0,
        "severity": rule.severity,
    }
