"""Takes one table file of a release and what it refers to; gives the Table with every field expanded, and its mistakes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.contract.codes import CodeLists
from hub.contract.elements import Library, bound_problems, code_problems, read_notation
from hub.contract.model import CodeList, Element, Field, Notation, Rule, Table
from hub.contract.notation import narrows
from hub.document import Document
from hub.mapping.expression import Refused, parse
from hub.problem import Problem, nearest


@dataclass(frozen=True, slots=True)
class Release:
    """What the tables of one release refer to. ``digests``: of the code lists, by name."""

    standard: str
    version: str
    library: Library
    lists: CodeLists
    digests: Mapping[str, str]


RESERVED = frozenset({"row_guid", "cd_operation", "cd_time", "cd_batch", "data_source", "data_version"})
"""Names of the envelope that stands before the fields where a partner wants it."""


def digest_of(value: Any) -> str:
    """sha256 of a value's canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def load_table(document: Document, release: Release) -> tuple[Table | None, list[Problem]]:
    """The table, or None if anything in its file is wrong; all that is wrong in either case."""
    data, problems = document.data, []
    fields: dict[str, Field] = {}
    entries = data.get("fields")
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if document.sound("fields", name):
            made, wrong = _field(document, name, entry, release)
            problems += wrong
            if made is not None:
                fields[name] = made
    complete = isinstance(entries, dict) and len(fields) == len(entries)
    if complete and document.sound("rules"):
        rules, wrong = _rules(document, fields)
        problems += wrong
    if complete and document.sound("key") and document.sound("as_of"):
        problems += _heads(document, fields)
    problems += _titles(document, fields.values())
    for name in RESERVED & fields.keys():
        message = f"{name} is a column of the envelope that the hub puts before the fields"
        problems.append(
            Problem(document.key("fields", name), "reserved-name", message, "rename the field, or leave it to the envelope")
        )
    if document.faults or not complete or any(problem.severity == "error" for problem in problems):
        return None, problems
    keyed = {name: field if name not in data["key"] else _required(field) for name, field in fields.items()}
    return _table(document, release, keyed, rules), problems


def _table(document: Document, release: Release, fields: Mapping[str, Field], rules: tuple[Rule, ...]) -> Table:
    data = document.data
    promise = {
        "key": data["key"],
        "as_of": data.get("as_of"),
        "fields": [_promise(field, release) for field in fields.values()],
        "rules": [[rule.name, rule.sql, rule.severity] for rule in rules],
    }
    return Table(
        standard=release.standard,
        version=release.version,
        name=data["table"],
        code=data["code"],
        title=data["title"],
        domain=data["domain"],
        grain=data["grain"],
        key=tuple(data["key"]),
        fields=fields,
        rules=rules,
        as_of=data.get("as_of"),
        catalog=data.get("catalog", {}),
        digest=digest_of(promise),
        place=document.place("table"),
    )


def _promise(field: Field, release: Release) -> list[Any]:
    """What of a field a receiver can rely on."""
    codes = release.digests[field.codes.name] if field.codes else None
    bounds = [field.minimum, field.maximum, field.element.check]
    return [field.name, field.title, field.element.id, str(field.notation), field.required, codes, field.references, *bounds]


def _required(field: Field) -> Field:
    made = {name: getattr(field, name) for name in field.__slots__}
    return Field(**{**made, "required": True})


def _field(document: Document, name: str, entry: Mapping[str, Any], release: Release) -> tuple[Field | None, list[Problem]]:
    element = release.library.sound.get(entry["element"])
    if element is None:
        if not release.library.unknown(entry["element"]):
            return None, []
        place, message = document.place("fields", name, "element"), f"there is no element '{entry['element'][:40]}'"
        return None, [Problem(place, "unknown-element", message, nearest(entry["element"], release.library.sound))]
    form, problems = _form(document, name, entry, element)
    codes, wrong = _codes(document, name, entry, element, release, form)
    problems += wrong
    least, greatest = entry.get("min", element.minimum), entry.get("max", element.maximum)
    if "min" in entry or "max" in entry:
        problems += bound_problems(form, least, greatest, document, "fields", name)
    table, _, column = entry.get("references", "").partition(".")
    return Field(
        name=name,
        title=entry.get("title", element.name),
        element=element,
        notation=form,
        required=entry.get("required", False),
        codes=codes,
        references=(table, column) if table else None,
        place=document.key("fields", name),
        minimum=least,
        maximum=greatest,
    ), problems


def _form(document: Document, name: str, entry: Mapping[str, Any], element: Element) -> tuple[Notation, list[Problem]]:
    """The field's own format, which must lie inside the element's."""
    if "format" not in entry:
        return element.notation, []
    place = document.place("fields", name, "format")
    form, problems = read_notation(entry["format"], place)
    if form is None:
        return element.notation, problems
    if not narrows(form, element.notation):
        message = f"{form} is wider than {element.name}, which is {element.notation}"
        problems.append(Problem(place, "widened-format", message, "narrow the field, or define another element"))
    return form, problems


def _codes(
    document: Document, name: str, entry: Mapping[str, Any], element: Element, release: Release, form: Notation
) -> tuple[CodeList | None, list[Problem]]:
    wanted = entry.get("codes", element.codes)
    if wanted is None:
        return None, []
    place = document.place("fields", name, "codes" if "codes" in entry else "element")
    if release.lists.unknown(wanted) and "codes" in entry:  # an element's own list is told once, at the element
        message = f"there is no code list '{wanted[:40]}'"
        return None, [Problem(place, "unknown-code-list", message, nearest(wanted, release.lists.sound))]
    codes = release.lists.sound.get(wanted)
    own = "codes" in entry or "format" in entry
    return codes, code_problems(form, codes, place) if codes and own else []


def _rules(document: Document, fields: Mapping[str, Field]) -> tuple[tuple[Rule, ...], list[Problem]]:
    rules: list[Rule] = []
    problems: list[Problem] = []
    for number, entry in enumerate(document.data.get("rules", ())):
        place = document.place("rules", number, "sql")
        try:
            expression = parse(entry["sql"].strip())
        except Refused as refused:
            problems.append(Problem(place, "expression", refused.message, refused.cure))
            continue
        for column in expression.columns:
            if column not in fields:
                message = f"the rule reads '{column[:60]}', which is no field of the table"
                problems.append(Problem(place, "unknown-field", message, nearest(column, fields)))
        if not expression.columns:
            problems.append(Problem(place, "expression", "the rule reads no field", "name the fields that it is about"))
        if any(rule.name == entry["name"] for rule in rules):
            problems.append(
                Problem(document.place("rules", number, "name"), "duplicate-name", "two rules of one name", "rename one")
            )
        rules.append(Rule(entry["name"], expression.sql, entry.get("severity", "error"), place))
    return tuple(rules), problems


def _heads(document: Document, fields: Mapping[str, Field]) -> list[Problem]:
    """``key`` and ``as_of`` name fields."""
    problems = []
    for number, name in enumerate(document.data["key"]):
        if name not in fields:
            place = document.place("key", number)
            problems.append(Problem(place, "unknown-field", f"the key '{name}' is no field", nearest(name, fields)))
    as_of = document.data.get("as_of")
    if as_of is None:
        return problems
    place = document.place("as_of")
    if as_of not in fields:
        problems.append(Problem(place, "unknown-field", f"as_of '{as_of}' is no field", nearest(as_of, fields)))
    elif fields[as_of].notation.kind not in ("d", "t") or fields[as_of].notation.maximum < 8:
        message = f"as_of '{as_of}' is {fields[as_of].notation}, which is no day"
        problems.append(Problem(place, "bad-as-of", message, "name a field of format d8, d10, t14 or t19"))
    return problems


def _titles(document: Document, fields: Iterable[Field]) -> list[Problem]:
    """Two fields of one title cannot be told apart by a person."""
    seen: dict[str, Field] = {}
    problems = []
    for field in fields:
        first = seen.setdefault(field.title, field)
        if first is not field:
            message = f"the title {field.title} is already that of {first.name}"
            problems.append(
                Problem(document.key("fields", field.name), "duplicate-title", message, "give the field its own title")
            )
    return problems
