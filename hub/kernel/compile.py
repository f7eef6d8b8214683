"""Takes a mapping, its target table and its source; gives the Kernel: one SELECT over one batch. Pure, deterministic text.

A SELECT is a stack of layers, each a subquery that adds columns to those below (the letter is their prefix):

* values    ``y: e: l: v:``  source columns as declared, expressions, their texts, crosswalks (``hub.kernel.values``)
* readings  ``n: d: m: k:``  what the rules need: narrowed texts, days, code lists ... (``hub.kernel.rules``)
* fields    under their own names, in canonical form
* told      the fields, operation, key and digest

There are two, because DuckDB spends as long on making ready a condition as on fifty rows of it. ``Kernel.quick`` knows the
usual spellings of numbers and days only and says of each row whether it is suspicious: a value is spelled otherwise, could not
be had, or breaks a rule across fields; all else is seen by ``hub.kernel.quick`` in whole columns. ``Kernel.sql`` knows every
spelling and tells every finding; it is right for any row, and run for the suspicious ones.

Both read the relation ``batch`` (source columns as texts, cleaned by ``hub.kernel.clean``), the lookups, and ``window_day()``:
the day of the window as eight digits.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace

from hub.contract.model import Field, Rule, Table
from hub.kernel import moment, plausible
from hub.kernel.lookups import INLINE, code_lookup, crosswalk_lookup, is_inline, pairs
from hub.kernel.masks import NOTHING, WORDS, Case, Claim, bits_of, masks, number
from hub.kernel.person import Person, people
from hub.kernel.rules import Reading, read, sql_type
from hub.kernel.sql import Layer, any_of, case, name, stack
from hub.kernel.values import Value, Values, values
from hub.mapping.expression import parse, rename
from hub.mapping.model import Mapping, Source
from hub.plan import Finding, Kernel, Lookup, Moment

_WINDOW_DAY = "window_day()"
_SEPARATOR = "chr(31)"  # U+001F: a text that holds it is refused, so joined texts are told apart
_ODD, _BROKEN, _OP, _D = name("odd:"), name("broken:"), name("_op"), "'D'"
_EVERYTHING = f"{2**64 - 1}::UBIGINT"


@dataclass(frozen=True, slots=True)
class _Made:
    """One field of the table with its value and its reading; None: the mapping does not fill it."""

    field: Field
    value: Value | None
    reading: Reading | None


def compile_kernel(mapping: Mapping, table: Table, source: Source) -> Kernel:
    """The kernel of one mapping. Raises ConfigurationError for a name or a bound that cannot stand in SQL."""
    made_of = values(mapping, source)
    persons = people(table)
    made = _readings(table, made_of, persons)
    cases = _cases(made, made_of, table, persons)
    findings = number(cases)
    told = _told(table, made_of)
    taken = {each.field.name: each.value.taken for each in made if each.value and each.value.taken and _as_it_is(each)}
    moments = _moments(made)
    taken |= {name_.removeprefix("t:"): name_ for name_ in moments}
    untidy = {each.field.name: each.value.column for each in made if each.value and _as_it_is(each)}
    untidy = {field: column for field, column in untidy.items() if column in made_of.bare}
    quick = (*made_of.untrimmed(untidy.values()), *_quick(made, made_of, table, persons))
    return Kernel(
        _select(told | _masks(table, made_of, cases, findings), _whole(made, made_of)),
        _select(_quick_told(table, taken), quick),
        taken,
        tuple(untidy),
        made_of.walks,
        moments,
        _lookups(mapping, table, made_of),
        findings,
    )


def _as_it_is(each: _Made) -> bool:
    return each.reading is not None and each.value is not None and each.reading.usual == each.value.column


def _quick(made: Sequence[_Made], made_of: Values, table: Table, persons: Sequence[Person]) -> tuple[Layer, ...]:
    readings = [each.reading for each in made if each.reading]
    return (
        Layer(_merged(reading.columns for reading in readings)),
        Layer(_merged(reading.more for reading in readings)),
        Layer(
            {_ODD: _judged(made, made_of)}
            | {name(each.field.name): each.reading.usual if each.reading else _nothing(each.field) for each in made}
        ),
        Layer({_BROKEN: _ruled(table, persons)}),
    )


def _whole(made: Sequence[_Made], made_of: Values) -> tuple[Layer, ...]:
    readings = [each.reading for each in made if each.reading]
    known, joins = _known(made)
    return (
        *made_of.layers,
        Layer(_merged(reading.prepared for reading in readings)),
        Layer(_merged(reading.parsed for reading in readings) | known | {_OP: _operation(made_of)}, joins),
        Layer({name(each.field.name): each.reading.final if each.reading else _nothing(each.field) for each in made}),
        Layer(_merged(reading.checked for reading in readings)),
    )


def _merged(columns: Iterable[MappingOf[str, str]]) -> dict[str, str]:
    return {column: sql for each in columns for column, sql in each.items()}


def _nothing(field: Field) -> str:
    """A field that the mapping does not fill."""
    return f"CAST(NULL AS {sql_type(field.notation) if field.numeric else 'VARCHAR'})"


def _select(columns: MappingOf[str, str], layers: Iterable[Layer]) -> str:
    shown = ",\n".join(f"{sql} AS {column}" for column, sql in columns.items())
    return f"SELECT {shown}\nFROM {stack('batch', layers)}\n"


def _readings(table: Table, made_of: Values, persons: Sequence[Person]) -> list[_Made]:
    """Every field of the table, with how it is read."""
    as_of = table.fields.get(table.as_of or "")
    day = f"coalesce({moment.day_of(as_of.notation, name(as_of.name))}, {_WINDOW_DAY})" if as_of else _WINDOW_DAY
    types = {person.number.name: person.type for person in persons}
    made = []
    for field in table.fields.values():
        value = made_of.fields.get(field.name)
        ready = name(f"t:{field.name}") if value and _is_moment(field, value) else None
        reading = read(field, value.column, day, types.get(field.name), ready) if value else None
        if value and reading and value.declared and field.codes is None and field.notation.kind not in "dt" and not field.numeric:
            uncast = f"{value.column} IS NOT NULL AND TRY_CAST({value.column} AS {value.declared}) IS NULL"
            reading = replace(reading, odd=(*reading.odd, uncast))
        made.append(_Made(field, value, reading))
    return made


def _is_moment(field: Field, value: Value) -> bool:
    """Whether a field is a day or time that a source column spells: then whole columns are read by ``hub.kernel.calendar``."""
    whole = value.taken is not None and not value.taken.startswith("c:")
    return whole and field.codes is None and field.notation.kind in "dt" and field.notation.maximum >= 8


def _moments(made: Iterable[_Made]) -> dict[str, Moment]:
    """The columns of days and times that the batch must bring."""
    return {
        f"t:{each.field.name}": Moment(each.value.taken, each.field.notation, each.value.declared is None)
        for each in made
        if each.value and each.value.taken and _is_moment(each.field, each.value)
    }


def _known(made: Iterable[_Made]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The columns of joined code lists, and the joins."""
    columns: dict[str, str] = {}
    joins: list[str] = []
    for each in made:
        if each.reading is not None and each.reading.join is not None:
            join, alias = each.reading.join, name(f"k:{each.field.name}")
            joins.append(f'LEFT JOIN {name(join.lookup)} AS {alias} ON {alias}."code" = {join.key}')
            edges = (f"{edge}{index}" for index in range(join.periods) for edge in ("from", "to"))
            columns |= {name(f"k:{each.field.name}.{column}"): f"{alias}.{name(column)}" for column in ("code", *edges)}
    return columns, tuple(joins)


def _operation(made_of: Values) -> str:
    return f"CASE WHEN {made_of.deletes} THEN {_D} ELSE 'I' END" if made_of.deletes else "'I'"


def _judged(made: Iterable[_Made], made_of: Values) -> str:
    """True where a value is not in its usual form or could not be had, and on deletes."""
    conditions = list(made_of.broken)
    for each in made:
        if each.value is not None and each.reading is not None:
            conditions += each.value.broken
            conditions += [each.value.unmapped] if each.value.unmapped else []
            conditions += each.reading.odd
    conditions += [made_of.deletes] if made_of.deletes else []
    return case(any_of(dict.fromkeys(conditions)), "TRUE", "FALSE")


def _ruled(table: Table, persons: Iterable[Person]) -> str:
    """True where a rule across fields is not kept or fails, or a person's data look doubtful."""
    kept = " AND ".join(_kept(rule) for rule in table.rules)
    conditions = [f"TRY({kept}) IS NOT TRUE"] if kept else []
    conditions += [condition for person in persons for _, _, condition in plausible.doubts(person)]
    return case(any_of(conditions), "TRUE", "FALSE")


def _kept(rule: Rule) -> str:
    expression = parse(rule.sql)
    sql = rename(expression.sql, {column: column for column in expression.columns})
    return f"(CAST(({sql}) AS BOOLEAN) IS NOT FALSE)"


def _cases(made: Iterable[_Made], made_of: Values, table: Table, persons: Iterable[Person]) -> list[Case]:
    """Everything that may be said about a row, in the order of the fields; then the rules across fields, then the doubts."""
    cases = [_field_case(each) for each in made]
    if made_of.broken:
        cases.append(Case((), (_claim(None, "source-type", any_of(made_of.broken), title="删除标志"),)))
    for rule in table.rules:
        broken = f"TRY({_kept(rule)}) IS NOT TRUE"
        cases.append(Case((), (Claim(None, "rule", rule.name, broken, rule.severity),)))
    for person in persons:
        for code, field, condition in plausible.doubts(person):
            claim = _claim(table.fields[field], code, condition)
            told = replace(claim, severity="warning", condition=f"{plausible.applies(person)} AND ({condition})")
            cases.append(Case((), (told,)))
    return cases


def _field_case(each: _Made) -> Case:
    """What may be said about one field."""
    field, value, reading = each.field, each.value, each.reading
    if value is None or reading is None:
        return Case((), (_claim(field, "required", "TRUE"),) if field.required else ())
    first = [_claim(field, "source-type", any_of(value.broken))] if value.broken else []
    first += [_claim(field, "unmapped", value.unmapped)] if value.unmapped else []
    missing = _claim(field, "required", f"{value.column} IS NULL")
    first.append(missing if field.required else replace(missing, title=""))
    rest = tuple(_claim(field, code, condition) for code, condition in reading.verdicts)
    if value.declared:
        uncast = f"TRY_CAST({value.column} AS {value.declared}) IS NULL"
        rest = tuple(replace(claim, condition=f"NOT ({uncast}) AND ({claim.condition})") for claim in rest)
        rest = (_claim(field, "source-type", uncast), *rest)
    return Case(tuple(first), rest)


def _claim(field: Field | None, code: str, condition: str, title: str = "") -> Claim:
    return Claim(field.name if field else None, code, f"{field.title if field else title}：{WORDS[code]}", condition)


def _quick_told(table: Table, taken: MappingOf[str, str]) -> dict[str, str]:
    """The fields that are not just taken over, key and digest of a row that is no delete, and whether it is suspicious."""
    told = {name(field): name(field) for field in table.fields if field not in taken}
    told |= {name("_key"): _key(table), name("_digest"): _digest(table)}
    return told | {name("_suspicious"): f"{_ODD} OR {_BROKEN}"}


def _told(table: Table, made_of: Values) -> dict[str, str]:
    """The fields, operation, key and digest. A delete carries its key and nothing else, whatever stood in its row."""
    told = {}
    for field in table.fields.values():
        column = name(field.name)
        bare = made_of.deletes and field.name not in table.key
        told[column] = case(f"{_OP} = {_D}", "NULL", column) if bare else column
    told |= {_OP: _OP, name("_key"): _key(table)}
    told[name("_digest")] = case(f"{_OP} = {_D}", _key(table), _digest(table)) if made_of.deletes else _digest(table)
    return told


def _key(table: Table) -> str:
    return f"unhex(left(sha256({_joined(table.fields[field] for field in table.key)}), 32))"


def _digest(table: Table) -> str:
    return f"unhex(md5({_joined(table.fields.values())}))"


def _masks(table: Table, made_of: Values, cases: Sequence[Case], findings: Sequence[Finding]) -> dict[str, str]:
    """What is wrong with the row; a delete need only have a right key."""
    told = {}
    keep = bits_of(findings, table.key)
    for index, mask in enumerate(masks(cases, findings, "error")):
        kept = f"({mask}) & {case(f'{_OP} = {_D}', f'{keep[index]}::UBIGINT', _EVERYTHING)}" if made_of.deletes else mask
        told[name(f"_errors_{index}")] = kept
    for index, mask in enumerate(masks(cases, findings, "warning")):
        told[name(f"_warnings_{index}")] = case(f"{_OP} = {_D}", NOTHING, mask) if made_of.deletes else mask
    return told


def _joined(fields: Iterable[Field]) -> str:
    """The canonical texts of fields, joined: NULL is empty, which no text is."""
    texts = (f"CAST({name(field.name)} AS VARCHAR)" if field.numeric else name(field.name) for field in fields)
    return f"concat({f', {_SEPARATOR}, '.join(texts)})"


def _lookups(mapping: Mapping, table: Table, made_of: Values) -> tuple[Lookup, ...]:
    """The lookups that the SELECTs join, each once, sorted by name."""
    filled = [table.fields[field] for field in mapping.fields if field in table.fields]
    joined = {field.codes.name: field.codes for field in filled if field.codes is not None and not is_inline(field.codes)}
    lists = [code_lookup(codes) for codes in joined.values()]  # each once: a table names the divisions several times
    made = [made for name, made in mapping.fields.items() if f"c:{name}" not in made_of.walks]
    walks = [each.crosswalk for each in made if each.crosswalk is not None]
    lists += [crosswalk_lookup(walk) for walk in walks if len(pairs(walk)) > INLINE]
    return tuple(sorted({lookup.name: lookup for lookup in lists}.values(), key=lambda lookup: lookup.name))
