"""Takes adapters/partners/<name>.yaml, gives a Partner with the fields it may receive, and every mistake in the file."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from hub import duration
from hub.adapter import read_settings
from hub.contract.model import Table
from hub.contract.release import Releases
from hub.document import Document, misnamed, read
from hub.plan import Ground, Partner
from hub.problem import Problem, nearest


def load_partner(path: Path, root: Path, releases: Releases) -> tuple[Partner | None, tuple[Problem, ...]]:
    """One partner; None if anything in its file is wrong."""
    document, found = read(path, root, "partner")
    if document is None or document.faults:
        return None, found
    data, problems = document.data, misnamed(document, "partner", path.stem)
    settings, wrong = read_settings(document, "systems", "system", "settings")
    problems += wrong
    format_settings, wrong = read_settings(document, "formats", "format", "format_settings")
    problems += wrong
    receives = _receives(document, releases, problems)
    partner = Partner(
        name=data["partner"],
        title=data["title"],
        system=data["system"],
        format=data["format"],
        settings=settings,
        format_settings=format_settings,
        envelope=data.get("envelope", False),
        part_rows=data.get("part_rows", 10_000),
        receipt_wait=duration.parse(data["receipt_wait"]) if "receipt_wait" in data else timedelta(seconds=30),
        ground=Ground(data["purpose"], data["legal_basis"]),
        receives=receives,
        place=document.place("partner"),
        grounds=_grounds(document, releases, problems),
    )
    return None if any(problem.severity == "error" for problem in problems) else partner, tuple(problems)


def _grounds(document: Document, releases: Releases, problems: list[Problem]) -> dict[str, Ground]:
    """Purpose and law by business domain."""
    domains = {table.domain for standard in releases.standards.values() for table in standard.tables.values()}
    told = document.data.get("grounds", {})
    for domain in told.keys() - domains:
        message = f"no table is of the domain '{domain[:40]}'"
        problems.append(Problem(document.key("grounds", domain), "unknown-domain", message, nearest(domain, domains)))
    return {domain: Ground(said["purpose"], said["legal_basis"]) for domain, said in told.items()}


def _receives(document: Document, releases: Releases, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """``standard/table`` -> fields. ``all`` is every field that the table has in any release."""
    entitled: dict[str, tuple[str, ...]] = {}
    for standard, said in document.data["receives"].items():
        names = {each for each in releases.tables if each.partition("@")[0] == standard}
        if not names:
            known = {each.partition("@")[0] for each in releases.tables}
            message = f"there is no standard '{standard}'"
            problems.append(Problem(document.key("receives", standard), "unknown-standard", message, nearest(standard, known)))
            continue
        files = frozenset[str]().union(*(releases.tables[name] for name in names))
        wanted = dict.fromkeys(sorted(files), "all") if said == "all" else said
        for table, fields in wanted.items():
            if table not in files:
                message = f"{standard} has no table '{table[:60]}'"
                problems.append(
                    Problem(document.key("receives", standard, table), "unknown-table", message, nearest(table, files))
                )
                continue
            versions = [releases.standards[name].tables.get(table) if name in releases.standards else None for name in names]
            known_fields = list(dict.fromkeys(_fields(versions)))
            entitled[f"{standard}/{table}"] = tuple(known_fields) if fields == "all" else tuple(fields)
            if isinstance(fields, list) and all(versions):
                problems += _unknown(document, (standard, table), fields, known_fields)
    return entitled


def _fields(tables: list[Table | None]) -> Iterator[str]:
    for table in tables:
        yield from table.fields if table else ()


def _unknown(document: Document, keys: tuple[str, str], fields: list[str], known: list[str]) -> Iterator[Problem]:
    for number, field in enumerate(fields):
        if field not in known:
            place = document.place("receives", *keys, number)
            yield Problem(place, "unknown-field", f"{'/'.join(keys)} has no field '{field}'", nearest(field, known))
