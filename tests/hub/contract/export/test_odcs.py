"""ODCS documents: one a domain, all of the contract in them, Chinese only for people. `make lint-odcs` judges their form."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.contract.export import odcs
from hub.contract.model import Code, CodeList, Standard
from hub.interface import ConfigurationError


@pytest.fixture
def marriage(jinmin: Standard, tmp_path: Path) -> Any:
    """The exported domain 婚姻登记, as a reader of YAML 1.1 gets it."""
    (path,) = odcs.write(jinmin, tmp_path, {"domain": "婚姻登记"})
    assert path.name == "marriage.odcs.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value with the keys above it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value


def test_all_tables_and_fields_are_there(jinmin: Standard, marriage: Any) -> None:
    """In the order of the contract, with keys, formats and levels."""
    tables = [table for table in jinmin.tables.values() if table.domain == "婚姻登记"]
    assert [table["name"] for table in marriage["schema"]] == [table.name for table in tables]
    for made, table in zip(marriage["schema"], tables, strict=True):
        assert [field["businessName"] for field in made["properties"]] == [field.title for field in table.fields.values()]
        keys = sorted((f["primaryKeyPosition"], f["name"]) for f in made["properties"] if f.get("primaryKey"))
        assert tuple(name for _, name in keys) == table.key
        assert [check["description"] for check in made.get("quality", [])] == [rule.name for rule in table.rules]


def test_chinese_stands_only_where_people_read(marriage: Any) -> None:
    """Names, ids, references and codes are ASCII; business names and descriptions are not."""
    words = [path for path, value in leaves(marriage) if not str(value).isascii()]
    assert {"description" if "description" in path else path[-1] for path in words} == {"businessName", "description"}


def test_references_lead_to_fields(marriage: Any) -> None:
    """table.field of this document."""
    fields = {f"{table['name']}.{field['name']}" for table in marriage["schema"] for field in table["properties"]}
    found = [value for path, value in leaves(marriage) if path[-1] == "to"]
    assert "marriage_office.djjg_dm" in found
    assert set(found) <= fields


def test_a_reference_to_another_domain_names_its_file(jinmin: Standard) -> None:
    """Fully qualified, as the standard asks."""
    table = jinmin.tables["marriage_registration"]
    homes = {"marriage_registration": "marriage", "marriage_office": "offices"}
    made = odcs.bundle(jinmin, "marriage", (table,), homes)
    assert "offices.odcs.yaml#schema/marriage_office/properties/djjg_dm" in [value for _, value in leaves(made)]


def test_codes_that_look_like_something_else_stay_texts(jinmin: Standard, tmp_path: Path) -> None:
    """Norway is NO, not false, and 010 is not 8."""
    table = jinmin.tables["marriage_registration"]
    codes = {code: (Code(code, code),) for code in ("NO", "01", "010", "1e5", "~")}
    field = replace(table.fields["swbz"], codes=CodeList("c", "c", codes, True, table.place))
    spoilt = replace(jinmin, tables={table.name: replace(table, fields={"swbz": field}, key=("swbz",))})
    (path,) = odcs.write(spoilt, tmp_path, {})
    text = path.read_text(encoding="utf-8")
    assert all(f'value: "{code}"' in text for code in codes)
    (made,) = yaml.safe_load(text)["schema"][0]["properties"]
    assert sorted(entry["value"] for entry in made["enum"]) == sorted(codes)


def test_one_file_a_domain(jinmin: Standard, tmp_path: Path) -> None:
    """Eight domains are eight files; the envelope of an exchange is no part of a standard."""
    assert len(odcs.write(jinmin, tmp_path, {})) == len({table.domain for table in jinmin.tables.values()})
    with pytest.raises(ConfigurationError, match="--envelope says nothing about --format odcs"):
        odcs.write(jinmin, tmp_path, {"envelope": "yes"})
