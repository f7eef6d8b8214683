"""Takes a Repository and its Notes; gives the JavaScript file that the site's search looks through. Pure.

A script that assigns one variable, since a page that is opened from the file system may not fetch.
"""

import json
from collections.abc import Iterator, Mapping

from hub.contract.model import CodeList, Standard
from hub.dictionary import address
from hub.dictionary.initials import initials, learn
from hub.dictionary.notes import Notes
from hub.repository import Repository

Entry = tuple[str, str, str, str, str, str]
"""Kind, title, name, context, page, further words that find it."""

MOST_CODES = 100
"""The values of longer lists (divisions, countries) are found on their page, not by the search."""


def script(repository: Repository, notes: Notes) -> str:
    """``window.ENTRIES = [...]``: tables, fields, elements, code lists, their values, partners."""
    known = learn(_named(repository))
    entries = [entry for standard in repository.standards.values() for entry in _entries(standard, notes, known)]
    entries += [
        ("partner", each.title, each.name, "", address.partner(each), initials(each.title, known))
        for each in repository.partners.values()
    ]
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
    return f"window.ENTRIES = [\n{_inert(lines)}\n];\n"


def _named(repository: Repository) -> Iterator[tuple[str, str]]:
    for standard in repository.standards.values():
        yield from ((each.name, each.short) for each in standard.elements.values())
        yield from ((field.title, field.name) for table in standard.tables.values() for field in table.fields.values())


def _entries(standard: Standard, notes: Notes, known: Mapping[str, str]) -> Iterator[Entry]:
    for table in standard.tables.values():
        page = address.table(table)
        yield "table", table.title, table.name, table.domain, page, f"{table.code} {initials(table.title, known)}"
        for field in table.fields.values():
            yield "field", field.title, field.name, table.title, f"{page}#f-{field.name}", initials(field.title, known)
    for element in standard.elements.values():
        further = " ".join((element.short, initials(element.name, known), *element.synonyms))
        yield "element", element.name, element.id, standard.name, address.element(standard, element), further
    for codes in standard.code_lists.values():
        yield from _code_entries(standard, codes, address.code_list(standard, notes.remark(standard, codes)), known)


def _code_entries(standard: Standard, codes: CodeList, page: str, known: Mapping[str, str]) -> Iterator[Entry]:
    yield "codes", codes.title, codes.name, standard.name, page, initials(codes.title, known)
    if len(codes.codes) <= MOST_CODES:
        for code, versions in codes.codes.items():
            yield "code", versions[-1].name, code, codes.title, page, ""


def _inert(text: str) -> str:
    """Nothing that could end a script or a line, wherever the text may be put."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
