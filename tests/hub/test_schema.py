"""The published schemas, and how settings of adapters are typed, checked and kept free of secrets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hub import schema as rules
from hub.schema import Branch, Entry, Items, Node, Scalar, check

FOLDER = Path(rules.__file__).parent / "schemas"
KINDS = sorted(path.stem for path in FOLDER.glob("*.json"))
SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "url": {"type": "string", "secret": True, "description": "address"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "ratio": {"type": "number"},
        "keys": {"type": "array", "items": {"type": "string", "secret": True}},
        "mode": {"enum": ["fast", "safe"]},
        "any": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}]},
    },
}


def tree(value: Any) -> Node:
    """A tree in which every place is 1:1."""
    if isinstance(value, dict):
        return Branch(1, 1, {key: Entry(1, 1, tree(inner)) for key, inner in value.items()})
    if isinstance(value, list):
        return Items(1, 1, [tree(inner) for inner in value])
    return Scalar(value, 1, 1)


def codes(value: Any) -> list[str]:
    return sorted(problem.code for problem in check("a.yaml", tree(value), SETTINGS)[1])


def parts(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema with its path."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}", inner
    for name, inner in [*schema.get("$defs", {}).items(), *schema.get("properties", {}).items()]:
        yield from parts(inner, f"{path}.{name}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_published_schema_is_a_json_schema_that_an_editor_can_explain(kind: str) -> None:
    """Draft 2020-12, closed maps, and words for every key."""
    schema = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]
    assert [path for path, inner in parts(schema) if not inner.get("description")] == []


def test_there_is_a_schema_for_every_kind_of_file() -> None:
    """Eight kinds of the rooms, the sandbox's stories, and no other."""
    assert KINDS == ["codes", "elements", "mapping", "partner", "schedule", "source", "standard", "story", "table"]


@pytest.mark.parametrize("kind", ["elements", "codes", "table", "source", "mapping", "partner", "schedule", "standard"])
def test_an_editor_agrees_with_the_hub(kind: str) -> None:
    """The files of tests/cases/small, read as an editor reads them, are valid by the reference implementation too."""
    schema = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    patterns = {"elements": "**/elements/*.yaml", "codes": "**/codes/index.yaml", "table": "**/tables/*/*.yaml"}
    small = Path(__file__).parents[1] / "cases" / "small"
    rooms = {"source": "adapters/sources/*", "partner": "adapters/partners/*", "mapping": "mappings/*/*.yaml"}
    rooms |= {"schedule": "schedules/*", "standard": "**/standard.yaml"} | patterns
    paths = list(small.glob(rooms[kind]))
    assert paths
    for path in paths:
        data = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
        assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)] == []


def test_texts_become_what_the_schema_asks_for() -> None:
    """Integers, numbers and lists; a text that is no integer stays and is told."""
    data, problems = check("a", tree({"url": "${env:U}", "port": "8080", "ratio": "0.5", "any": {"a": "7"}}), SETTINGS)
    assert data == {"url": "${env:U}", "port": 8080, "ratio": 0.5, "any": {"a": 7}}
    assert problems == ()
    for bad in ("08080", "0x10", "8_080", "1e3", " 8", "８０", "", "true"):
        assert codes({"url": "${env:U}", "port": bad}) == ["wrong-type"], bad


CASES = [
    ({}, ["missing-key"]),
    ({"url": "${env:U}", "prot": "1"}, ["unknown-key"]),
    ({"url": "${env:U}", "port": "70000"}, ["out-of-bounds"]),
    ({"url": "${env:U}", "mode": "slow"}, ["unknown-word"]),
    ({"url": "${env:U}", "any": ["a"]}, ["wrong-type"]),
    ({"url": "${env:U}", "any": {"b": "1"}}, ["missing-key"]),
    ({"url": {"a": "b"}}, ["wrong-type"]),
    ({"url": "postgresql://u:pw@h/db"}, ["secret-literal"]),
    ({"url": "x${env:U}"}, ["secret-literal"]),
    ({"url": "${env:U} "}, ["secret-literal"]),
    ({"url": "${ENV:U}"}, ["secret-literal"]),
    ({"url": "${env:}"}, ["secret-literal"]),
    ({"url": "${file:../../etc/passwd}"}, ["secret-literal"]),
    ({"url": ""}, ["secret-literal"]),
    ({"url": "${env:U}", "keys": ["${file:k}", "literal"]}, ["secret-literal"]),
    ({"url": "${env:U}", "mode": "${env:MODE}"}, ["secret-misplaced", "unknown-word"]),
]


@pytest.mark.parametrize(("value", "expected"), CASES)
def test_settings_are_held_to_the_schema_of_their_adapter(value: Any, expected: list[str]) -> None:
    """Unknown, missing, misshapen, and secrets where they must not be."""
    assert codes(value) == expected


@given(
    st.text(st.characters(codec="utf-8"), min_size=3, max_size=30).filter(
        lambda text: text not in "url is secret and cannot stand in a file"
    )
)
def test_a_secret_never_stands_in_a_message(secret: str) -> None:
    """Whatever is wrong with a secret, its value is not told."""
    found = check("a", tree({"url": secret, "keys": [secret]}), SETTINGS)[1]
    assert {problem.code for problem in found} == {"secret-literal"}
    template = {str(problem) for problem in check("a", tree({"url": "?", "keys": ["?"]}), SETTINGS)[1]}
    assert {str(problem) for problem in found} == template


def test_a_misshapen_secret_is_not_told_either() -> None:
    """The value is withheld even where its pattern is what is wrong."""
    schema = {"type": "object", "properties": {"token": {"type": "string", "secret": True, "pattern": "^[$]"}}}
    found = check("a", tree({"token": "hunter2"}), schema)[1]
    assert sorted(problem.code for problem in found) == ["bad-form", "secret-literal"]
    assert "hunter2" not in "".join(map(str, found))


def test_a_schema_that_is_none_is_told_in_words() -> None:
    """An adapter's mistake is found before it is used."""
    assert rules.invalid({"type": "objekt"}) is not None
    assert rules.invalid(SETTINGS) is None
