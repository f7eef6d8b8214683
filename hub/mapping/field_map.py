"""Takes one line under ``fields:`` and the target field; gives the FieldMap, and every mistake in the line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.contract.model import Field
from hub.contract.value import fits
from hub.document import Document
from hub.mapping.crosswalk import CrosswalkFile
from hub.mapping.model import Crosswalk, FieldMap
from hub.mapping.scope import Scope
from hub.problem import Place, Problem, nearest

NOTHING = "NULL"
"""The expression of a field under ``absent:``."""


@dataclass(frozen=True, slots=True)
class Crosswalks:
    """Every crosswalk CSV by name. ``broken``: names that exist but are wrong."""

    sound: Mapping[str, CrosswalkFile]
    broken: frozenset[str]


def field_map(
    document: Document, field: Field, entry: str | Mapping[str, Any], scope: Scope, crosswalks: Crosswalks
) -> tuple[FieldMap | None, list[Problem]]:
    """An expression, a constant or a translated code: the three forms and no more."""
    place = document.place("fields", field.name)
    if isinstance(entry, str):
        expression, problems = scope.read(entry, place)
        if expression is None:
            return None, problems
        return FieldMap(field.name, expression.sql, None, None, "reject", expression.columns, place), problems
    if "const" in entry:
        return _constant(document, field, entry)
    if "code" not in entry:
        message = "neither const nor code"
        return None, [Problem(place, "missing-key", message, "write const: …, or code: … and crosswalk: …")]
    return _code(document, field, entry, scope, crosswalks)


def absent(field: Field, place: Place) -> FieldMap:
    """A field for which the source has nothing."""
    return FieldMap(field.name, NOTHING, None, None, "reject", (), place)


def value_problem(text: str, field: Field, place: Place) -> list[Problem]:
    """A value written in a mapping that the contract would refuse."""
    if field.codes is not None:
        if text in field.codes.codes:
            return []
        message = f"'{text[:40]}' is no code of {field.codes.name}"
        return [Problem(place, "unknown-code", message, nearest(text, field.codes.codes))]
    if fits(text, field.notation):
        return []
    return [Problem(place, "bad-value", f"'{text[:40]}' is not {field.notation}, as {field.name} must be", "correct the value")]


def _constant(document: Document, field: Field, entry: Mapping[str, Any]) -> tuple[FieldMap | None, list[Problem]]:
    place = document.place("fields", field.name, "const")
    if len(entry) > 1:
        return None, [Problem(place, "unknown-key", "const stands alone", "remove the other keys")]
    problems = value_problem(entry["const"], field, place)
    made = FieldMap(field.name, None, entry["const"], None, "reject", (), document.place("fields", field.name))
    return None if problems else made, problems


def _code(
    document: Document, field: Field, entry: Mapping[str, Any], scope: Scope, crosswalks: Crosswalks
) -> tuple[FieldMap | None, list[Problem]]:
    keys = ("fields", field.name)
    expression, problems = scope.read(entry["code"], document.place(*keys, "code"))
    crosswalk, wrong = _crosswalk(document, field, entry["crosswalk"], crosswalks)
    problems += wrong
    unmapped, wrong = _unmapped(entry, field, document.place(*keys, "unmapped"))
    problems += wrong
    if expression is None or crosswalk is None or problems:
        return None, problems
    return FieldMap(field.name, expression.sql, None, crosswalk, unmapped, expression.columns, document.place(*keys)), []


def _unmapped(entry: Mapping[str, Any], field: Field, place: Place) -> tuple[str, list[Problem]]:
    said = entry.get("unmapped", "reject")
    if said in ("reject", "null", "keep"):
        return said, []
    if said is None:
        return "null", []
    return f"={said}", value_problem(said, field, place)


def _crosswalk(
    document: Document, field: Field, said: str | Mapping[str, str], crosswalks: Crosswalks
) -> tuple[Crosswalk | None, list[Problem]]:
    """A CSV by name or the pairs themselves; every target must be a value of the field."""
    keys = ("fields", field.name, "crosswalk")
    if isinstance(said, str):
        if said in crosswalks.broken:
            return None, []
        if said not in crosswalks.sound:
            message = f"there is no mappings/crosswalks/{said[:60]}.csv"
            known = crosswalks.sound.keys() | crosswalks.broken
            return None, [Problem(document.place(*keys), "unknown-crosswalk", message, nearest(said, known))]
        found = crosswalks.sound[said]
        crosswalk, places = found.crosswalk, found.places
    else:
        crosswalk = Crosswalk(f"{document.data['mapping']}.{field.name}", said, {}, document.place(*keys))
        places = {local: document.place(*keys, local) for local in said}
    problems = [problem for local, code in crosswalk.pairs.items() for problem in value_problem(code, field, places[local])]
    return crosswalk, problems
