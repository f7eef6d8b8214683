"""The three systems together: the same arguments give the same databases, and the truth counts what stands in them."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import CHAR, VARCHAR, text

from hub.load import load
from hub.sandbox.store import SYSTEMS, engine
from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import STORIES, Script
from hub.sandbox.world.script import load as load_script
from tests.hub.sandbox.stories.made import Made

ROOT = Path(__file__).parents[4]
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


def tables() -> list[tuple[str, str]]:
    """(system, table) of every local table."""
    return [(system, table) for system, metadata in SYSTEMS.items() for table in metadata.tables]


def dump(made: Made) -> list[object]:
    """Every row of every table, and the sandbox's notes."""
    rows = [row for system, table in tables() for row in made.rows(system, f"SELECT * FROM {table} ORDER BY 1")]
    return rows + [row for system in SYSTEMS for row in made.rows(system, "SELECT * FROM sandbox_defect ORDER BY 1, 2, 3, 4")]


def test_the_truth_counts_what_stands_in_the_databases(spoilt: Made) -> None:
    """All 23 standard tables have rows, as many as the truth says."""
    found = {table: spoilt.count(system, rows) for table, (system, rows) in SOURCE.items()}
    assert found == {name: tally.source for name, tally in spoilt.truth.tables.items()}
    assert all(found.values())


@pytest.mark.parametrize("people", [1_000, 4_000])
def test_about_three_per_cent_are_spoilt_in_ten_kinds_and_more(make: Callable[..., Made], people: int) -> None:
    """By rejected rows over all rows, in a demo of any size; two kinds more that only warn."""
    truth = make(people, 0.03).truth
    rows, rejected = (sum(getattr(tally, each) for tally in truth.tables.values()) for each in ("source", "rejected"))
    assert 0.02 < rejected / rows < 0.05
    assert len({kind for tally in truth.tables.values() for kind in tally.kinds}) >= 12
    assert {kind for tally in truth.tables.values() for kind in tally.warnings} == {"birth-mismatch", "sex-mismatch"}


def test_rules_and_kinds_count_the_same_rows(spoilt: Made) -> None:
    """One kind and one rule for every row."""
    assert all(tally.kinds.total() == tally.rules.total() for tally in spoilt.truth.tables.values())


def test_kinds_have_a_name_of_their_own_in_their_table(systems: tuple[Script, ...]) -> None:
    """A repair is noted by kind: two ways of spoiling under one name would be told as one."""
    for story in systems:
        for table in story.tables:
            kinds = [defect.kind for defect in story.fate(table).defects]
            assert len(kinds) == len(set(kinds)), table


def test_every_value_fits_its_column(make: Callable[..., Made]) -> None:
    """PostgreSQL and MariaDB refuse what is longer; spoilt values, too, of which here is every kind."""
    made = make(1_000, 0.6)
    for system, metadata in SYSTEMS.items():
        for name, table in metadata.tables.items():
            sized = [column for column in table.columns if isinstance(column.type, CHAR | VARCHAR)]
            ((*longest,),) = made.rows(
                system, f"SELECT {', '.join(f'max(length({column.name}))' for column in sized)} FROM {name}"
            )
            for column, length in zip(sized, longest, strict=True):
                assert length is None or length <= column.type.length, (name, column.name)


def test_the_same_seed_gives_the_same_rows(make: Callable[..., Made]) -> None:
    """Two runs into two databases differ in nothing; another seed does."""
    first, again, other = (make(300, 0.03, seed) for seed in (7, 7, 8))
    assert dump(first) == dump(again) != dump(other)
    assert first.truth == again.truth


def test_a_person_is_the_same_in_every_system(sound: Made, systems: tuple[Script, ...], tmp_path: Path) -> None:
    """Name and number of who is married, has a case or is paid, and of the same person at the home for the aged's register."""
    cards = "upper({}) AS id, replace({}, '\u3000', '')"
    people = dict(sound.rows("marriage", f"SELECT {cards.format('zjhm', 'coalesce(xing, char(0)) || ming')} FROM hy_dsr"))
    people = {number: name.replace("\0", "") for number, name in people.items()}
    for system, columns, table in (("case", ("zjhm", "sqr"), "bj_jbxx"), ("allowance", ("sfzh", "xm"), "ff_mx")):
        theirs = dict(sound.rows(system, f"SELECT {cards.format(*columns)} FROM {table}"))
        assert theirs
        assert theirs.items() <= people.items()
    repository = load(ROOT, date(2026, 11, 22))[0]
    story = load_script(STORIES / "elder_register.sql", repository)[0]
    urls = {story.name: f"sqlite:///{tmp_path}/x.db"}
    elders = Made(urls, fill([story], urls, 7, 9_000, UPPER, defects=0))
    columns = next(iter(story.source.tables.items()))
    known = {str(value) for row in elders.rows(story.name, f"SELECT * FROM {columns[0]}") for value in row}
    both = [number for number in people if number in known]
    assert len(both) > 500
    assert all(people[number] in known for number in both)


def test_seeding_again_replaces_what_was_there(systems: tuple[Script, ...], tmp_path: Path) -> None:
    """The second truth describes the databases alone."""
    urls = {system: f"sqlite:///{tmp_path}/{system}.db" for system in SYSTEMS}
    fill(systems, urls, 1, 300, UPPER)
    made = Made(urls, fill(systems, urls, 1, 100, UPPER))
    assert made.truth.tally("marriage_party").source == made.count("marriage", "hy_dsr") < 150


def test_the_same_databases_on_postgresql_and_mariadb(
    systems: tuple[Script, ...], tmp_path: Path, postgresql_url: str, mariadb_url: str
) -> None:
    """The truth does not depend on the kind of database, and each of them, one for all three, holds that many rows."""
    truths = []
    for url in (f"sqlite:///{tmp_path}/all.db", postgresql_url, mariadb_url):
        truths.append(fill(systems, dict.fromkeys(SYSTEMS, url), 7, 120, UPPER))
        database = engine(url)
        with database.connect() as connection:
            for table, (_, rows) in SOURCE.items():
                assert connection.execute(text(f"SELECT count(*) FROM {rows}")).scalar_one() == truths[-1].tally(table).source
        database.dispose()
    assert truths[0] == truths[1] == truths[2]
