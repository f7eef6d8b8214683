"""Takes the rows of one local table of one chunk, in DuckDB; gives the same rows, a share of them spoilt, and notes about those.

All rows of a kind are spoilt by one expression. A row is spoilt once at most, never when it is deleted already, and only by a
kind that fits it and changes it; which rows and which kinds is a pure function of the seed and the row numbers.
"""

from hub.sandbox.world.database import World
from hub.sandbox.world.macros import texts
from hub.sandbox.world.script import DUPLICATE, Defect, Script
from hub.sandbox.world.tables import duck_type, quoted

COPY = 1_000_000_000_000  # what lies between the row numbers of a row and of its double
ROWS, SPOILT, NOTES = "_rows", "_spoilt", "_notes"


def lay(world: World, script: Script, table: str) -> int:
    """Put the story's rows of ``table`` into the relation ROWS, cast to the declared types; how many.

    ConfigurationError if the view has other columns than the table, a row without a number, or a number twice.
    """
    columns = script.source.tables[table]
    view = next(statement for statement in script.statements if statement.name == table)
    found = {name for name, *_ in world.values(f"DESCRIBE {quoted(table)}", str(view.place))}
    if found != set(columns):
        wrong = [f"missing: {', '.join(sorted(columns.keys() - found))}"] if columns.keys() - found else []
        wrong += [f"unknown: {', '.join(sorted(found - columns.keys()))}"] if found - columns.keys() else []
        world.fail(f"{view.place}: the view {table} has not the columns of the table; {'; '.join(wrong)}")
    chosen = ", ".join(f"CAST({quoted(name)} AS {duck_type(column)}) AS {quoted(name)}" for name, column in columns.items())
    world.do(f"CREATE OR REPLACE TEMP TABLE {ROWS} AS SELECT {chosen} FROM {quoted(table)}", f"{view.place}: {table}")
    key = quoted(script.key(table))
    ((rows, numbers, missing),) = world.values(f"SELECT count(*), count(DISTINCT {key}), count(*) - count({key}) FROM {ROWS}")
    if missing or numbers != rows:
        world.fail(f"{view.place}: {table}.{script.key(table)} is the row number: {rows} rows have {numbers} different ones")
    return int(rows)


def plant(world: World, script: Script, table: str, rate: float) -> bool:
    """Fill SPOILT (rows to be stored instead of those of ROWS with their number, and doubles) and NOTES; False: nothing."""
    fate, key = script.fate(table), quoted(script.key(table))
    if not fate.defects or not rate:
        return False
    which = ", ".join(f"CASE WHEN {_fits(script, table, defect)} THEN {n} END" for n, defect in enumerate(fate.defects))
    alive = _alive(script, table)
    # Two steps: only the rows that the dice choose are asked which kinds fit them.
    chosen = f"SELECT * FROM {ROWS} WHERE chance({key}, 'defect/{table}', {rate}) AND {alive}"
    fitting = f"list_filter([{which}], lambda each: each IS NOT NULL)"
    kind = f"pick({key}, 'kind/{table}', {fitting})"
    place = str(fate.place)
    world.do(f"CREATE OR REPLACE TEMP TABLE _chosen AS SELECT *, {kind} AS _kind FROM ({chosen})", place)
    world.do("DELETE FROM _chosen WHERE _kind IS NULL")
    if not world.values("SELECT count(*) FROM _chosen")[0][0]:
        return False
    world.do(f"CREATE OR REPLACE TEMP TABLE {SPOILT} AS {_spoilt(script, table)}", place)
    world.do(f"CREATE OR REPLACE TEMP TABLE {NOTES} AS {_notes(script, table)}", place)
    return True


def _alive(script: Script, table: str) -> str:
    """Deleted rows are not judged by anybody."""
    deleted = script.fate(table).deleted
    if not isinstance(deleted, dict):
        return "TRUE"
    same = [f"CAST({quoted(column)} AS VARCHAR) IS NOT DISTINCT FROM '{value}'" for column, value in deleted.items()]
    return f"NOT ({' AND '.join(same)})"


def _fits(script: Script, table: str, defect: Defect) -> str:
    """A row can be spoilt so: the condition holds and something changes."""
    wanted = f"coalesce(({defect.when}), FALSE)" if defect.when else "TRUE"
    if not defect.changes:
        return wanted
    changed = (f"{_new(script, table, column, sql)} IS DISTINCT FROM {quoted(column)}" for column, sql in defect.changes.items())
    return f"{wanted} AND ({' OR '.join(changed)})"


def _new(script: Script, table: str, column: str, sql: str) -> str:
    return f"CAST(({sql}) AS {duck_type(script.source.tables[table][column])})"


def _spoilt(script: Script, table: str) -> str:
    """The chosen rows with their new values, then the doubles."""
    fate, key = script.fate(table), script.key(table)
    columns = []
    for column in script.source.tables[table]:
        cases = [
            f"WHEN {n} THEN {_new(script, table, column, defect.changes[column])}"
            for n, defect in enumerate(fate.defects)
            if column in defect.changes
        ]
        changed = f"CASE _kind {' '.join(cases)} ELSE {quoted(column)} END" if cases else quoted(column)
        columns.append(f"{changed} AS {quoted(column)}")
    doubled = [str(n) for n, defect in enumerate(fate.defects) if defect.kind == DUPLICATE]
    spoilt = f"SELECT {', '.join(columns)} FROM _chosen"
    if not doubled:
        return spoilt
    copy = f"SELECT * REPLACE ({quoted(key)} + {COPY} AS {quoted(key)}) FROM ({{}} WHERE _kind IN ({', '.join(doubled)}))"
    return f"{spoilt} UNION ALL {copy.format(spoilt)}"


def _notes(script: Script, table: str) -> str:
    """A note for each spoilt row and each standard table that refuses a row because of it."""
    key = quoted(script.key(table))
    parts = []
    for n, defect in enumerate(script.fate(table).defects):
        was = ", ".join(f"'{column}', CAST({quoted(column)} AS VARCHAR)" for column in defect.changes)
        json = f"CAST(json_object({was}) AS VARCHAR)" if was else "'{}'"
        targets = f"unnest({texts(tuple(defect.breaks))}) AS target, unnest({texts(tuple(defect.breaks.values()))}) AS rule"
        pairs = ((key, 1), (f"{key} + {COPY}", 2)) if defect.kind == DUPLICATE else ((key, 0),)
        for row, pair in pairs:
            parts.append(
                f"SELECT '{table}' AS table_name, {row} AS row_id, '{defect.kind}' AS kind, {targets}, {json} AS was,"
                f" {pair} AS pair, 'N' AS repaired FROM _chosen WHERE _kind = {n}"
            )
    return " UNION ALL ".join(parts)
