"""The JSON Schema of a table validates what the formats ndjson and json write, and refuses what breaks the contract."""

import json as standard_json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from adapters.formats import json, ndjson
from hub.contract.export import jsonschema
from hub.contract.model import Standard, Table
from hub.interface import Heading

Rows = Callable[[Table, bool], list[dict[str, Any]]]


@pytest.fixture
def rows(sampled: Any, heading: Heading) -> Rows:
    """Four rows as the format ndjson writes them."""

    def written(table: Table, envelope: bool) -> list[dict[str, Any]]:
        layout, batch = sampled(table, envelope=envelope)
        return [standard_json.loads(line) for line in ndjson.create({}).encode(batch, layout, heading).splitlines()]

    return written


def validator(table: Table, envelope: bool = False) -> jsonschema_rs.Draft202012Validator:
    """The exported schema, compiled."""
    return jsonschema_rs.Draft202012Validator(jsonschema.schema(table, {"envelope": "yes"} if envelope else {}))


def test_every_row_of_every_table_is_valid(standards: Mapping[str, Standard], rows: Rows) -> None:
    """The longest values, the least ones, required fields alone, and a withdrawal; every other table with the envelope."""
    tables = [table for standard in standards.values() for table in standard.tables.values()]
    for number, table in enumerate(tables):
        found = validator(table, number % 2 == 0)
        for row in rows(table, number % 2 == 0):
            found.validate(row)


def test_a_schema_is_one(jinmin: Standard) -> None:
    """By the meta-schema of its draft."""
    Draft202012Validator.check_schema(jsonschema.schema(jinmin.tables["marriage_registration"], {"envelope": "yes"}))


def test_the_document_of_the_json_format(jinmin: Standard, sampled: Any, heading: Heading) -> None:
    """Heading, count and rows; a document of another table is refused."""
    table = jinmin.tables["report_value"]
    layout, batch = sampled(table, envelope=True)
    payload = json.create({}).encode(batch, layout, replace(heading, standard="jinmin@1.0.0"))
    document = standard_json.loads(payload)
    made = jsonschema.schema(table, {"envelope": "yes"})
    found = jsonschema_rs.Draft202012Validator({"$ref": "#/$defs/document", "$defs": made["$defs"]} | {"$id": "urn:x"})
    assert found.is_valid(document | {"rows": []})
    assert not found.is_valid(document | {"table": "other", "rows": []})
    whole = jsonschema_rs.validator_for(
        {"$ref": f"{made['$id']}#/$defs/document"}, registry=jsonschema_rs.Registry([(made["$id"], made)])
    )
    assert whole.is_valid(document)
    document["rows"][0]["zz"] = 1
    assert not whole.is_valid(document)


@pytest.mark.parametrize(
    "change",
    [
        {"djrq": "20241301"},
        {"djrq": None},
        {"swbz": "Y"},
        {"zz": "1"},
        {"jhdjbh": "号" * 65},
        {"jhdjbh": None},
        {"nf_csrq": 20240229},
        {"cd_operation": "U"},
    ],
)
def test_what_breaks_the_contract_is_refused(jinmin: Standard, rows: Rows, change: dict[str, Any]) -> None:
    """A day of month 13, a required field without value, a code that is not listed, an unknown field, a text too long."""
    table = jinmin.tables["marriage_registration"]
    row = rows(table, True)[0]
    assert validator(table, True).is_valid(row)
    assert not validator(table, True).is_valid(row | change)


def test_what_is_left_out_is_null(jinmin: Standard, rows: Rows) -> None:
    """A partner's own writer may leave a field out; a required one it may not, unless the record is withdrawn."""
    table = jinmin.tables["marriage_registration"]
    found = validator(table)
    row = {name: value for name, value in rows(table, False)[2].items() if value is not None}
    assert found.is_valid(row)
    assert found.is_valid({"jhdjbh": row["jhdjbh"]})
    assert not found.is_valid({name: value for name, value in row.items() if name != "djrq"})


def test_one_file_a_table(jinmin: Standard, tmp_path: Path) -> None:
    """In the folder of its domain, readable as JSON."""
    paths = jsonschema.write(jinmin, tmp_path, {"domain": "婚姻登记"})
    assert {path.parent.name for path in paths} == {"marriage"}
    assert all(standard_json.loads(path.read_text(encoding="utf-8"))["title"] for path in paths)
