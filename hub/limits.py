"""Takes a window's counts, says which limit of its schedule they break. Pure."""

from hub.plan import Plan
from hub.window import Window


def broken_limit(plan: Plan, window: Window, *, source: int, refused: int, absent: int, live: int) -> str:
    """The limit that keeps the window from leaving, in words; '' if there is none.

    ``source``: rows read; ``refused``: of them; ``absent``: deletes the hub would add to the ``live`` keys it has delivered. The
    share of absences is held to ``reject_rate`` too: a truncated source must not empty the partner. ``rows_max`` does not
    hold for a first load, nor either count for a backfill; a replay, rows picked by a person, has no limits.
    """
    limits = plan.schedule.limits
    if window.kind == "replay":
        return ""
    for count, total, words in ((refused, source, "rows are refused"), (absent, live, "delivered rows are gone at the source")):
        if count >= limits.reject_floor and count > limits.reject_rate * total:
            return f"{count} of {total} {words}, more than {limits.reject_rate:.0%}"
    if window.kind == "regular" and source < limits.rows_min:
        return f"the source gave {source} rows, fewer than {limits.rows_min}"
    first_load = window.lower is None and plan.mapping.watermark is not None
    if window.kind == "regular" and not first_load and limits.rows_max is not None and source > limits.rows_max:
        return f"the source gave {source} rows, more than {limits.rows_max}"
    return ""
