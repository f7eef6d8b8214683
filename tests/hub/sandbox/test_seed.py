"""The seed: the same arguments give the same databases, and the truth counts what stands in them."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text

from hub.sandbox.plant import PLANTED
from hub.sandbox.seed import seed
from hub.sandbox.store import SYSTEMS, engine
from hub.sandbox.systems import marriage
from hub.sandbox.truth import Truth

UPPER = datetime(2026, 11, 22, 2)
# What the first window reads, counted apart from the code that filled the tables and from the mappings.
SOURCE = {
    "marriage_office": ("marriage", "hy_jg"),
    "marriage_registrar": ("marriage", "hy_djy"),
    "marriage_party": ("marriage", "hy_dsr"),
    "marriage_registration": (
        "marriage",
        "hy_jhdj r JOIN hy_dsr m ON m.pid = r.nf_pid JOIN hy_dsr w ON w.pid = r.nvf_pid WHERE r.zt <> 'X'",
    ),
    "divorce_application": ("marriage", "hy_lhsq"),
    "divorce_registration": ("marriage", "hy_lhdj d JOIN hy_lhsq q ON q.sqid = d.sqid"),
    "certificate_reissue": ("marriage", "hy_blz"),
    "marriage_annulment": ("marriage", "hy_cx"),
    "registration_review": ("marriage", "hy_sc"),
    "refusal_notice": ("marriage", "hy_sc WHERE jg = 'B'"),
    "marriage_appointment": ("marriage", "hy_yy"),
    "archive_backfill": ("marriage", "da_bl"),
    "marriage_archive": ("marriage", "da_aj"),
    "marriage_e_certificate": ("marriage", "dz_zz"),
    "registration_correction": ("marriage", "hy_xxgz"),
    "blank_certificate_stock": ("marriage", "hy_zsly"),
    "up_pro_accept": ("case", "bj_jbxx b JOIN bj_sx s ON s.sxid = b.sxid WHERE b.cs_bz = 'N'"),
    "up_pro_process": ("case", "bj_gc"),
    "up_pro_result": ("case", "bj_jg"),
    "up_pro_material": ("case", "bj_cl"),
    "up_pro_special_procedure": ("case", "bj_tbcx"),
    "disbursement_batch": ("allowance", "ff_pc WHERE zt <> '0'"),
    "disbursement_detail": ("allowance", "ff_mx m JOIN ff_pc p ON p.pcid = m.pcid"),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Truth]:
    """Two thousand people."""
    folder = tmp_path_factory.mktemp("seed")
    urls = {name: f"sqlite:///{folder}/{name}.db" for name in SYSTEMS}
    return urls, seed(urls, 7, 2_000, UPPER)


def counts(urls: Mapping[str, str]) -> dict[str, int]:
    """Rows of every standard table by plain SQL."""
    found = {}
    for table, (system, tables) in SOURCE.items():
        database = engine(urls[system])
        with database.connect() as connection:
            found[table] = connection.execute(text(f"SELECT COUNT(*) FROM {tables}")).scalar_one()
        database.dispose()
    return found


def dump(connection: Connection) -> list[object]:
    """Every row of every table of the marriage system."""
    tables = [*marriage.METADATA.tables.values(), PLANTED]
    return [tuple(row) for table in tables for row in connection.execute(select(table).order_by(*list(table.c)[:3]))]


def test_the_truth_counts_what_stands_in_the_databases(filled: tuple[dict[str, str], Truth]) -> None:
    """All 23 standard tables have rows, as many as the truth says."""
    urls, truth = filled
    assert counts(urls) == {name: tally.source for name, tally in truth.tables.items()}
    assert all(tally.source for tally in truth.tables.values())


def test_about_three_per_cent_are_spoilt_in_ten_kinds_and_more(filled: tuple[dict[str, str], Truth]) -> None:
    """By rejected rows over all rows."""
    _, truth = filled
    rows = sum(tally.source for tally in truth.tables.values())
    rejected = sum(tally.rejected for tally in truth.tables.values())
    assert 0.02 < rejected / rows < 0.05
    assert len({kind for tally in truth.tables.values() for kind in tally.kinds}) >= 12
    assert {kind for tally in truth.tables.values() for kind in tally.warnings} == {"birth-mismatch", "sex-mismatch"}


def test_rules_and_kinds_count_the_same_rows(filled: tuple[dict[str, str], Truth]) -> None:
    """One kind and one rule for every row."""
    _, truth = filled
    assert all(tally.kinds.total() == tally.rules.total() for tally in truth.tables.values())


def test_no_row_is_saved_at_or_after_the_upper_bound(filled: tuple[dict[str, str], Truth]) -> None:
    """The first window is half-open: it must find everything."""
    urls, truth = filled
    database = engine(urls["marriage"])
    with database.connect() as connection:
        for table in marriage.METADATA.tables.values():
            if "gxsj" in table.c and table is not marriage.BACKFILL:
                assert connection.execute(select(func.max(table.c.gxsj))).scalar_one() < UPPER
        late = select(func.count()).select_from(marriage.PARTY).where(marriage.PARTY.c.gxsj >= datetime(2026, 11, 22, 1, 50))
        assert connection.execute(late).scalar_one() == truth.recent["marriage_party"] > 0
    database.dispose()


def test_shapes_that_break_systems_occur(filled: tuple[dict[str, str], Truth]) -> None:
    """U+3000 in names, small x, full-width digits, dates in several spellings, update times that are missing."""
    urls, _ = filled
    database = engine(urls["marriage"])
    with database.connect() as connection:

        def some(where: str) -> int:
            return int(connection.execute(text(f"SELECT COUNT(*) FROM {where}")).scalar_one())

        assert some("hy_dsr WHERE xing LIKE '%\u3000'")
        assert some("hy_dsr WHERE zjhm GLOB '*x'")
        assert some("hy_dsr WHERE ming LIKE '%·%'")
        assert some("da_bl WHERE nf_sfzh LIKE '１%'")
        assert some("da_bl WHERE djrq LIKE '%年%'")
        assert some("da_bl WHERE djrq LIKE '%/%'")
        assert some("da_bl WHERE gxsj IS NULL")
        assert some("hy_jhdj WHERE zt = 'X'")
    database.dispose()


def test_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    """Two runs into two databases differ in nothing; another seed does."""
    dumps = []
    for name, number in (("a", 7), ("b", 7), ("c", 8)):
        urls = {system: f"sqlite:///{tmp_path}/{name}_{system}.db" for system in SYSTEMS}
        seed(urls, number, 100, UPPER)
        database = engine(urls["marriage"])
        with database.connect() as connection:
            dumps.append(dump(connection))
        database.dispose()
    assert dumps[0] == dumps[1]
    assert dumps[0] != dumps[2]


def test_seeding_again_replaces_what_was_there(tmp_path: Path) -> None:
    """The second truth describes the databases alone."""
    urls = {system: f"sqlite:///{tmp_path}/{system}.db" for system in SYSTEMS}
    seed(urls, 1, 300, UPPER)
    truth = seed(urls, 1, 100, UPPER)
    assert truth.tables["marriage_party"].source == 100
    assert counts(urls)["marriage_party"] == 100


def test_without_defects_nothing_is_spoilt(tmp_path: Path) -> None:
    """No kinds, no warnings."""
    urls = {system: f"sqlite:///{tmp_path}/{system}.db" for system in SYSTEMS}
    truth = seed(urls, 1, 200, UPPER, defects=0)
    assert all(not tally.kinds and not tally.warnings for tally in truth.tables.values())


def test_the_same_databases_on_postgresql_and_mariadb(tmp_path: Path, postgresql_url: str, mariadb_url: str) -> None:
    """The truth does not depend on the kind of database, and each of them holds that many rows."""
    truths = []
    for url in (f"sqlite:///{tmp_path}/all.db", postgresql_url, mariadb_url):
        urls = dict.fromkeys(SYSTEMS, url)
        truths.append(seed(urls, 7, 120, UPPER))
        assert counts(urls) == {table: truths[-1].tally(table).source for table in SOURCE}
    assert truths[0] == truths[1] == truths[2]
