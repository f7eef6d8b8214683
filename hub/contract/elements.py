"""Takes the folder ``elements/`` of a release; gives its data elements and every mistake in them."""

from dataclasses import dataclass, field
from pathlib import Path

from hub.contract import notation
from hub.contract.codes import CodeLists
from hub.contract.model import CodeList, Element, Notation
from hub.contract.value import bounded, fits, reversed_bounds
from hub.document import Document, read
from hub.problem import Place, Problem, nearest


@dataclass(slots=True)
class Library:
    """Elements by name. ``broken``: elements that exist but are wrong; ``complete``: False if a file cannot be read at all."""

    sound: dict[str, Element] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    complete: bool = True
    problems: list[Problem] = field(default_factory=list)

    def unknown(self, name: str) -> bool:
        """Whether there surely is no such element, so that its user is wrong."""
        return self.complete and name not in self.sound and name not in self.broken


def load_elements(folder: Path, root: Path, lists: CodeLists) -> Library:
    """Every element of ``folder/*.yaml``; names and ids are unique in the release."""
    library = Library()
    ids: dict[str, Element] = {}
    for path in sorted(folder.glob("*.yaml")):
        document, found = read(path, root, "elements")
        library.problems += found
        library.complete &= document is not None
        for name in document.data if document else ():
            element = _element(document, name, library) if document and document.sound(name) else None
            if element is None:
                library.broken.add(name)
            elif _unique(element, library, ids):
                library.problems += _codes(element, lists)
                library.sound[name] = element
    library.broken -= library.sound.keys()
    return library


def _element(document: Document, name: str, library: Library) -> Element | None:
    entry = document.data[name]
    form, wrong = read_notation(entry["format"], document.place(name, "format"))
    library.problems += wrong
    if form is None:
        return None
    library.problems += bound_problems(form, entry.get("min"), entry.get("max"), document, name)
    return Element(
        name=name,
        id=entry["id"],
        short=entry["short"],
        notation=form,
        definition=entry["definition"],
        place=document.key(name),
        codes=entry.get("codes"),
        check=entry.get("check"),
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        unit=entry.get("unit", ""),
        level=entry.get("level", "一般"),
        personal=entry.get("personal", False),
        mask=entry.get("mask"),
        synonyms=tuple(entry.get("synonyms", ())),
    )


def read_notation(text: str, place: Place) -> tuple[Notation | None, list[Problem]]:
    """The notation, or the problem that it is none."""
    try:
        return notation.parse(text), []
    except ValueError as error:
        return None, [Problem(place, "unknown-format", str(error), f"known: {notation.EXAMPLES}")]


def bound_problems(form: Notation, least: str | None, greatest: str | None, document: Document, *keys: str) -> list[Problem]:
    """What is wrong with ``min`` and ``max`` for values of this form."""
    problems = []
    for name, bound in (("min", least), ("max", greatest)):
        if bound is None:
            continue
        place = document.place(*keys, name)
        if not bounded(form):
            problems.append(Problem(place, "bad-bound", f"{name} means nothing for {form}", "only numbers and dates have bounds"))
        elif not fits(bound, form):
            problems.append(Problem(place, "bad-bound", f"{name} '{bound[:40]}' is not a value of {form}", f"write it as {form}"))
    if not problems and reversed_bounds(least, greatest, form):
        problems.append(Problem(document.place(*keys, "min"), "bad-bound", "min is greater than max", "exchange them"))
    return problems


def code_problems(form: Notation, codes: CodeList, place: Place) -> list[Problem]:
    """A list whose codes do not have the form of the values that are looked up in it."""
    wrong = [code for code in codes.codes if not fits(code, form, listed=True)]
    if not wrong:
        return []
    shown = ", ".join(f"'{code[:20]}'" for code in wrong[:3])
    message = f"{len(wrong)} of {len(codes.codes)} codes of {codes.name} are not {form}: {shown}"
    return [Problem(place, "code-format", message, "correct the format or the list")]


def _unique(element: Element, library: Library, ids: dict[str, Element]) -> bool:
    other = library.sound.get(element.name)
    if other:
        message = f"the element {element.name} is already in {other.place}"
        library.problems.append(Problem(element.place, "duplicate-name", message, "keep one"))
        return False
    twin = ids.setdefault(element.id, element)
    if twin is not element:
        message = f"the id {element.id} is already that of {twin.name} in {twin.place}"
        library.problems.append(Problem(element.place, "duplicate-id", message, "give it an id of its own"))
    return True


def _codes(element: Element, lists: CodeLists) -> list[Problem]:
    if element.codes is None:
        return []
    if lists.unknown(element.codes):
        message = f"the code list {element.codes} of {element.name} is not in codes/index.yaml"
        return [Problem(element.place, "unknown-code-list", message, nearest(element.codes, lists.sound))]
    if element.codes not in lists.sound:
        return []
    return code_problems(element.notation, lists.sound[element.codes], element.place)
