"""Whole seeded databases through extract and kernel: what is refused is what was planted, nothing else, table by table.

The second window is judged with a ledger kept here, in a few lines, apart from the one that the hub keeps.
"""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

from adapters.readers import sql
from hub.compile import compile_plans
from hub.extract import extract
from hub.kernel.engine import Engine
from hub.plan import Plan
from hub.repository import load
from hub.sandbox.advance import advance
from hub.sandbox.seed import seed
from hub.sandbox.store import SYSTEMS
from hub.sandbox.truth import Tally
from hub.window import Window

ROOT = Path(__file__).parents[2]
UPPER, NEXT = datetime(2026, 11, 22, 2), datetime(2026, 11, 22, 4)
STEP = datetime(2026, 11, 22, 3)


@dataclass(slots=True)
class Seen:
    """What a window found in one standard table."""

    tally: Tally = field(default_factory=Tally)
    warnings: Counter[str] = field(default_factory=Counter)  # by the code of the finding, of accepted rows


@cache
def plans() -> dict[str, Plan]:
    """One plan for every standard table, whoever the partner is."""
    repository, problems = load(ROOT, date(2026, 11, 22))
    found, more = compile_plans(repository)
    assert not [problem for problem in (*problems, *more) if problem.severity == "error"]
    return {plan.table.name: plan for plan in found}


@cache
def engine(name: str) -> Engine:
    """A kernel ready to run: preparing one takes longer than all else here."""
    return Engine(plans()[name].kernel, plans()[name].table, UPPER.date())


def window(plan: Plan, url: str, bounds: tuple[datetime | None, datetime], ledger: dict[bytes, bytes]) -> Seen:
    """Read and judge one window; ``ledger`` (key -> digest of what the partner has) is brought up to date."""
    seen, keys = Seen(), dict[bytes, list[tuple[bytes, str]]]()
    reader = sql.connect({"url": url})
    with reader.snapshot() as view:
        extraction = extract(plan, Window(plan.id, "test", "regular", *bounds), reader, view)
        for batch in extraction.batches:
            done = engine(plan.table.name).transform(batch)
            seen.tally.source += batch.num_rows
            for numbers in done.findings.to_pylist():
                codes = {plan.kernel.findings[number].rule for number in numbers}
                assert len(codes) == 1, f"a row with more than one finding: {sorted(codes)}"
                seen.tally.rules.update(codes)
            for number, rows in done.warnings.items():
                seen.warnings[plan.kernel.findings[number].rule] += rows
            columns = (done.accepted[name].to_pylist() for name in ("_key", "_digest", "_op"))
            for key, digest, operation in zip(*columns, strict=True):
                keys.setdefault(key, []).append((digest, operation))
    reader.close()
    compare(plan, seen.tally, keys, ledger)
    return seen


def compare(plan: Plan, tally: Tally, keys: dict[bytes, list[tuple[bytes, str]]], ledger: dict[bytes, bytes]) -> None:
    """Doubles are refused, what the partner has or never had is left out, what is gone from a whole read is absent."""
    for key, rows in keys.items():
        digest, operation = rows[0]
        if len(rows) > 1:
            tally.rules["duplicate-key"] += len(rows)
        elif ledger.get(key) == digest or (operation == "D" and key not in ledger):
            tally.unchanged += 1
        else:
            ledger[key] = digest
    if plan.extract.watermark is None:
        gone = ledger.keys() - keys.keys()
        tally.absent = len(gone)
        for key in gone:
            del ledger[key]
    tally.kinds = Counter(tally.rules)


def same(seen: Tally, truth: Tally, recent: int = 0) -> None:
    """Every part of the account, and every rule."""
    assert (seen.source, seen.absent, seen.unchanged) == (truth.source + recent, truth.absent, truth.unchanged + recent)
    assert seen.rules == truth.rules
    assert seen.delivered == truth.delivered


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The three systems: three files, or one database of a server."""
    if request.param == "sqlite":
        return {system: f"sqlite:///{tmp_path}/{system}.db" for system in SYSTEMS}
    return dict.fromkeys(SYSTEMS, str(request.getfixturevalue(f"{request.param}_url")))


def test_two_windows_end_as_the_truth_says(urls: dict[str, str]) -> None:
    """The seed, then a step: source, absent, delivered, unchanged and refused by rule, for all 23 tables, exactly."""
    assert len(plans()) == 23
    ledgers: dict[str, dict[bytes, bytes]] = {name: {} for name in plans()}
    first = seed(urls, 7, 2_000, UPPER)
    for name, plan in plans().items():
        seen = window(plan, urls[plan.source.name], (None, UPPER), ledgers[name])
        same(seen.tally, first.tally(name))
        doubts = {"birth-date": "birth-mismatch", "sex": "sex-mismatch"}
        assert {doubts[code]: rows for code, rows in seen.warnings.items()} == dict(first.tally(name).warnings), name
    second = advance(urls, 7, 1, STEP)
    for name, plan in plans().items():
        seen = window(plan, urls[plan.source.name], (UPPER, NEXT), ledgers[name])
        same(seen.tally, second.tally(name), first.recent[name])


def test_steps_in_a_row_and_then_silence(tmp_path: Path) -> None:
    """Rows changed before are deleted, refused ones are repaired; and a window in which nothing happened delivers nothing."""
    urls = {system: f"sqlite:///{tmp_path}/{system}.db" for system in SYSTEMS}
    ledgers: dict[str, dict[bytes, bytes]] = {name: {} for name in plans()}
    first = seed(urls, 2, 800, UPPER)
    for name, plan in plans().items():
        window(plan, urls[plan.source.name], (None, UPPER), ledgers[name])
    recent = first.recent
    for step in (1, 2):
        lower, upper = (datetime(2026, 11, 22, 2 * step), datetime(2026, 11, 22, 2 + 2 * step))
        truth = advance(urls, 2, step, datetime(2026, 11, 22, 1 + 2 * step))
        for name, plan in plans().items():
            same(window(plan, urls[plan.source.name], (lower, upper), ledgers[name]).tally, truth.tally(name), recent[name])
        recent = Counter()
    for name, plan in plans().items():
        silent = window(plan, urls[plan.source.name], (datetime(2026, 11, 22, 6), datetime(2026, 11, 22, 8)), ledgers[name])
        assert (silent.tally.delivered, silent.tally.absent) == (0, 0), name
