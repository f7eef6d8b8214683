"""Adapters are found by the names of their files."""

import pytest

from hub import adapter
from hub.interface import ConfigurationError
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
