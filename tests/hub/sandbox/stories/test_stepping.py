"""A step of business in the three systems: what a window must find afterwards, checked by plain SQL against what changed."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from hub.sandbox.store import SYSTEMS
from hub.sandbox.truth import Truth
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import Script
from hub.sandbox.world.steps import step
from tests.hub.sandbox.stories.made import Made

UPPER = datetime(2026, 11, 22, 2)
AT = datetime(2026, 11, 22, 3)
LATE = "gxsj >= '2026-11-22 01:50:00'"  # with the overlap of ten minutes
# What the window [02:00, 04:00) reads.
READ = {
    "marriage_party": ("marriage", f"hy_dsr WHERE {LATE}"),
    "marriage_registrar": ("marriage", f"hy_djy WHERE {LATE}"),
    "marriage_office": ("marriage", f"hy_jg WHERE {LATE}"),
    "marriage_registration": (
        "marriage",
        f"hy_jhdj r JOIN hy_dsr m ON m.pid = r.nf_pid JOIN hy_dsr w ON w.pid = r.nvf_pid WHERE r.{LATE} AND r.zt <> 'X'",
    ),
    "divorce_registration": ("marriage", f"hy_lhdj WHERE {LATE}"),
    "registration_review": ("marriage", f"hy_sc WHERE {LATE}"),
    "refusal_notice": ("marriage", f"hy_sc WHERE {LATE} AND jg = 'B'"),
    "marriage_archive": ("marriage", f"da_aj WHERE {LATE}"),
    "archive_backfill": ("marriage", "da_bl WHERE gxsj >= '20261122015000' OR gxsj IS NULL"),
    "blank_certificate_stock": ("marriage", "hy_zsly"),
    "marriage_e_certificate": ("marriage", f"dz_zz WHERE {LATE}"),
    "up_pro_accept": ("case", f"bj_jbxx WHERE {LATE} AND cs_bz = 'N'"),
    "up_pro_process": ("case", f"bj_gc WHERE {LATE}"),
    "up_pro_result": ("case", f"bj_jg WHERE {LATE}"),
    "disbursement_batch": ("allowance", f"ff_pc WHERE {LATE}"),
    "disbursement_detail": ("allowance", f"ff_mx WHERE {LATE}"),
}


@dataclass(frozen=True, slots=True)
class Stepped:
    """Databases after a step; ``truth`` is that of the step."""

    made: Made
    truth: Truth


@pytest.fixture(scope="module")
def stepped(make: Callable[..., Made], systems: tuple[Script, ...]) -> Stepped:
    """Some people and one step."""
    made = make(2_400, 0.03)
    return Stepped(made, step(systems, made.urls, 7, 1, AT))


@pytest.mark.parametrize("table", READ)
def test_the_truth_counts_what_the_window_reads(stepped: Stepped, table: str) -> None:
    """Rows saved late enough, whole tables where there is no update time, rows whose update time is missing."""
    assert stepped.made.count(*READ[table]) == stepped.truth.tally(table).source


def test_everything_that_can_happen_happens(stepped: Stepped) -> None:
    """New, changed, softly and really deleted, saved without a change, repaired, and new defects."""
    made, truth = stepped.made, stepped.truth
    assert truth.tally("marriage_registration").unchanged > 0
    assert truth.tally("blank_certificate_stock").absent > 0
    assert made.count("marriage", f"hy_jhdj WHERE zt = 'D' AND {LATE}") > 0
    assert made.count("case", f"bj_jbxx WHERE sc_bz = 'Y' AND {LATE}") > 0
    assert all(made.count(system, "sandbox_defect WHERE repaired = 'Y'") > 0 for system in SYSTEMS)
    assert all(made.count(system, "sandbox_change WHERE what = 'new'") > 0 for system in SYSTEMS)
    assert sum(tally.rejected for tally in truth.tables.values()) > 0
    assert sum(tally.delivered for tally in truth.tables.values()) > 500


def test_everything_is_saved_at_its_moment(stepped: Stepped) -> None:
    """DATETIME columns and the CHAR(14) one; nothing lies later."""
    made = stepped.made
    for table in ("hy_dsr", "hy_jhdj", "hy_sc", "dz_zz", "da_aj"):
        own = f"SELECT row_id FROM sandbox_change WHERE table_name = '{table}'"
        key = next(iter(SYSTEMS["marriage"].tables[table].columns)).name
        assert made.rows("marriage", f"SELECT DISTINCT gxsj FROM {table} WHERE {key} IN ({own})") == [("2026-11-22 03:00:00",)]
        assert made.rows("marriage", f"SELECT max(gxsj) FROM {table}") == [("2026-11-22 03:00:00",)]
    assert made.rows("marriage", "SELECT max(gxsj) FROM da_bl") == [("20261122030000",)]


def test_a_step_writes_a_small_part(stepped: Stepped) -> None:
    """Most of what was delivered stays as it is: only changes travel."""
    assert stepped.truth.tally("marriage_party").source < stepped.made.count("marriage", "hy_dsr") / 8


def test_rows_that_were_deleted_had_been_sound(stepped: Stepped) -> None:
    """A row that was refused is never deleted: the partner never had it; nor is a draft, of which nobody was told."""
    gone = "sandbox_change c WHERE c.what = 'deleted' AND c.table_name = 'hy_jhdj'"
    assert stepped.made.count("marriage", gone) > 0
    spoilt = "SELECT row_id FROM sandbox_defect WHERE table_name = 'hy_jhdj' AND kind <> 'joined'"
    assert stepped.made.count("marriage", f"{gone} AND c.row_id IN ({spoilt})") == 0


def test_batches_still_hold_the_sum_of_their_lines(stepped: Stepped) -> None:
    """Whatever the step repaired or added; spoilt lines and batches apart."""
    wrong = """(SELECT p.pcid FROM ff_pc p JOIN ff_mx m ON m.pcid = p.pcid AND m.sc_bz = 'N'
      WHERE p.pcid NOT IN (SELECT row_id FROM sandbox_defect WHERE table_name = 'ff_pc')
        AND p.pcid NOT IN (SELECT pcid FROM ff_mx JOIN sandbox_defect ON row_id = mxid AND table_name = 'ff_mx')
      GROUP BY p.pcid, p.rs HAVING COUNT(*) <> p.rs) x"""
    assert stepped.made.count("allowance", wrong) == 0


def test_steps_are_reproducible(make: Callable[..., Made], systems: tuple[Script, ...]) -> None:
    """The same seed and the same steps give the same truths."""
    truths = []
    for _ in "ab":
        made = make(200, 0.03, 3)
        truths.append([step(systems, made.urls, 3, number, datetime(2026, 11, 22, 1 + 2 * number)) for number in (1, 2)])
    assert truths[0] == truths[1]


def test_a_step_without_defects_adds_none(make: Callable[..., Made], systems: tuple[Script, ...]) -> None:
    """A sound database stays sound."""
    truth = step(systems, make(400, 0).urls, 7, 1, AT, defects=0)
    assert all(tally.rejected == 0 for tally in truth.tables.values())


def test_the_same_step_on_postgresql_and_mariadb(
    systems: tuple[Script, ...], tmp_path: Path, postgresql_url: str, mariadb_url: str
) -> None:
    """The truth of a step does not depend on the kind of database."""
    truths = []
    for url in (f"sqlite:///{tmp_path}/all.db", postgresql_url, mariadb_url):
        urls = dict.fromkeys(SYSTEMS, url)
        fill(systems, urls, 7, 300, UPPER)
        truths.append(step(systems, urls, 7, 1, AT))
    assert truths[0] == truths[1] == truths[2]
