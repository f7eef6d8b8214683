"""Takes a mapping and its source; gives the layers of the kernel's SQL that make one text value for each field. Pure.

An expression runs inside ``TRY(struct_pack(v := ...))``: an error makes the struct null (a ``source-type`` finding), a null
value stays a struct with null inside. Typed source columns are cast the same forgiving way; a field that is nothing but
a column is not cast at all, because the contract's notation reads its text.
"""

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace

from hub.interface import ConfigurationError
from hub.kernel.lookups import INLINE, crosswalk_name, pairs
from hub.kernel.sql import BLANKS, SPOILT, Layer, any_of, literal, name
from hub.mapping.expression import parse, rename
from hub.mapping.model import Crosswalk, FieldMap, Mapping, Source
from hub.plan import Walk

_TYPES = {"integer": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}


@dataclass(frozen=True, slots=True)
class Value:
    """Where a field's text stands.

    ``broken``: conditions, true where the value could not be had (``source-type``). ``unmapped``: true where a local code has
    no standard code and must have one. ``taken``: the source column that is the value; ``declared``: its SQL type, if not text.
    """

    column: str
    broken: tuple[str, ...] = ()
    unmapped: str | None = None
    taken: str | None = None
    declared: str | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """The layers; every mapped field's value; whether the row is a delete (SQL, or None) and when nobody can tell.

    ``walks``: columns that the batch must have beside those of the source. ``bare``: the column of an expression's value ->
    that value as it came, blanks and all.
    """

    layers: tuple[Layer, ...]
    fields: MappingOf[str, Value]
    deletes: str | None
    broken: tuple[str, ...]
    walks: MappingOf[str, Walk]
    bare: MappingOf[str, str]

    def untrimmed(self, columns: Iterable[str]) -> tuple[Layer, ...]:
        """The layers, where the values in these columns are left as their expressions made them."""
        bare = {column: self.bare[column] for column in columns}
        return tuple(replace(layer, columns={**layer.columns, **_of(layer, bare)}) for layer in self.layers)


def values(mapping: Mapping, source: Source) -> Values:
    """The values of every field that ``mapping`` fills. Raises ConfigurationError for a column that nobody declared."""
    maker = _Maker(mapping, source)
    fields = {made.field: maker.value(made) for made in mapping.fields.values()}
    deletes: str | None = None
    broken: tuple[str, ...] = ()
    if mapping.deleted is not None:
        expression = parse(mapping.deleted)
        tried, broken = maker.tried("e:_op", expression.sql, expression.columns, "BOOLEAN")
        deletes = f"{tried}.v"
    layers = (Layer(maker.typed), Layer(maker.evaluated), Layer(maker.valued), Layer(maker.mapped, tuple(maker.joins)))
    return Values(layers, fields, deletes, broken, maker.walks, maker.bare)


def _of(layer: Layer, columns: MappingOf[str, str]) -> dict[str, str]:
    return {column: sql for column, sql in columns.items() if column in layer.columns}


@dataclass(slots=True)
class _Maker:
    """Collects the columns of the four layers, and what the batch must bring."""

    mapping: Mapping
    source: Source
    typed: dict[str, str] = field(default_factory=dict)
    evaluated: dict[str, str] = field(default_factory=dict)
    valued: dict[str, str] = field(default_factory=dict)
    mapped: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    walks: dict[str, Walk] = field(default_factory=dict)
    bare: dict[str, str] = field(default_factory=dict)

    def value(self, made: FieldMap) -> Value:
        """The value of one field before and after its crosswalk."""
        if made.sql is None:
            column = name(f"v:{made.field}")
            self.valued[column] = f"CAST({literal(made.const)} AS VARCHAR)" if made.const else "CAST(NULL AS VARCHAR)"
            return Value(column)
        local = self._local(made, made.sql)
        if made.crosswalk is None:
            return local
        code, column = self._code(made.field, made.crosswalk, local), name(f"v:{made.field}")
        walked = f"c:{made.field}" if f"c:{made.field}" in self.walks else None
        if made.unmapped == "keep":
            code, walked = f"coalesce({code}, {local.column})", None
        elif made.unmapped.startswith("="):
            code = f"coalesce({code}, CASE WHEN {local.column} IS NOT NULL THEN {literal(made.unmapped[1:])} END)"
            walked = None
        if walked is None:
            self.mapped[column] = code
        else:
            column = code
        unmapped = f"{local.column} IS NOT NULL AND {column} IS NULL" if made.unmapped == "reject" else None
        return Value(column, local.broken, unmapped, walked)

    def tried(self, column: str, sql: str, columns: tuple[str, ...], kind: str) -> tuple[str, tuple[str, ...]]:
        """An expression as a column of structs; the conditions under which it has no value."""
        broken = []
        names = {}
        for read in columns:
            declared = self._type(read)
            names[read] = read
            if declared is not None:
                names[read] = f"y:{read}"
                self.typed[name(names[read])] = f"TRY_CAST({name(read)} AS {declared})"
                broken.append(f"{name(names[read])} IS NULL AND {name(read)} IS NOT NULL")
        tried = name(column)
        self.evaluated[tried] = f"TRY(struct_pack(v := CAST(({rename(sql, names)}) AS {kind})))"
        return tried, (*broken, f"{tried} IS NULL")

    def _local(self, made: FieldMap, sql: str) -> Value:
        if len(made.columns) == 1 and rename(sql, {made.columns[0]: made.columns[0]}) == name(made.columns[0]):
            return Value(name(made.columns[0]), taken=made.columns[0], declared=self._type(made.columns[0]))
        tried, broken = self.tried(f"e:{made.field}", sql, made.columns, "VARCHAR")
        column = name(f"{'l' if made.crosswalk else 'v'}:{made.field}")
        self.valued[column] = _tidy(f"{tried}.v")
        self.bare[column] = f"{tried}.v"
        return Value(column, broken)

    def _code(self, field: str, crosswalk: Crosswalk, local: Value) -> str:
        """The standard code: a column of the batch where the local one is a column, else SQL."""
        known = pairs(crosswalk)
        if not known:
            return "CAST(NULL AS VARCHAR)"
        if local.taken is not None:
            self.walks[f"c:{field}"] = Walk(local.taken, known)
            return name(f"c:{field}")
        if len(known) <= INLINE:
            return f"CASE {local.column} {' '.join(f'WHEN {literal(old)} THEN {literal(new)}' for old, new in known)} END"
        walk = name(f"w:{field}")
        self.joins.append(f'LEFT JOIN {name(crosswalk_name(crosswalk))} AS {walk} ON {walk}."local" = {local.column}')
        return f'{walk}."code"'

    def _type(self, column: str) -> str | None:
        """The SQL type in which an expression sees a source column; None for text."""
        alias, _, bare = column.partition(".")
        declared = self.source.tables.get(self.mapping.aliases.get(alias, ""), {}).get(bare)
        if declared is None:
            raise ConfigurationError(
                f"{self.mapping.place}: the column {column} is not declared in adapters/sources/{self.source.name}.yaml"
            )
        return None if declared.type == "text" else _TYPES.get(declared.type, declared.type.upper())


def _tidy(text: str) -> str:
    """What an expression made, as a value: trimmed, never empty, ``chr(0)`` where a part of it was spoilt."""
    begins = [f"{text} < '!'", *(f"starts_with({text}, {literal(blank)})" for blank in BLANKS if blank > "!")]
    ends = [f"suffix({text}, {literal(blank)})" for blank in BLANKS]
    trimmed = f"nullif(trim({text}, {literal(BLANKS)}), '')"
    return f"CASE WHEN contains({text}, {SPOILT}) THEN {SPOILT} WHEN {any_of([*begins, *ends])} THEN {trimmed} ELSE {text} END"
