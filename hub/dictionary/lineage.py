"""Takes a table, its mapping and its source; gives for every field the local columns that feed it, and how. Pure."""

from dataclasses import dataclass

from hub.contract.model import Field, Table
from hub.mapping.field_map import NOTHING
from hub.mapping.model import Crosswalk, FieldMap, Mapping, Source, SourceColumn

PAIRS = 100
"""So many lines of a crosswalk are shown; its file has the rest."""


@dataclass(frozen=True, slots=True)
class Local:
    """A column as an expression names it, and what the source declares of it."""

    name: str  # alias.column
    column: SourceColumn | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of a crosswalk: the local code, the standard code and its name."""

    local: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field comes from. ``expression`` only where it is more than the one column; ``absent``: the source has nothing."""

    field: Field
    columns: tuple[Local, ...]
    expression: str | None
    const: str | None
    crosswalk: Crosswalk | None
    pairs: tuple[Pair, ...]
    unmapped: str
    absent: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """How a table is made from one business system."""

    mapping: Mapping
    source: Source
    origins: tuple[Origin, ...]


def lineage(table: Table, mapping: Mapping, source: Source) -> Lineage:
    """The origin of every field, in the order of the contract."""
    origins = tuple(_origin(field, mapping.fields[name], mapping, source) for name, field in table.fields.items())
    return Lineage(mapping, source, origins)


def _origin(field: Field, made: FieldMap, mapping: Mapping, source: Source) -> Origin:
    columns = tuple(_local(name, mapping, source) for name in made.columns)
    plain = len(made.columns) == 1 and made.sql == made.columns[0]
    absent = made.const is None and made.sql == NOTHING
    return Origin(
        field=field,
        columns=columns,
        expression=None if plain or absent else made.sql,
        const=made.const,
        crosswalk=made.crosswalk,
        pairs=_pairs(field, made.crosswalk),
        unmapped=made.unmapped,
        absent=absent,
    )


def _local(name: str, mapping: Mapping, source: Source) -> Local:
    alias, _, column = name.partition(".")
    return Local(name, source.tables.get(mapping.aliases.get(alias, ""), {}).get(column))


def _pairs(field: Field, crosswalk: Crosswalk | None) -> tuple[Pair, ...]:
    if crosswalk is None:
        return ()
    known = field.codes.codes if field.codes else {}
    return tuple(
        Pair(local, code, known[code][-1].name if code in known else "") for local, code in list(crosswalk.pairs.items())[:PAIRS]
    )
