"""Takes a tree of texts with their places and a JSON Schema; gives typed data and every problem. Alone may apply jsonschema.

Scalars stay text until the schema asks for an integer, a number, a boolean or null, so that ``010101`` is a string and
``NO`` is not false. ``"secret": true`` marks a value that must be a reference and never a literal.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend

from hub.problem import Place, Problem, nearest

Schema = Mapping[str, Any]
Key = str | int
Error = Any  # jsonschema types the parts of its ValidationError too loosely to be read

SECRET = re.compile(r"\$\{(env|file):([A-Za-z_][A-Za-z0-9_.-]*)\}")
_FOLDER = Path(__file__).parent / "schemas"
_NUMBERS = {
    "integer": (re.compile(r"[-+]?(0|[1-9]\d*)", re.ASCII), int),
    "number": (re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII), float),
}
_SHAPES = {"object": "a map (key: value)", "array": "a list", "boolean": "true or false", "integer": "a whole number",
           "number": "a number", "string": "text", "null": "null"}  # fmt: skip


@dataclass(slots=True)
class Scalar:
    """A text as written. ``plain``: without quotes."""

    text: str
    line: int
    column: int
    plain: bool = True


@dataclass(slots=True)
class Entry:
    """A key's place and its value."""

    line: int
    column: int
    value: "Node"


@dataclass(slots=True)
class Branch:
    """A map."""

    line: int
    column: int
    entries: dict[str, Entry] = field(default_factory=dict)


@dataclass(slots=True)
class Items:
    """A list."""

    line: int
    column: int
    nodes: list["Node"] = field(default_factory=list)


Node = Scalar | Branch | Items


@cache
def of_kind(kind: str) -> Schema:
    """The published schema ``hub/schemas/<kind>.json``."""
    schema: Schema = json.loads((_FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    return schema


def node_at(tree: Node, keys: Sequence[Key]) -> Entry | None:
    """The key place and value at ``keys``, or of the nearest ancestor that exists; None for the root itself."""
    found, node = None, tree
    for key in keys:
        if isinstance(node, Branch) and key in node.entries:
            found = node.entries[str(key)]
        elif isinstance(node, Items) and isinstance(key, int) and key < len(node.nodes):
            item = node.nodes[key]
            found = Entry(item.line, item.column, item)
        else:
            break
        node = found.value
    return found


def typed(node: Node, schema: Schema | bool, root: Schema) -> Any:
    """Plain data; a text that does not have the form of the type its schema asks for stays text (and fails validation)."""
    fit = _fitting(node, schema, root)
    if isinstance(node, Scalar):
        return _scalar(node, fit.get("type", "string"))
    if isinstance(node, Items):
        inner = fit.get("items", True)
        return [typed(item, inner, root) for item in node.nodes]
    known, other = fit.get("properties", {}), fit.get("additionalProperties", True)
    return {key: typed(entry.value, known.get(key, other), root) for key, entry in node.entries.items()}


def check(path: str, tree: Node, schema: Schema, base: Sequence[Key] = ()) -> tuple[Any, tuple[Problem, ...]]:
    """Typed data of the value at ``base`` and every way in which it is not what the schema says."""
    start = node_at(tree, base)
    node = start.value if start else tree
    data = typed(node, schema, schema)
    problems = [
        problem for error in _leaves(_Validator(schema).iter_errors(data)) for problem in _problems(path, tree, base, error)
    ]
    return data, (*problems, *_secrets(path, node, schema, schema))


def _fitting(node: Node, schema: Schema | bool, root: Schema) -> Schema:
    """The schema that speaks about this node: references followed, and the alternative that has its shape."""
    if isinstance(schema, bool):
        return {}
    while "$ref" in schema:
        schema = _resolve(schema["$ref"], root)
    for choice in schema.get("anyOf") or schema.get("oneOf") or ():
        chosen = _fitting(node, choice, root)
        if _shape(node) & _types(chosen):
            return chosen
    return schema


def _resolve(reference: str, root: Schema) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]


def _types(schema: Schema) -> set[str]:
    said = schema.get("type", "string" if "enum" in schema or "const" in schema or "pattern" in schema else [])
    return {said} if isinstance(said, str) else set(said)


def _shape(node: Node) -> set[str]:
    if isinstance(node, Branch):
        return {"object"}
    return {"array"} if isinstance(node, Items) else {"string", "integer", "number", "boolean", "null"}


def _scalar(node: Scalar, said: str | Sequence[str]) -> Any:
    types = (said,) if isinstance(said, str) else said
    if "null" in types and node.plain and node.text in ("", "~", "null"):
        return None
    if "string" in types:
        return node.text
    for name in types:
        form, make = _NUMBERS.get(name, (None, None))
        if form and make and form.fullmatch(node.text):
            return make(node.text)
    if "boolean" in types and node.text in ("true", "false"):
        return node.text == "true"
    return node.text


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    last = pattern.endswith("$") and not pattern.endswith("\\$")
    return re.compile(pattern[:-1] + r"\Z" if last else pattern)


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """Like the standard's keyword, but ``$`` is the end of the text and not also before a last newline."""
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError(f"does not match {pattern}")


_Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def invalid(schema: Schema) -> str | None:
    """Why this is not a JSON Schema, or None."""
    try:
        _Validator.check_schema(schema)
    except SchemaError as error:
        return str(error.message)
    return None


def _leaves(errors: Iterable[Error]) -> Iterator[Error]:
    """The errors themselves; of alternatives only those of the one whose type fits the value."""
    for error in errors:
        if error.validator not in ("anyOf", "oneOf") or not error.context:
            yield error
            continue
        branches: dict[Any, list[Error]] = {}
        for inner in error.context:
            branches.setdefault(inner.relative_schema_path[0], []).append(inner)
        fitting = [found for found in branches.values() if not any(e.validator == "type" and not e.relative_path for e in found)]
        yield from _leaves(fitting[0]) if fitting else [error]


def _problems(path: str, tree: Node, base: Sequence[Key], error: Error) -> Iterator[Problem]:
    keys = [*base, *error.absolute_path]
    entry = node_at(tree, keys)
    node, where = entry.value if entry else tree, _dotted(keys)
    key_place = Place(path, entry.line, entry.column) if entry else Place(path, tree.line, tree.column)
    value_place = Place(path, node.line, node.column)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for name in error.instance:
            if name not in known and isinstance(node, Branch):
                found = node.entries[name]
                message = f"unknown key '{_short(name)}'{_in(where)}"
                yield Problem(Place(path, found.line, found.column), "unknown-key", message, nearest(name, known))
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance and name in error.message:
                yield Problem(key_place, "missing-key", f"the key '{name}' is missing{_in(where)}", _meaning(error.schema, name))
    elif "propertyNames" in error.absolute_schema_path and isinstance(node, Branch) and error.instance in node.entries:
        found = node.entries[error.instance]
        message = f"'{_short(error.instance)}' cannot be a name{_in(where)}"
        yield Problem(Place(path, found.line, found.column), "bad-name", message, _cure(error.schema))
    else:
        yield Problem(value_place, *_told(error, where))


def _told(error: Error, where: str) -> tuple[str, str, str]:
    """Code, message and cure of a value that is not what the schema says."""
    schema, value = error.schema, "this value" if error.schema.get("secret") else f"'{_short(error.instance)}'"
    name = where or "the file"
    if error.validator == "type":
        said = error.validator_value
        wanted = " or ".join(_SHAPES[each] for each in ([said] if isinstance(said, str) else said))
        shown = value if isinstance(error.instance, str) else _SHAPES["object" if isinstance(error.instance, dict) else "array"]
        return "wrong-type", f"{name} must be {wanted}, not {shown}", _cure(schema)
    if error.validator in ("enum", "const"):
        known = [str(each) for each in (schema.get("enum") or [schema["const"]])]
        return "unknown-word", f"{name} cannot be {value}", nearest(str(error.instance), known)
    if error.validator == "pattern":
        torn = error.instance.count("(") > error.instance.count(")")
        cure = "put the value in quotes, because it has a comma" if torn else _cure(schema)
        return "bad-form", f"{name}: {value} does not have the right form", cure
    if error.validator in ("minLength", "minItems", "minProperties"):
        return "empty", f"{name} must not be empty", _cure(schema)
    if error.validator in ("anyOf", "oneOf"):
        return "wrong-type", f"{name} fits none of the forms it may have", _cure(schema)
    bound = f"{error.validator} {_short(error.validator_value)}"
    return "out-of-bounds", f"{name}: {value} breaks the limit ({bound})", _cure(schema)


def _secrets(path: str, node: Node, schema: Schema | bool, root: Schema, where: str = "") -> Iterator[Problem]:
    """Literals where a secret belongs, and references where nothing would resolve them."""
    fit = _fitting(node, schema, root)
    if isinstance(node, Branch):
        if "properties" not in fit and "additionalProperties" not in fit:
            return  # settings: the adapter's own schema speaks about them
        known, other = fit.get("properties", {}), fit.get("additionalProperties", True)
        for key, entry in node.entries.items():
            yield from _secrets(path, entry.value, known.get(key, other), root, f"{where}.{key}" if where else key)
    elif isinstance(node, Items):
        for item in node.nodes:
            yield from _secrets(path, item, fit.get("items", True), root, where)
    elif fit.get("secret") and not SECRET.fullmatch(node.text):
        message = f"{where} is secret and cannot stand in a file"
        yield Problem(Place(path, node.line, node.column), "secret-literal", message, "write ${env:NAME} or ${file:NAME}")
    elif not fit.get("secret") and "${" in node.text:
        message = f"{where} is not a secret, so a reference is not looked up here"
        yield Problem(Place(path, node.line, node.column), "secret-misplaced", message, "write the value itself")


def _cure(schema: Schema) -> str:
    """The schema's own words: its description and its examples."""
    examples = " or ".join(f"'{example}'" for example in schema.get("examples", ())[:3])
    wanted = f"wanted: {schema['description']}" if "description" in schema else ""
    return "; ".join(part for part in (wanted, f"for example {examples}" if examples else "") if part)


def _meaning(schema: Schema, name: str) -> str:
    inner = schema.get("properties", {}).get(name, {})
    return f"add '{name}: …'" + (f" ({inner['description']})" if "description" in inner else "")


def _dotted(keys: Sequence[Key]) -> str:
    return "".join(f"[{key + 1}]" if isinstance(key, int) else f".{_short(key)}" for key in keys).removeprefix(".")


def _in(where: str) -> str:
    return f" in {where}" if where else ""


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
