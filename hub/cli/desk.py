"""What most commands need first: the compiled plans, the open state, and the exchanges that the words of the shell choose."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from hub.compiled import compiled
from hub.interface import ConfigurationError
from hub.plan import Plan
from hub.problem import nearest
from hub.root import find_root, state_folder
from hub.state.database import State, open_state


def plans() -> Mapping[str, Plan]:
    """Every exchange by its id; Problems with every mistake of every file if there is one."""
    root = find_root()
    return compiled(root, state_folder(root)).sound()


def state() -> State:
    """The state of this root, made or migrated if need be."""
    return open_state(state_folder(find_root()))


def chosen(known: Mapping[str, Plan], patterns: Sequence[str]) -> list[Plan]:
    """The plans whose id matches one of the patterns (``ministry/*``), all without patterns.

    A name that is a schedule, a partner or a table chooses its exchanges.
    """
    if not patterns:
        return list(known.values())
    found: dict[str, Plan] = {}
    for pattern in patterns:
        hits = [plan for plan in known.values() if _matches(plan, pattern)]
        if not hits:
            words = [*known, *{plan.schedule.name for plan in known.values()}, *{plan.partner.name for plan in known.values()}]
            raise ConfigurationError(f"no exchange is called '{pattern}': {nearest(pattern, words)}")
        found |= {plan.id: plan for plan in hits}
    return list(found.values())


def one(known: Mapping[str, Plan], exchange: str) -> Plan:
    """The plan with exactly this id."""
    if exchange not in known:
        raise ConfigurationError(f"no exchange is called '{exchange}': {nearest(exchange, known)}")
    return known[exchange]


def meant(exchange: str | None, found: Sequence[object]) -> None:
    """ConfigurationError if nothing was found because no exchange has this id; one that left the schedules may have its rows."""
    if exchange is not None and not found:
        one(plans(), exchange)


def _matches(plan: Plan, pattern: str) -> bool:
    return fnmatchcase(plan.id, pattern) or pattern in (plan.schedule.name, plan.partner.name, plan.table.name)
