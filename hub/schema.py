"""Takes a tree of texts with their places and a JSON Schema; gives typed data and every problem. Alone may apply JSON Schema.

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

from jsonschema_rs import Draft202012Validator, ValidationError

from hub.problem import Place, Problem, nearest

Schema = Mapping[str, Any]
Key = str | int

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


def check(
    path: str, tree: Node, schema: Schema, base: Sequence[Key] = (), *, secrets: bool = True
) -> tuple[Any, tuple[Problem, ...]]:
    """Typed data of the value at ``base`` and every way in which it is not what the schema says.

    ``secrets=False`` saves a walk over a file without ``${`` whose schema has no secret.
    """
    start = node_at(tree, base)
    node = start.value if start else tree
    data = typed(node, schema, schema)
    problems = [
        problem
        for fault in _faults(_validator(schema).iter_errors(data), schema)
        for problem in _problems(path, tree, base, fault)
    ]
    return data, (*problems, *_secrets(path, node, schema, schema)) if secrets else tuple(problems)


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


_VALIDATORS: dict[int, tuple[Schema, Draft202012Validator]] = {}


def _validator(schema: Schema) -> Draft202012Validator:
    """Compiled once for every schema object; no reference leaves the schema."""
    known = _VALIDATORS.get(id(schema))
    if known is None or known[0] is not schema:
        known = _VALIDATORS[id(schema)] = schema, Draft202012Validator(dict(schema), offline=True)
    return known[1]


def invalid(schema: Schema) -> str | None:
    """Why this is not a JSON Schema, or None."""
    try:
        _validator(schema)
    except ValidationError as error:
        return error.message
    return None


@dataclass(frozen=True, slots=True)
class _Fault:
    """One error: where, which keyword with which value, in which schema, and the keyword's own findings."""

    keys: tuple[Key, ...]
    keyword: str
    expected: Any
    schema: Schema
    instance: Any
    names: tuple[str, ...] = ()  # unexpected or missing properties


def _faults(errors: Iterable[ValidationError], root: Schema) -> Iterator[_Fault]:
    """The errors themselves; of alternatives only those of the one whose type fits the value."""
    for error in errors:
        kind: Any = error.kind
        if kind.name in ("anyOf", "oneOf") and hasattr(kind, "context"):
            branches = [branch for branch in kind.context if not any(_mistyped(inner, error) for inner in branch)]
            if branches:
                yield from _faults(branches[0], root)
                continue
        if kind.name == "propertyNames":
            inner = kind.error
            yield _fault(inner, (*error.instance_path, inner.instance), root, "propertyNames")
            continue
        names = tuple(kind.unexpected) if kind.name == "additionalProperties" else ()
        names = (kind.property,) if kind.name == "required" else names
        yield _fault(error, tuple(error.instance_path), root, kind.name, names)


def _mistyped(inner: ValidationError, outer: ValidationError) -> bool:
    return inner.kind.name == "type" and inner.instance_path == outer.instance_path


def _fault(error: ValidationError, keys: tuple[Key, ...], root: Schema, keyword: str, names: tuple[str, ...] = ()) -> _Fault:
    schema: Any = root
    for step in error.schema_path[:-1]:
        schema = schema[step]
    if keyword != "propertyNames":
        keyword = str(error.schema_path[-1])
    return _Fault(keys, keyword, schema.get(keyword), schema, error.instance, names)


def _problems(path: str, tree: Node, base: Sequence[Key], fault: _Fault) -> Iterator[Problem]:
    keys = [*base, *fault.keys]
    entry = node_at(tree, keys)
    node, where = entry.value if entry else tree, _dotted(keys)
    key_place = Place(path, entry.line, entry.column) if entry else Place(path, tree.line, tree.column)
    if fault.keyword == "additionalProperties":
        known = fault.schema.get("properties", {})
        for name in fault.names:
            found = node_at(tree, [*keys, name])
            place = Place(path, found.line, found.column) if found else key_place
            yield Problem(place, "unknown-key", f"unknown key '{_short(name)}'{_in(where)}", nearest(name, known))
    elif fault.names:
        for name in fault.names:
            yield Problem(key_place, "missing-key", f"the key '{name}' is missing{_in(where)}", _meaning(fault.schema, name))
    elif fault.keyword == "propertyNames":
        message = f"'{_short(fault.instance)}' cannot be a name{_in(_dotted(keys[:-1]))}"
        yield Problem(key_place, "bad-name", message, _cure(fault.schema))
    else:
        yield Problem(Place(path, node.line, node.column), *_told(fault, where))


def _told(fault: _Fault, where: str) -> tuple[str, str, str]:
    """Code, message and cure of a value that is not what the schema says."""
    schema, keyword = fault.schema, fault.keyword
    value = "this value" if schema.get("secret") else f"'{_short(fault.instance)}'"
    name = where or "the file"
    if keyword == "type":
        said = fault.expected
        wanted = " or ".join(_SHAPES[each] for each in ([said] if isinstance(said, str) else said))
        shown = value if isinstance(fault.instance, str) else _SHAPES["object" if isinstance(fault.instance, dict) else "array"]
        return "wrong-type", f"{name} must be {wanted}, not {shown}", _cure(schema)
    if keyword in ("enum", "const"):
        known = [str(each) for each in (schema.get("enum") or [schema["const"]])]
        return "unknown-word", f"{name} cannot be {value}", nearest(str(fault.instance), known)
    if keyword == "pattern":
        torn = fault.instance.count("(") > fault.instance.count(")")
        cure = "put the value in quotes, because it has a comma" if torn else _cure(schema)
        return "bad-form", f"{name}: {value} does not have the right form", cure
    if keyword in ("minLength", "minItems", "minProperties"):
        return "empty", f"{name} must not be empty", _cure(schema)
    if keyword in ("anyOf", "oneOf"):
        return "wrong-type", f"{name} fits none of the forms it may have", _cure(schema)
    if keyword == "uniqueItems":
        return "duplicate-item", f"{name} lists the same thing twice", "keep one"
    if keyword == "dependentRequired":
        return (
            "missing-key",
            f"a key is missing{_in(where)}",
            "; ".join(f"{key}: needs {', '.join(others)}:" for key, others in fault.expected.items()),
        )
    return "out-of-bounds", f"{name}: {value} breaks the limit ({keyword} {_short(fault.expected)})", _cure(schema)


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
    """The schema's own words: its description, or those of its alternatives, and its examples."""
    choices = schema.get("anyOf") or schema.get("oneOf") or [schema]
    wanted = " or ".join(choice["description"] for choice in choices if "description" in choice)
    examples = " or ".join(f"'{example}'" for example in schema.get("examples", ())[:3])
    parts = (f"wanted: {wanted}" if wanted else "", f"for example {examples}" if examples else "")
    return "; ".join(part for part in parts if part) or "correct it, or leave the key out"


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
