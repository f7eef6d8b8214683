"""`hub mapping coverage`: which items of the standards are fed, by which column of which system, and how."""

from collections.abc import Iterable

import click

from hub.cli.output import as_json_text, emit, json_option
from hub.interface import ConfigurationError
from hub.load import load
from hub.mapping.coverage import Item, counts, items
from hub.problem import Problems, nearest
from hub.root import find_root

_COUNTS = ("tables", "mapped", "items", "fed", "constant", "absent", "unmapped", "required_unfed:required, unfed")
_LINEAGE = ("field", "title", "required", "state", "from", "how")


@click.command()
@click.option("--table", help="The fields of one standard table with their lineage.")
@click.option("--domain", help="The tables of one business domain, e.g. 婚姻登记.")
@click.option("--unfed", is_flag=True, help="Only the items that nothing feeds.")
@json_option
def command(table: str | None, domain: str | None, unfed: bool, as_json: bool) -> None:
    """Count the items that are fed, by domain; with --domain by table; with --table every field and where it comes from.

    An item is a field of a table. Fed: from columns of a source. Constant: written in the mapping. Absent: the mapping
    says that the source has nothing. Unmapped: no mapping makes the table.
    """
    found = _chosen(_items(), table, domain)
    listed = [item for item in found if not unfed or item.state in ("absent", "unmapped")]
    if as_json:
        click.echo(as_json_text({"domains": counts(found), "items": listed}))
        return
    if unfed:
        rows = [_row(item) | {"place": f"{item.release} {item.table}"} for item in listed]
        emit(rows, ("place:table", "field", "title", "required", "state"), as_json=False, empty="Every item is fed.")
    elif table:
        emit([_row(item) for item in found], _LINEAGE, as_json=False)
    else:
        name = "table" if domain else "domain"
        emit(counts(found, by_table=bool(domain)), ("release", name, *_COUNTS[2 if domain else 0 :]), as_json=False)
    _summary(found)


def _items() -> tuple[Item, ...]:
    repository, problems = load(find_root())
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise Problems(errors)
    return items(repository.standards, repository.mappings, repository.sources)


def _chosen(found: Iterable[Item], table: str | None, domain: str | None) -> list[Item]:
    """The items of a table and a domain; ConfigurationError for one that does not exist."""
    left = list(found)
    for kind, wanted in (("domain", domain), ("table", table)):
        if wanted is None:
            continue
        known = {getattr(item, kind) for item in left}
        if wanted not in known:
            raise ConfigurationError(f"no {kind} is called '{wanted[:60]}': {nearest(wanted, known)}")
        left = [item for item in left if getattr(item, kind) == wanted]
    return left


def _row(item: Item) -> dict[str, object]:
    how = [part for part in (item.expression, item.crosswalk and f"crosswalk: {item.crosswalk}") if part]
    shown = ", ".join(item.columns) or (f"const: {item.const}" if item.const is not None else "")
    return {"field": item.field, "title": item.title, "required": item.required, "state": item.state, "from": shown} | {
        "how": "; ".join(how)
    }


def _summary(found: list[Item]) -> None:
    """One line for each release."""
    for release in dict.fromkeys(item.release for item in found):
        here = [item for item in found if item.release == release]
        states = {state: sum(item.state == state for item in here) for state in ("fed", "constant")}
        missed = sum(item.missed for item in here)
        told = f"{states['fed']:,} of {len(here):,} items are fed by a column, {states['constant']:,} by a constant"
        click.echo(f"{release}: {told}; {missed:,} required items are not fed")
