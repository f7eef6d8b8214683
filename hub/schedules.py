"""Takes schedules/<name>.yaml, gives a Schedule with its tables, and every mistake in the file."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from cronsim import CronSim, CronSimError

from hub import timezone
from hub.contract.model import Standard
from hub.contract.release import Releases
from hub.document import Document, misnamed, read
from hub.plan import Limits, Schedule
from hub.problem import Problem, nearest


def load_schedule(
    path: Path, root: Path, releases: Releases, partners: Collection[str]
) -> tuple[Schedule | None, tuple[Problem, ...]]:
    """One schedule; None if anything in its file is wrong. ``partners``: those that have a file, sound or not."""
    document, found = read(path, root, "schedule")
    if document is None or document.faults:
        return None, found
    data, problems = document.data, misnamed(document, "schedule", path.stem)
    problems += timezone.check(document)
    start = _start(document, problems)
    if data["partner"] not in partners:
        message = f"there is no adapters/partners/{data['partner']}.yaml"
        problems.append(Problem(document.place("partner"), "unknown-partner", message, nearest(data["partner"], partners)))
    standard, wrong = releases.find(data["standard"], document.place("standard"))
    problems += wrong
    unripe = releases.unripe(standard, document.place("standard")) if standard else []  # its mappings are judged all the same
    tables = _tables(document, standard, releases, problems) if standard else ()
    limits = _limits(document, problems)
    if standard is None or start is None or any(problem.severity == "error" for problem in problems):
        return None, (*problems, *unripe)
    return Schedule(
        name=data["schedule"],
        title=data["title"],
        cron=data["cron"],
        timezone=data.get("timezone", timezone.DEFAULT),
        start=start,
        partner=data["partner"],
        standard=standard.name,
        version=standard.version,
        tables=tables,
        limits=limits,
        place=document.place("schedule"),
        parallel=data.get("parallel", 1),
    ), (*problems, *unripe)


def _start(document: Document, problems: list[Problem]) -> datetime | None:
    data = document.data
    try:
        start = datetime.strptime(data["start"], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - local, in the schedule's own time zone
    except ValueError:
        message = f"start '{data['start']}' is not a day and minute"
        problems.append(Problem(document.place("start"), "bad-date", message, "write 2026-01-01 00:00"))
        return None
    try:
        next(CronSim(data["cron"], start))
    except (CronSimError, StopIteration):
        message = f"cron '{data['cron'][:60]}' is not five fields that name a time"
        problems.append(Problem(document.place("cron"), "bad-cron", message, "minute hour day month weekday: 0 */2 * * *"))
    return start


def _tables(document: Document, standard: Standard, releases: Releases, problems: list[Problem]) -> tuple[str, ...]:
    """The tables by name, or those of a domain in the order of their codes."""
    data = document.data
    if ("tables" in data) == ("domain" in data):
        message = "exactly one of 'tables' and 'domain' must be given"
        problems.append(Problem(document.place("schedule"), "missing-key", message, "list the tables, or name a domain"))
        return ()
    if "domain" in data:
        found = sorted((table.code, table.name) for table in standard.tables.values() if table.domain == data["domain"])
        if not found and len(standard.tables) == len(releases.tables[f"{standard.name}@{standard.version}"]):
            message = f"{standard.name}@{standard.version} has no domain '{data['domain'][:40]}'"
            domains = {table.domain for table in standard.tables.values()}
            problems.append(Problem(document.place("domain"), "unknown-domain", message, nearest(data["domain"], domains)))
        return tuple(name for _, name in found)
    for number, name in enumerate(data["tables"]):
        problems += releases.table(standard, name, document.place("tables", number))[1]
    return tuple(data["tables"])


def _limits(document: Document, problems: list[Problem]) -> Limits:
    said = dict(document.data.get("limits", {}))
    if "reject_rate" in said:
        said["reject_rate"] = float(said["reject_rate"].removesuffix("%")) / 100
    limits = Limits(**said)
    if limits.reject_rate > 1:
        place = document.place("limits", "reject_rate")
        problems.append(Problem(place, "out-of-bounds", "reject_rate is more than 100%", "write 0% to 100%"))
    if limits.rows_max is not None and limits.rows_max < limits.rows_min:
        place = document.place("limits", "rows_max")
        problems.append(Problem(place, "out-of-bounds", "rows_max is less than rows_min", "exchange them"))
    return limits
