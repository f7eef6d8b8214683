"""Takes two releases of a standard; gives every change between them, each told once and judged for either side. Pure.

Tables, fields and rules are the same by name; one that has another name is recognised by its code (a table), its title
(a field) or its condition (a rule). An element that changed, and a code list, is told once with the fields it reaches; what
reaches no field is not told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hub.contract import aspects
from hub.contract.aspects import Aspect
from hub.contract.change import Change, judged
from hub.contract.model import Code, CodeList, Element, Field, Rule, Standard, Table
from hub.mapping.expression import parse, rename


@dataclass(slots=True)
class _Reach:
    """What the fields of all tables inherit: fields by (element, aspect) and by code list."""

    elements: Mapping[str, Element]  # the newer element of each older one, by the older name
    aspects: dict[tuple[str, Aspect], list[str]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)


def diff(old: Standard, new: Standard) -> tuple[Change, ...]:
    """The changes from one release to another: elements, code lists, then tables in the order of the newer release."""
    reach = _Reach(_successors(old, new))
    tables = [*_tables(old, new, reach)]
    return (*_elements(old, reach), *_lists(old, new, reach), *tables)


def _successors(old: Standard, new: Standard) -> dict[str, Element]:
    by_id = {element.id: element for element in new.elements.values() if element.name not in old.elements}
    pairs = {name: new.elements.get(name) or by_id.get(element.id) for name, element in old.elements.items()}
    return {name: element for name, element in pairs.items() if element is not None}


def _elements(old: Standard, reach: _Reach) -> Iterator[Change]:
    for (name, (kind, before, after)), hits in reach.aspects.items():
        new = reach.elements[name]
        yield judged(kind, new.name, old.elements[name].id, (before, after), new.place, tuple(hits))


def _lists(old: Standard, new: Standard, reach: _Reach) -> Iterator[Change]:
    for name, hits in reach.lists.items():
        for kind, before, after in _codes(old.code_lists[name], new.code_lists[name]):
            yield judged(kind, name, new.code_lists[name].title, (before, after), new.code_lists[name].place, tuple(hits))


def _codes(old: CodeList, new: CodeList) -> Iterator[Aspect]:
    """What became of the codes of one list, one aspect for each kind of change."""
    added = [f"{code} {new.codes[code][-1].name}" for code in new.codes if code not in old.codes]
    removed = [f"{code} {old.codes[code][-1].name}" for code in old.codes if code not in new.codes]
    if added:
        yield "code-added", "", ", ".join(added)
    if removed:
        yield "code-removed", ", ".join(removed), ""
    both = [(old.codes[code], new.codes[code]) for code in old.codes if code in new.codes]
    for kind, fewer in (("code-ended", True), ("code-extended", False)):
        found = [(was, now) for was, now in both if _fewer_days(was, now) == fewer and _days(was) != _days(now)]
        if found:
            yield kind, ", ".join(_dated(was) for was, _ in found), ", ".join(_dated(now) for _, now in found)
    renamed = [(was[-1], now[-1]) for was, now in both if was[-1].name != now[-1].name]
    if renamed:
        before, after = (", ".join(f"{each[side].code} {each[side].name}" for each in renamed) for side in (0, 1))
        yield "code-renamed", before, after


def _days(times: Sequence[Code]) -> list[tuple[date, date]]:
    """The days of a code, in order, times that meet made one."""
    joined: list[tuple[date, date]] = []
    for start, end in sorted((each.valid_from or date.min, each.valid_to or date.max) for each in times):
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _fewer_days(old: Sequence[Code], new: Sequence[Code]) -> bool:
    """Whether the code has lost a day."""
    return not all(any(start <= first and last <= end for start, end in _days(new)) for first, last in _days(old))


def _dated(times: Sequence[Code]) -> str:
    told = [f"{each.valid_from or ''}..{each.valid_to or ''}" for each in times]
    instead = f" → {times[-1].replaced_by}" if times[-1].replaced_by else ""
    return f"{times[-1].code} {' '.join(told) if told != ['..'] else 'always'}{instead}"


def _tables(old: Standard, new: Standard, reach: _Reach) -> Iterator[Change]:
    gone = {table.code: table for table in old.tables.values() if table.name not in new.tables}
    for table in new.tables.values():
        was = old.tables.get(table.name) or gone.pop(table.code, None)
        if was is None:
            yield judged("table-added", table.name, table.title, ("", table.code), table.place)
            continue
        if was.name != table.name:
            yield judged("table-renamed", table.name, table.title, (was.name, table.name), table.place)
        yield from _table(was, table, reach)
    for table in gone.values():
        yield judged("table-removed", table.name, table.title, (table.code, ""), table.place)


def _table(old: Table, new: Table, reach: _Reach) -> Iterator[Change]:
    said = (
        ("key-changed", ", ".join(old.key), ", ".join(new.key)),
        ("as-of-changed", old.as_of or "the window's day", new.as_of or "the window's day"),
        ("table-described", _described(old), _described(new)),
        ("share-changed", _catalog(old), _catalog(new)),
    )
    renames = _renames(old, new)
    for kind, before, after in said:
        renamed = kind in ("key-changed", "as-of-changed") and ", ".join(renames.get(n, n) for n in before.split(", ")) == after
        if before != after and not renamed:
            yield judged(kind, new.name, new.title, (before, after), new.place)
    yield from _fields(old, new, renames, reach)
    yield from _rules(old, new, renames)


def _described(table: Table) -> str:
    return f"{table.title} ({table.domain}): {table.grain}"


def _catalog(table: Table) -> str:
    return ", ".join(f"{key}: {value}" for key, value in sorted(table.catalog.items()))


def _renames(old: Table, new: Table) -> dict[str, str]:
    """Older name -> newer name of the fields that kept their title, which no two fields of a table share."""
    came = {field.title: field.name for field in new.fields.values() if field.name not in old.fields}
    went = (field for field in old.fields.values() if field.name not in new.fields)
    return {field.name: came[field.title] for field in went if field.title in came}


def _fields(old: Table, new: Table, renames: Mapping[str, str], reach: _Reach) -> Iterator[Change]:
    before = {renames.get(name, name): field for name, field in old.fields.items()}
    for name, now in new.fields.items():
        was = before.get(name)
        if was is None:
            kind = "field-added-required" if now.required else "field-added-optional"
            yield judged(kind, f"{new.name}.{name}", now.title, ("", f"{now.notation}, {now.element.name}"), now.place)
        else:
            yield from _field(new, was, now, reach)
    for name, was in before.items():
        if name not in new.fields:
            yield judged("field-removed", f"{new.name}.{name}", was.title, (f"{was.notation}, {was.element.name}", ""), was.place)
    stayed = [name for name in before if name in new.fields]
    order = [name for name in new.fields if name in before]
    if stayed != order:
        first = next(index for index, name in enumerate(order) if stayed[index] != name)
        shown = [", ".join(names[first : first + 4]) + " …" for names in (stayed, order)]
        yield judged("fields-reordered", new.name, new.title, (shown[0], shown[1]), new.place)


def _field(table: Table, old: Field, new: Field, reach: _Reach) -> Iterator[Change]:
    """The changes of one field that are its own; those of its element and its code list go to ``reach``."""
    told = [*_told(old, new)]
    successor = reach.elements.get(old.element.name)
    heir = successor is not None and successor.name == new.element.name
    if not heir:
        told.append(("element-replaced", old.element.name, new.element.name))
    elif old.element.name != new.element.name:
        renamed = ("element-renamed", old.element.name, new.element.name)
        reach.aspects.setdefault((old.element.name, renamed), []).append(f"{table.name}.{new.name}")
    inherited = aspects.of_elements(old.element, new.element) if heir else ()
    for aspect in aspects.of_fields(old, new):
        if aspect in inherited:
            reach.aspects.setdefault((old.element.name, aspect), []).append(f"{table.name}.{new.name}")
        elif aspect[0] != "definition-changed":  # of another element it always is
            told.append(aspect)
    if old.codes and new.codes and old.codes.name == new.codes.name:
        reach.lists.setdefault(new.codes.name, []).append(f"{table.name}.{new.name}")
    for kind, before, after in told:
        yield judged(kind, f"{table.name}.{new.name}", new.title, (before, after), new.place)


def _told(old: Field, new: Field) -> Iterator[Aspect]:
    """What a field says itself."""
    if old.name != new.name:
        yield "field-renamed", old.name, new.name
    if old.title != new.title:
        yield "title-changed", old.title, new.title
    if old.required != new.required:
        yield "now-required" if new.required else "now-optional", _duty(old), _duty(new)
    if old.references != new.references:
        kind = "added" if old.references is None else "removed" if new.references is None else "changed"
        yield f"reference-{kind}", ".".join(old.references or ()), ".".join(new.references or ())


def _duty(field: Field) -> str:
    return "required" if field.required else "optional"


def _rules(old: Table, new: Table, renames: Mapping[str, str]) -> Iterator[Change]:
    before = {rule.name: rule for rule in old.rules}
    names = {rule.name for rule in new.rules}
    same = {_condition(rule, renames): rule for rule in old.rules if rule.name not in names}
    for rule in new.rules:
        was = before.get(rule.name) or same.get(_condition(rule, {}))
        if was is None:
            yield _ruled("added", new, rule, ("", rule.sql))
            continue
        before.pop(was.name, None)
        if was.name != rule.name:
            yield judged("rule-renamed", f"{new.name}: {rule.name}", new.title, (was.name, rule.name), rule.place)
        if was.severity != rule.severity:
            kind = "rule-hardened" if rule.severity == "error" else "rule-softened"
            yield judged(kind, f"{new.name}: {rule.name}", new.title, (was.severity, rule.severity), rule.place)
        if _condition(was, renames) != _condition(rule, {}):
            yield _ruled("changed", new, rule, (was.sql, rule.sql))
    for was in before.values():
        yield _ruled("removed", new, was, (was.sql, ""))


def _ruled(kind: str, table: Table, rule: Rule, change: tuple[str, str]) -> Change:
    word = "rule" if rule.severity == "error" else "warning"
    return judged(f"{word}-{kind}", f"{table.name}: {rule.name}", table.title, change, rule.place)


def _condition(rule: Rule, renames: Mapping[str, str]) -> str:
    """The rule's condition in the newer names."""
    return rename(rule.sql, {column: renames.get(column, column) for column in parse(rule.sql).columns})
