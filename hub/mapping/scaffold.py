"""Takes a standard table and the columns of live tables; gives the column proposed for each field, how surely and why. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.contract.model import Field, Table
from hub.mapping.evidence import Column, fit
from hub.mapping.likeness import Naming, name_likeness, naming, title_likeness

SURE = 0.55
"""A first choice of at least this score, and ``MARGIN`` before the next free column, is written without a doubt."""
MARGIN = 0.08
LEAST = 0.3
"""What scores less is no candidate."""
_SHOWN = 3
_JOINED = 0.9  # a joined table is asked after the first one


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column for a field: ``score`` 0 to 1, ``why`` in words without any value."""

    column: Column
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The candidates of a field, the best first. ``sure``: the first is taken."""

    field: Field
    candidates: tuple[Candidate, ...]
    sure: bool


def propose(table: Table, columns: Sequence[Column], initials: Mapping[str, str]) -> tuple[Proposal, ...]:
    """One proposal for each field, in the order of the contract. A column is the first choice of one field only."""
    scored = {name: _candidates(field, table, columns, initials) for name, field in table.fields.items()}
    taken = _assigned(scored)
    return tuple(_proposal(field, scored[name], taken) for name, field in table.fields.items())


def served(table: Table, proposals: Iterable[Proposal]) -> float:
    """How well columns serve the table, 0 to 1: the first choices' scores, each column once; the key counts most."""
    weights = {name: 4.0 if name in table.key else 1.5 if field.required else 1.0 for name, field in table.fields.items()}
    best: dict[str, float] = {}
    for each in proposals:
        if each.candidates:
            first = each.candidates[0]
            best[first.column.name] = max(best.get(first.column.name, 0.0), first.score * weights[each.field.name])
    return sum(best.values()) / sum(weights.values())


def _candidates(field: Field, table: Table, columns: Sequence[Column], initials: Mapping[str, str]) -> list[Candidate]:
    named = naming(field, table)
    main = columns[0].name.partition(".")[0] if columns else ""
    found = [_candidate(field, named, column, initials, table.key == (field.name,), main) for column in columns]
    return sorted((each for each in found if each.score >= LEAST), key=lambda each: (-each.score, each.column.name))


def _candidate(field: Field, named: Naming, column: Column, initials: Mapping[str, str], key: bool, main: str) -> Candidate:
    title = title_likeness(named, column.comment)
    alias, _, bare = column.name.partition(".")
    name = name_likeness(named, bare, initials)
    likely = max(title, 0.85 * name) + 0.1 * min(title, name) >= LEAST
    if not likely and field.element.check is None:  # values alone never make a candidate, and looking at them takes time
        return Candidate(column, 0.0, "")
    values, kind = fit(field, column, key=key)
    words = max(title, 0.85 * name) + 0.1 * min(title, name)
    if field.element.check and column.values and values > 0.9:
        words = max(words, 0.6)
    why = f"comment {title:.2f}, name {name:.2f}, {kind} {values:.2f}"
    joined = 1.0 if alias == main else _JOINED
    return Candidate(column, round(min(1.0, words) * (0.4 + 0.6 * values) * joined, 3), why)


def _assigned(scored: Mapping[str, Sequence[Candidate]]) -> dict[str, str]:
    """Column -> field, from the highest score downwards, each once."""
    pairs = [(each.score, field, each.column.name) for field, found in scored.items() for each in found]
    taken: dict[str, str] = {}
    served: set[str] = set()
    for _, field, column in sorted(pairs, key=lambda each: -each[0]):
        if column not in taken and field not in served:
            taken[column] = field
            served.add(field)
    return taken


def _proposal(field: Field, found: Sequence[Candidate], taken: Mapping[str, str]) -> Proposal:
    free = [each for each in found if taken.get(each.column.name, field.name) == field.name]
    own = [each for each in free if taken.get(each.column.name) == field.name]
    ranked = [*own, *(each for each in found if each not in own)]
    rest = [each for each in free if each not in own]
    clear = not rest or not own or own[0].score - rest[0].score >= MARGIN
    sure = bool(own) and own[0].score >= SURE and clear
    return Proposal(field, tuple(ranked[:_SHOWN]), sure)
