"""Takes the tables of the standards and the mappings; gives for every item what feeds it, and the counts of that. Pure.

An item is a field of a table. It is ``fed`` by columns of a source, a ``constant`` of the mapping, ``absent`` where the mapping
says that the source has nothing, or ``unmapped`` where no mapping makes its table.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hub.contract.model import Field, Standard, Table
from hub.dictionary.lineage import Origin, lineage
from hub.mapping.model import Mapping as FieldMapping
from hub.mapping.model import Source

STATES = ("fed", "constant", "absent", "unmapped")


@dataclass(frozen=True, slots=True)
class Item:
    """One field and its lineage. ``columns`` are ``source.table.column``; ``expression`` only where it is more than a column.

    ``crosswalk`` is the CSV's name or ``inline``; ``const`` the constant; ``mapping`` the file and line that says so.
    """

    release: str
    domain: str
    table: str
    field: str
    title: str
    required: bool
    state: str
    columns: tuple[str, ...] = ()
    expression: str | None = None
    const: str | None = None
    crosswalk: str | None = None
    mapping: str | None = None

    @property
    def missed(self) -> bool:
        """Required, and nothing feeds it."""
        return self.required and self.state in ("absent", "unmapped")


@dataclass(frozen=True, slots=True)
class Count:
    """The items of a domain (``table`` empty) or of one table. ``tables``: how many, ``mapped`` of them by a mapping."""

    release: str
    domain: str
    table: str
    tables: int
    mapped: int
    items: int
    fed: int
    constant: int
    absent: int
    unmapped: int
    required_unfed: int


def items(standards: Mapping[str, Standard], mappings: Iterable[FieldMapping], sources: Mapping[str, Source]) -> tuple[Item, ...]:
    """Every item of every release, in the order of the releases, their tables and fields."""
    made = {(each.standard, each.version, each.table): each for each in mappings}
    return tuple(
        item
        for _, standard in sorted(standards.items())
        for table in standard.tables.values()
        for item in _of_table(table, made.get((table.standard, table.version, table.name)), sources)
    )


def counts(found: Iterable[Item], *, by_table: bool = False) -> tuple[Count, ...]:
    """The items counted by release and domain, or by table, in the order in which they are met."""
    groups: dict[tuple[str, str, str], list[Item]] = {}
    for item in found:
        groups.setdefault((item.release, item.domain, item.table if by_table else ""), []).append(item)
    return tuple(_counted(*names, group) for names, group in groups.items())


def _counted(release: str, domain: str, table: str, group: list[Item]) -> Count:
    states = {state: sum(item.state == state for item in group) for state in STATES}
    tables = {item.table for item in group}
    mapped = {item.table for item in group if item.state != "unmapped"}
    missed = sum(item.missed for item in group)
    return Count(release, domain, table, len(tables), len(mapped), len(group), required_unfed=missed, **states)


def _of_table(table: Table, mapping: FieldMapping | None, sources: Mapping[str, Source]) -> Iterator[Item]:
    if mapping is None or mapping.source not in sources:
        yield from (_item(table, field, "unmapped") for field in table.fields.values())
        return
    for origin in lineage(table, mapping, sources[mapping.source]).origins:
        yield _fed(table, mapping, origin)


def _fed(table: Table, mapping: FieldMapping, origin: Origin) -> Item:
    columns = []
    for local in origin.columns:
        alias, _, column = local.name.partition(".")
        columns.append(f"{mapping.source}.{mapping.aliases[alias]}.{column}")
    walk = origin.crosswalk
    inline = walk is not None and not walk.place.path.endswith(".csv")
    return _item(
        table,
        origin.field,
        "absent" if origin.absent else "fed" if columns else "constant",
        columns=tuple(dict.fromkeys(columns)),
        expression=origin.expression,
        const=origin.const,
        crosswalk=None if walk is None else "inline" if inline else walk.name,
        mapping=str(mapping.fields[origin.field.name].place),
    )


def _item(table: Table, field: Field, state: str, **more: object) -> Item:
    release = f"{table.standard}@{table.version}"
    return Item(release, table.domain, table.name, field.name, field.title, field.required, state, **more)  # type: ignore[arg-type]
