"""Takes two elements, or two fields, and gives the ways in which a value of them differs. Pure.

An element and a field are compared by the same words, so that what a field merely inherits is seen to be its element's change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from hub.contract.model import Element, Field, Notation
from hub.contract.notation import narrows

LEVELS = ("一般", "重要", "敏感")
Aspect = tuple[str, str, str]  # kind of change, before, after


@dataclass(frozen=True, slots=True)
class _Sense:
    """All that is said about a value."""

    notation: Notation
    minimum: str | None
    maximum: str | None
    codes: str | None
    element: Element


def of_elements(old: Element, new: Element) -> tuple[Aspect, ...]:
    """The aspects in which an element changed."""
    return tuple(_changes(*(_Sense(each.notation, each.minimum, each.maximum, each.codes, each) for each in (old, new))))


def of_fields(old: Field, new: Field) -> tuple[Aspect, ...]:
    """The aspects in which the values of a field changed, inherited ones among them."""
    senses = (
        _Sense(each.notation, each.minimum, each.maximum, each.codes.name if each.codes else None, each.element)
        for each in (old, new)
    )
    return tuple(_changes(*senses))


def _changes(old: _Sense, new: _Sense) -> Iterator[Aspect]:
    if old.notation != new.notation:
        yield _form(old.notation, new.notation), str(old.notation), str(new.notation)
    yield from _bound("min", old.minimum, new.minimum, new.notation)
    yield from _bound("max", old.maximum, new.maximum, new.notation)
    yield from _said("check", old.element.check, new.element.check, ("check-added", "check-removed", "check-changed"))
    yield from _said("codes", old.codes, new.codes, ("codes-attached", "codes-detached", "codes-replaced"))
    yield from _said("unit", old.element.unit or None, new.element.unit or None, ("unit-changed",) * 3)
    yield from _said("mask", old.element.mask, new.element.mask, ("mask-changed",) * 3)
    if old.element.definition != new.element.definition:
        yield "definition-changed", old.element.definition, new.element.definition
    if old.element.personal != new.element.personal:
        words = ["personal" if each.element.personal else "not personal" for each in (old, new)]
        yield "personal-changed", words[0], words[1]
    if old.element.level != new.element.level:
        raised = LEVELS.index(new.element.level) > LEVELS.index(old.element.level)
        yield "level-raised" if raised else "level-lowered", old.element.level, new.element.level


def _form(old: Notation, new: Notation) -> str:
    if narrows(new, old):
        return "format-narrowed"
    return "format-widened" if narrows(old, new) else "format-changed"


def _bound(word: str, old: str | None, new: str | None, notation: Notation) -> Iterator[Aspect]:
    """The older bound may be of another format; then its text is compared, and a change of format is told as well."""
    if old == new or (old and new and _place(old, notation) == _place(new, notation)):
        return
    tighter = old is None or (new is not None and (_place(new, notation) > _place(old, notation)) == (word == "min"))
    yield "bound-tightened" if tighter else "bound-loosened", f"{word} {old or 'none'}", f"{word} {new or 'none'}"


def _place(bound: str, notation: Notation) -> tuple[Decimal, str]:
    """By which bounds are compared: numbers as numbers, days as text."""
    return (Decimal(bound), "") if notation.numeric and bound.lstrip("+-").replace(".", "", 1).isdigit() else (Decimal(0), bound)


def _said(word: str, old: str | None, new: str | None, kinds: tuple[str, str, str]) -> Iterator[Aspect]:
    if old != new:
        kind = kinds[0] if old is None else kinds[1] if new is None else kinds[2]
        yield kind, f"{word} {old or 'none'}", f"{word} {new or 'none'}"
