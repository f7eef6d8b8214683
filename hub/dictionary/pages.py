"""Takes a Repository and its Notes; gives every page of the site: path, template and values. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from hub.contract.model import Standard, Table
from hub.dictionary import address
from hub.dictionary.lineage import Lineage, lineage
from hub.dictionary.notes import Notes
from hub.dictionary.sharing import Sharing, sharings
from hub.dictionary.uses import Uses, uses
from hub.mask import of_element
from hub.repository import Repository


@dataclass(frozen=True, slots=True)
class Page:
    """A page before it is HTML."""

    path: str
    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """The tables of a business domain of a release; ``folder`` is its English name."""

    title: str
    folder: str
    tables: tuple[Table, ...]


def pages(repository: Repository, notes: Notes) -> Iterator[Page]:
    """All pages, in an order that depends on the files alone."""
    shared = sharings(repository)
    standards = tuple(sorted(repository.standards.values(), key=lambda each: -len(each.tables)))  # the largest is looked for most
    domains = {name: _domains(standard) for name, standard in repository.standards.items()}
    common = {"notes": notes}
    partners = tuple(repository.partners.values())
    home = {"standards": standards, "domains": domains, "partners": partners, "counts": _counts(repository)}
    yield Page(address.INDEX, "index.html", common | home)
    yield Page(address.ABOUT, "about.html", common | {"standards": standards})
    yield from _partner_pages(repository, shared, common)
    for standard in standards:
        used = uses(standard)
        yield from _table_pages(repository, standard, used, shared, common)
        yield from _part_pages(standard, used, notes, common)


def _counts(repository: Repository) -> dict[str, int]:
    standards = repository.standards.values()
    return {
        "tables": sum(len(each.tables) for each in standards),
        "fields": sum(len(table.fields) for each in standards for table in each.tables.values()),
        "elements": sum(len(each.elements) for each in standards),
        "lists": sum(len(each.code_lists) for each in standards),
    }


def _domains(standard: Standard) -> tuple[Domain, ...]:
    tables: defaultdict[str, list[Table]] = defaultdict(list)
    for table in standard.tables.values():
        tables[table.domain].append(table)
    return tuple(Domain(title, _folder(found[0]), tuple(found)) for title, found in tables.items())


def _folder(table: Table) -> str:
    """contracts/<standard>/<version>/tables/<domain>/<table>.yaml: the folder is the domain's English name."""
    return PurePosixPath(table.place.path).parent.name


def _table_pages(
    repository: Repository, standard: Standard, used: Uses, shared: tuple[Sharing, ...], common: Mapping[str, Any]
) -> Iterator[Page]:
    receivers: defaultdict[tuple[str, str], list[Sharing]] = defaultdict(list)
    for each in shared:
        if (each.table.standard, each.table.version) == (standard.name, standard.version):
            receivers[standard.name, each.table.name].append(each)
    for table in standard.tables.values():
        values = {
            "standard": standard,
            "table": table,
            "folder": _folder(table),
            "lineage": _lineage(repository, table),
            "receivers": receivers[standard.name, table.name],
            "referrers": used.tables.get(table.name, ()),
        }
        yield Page(address.table(table), "table.html", {**common, **values})


def _lineage(repository: Repository, table: Table) -> Lineage | None:
    mapping = repository.mapping(table.standard, table.version, table.name)
    return lineage(table, mapping, repository.sources[mapping.source]) if mapping else None


def _part_pages(standard: Standard, used: Uses, notes: Notes, common: Mapping[str, Any]) -> Iterator[Page]:
    values = {**common, "standard": standard, "used": used}
    yield Page(address.release(standard, "elements"), "elements.html", values)
    yield Page(address.release(standard, "codes"), "codes.html", values)
    for element in standard.elements.values():
        found = {"element": element, "mask": of_element(element), "uses": used.elements.get(element.name, ())}
        yield Page(address.element(standard, element), "element.html", values | found)
    for codes in standard.code_lists.values():
        remark = notes.remark(standard, codes)
        dated = any(each.valid_from or each.valid_to or each.replaced_by for times in codes.codes.values() for each in times)
        found = {"codes": codes, "remark": remark, "dated": dated, "uses": used.code_lists.get(codes.name, ())}
        yield Page(address.code_list(standard, remark), "code_list.html", values | found)


def _partner_pages(repository: Repository, shared: tuple[Sharing, ...], common: Mapping[str, Any]) -> Iterator[Page]:
    by_partner: defaultdict[str, list[Sharing]] = defaultdict(list)
    for each in shared:
        by_partner[each.partner.name].append(each)
    values = {**common, "partners": tuple(repository.partners.values()), "shared": by_partner}
    yield Page(address.PARTNERS, "partners.html", values)
    for partner in repository.partners.values():
        schedules = [each for each in repository.schedules.values() if each.partner == partner.name]
        domains: defaultdict[str, list[Sharing]] = defaultdict(list)
        for each in by_partner[partner.name]:
            domains[each.table.domain].append(each)
        found = {"partner": partner, "receives": by_partner[partner.name], "domains": domains, "schedules": schedules}
        yield Page(address.partner(partner), "partner.html", {**common, **found})
