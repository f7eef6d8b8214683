"""Adapters are found by the names of their files."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import adapters.formats
from hub import adapter
from hub.interface import ConfigurationError
from hub.load import load
from hub.schema import invalid


def test_every_module_in_a_folder_is_an_adapter() -> None:
    """There is no list to edit."""
    assert "sql" in adapter.names("readers")
    assert {"json", "ndjson", "csv", "fixed_width"} <= set(adapter.names("formats"))
    assert list(adapter.names("systems")) == sorted(adapter.names("systems"))


@pytest.mark.parametrize("kind", ["systems", "formats", "readers"])
def test_every_adapter_describes_its_settings(kind: str) -> None:
    """A closed JSON Schema in which every setting has words."""
    for name in adapter.names(kind):
        schema = adapter.settings_schema(kind, name)
        assert invalid(schema) is None
        assert schema["additionalProperties"] is False, f"{kind}/{name}: an unknown setting must be refused"
        unexplained = [key for key, inner in schema.get("properties", {}).items() if "description" not in inner]
        assert unexplained == [], f"{kind}/{name}"


@pytest.mark.parametrize("name", ["nothing", "../systems/http", "os", "", "Sql", "__init__"])
def test_a_name_without_a_file_is_a_mistake_of_the_yaml(name: str) -> None:
    """Never an import of something else."""
    with pytest.raises(ConfigurationError, match=r"there is no adapters/readers/"):
        adapter.module("readers", name)


@pytest.fixture
def formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A second folder of formats, as if its files stood in adapters/formats/."""
    monkeypatch.setattr(adapters.formats, "__path__", [*adapters.formats.__path__, str(tmp_path)])
    adapter.names.cache_clear()
    yield tmp_path
    adapter.names.cache_clear()
    adapter.settings_schema.cache_clear()
    for name in [name for name in sys.modules if name.startswith("adapters.formats.hub_test_")]:
        del sys.modules[name]


def test_a_new_file_is_a_new_format_without_any_other_change(formats: Path, checkout: Any) -> None:
    """Its settings are checked by its own schema."""
    (formats / "hub_test_new.py").write_text(
        "SETTINGS = {'type': 'object', 'additionalProperties': False, 'properties': {'width': {'type': 'integer'}}}\n"
    )
    path = "adapters/partners/centre.yaml"
    checkout.edit(path, "format: ndjson", "format: hub_test_new\nformat_settings: {width: 12}")
    repository, problems = load(checkout.root)
    assert problems == ()
    assert repository.partners["centre"].format_settings == {"width": 12}
    checkout.edit(path, "width: 12", "width: wide")
    assert [problem.code for problem in load(checkout.root)[1]] == ["wrong-type"]


BAD = {
    "hub_test_none": "",
    "hub_test_list": "SETTINGS = []",
    "hub_test_wrong": "SETTINGS = {'type': 'objekt'}",
    "hub_test_remote": "SETTINGS = {'$ref': 'https://example.invalid/schema.json'}",
    "hub_test_driver": "import a_driver_that_is_not_installed",
}


@pytest.mark.parametrize("name", BAD)
def test_an_adapter_that_is_wrong_is_told_where_it_is_named(formats: Path, checkout: Any, name: str) -> None:
    """No schema, none that is one, one that would be fetched from the network, a driver that is missing."""
    (formats / f"{name}.py").write_text(BAD[name])
    path = "adapters/partners/centre.yaml"
    checkout.edit(path, "format: ndjson", f"format: {name}")
    (problem,) = load(checkout.root)[1]
    assert (problem.code, str(problem.place)) == ("bad-adapter", checkout.find(path, name))
    assert name in problem.message
