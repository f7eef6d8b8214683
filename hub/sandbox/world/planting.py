"""Takes the views that a story made of one chunk, in DuckDB; gives the rows of a local table, those to be spoilt, and notes.

All rows of a kind are spoilt by one expression. A row is spoilt once at most, never when it is deleted already, and only by a
kind that fits it and changes it; which rows and which kinds is a pure function of the seed and the row numbers.

DuckDB plans a statement anew for each table of each chunk, and that costs more than the rows of a small table: so there are two
of them for most tables, no expression of a story stands in them twice, and whatever is simple is left to Arrow and Python.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hub.sandbox.world.database import World
from hub.sandbox.world.script import DUPLICATE, Defect, Script
from hub.sandbox.world.tables import arrow_type, duck_type, quoted

_TOLD = "_told"
COPY = 1_000_000_000_000  # what lies between the row numbers of a row and of its double
_NOTE = pa.schema(
    [
        *((name, pa.string()) for name in ("table_name", "kind", "target", "rule", "was", "repaired")),
        ("row_id", pa.int64()),
        ("pair", pa.int32()),
    ]
)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Rows as they are when spoilt; for each of them its defect's place in the story, and its former values as JSON."""

    rows: pa.Table
    kinds: list[int]
    was: list[str]


def told(world: World, script: Script, table: str, stamps: Mapping[str, str]) -> pa.Table:
    """The story's rows of a table, in the declared types; ``stamps``: table -> SQL of the value of its update column.

    They stand under the name ``_told`` until the next table's. A view that nothing else reads was not made: it is read here.
    ConfigurationError if it has other columns than its table, if a row has no number, or if two have the same.
    """
    view, columns = script.view(table), script.source.tables[table]
    rows = world.rows(view.query if table in script.leaves else f"SELECT * FROM {quoted(table)}", str(view.place))
    _named(world, script, table, rows.column_names)
    kinds = {name: arrow_type(column) for name, column in columns.items()}
    rows = _widened(rows.select(list(columns)), kinds)
    world.offer(_TOLD, rows)
    changes = dict(_casts(script, table, rows, kinds, stamps))
    if changes:
        values = (changes.get(name, quoted(name)) for name in columns)
        rows = world.rows(f"SELECT {', '.join(values)} FROM {_TOLD}", f"{view.place}: {table}")
        world.offer(_TOLD, rows)
    _numbered(world, script, table, rows[script.key(table)])
    return rows


def _named(world: World, script: Script, table: str, made: Sequence[str]) -> None:
    columns = script.source.tables[table].keys()
    missing, unknown = sorted(columns - set(made)), sorted(set(made) - columns)
    if missing or unknown:
        wrong = [f"{what}: {', '.join(names)}" for what, names in (("missing", missing), ("unknown", unknown)) if names]
        world.fail(f"{script.place(table)}: the view {table} has not the columns of the table; {'; '.join(wrong)}")


def _widened(rows: pa.Table, kinds: Mapping[str, pa.DataType]) -> pa.Table:
    """Short integers as long ones: the commonest cast, which needs no statement."""
    for place, (name, kind) in enumerate(kinds.items()):
        if pa.types.is_int64(kind) and pa.types.is_int32(rows.schema.field(place).type):
            rows = rows.set_column(place, name, rows.column(place).cast(kind))
    return rows


def _casts(
    script: Script, table: str, rows: pa.Table, kinds: Mapping[str, pa.DataType], stamps: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """(column, SQL) of what has not its declared type, or is the moment of a step."""
    columns, updated = script.source.tables[table], script.fate(table).updated
    for field in rows.schema:
        own, kind = quoted(field.name), duck_type(columns[field.name])
        if field.name == updated and table in stamps:
            yield field.name, f"CAST(CASE WHEN {own} IS NOT NULL THEN {stamps[table]} END AS {kind}) AS {own}"
        elif field.type != kinds[field.name]:
            yield field.name, f"CAST({own} AS {kind}) AS {own}"


def _numbered(world: World, script: Script, table: str, numbers: pa.ChunkedArray) -> None:
    different = pc.count_distinct(numbers).as_py()  # those that are missing are not counted
    if different != len(numbers):
        said = f"{table}.{script.key(table)} is the row number: {len(numbers)} rows have {different} different ones"
        world.fail(f"{script.place(table)}: {said}")


def spoil(world: World, script: Script, table: str, rows: pa.Table, rate: float) -> Spoilt:
    """About ``rate`` of ``rows``, which are those that ``told`` told last."""
    defects, key = script.fate(table).defects, script.key(table)
    if not defects or not rate or not rows.num_rows:
        return Spoilt(rows.slice(0, 0), [], [])
    own = quoted(key)
    chosen = f"(chance({own}, 'defect/{table}', {rate}) OR {script.fate(table).spare}) AND {_alive(script, table)}"
    values = [own, f"dice({own}, 'kind/{table}') AS _dice"]
    values += [sql for n, defect in enumerate(defects) for sql in _news(script, table, n, defect)]
    found = world.rows(f"SELECT {', '.join(values)} FROM {_TOLD} WHERE {chosen}", str(script.fate(table).place))
    former = rows.take(pc.index_in(found[key], rows[key].combine_chunks()))
    fits = zip(*(_fits(n, defect, found, former) for n, defect in enumerate(defects)), strict=True)
    kinds = [_picked(dice, fitting) for dice, fitting in zip(found["_dice"].to_pylist(), fits, strict=True)]
    some = pa.array([kind is not None for kind in kinds], pa.bool_())
    return _changed(script, table, [kind for kind in kinds if kind is not None], former.filter(some), found.filter(some))


def replaced(script: Script, table: str, rows: pa.Table, spoilt: Spoilt) -> pa.Table:
    """The rows, the spoilt ones instead of what they were, and the doubles."""
    key = script.key(table)
    sound = rows.filter(pc.invert(pc.is_in(rows[key], spoilt.rows[key].combine_chunks())))
    defects = script.fate(table).defects
    doubles = spoilt.rows.filter(pa.array([defects[kind].kind == DUPLICATE for kind in spoilt.kinds], pa.bool_()))
    doubles = doubles.set_column(0, rows.schema.field(0), pc.add(doubles[key], COPY))
    return pa.concat_tables([sound, spoilt.rows, doubles])


def notes(script: Script, table: str, spoilt: Spoilt) -> pa.Table:
    """A note for each spoilt row, and each double, and each standard table that refuses a row because of it."""
    defects, found = script.fate(table).defects, list[dict[str, Any]]()
    numbers = spoilt.rows[script.key(table)].to_pylist()
    for number, kind, was in zip(numbers, spoilt.kinds, spoilt.was, strict=True):
        defect = defects[kind]
        pairs = ((number, 1), (number + COPY, 2)) if defect.kind == DUPLICATE else ((number, 0),)
        for target, rule in defect.breaks.items():
            own = {"table_name": table, "kind": defect.kind, "target": target, "rule": rule, "was": was, "repaired": "N"}
            found += [own | {"row_id": row, "pair": pair} for row, pair in pairs]
    return pa.Table.from_pylist(found, _NOTE)


def _changed(script: Script, table: str, kinds: list[int], former: pa.Table, found: pa.Table) -> Spoilt:
    """Each row with the new values of its kind."""
    defects, rows = script.fate(table).defects, former
    for n, defect in enumerate(defects):
        mine = pa.array([kind == n for kind in kinds], pa.bool_())
        for column in defect.changes:
            place = rows.column_names.index(column)
            rows = rows.set_column(place, rows.field(place), pc.if_else(mine, found[_new(n, column)], rows[column]))
    touched = {column for defect in defects for column in defect.changes}
    values = {column: former[column].to_pylist() for column in touched}
    was = ({column: _text(values[column][place]) for column in defects[kind].changes} for place, kind in enumerate(kinds))
    return Spoilt(rows, kinds, [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in was])


def _text(value: object) -> str | None:
    """A value as DuckDB would write it."""
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _picked(dice: int, fitting: tuple[bool, ...]) -> int | None:
    """One of the kinds that fit."""
    kinds = [kind for kind, fits in enumerate(fitting) if fits]
    return kinds[dice % len(kinds)] if kinds else None


def _alive(script: Script, table: str) -> str:
    """Deleted rows are not judged by anybody."""
    deleted = script.fate(table).deleted
    if not isinstance(deleted, Mapping):
        return "TRUE"
    same = [f"CAST({quoted(column)} AS VARCHAR) IS NOT DISTINCT FROM '{value}'" for column, value in deleted.items()]
    return f"NOT ({' AND '.join(same)})"


def _news(script: Script, table: str, n: int, defect: Defect) -> Iterator[str]:
    """SQL for defect ``n``: whether it is wanted, and the new values where it is."""
    if defect.when:
        yield f"coalesce(({defect.when}), FALSE) AS _wanted{n}"
    for column, sql in defect.changes.items():
        value = f"CAST(({sql}) AS {duck_type(script.source.tables[table][column])})"
        yield f"{f'CASE WHEN ({defect.when}) THEN {value} END' if defect.when else value} AS {quoted(_new(n, column))}"


def _new(n: int, column: str) -> str:
    return f"_{n}_{column}"


def _fits(n: int, defect: Defect, found: pa.Table, former: pa.Table) -> list[bool]:
    """Of each row whether it can be spoilt so: the condition holds and something changes."""
    fits = pa.repeat(not defect.changes, found.num_rows)
    for column in defect.changes:
        new, old = found[_new(n, column)], former[column]
        different = pc.coalesce(pc.not_equal(new, old), pc.xor(pc.is_null(new), pc.is_null(old)))
        fits = pc.or_(fits, different)
    if defect.when:
        fits = pc.and_(fits, found[f"_wanted{n}"])
    answers: list[bool] = fits.to_pylist()
    return answers
