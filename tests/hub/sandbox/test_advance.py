"""A step of business: what a window must find afterwards, checked by plain SQL against what changed."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.sandbox.advance import advance
from hub.sandbox.seed import seed
from hub.sandbox.store import SYSTEMS, engine
from hub.sandbox.truth import Truth

UPPER = datetime(2026, 11, 22, 2)
AT = datetime(2026, 11, 22, 3)
# What the window [02:00, 04:00) reads of a table with an update time, apart from the overlap.
READ = {
    "marriage_party": ("marriage", "hy_dsr WHERE gxsj = :at"),
    "marriage_registrar": ("marriage", "hy_djy WHERE gxsj = :at"),
    "marriage_office": ("marriage", "hy_jg WHERE gxsj = :at"),
    "marriage_registration": (
        "marriage",
        "hy_jhdj r JOIN hy_dsr m ON m.pid = r.nf_pid JOIN hy_dsr w ON w.pid = r.nvf_pid WHERE r.gxsj = :at AND r.zt <> 'X'",
    ),
    "divorce_registration": ("marriage", "hy_lhdj WHERE gxsj = :at"),
    "registration_review": ("marriage", "hy_sc WHERE gxsj = :at"),
    "refusal_notice": ("marriage", "hy_sc WHERE gxsj = :at AND jg = 'B'"),
    "marriage_archive": ("marriage", "da_aj WHERE gxsj = :at"),
    "archive_backfill": ("marriage", "da_bl WHERE gxsj = '20261122030000' OR gxsj IS NULL"),
    "blank_certificate_stock": ("marriage", "hy_zsly"),
    "marriage_e_certificate": ("marriage", "dz_zz WHERE gxsj = :at"),
    "up_pro_accept": ("case", "bj_jbxx WHERE gxsj = :at AND cs_bz = 'N'"),
    "up_pro_process": ("case", "bj_gc WHERE gxsj = :at"),
    "up_pro_result": ("case", "bj_jg WHERE gxsj = :at"),
    "disbursement_batch": ("allowance", "ff_pc WHERE gxsj = :at"),
    "disbursement_detail": ("allowance", "ff_mx WHERE gxsj = :at"),
}


def sqlite(folder: Path) -> dict[str, str]:
    """Three files."""
    return {system: f"sqlite:///{folder}/{system}.db" for system in SYSTEMS}


def count(url: str, tables: str, **values: object) -> int:
    """COUNT(*) by plain SQL."""
    database = engine(url)
    with database.connect() as connection:
        found = int(connection.execute(text(f"SELECT COUNT(*) FROM {tables}"), values).scalar_one())
    database.dispose()
    return found


@pytest.fixture(scope="module")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Truth, int]:
    """Some people and one step; the truth of the step and the number of certificate books before it."""
    urls = sqlite(tmp_path_factory.mktemp("advance"))
    seed(urls, 7, 2_400, UPPER)
    books = count(urls["marriage"], "hy_zsly")
    return urls, advance(urls, 7, 1, AT), books


@pytest.mark.parametrize("table", READ)
def test_the_truth_counts_what_the_window_reads(stepped: tuple[dict[str, str], Truth, int], table: str) -> None:
    """Rows saved at the step's moment, whole tables where there is no update time, rows whose update time is missing."""
    urls, truth, _ = stepped
    system, tables = READ[table]
    at = f"{AT:%Y-%m-%d %H:%M:%S}"
    assert count(urls[system], tables, **({"at": at} if ":at" in tables else {})) == truth.tally(table).source


def test_everything_that_can_happen_happens(stepped: tuple[dict[str, str], Truth, int]) -> None:
    """New, changed, softly and really deleted, saved without a change, repaired, and new defects."""
    urls, truth, books = stepped
    assert truth.tables["marriage_party"].unchanged > 0
    assert truth.tables["blank_certificate_stock"].absent > 0
    assert count(urls["marriage"], "hy_zsly") == books + 2 - truth.tables["blank_certificate_stock"].absent - doubles(urls)
    assert count(urls["marriage"], "hy_jhdj WHERE zt = 'D'") > 0
    assert count(urls["case"], "bj_jbxx WHERE sc_bz = 'Y'") > 0
    assert all(count(urls[system], "sandbox_planted WHERE repaired = 'Y'") > 0 for system in SYSTEMS)
    assert sum(tally.rejected for tally in truth.tables.values()) > 0


def doubles(urls: dict[str, str]) -> int:
    """Doubled books that were struck off in a repair."""
    repaired = "table_name = 'hy_zsly' AND kind = 'duplicate-key' AND pair = 2 AND repaired = 'Y'"
    return count(urls["marriage"], f"sandbox_planted WHERE {repaired}")


def test_a_step_writes_a_small_part(stepped: tuple[dict[str, str], Truth, int]) -> None:
    """Most of what was delivered stays as it is: only changes travel."""
    urls, truth, _ = stepped
    assert truth.tables["marriage_party"].source < count(urls["marriage"], "hy_dsr") / 10


def test_rows_that_were_deleted_had_been_sound(stepped: tuple[dict[str, str], Truth, int]) -> None:
    """A row that was refused is never deleted: the partner never had it."""
    urls, _, _ = stepped
    joined = "sandbox_planted p JOIN hy_jhdj r ON r.djid = p.row_id WHERE p.table_name = 'hy_jhdj' AND r.zt = 'D'"
    assert count(urls["marriage"], joined) == 0


def test_batches_still_hold_the_sum_of_their_lines(stepped: tuple[dict[str, str], Truth, int]) -> None:
    """Whatever the step repaired or added; spoilt lines and batches apart."""
    urls, _, _ = stepped
    wrong = """(SELECT p.pcid FROM ff_pc p JOIN ff_mx m ON m.pcid = p.pcid AND m.sc_bz = 'N'
      WHERE p.pcid NOT IN (SELECT row_id FROM sandbox_planted WHERE table_name = 'ff_pc')
        AND p.pcid NOT IN (SELECT pcid FROM ff_mx JOIN sandbox_planted ON row_id = mxid AND table_name = 'ff_mx')
      GROUP BY p.pcid, p.rs HAVING COUNT(*) <> p.rs) x"""
    assert count(urls["allowance"], wrong) == 0


def test_steps_are_reproducible(tmp_path: Path) -> None:
    """The same seed and the same steps give the same truths."""
    truths = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        urls = sqlite(tmp_path / name)
        seed(urls, 3, 200, UPPER)
        truths.append([advance(urls, 3, step, datetime(2026, 11, 22, 1 + 2 * step)) for step in (1, 2)])
    assert truths[0] == truths[1]


def test_a_step_without_defects_adds_none(tmp_path: Path) -> None:
    """A sound database stays sound."""
    urls = sqlite(tmp_path)
    seed(urls, 3, 400, UPPER, defects=0)
    truth = advance(urls, 3, 1, AT, defects=0)
    assert all(tally.rejected == 0 for tally in truth.tables.values())


def test_the_same_step_on_postgresql_and_mariadb(tmp_path: Path, postgresql_url: str, mariadb_url: str) -> None:
    """The truth of a step does not depend on the kind of database."""
    truths = []
    for url in (f"sqlite:///{tmp_path}/all.db", postgresql_url, mariadb_url):
        urls = dict.fromkeys(SYSTEMS, url)
        seed(urls, 7, 300, UPPER)
        truths.append(advance(urls, 7, 1, AT))
    assert truths[0] == truths[1] == truths[2]
