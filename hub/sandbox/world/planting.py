"""Takes the rows of one local table of one chunk, in DuckDB; gives SQL for the same rows, a share of them spoilt, and for notes.

All rows of a kind are spoilt by one expression. A row is spoilt once at most, never when it is deleted already, and only by a
kind that fits it and changes it; which rows and which kinds is a pure function of the seed and the row numbers.

A statement is planned anew for each table of each chunk, which costs more than the rows of a small table: so there are few of
them, and no expression of a story stands in them twice.
"""

from collections.abc import Iterator, Mapping

from hub.sandbox.world.database import World
from hub.sandbox.world.script import DUPLICATE, Defect, Script
from hub.sandbox.world.tables import duck_type, quoted

COPY = 1_000_000_000_000  # what lies between the row numbers of a row and of its double
SPOILT = "_spoilt"  # the relation of the rows to be spoilt: as they were, then what they become, then which kind


def inspect(world: World, script: Script) -> dict[str, int]:
    """How many rows the story has for each table.

    ConfigurationError if a view has other columns than its table, a row without a number, or a number twice.
    """
    views = {statement.name: statement for statement in script.statements}
    found: dict[str, set[str]] = {}
    for table, column in world.columns():
        found.setdefault(table, set()).add(column)
    for table in script.tables:
        columns = script.source.tables[table].keys()
        if found[table] != columns:
            wrong = [f"missing: {', '.join(sorted(columns - found[table]))}"] if columns - found[table] else []
            wrong += [f"unknown: {', '.join(sorted(found[table] - columns))}"] if found[table] - columns else []
            world.fail(f"{views[table].place}: the view {table} has not the columns of the table; {'; '.join(wrong)}")
    keys = ((table, quoted(script.key(table))) for table in script.tables)
    counted = (f"SELECT '{table}', count(*), count(DISTINCT {key}), count({key}) FROM {quoted(table)}" for table, key in keys)
    counts = {}
    for table, rows, numbers, numbered in world.values(" UNION ALL ".join(counted)):
        if numbered != rows or numbers != rows:
            row_number = f"{table}.{script.key(table)} is the row number"
            world.fail(f"{views[table].place}: {row_number}: {rows} rows have {numbers} different ones")
        counts[table] = int(rows)
    return counts


def cast(script: Script, table: str, stamp: str | None = None) -> str:
    """SELECT: the story's rows of ``table`` in the declared types. ``stamp``: SQL of the value of the update column."""
    updated = script.fate(table).updated if stamp else None
    parts = []
    for name, column in script.source.tables[table].items():
        value = f"CASE WHEN {quoted(name)} IS NOT NULL THEN {stamp} END" if name == updated else quoted(name)
        parts.append(f"CAST({value} AS {duck_type(column)}) AS {quoted(name)}")
    return f"SELECT {', '.join(parts)} FROM {quoted(table)}"


def plant(world: World, script: Script, table: str, rows: str, rate: float) -> int:
    """Fill SPOILT out of ``rows`` (a SELECT); how many rows it has."""
    fate, key = script.fate(table), quoted(script.key(table))
    if not fate.defects or not rate:
        return 0
    chosen = f"SELECT * FROM ({rows}) WHERE chance({key}, 'defect/{table}', {rate}) AND {_alive(script, table)}"
    wanted = [f"coalesce(({defect.when}), FALSE) AS _wanted{n}" for n, defect in enumerate(fate.defects) if defect.when]
    news = [sql for n, defect in enumerate(fate.defects) for sql in _news(script, table, n, defect)]
    fits = ", ".join(_fits(n, defect) for n, defect in enumerate(fate.defects))
    judged = f"SELECT {', '.join(['*', *wanted])} FROM ({chosen})"
    changed = f"SELECT {', '.join(['*', *news])} FROM ({judged})"
    fitting = f"SELECT *, list_where({list(range(len(fate.defects)))}, [{fits}]) AS _kinds FROM ({changed})"
    picked = f"SELECT * EXCLUDE (_kinds), pick({key}, 'kind/{table}', _kinds) AS _kind FROM ({fitting})"
    sql = f"CREATE OR REPLACE TEMP TABLE {SPOILT} AS SELECT * FROM ({picked}) WHERE _kind IS NOT NULL"
    ((count,),) = world.values(sql, str(fate.place))
    return int(count)


def spoilt(script: Script, table: str) -> str:
    """SELECT: the rows of SPOILT with their new values, then the doubles."""
    fate, key = script.fate(table), script.key(table)
    columns = []
    for column in script.source.tables[table]:
        cases = [f"WHEN {n} THEN {_new(n, column)}" for n, defect in enumerate(fate.defects) if column in defect.changes]
        changed = f"CASE _kind {' '.join(cases)} ELSE {quoted(column)} END" if cases else quoted(column)
        columns.append(f"{changed} AS {quoted(column)}")
    doubled = [str(n) for n, defect in enumerate(fate.defects) if defect.kind == DUPLICATE]
    if not doubled:
        return f"SELECT {', '.join(columns)} FROM {SPOILT}"
    own = ", ".join(f"{quoted(column)} + {COPY}" if column == key else quoted(column) for column in script.source.tables[table])
    return f"SELECT {', '.join(columns)} FROM {SPOILT} UNION ALL SELECT {own} FROM {SPOILT} WHERE _kind IN ({', '.join(doubled)})"


def notes(script: Script, table: str) -> str:
    """SELECT: a note for each row of SPOILT, and each double, and each standard table that refuses a row because of it."""
    parts, was = [], []
    for n, defect in enumerate(script.fate(table).defects):
        former = ", ".join(f"'{column}', CAST({quoted(column)} AS VARCHAR)" for column in defect.changes)
        was += [f"WHEN {n} THEN CAST(json_object({former}) AS VARCHAR)"] if former else []
        pairs = ((0, 1), (COPY, 2)) if defect.kind == DUPLICATE else ((0, 0),)
        parts += [
            f"({n}, {further}, '{defect.kind}', '{target}', '{rule}', {pair})"
            for target, rule in defect.breaks.items()
            for further, pair in pairs
        ]
    before = f"CASE _kind {' '.join(was)} ELSE '{{}}' END" if was else "'{}'"
    defects = f"(VALUES {', '.join(parts)}) defects(_n, _further, _name, _target, _rule, _pair)"
    return (
        f"SELECT '{table}' AS table_name, {quoted(script.key(table))} + _further AS row_id, _name AS kind, _target AS target,"
        f" _rule AS rule, {before} AS was, _pair AS pair, 'N' AS repaired FROM {SPOILT} JOIN {defects} ON _kind = _n"
    )


def _alive(script: Script, table: str) -> str:
    """Deleted rows are not judged by anybody."""
    deleted = script.fate(table).deleted
    if not isinstance(deleted, Mapping):
        return "TRUE"
    same = [f"CAST({quoted(column)} AS VARCHAR) IS NOT DISTINCT FROM '{value}'" for column, value in deleted.items()]
    return f"NOT ({' AND '.join(same)})"


def _news(script: Script, table: str, n: int, defect: Defect) -> Iterator[str]:
    """The new values of defect ``n``, where it is wanted."""
    for column, sql in defect.changes.items():
        value = f"CAST(({sql}) AS {duck_type(script.source.tables[table][column])})"
        yield f"{f'CASE WHEN _wanted{n} THEN {value} END' if defect.when else value} AS {_new(n, column)}"


def _new(n: int, column: str) -> str:
    return quoted(f"_{n}_{column}")


def _fits(n: int, defect: Defect) -> str:
    """A row can be spoilt so: the condition holds and something changes."""
    wanted = f"_wanted{n}" if defect.when else "TRUE"
    if not defect.changes:
        return wanted
    changed = (f"{_new(n, column)} IS DISTINCT FROM {quoted(column)}" for column in defect.changes)
    return f"{wanted} AND ({' OR '.join(changed)})"
