"""Stories told into databases: chunk by chunk, the same for the same seed, spoilt rows counted exactly."""

# ruff: noqa: DTZ001 - local time without a zone

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.interface import ConfigurationError
from hub.problem import Problem
from hub.sandbox.store import engine
from hub.sandbox.truth import Truth
from hub.sandbox.world.fill import chunks, fill
from hub.sandbox.world.script import Script

Told = Callable[..., tuple[Script, tuple[Problem, ...]]]
UPPER = datetime(2026, 11, 22, 2)


def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    """Of a query."""
    database = engine(url)
    with database.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(sql))]
    database.dispose()
    return found


def filled(
    script: Script, path: Path, seed: int = 7, people: int = 1_000, defects: float = 0.2, size: int = 17_000
) -> tuple[str, Truth]:
    """A database of its own."""
    url = f"sqlite:///{path}"
    return url, fill([script], {"local": url}, seed, people, UPPER, defects=defects, size=size)


def test_chunks_cover_all_households_once() -> None:
    """The last one is shorter."""
    assert list(chunks(0, 0, 25, 10)) == [(0, 0, 10), (1, 10, 10), (2, 20, 5)]
    assert list(chunks(3, 25, 5, 10)) == [(3, 25, 5)]


def test_chunk_sizes_change_nothing(micro: Script, tmp_path: Path) -> None:
    """Rows depend on households alone, and ``once`` stands in the first chunk only."""
    whole = [filled(micro, tmp_path / name, size=size)[0] for name, size in (("a", 17_000), ("b", 50))]
    for table in ("t_person", "t_office"):
        assert rows(whole[0], f"SELECT * FROM {table} ORDER BY nm") == rows(whole[1], f"SELECT * FROM {table} ORDER BY nm")
    assert rows(whole[1], "SELECT count(*), max(first + many) FROM sandbox_chunk") == [(7, 345)]


def test_the_same_seed_gives_the_same_rows(micro: Script, tmp_path: Path) -> None:
    """And the same truth; another seed does not."""
    first, again, other = (filled(micro, tmp_path / name, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8)))
    query = "SELECT * FROM t_person ORDER BY nm"
    assert (rows(first[0], query), first[1]) == (rows(again[0], query), again[1])
    assert rows(first[0], query) != rows(other[0], query)


def test_one_story_after_the_other_finds_the_same_world(micro: Script, tmp_path: Path) -> None:
    """What one made for itself is gone, the people of the chunk are still there."""
    urls = [f"sqlite:///{tmp_path}/{name}" for name in "ab"]
    other = replace(micro, source=replace(micro.source, name="other"))
    fill([micro, other], {"local": urls[0], "other": urls[1]}, 7, 300, UPPER, defects=0)
    assert rows(urls[0], "SELECT * FROM t_person") == rows(urls[1], "SELECT * FROM t_person") != []


def test_without_defects_nothing_is_spoilt(micro: Script, tmp_path: Path) -> None:
    """No notes, no refusals."""
    url, truth = filled(micro, tmp_path / "a", defects=0)
    assert all(not tally.kinds for tally in truth.tables.values())
    assert rows(url, "SELECT count(*) FROM sandbox_defect") == [(0,)]


def test_each_spoilt_row_has_a_note_with_what_it_was(micro: Script, tmp_path: Path) -> None:
    """About as many as asked for, of every kind; deleted rows are left alone; the truth counts the notes."""
    url, truth = filled(micro, tmp_path / "a", people=3_000)
    notes = rows(url, "SELECT kind, rule, count(*) FROM sandbox_defect WHERE pair <> 2 AND rule <> '' GROUP BY kind, rule")
    assert {kind for kind, _, _ in notes} == {"check-digit", "unknown-code", "missing", "negative", "duplicate"}
    people = truth.tally("person").source
    assert 0.15 < sum(int(str(count)) for _, _, count in notes) / people < 0.25
    assert truth.tally("person").rejected == rows(url, "SELECT count(*) FROM sandbox_defect WHERE rule <> ''")[0][0]
    spoilt = "sandbox_defect d JOIN t_person p ON p.nm = d.row_id"
    assert rows(url, f"SELECT count(*) FROM {spoilt} WHERE p.status = 'D' AND rule <> ''") == [(0,)]
    changed = "d.kind = 'unknown-code' AND p.nation = 'ZZ' AND d.was = '{\"nation\":\"HAN\"}'"
    wanted = next(count for kind, _, count in notes if kind == "unknown-code")
    assert rows(url, f"SELECT count(*) FROM {spoilt} WHERE {changed}") == [(wanted,)]


def test_a_new_value_is_asked_for_only_where_its_defect_is_wanted(told: Told, tmp_path: Path) -> None:
    """What would fail in any other row does no harm."""
    fates = (
        "story: local\ntables:\n  t_person:\n    defects:\n      - {kind: negative, when: sex = 'M', breaks: {person: range},"
        " set: {amount: \"CAST(CASE sex WHEN 'M' THEN '-1' ELSE sex END AS DECIMAL(12,2))\"}}\n"
    )
    script, problems = told(fates=fates)
    assert problems == ()
    url, truth = filled(script, tmp_path / "a")
    spoilt = rows(url, "SELECT count(*), min(sex), max(sex) FROM t_person WHERE amount = -1")
    assert spoilt == [(truth.tally("person").rules["range"], "M", "M")]
    assert spoilt[0][0] != 0


def test_a_spare_row_is_always_spoilt(told: Told, tmp_path: Path) -> None:
    """However few rows are to be; if none is, it is sound, too."""
    defect = "{kind: negative, set: {amount: \"-amount\"}, when: sex = 'M', breaks: {person: range}}"
    script, problems = told(fates=f"story: local\ntables:\n  t_person:\n    spare: sex = 'M'\n    defects:\n      - {defect}\n")
    assert problems == ()
    url, truth = filled(script, tmp_path / "a", defects=0.000_001)
    assert rows(url, "SELECT count(*) FROM t_person WHERE sex = 'M'") == [(truth.tally("person").rules["range"],)]
    assert filled(script, tmp_path / "b", defects=0)[1].tally("person").rejected == 0


def test_a_double_has_a_number_of_its_own_and_the_same_business_key(micro: Script, tmp_path: Path) -> None:
    """Both are noted and both are refused."""
    url, truth = filled(micro, tmp_path / "a")
    pairs = rows(
        url,
        "SELECT count(*), count(DISTINCT nm) FROM t_person WHERE id IN (SELECT id FROM t_person GROUP BY id HAVING count(*) = 2)",
    )
    assert pairs == [(truth.tally("person").rules["duplicate-key"],) * 2]


def test_sqlite_keeps_days_moments_and_amounts_as_its_drivers_write_them(micro: Script, tmp_path: Path) -> None:
    """Text that sorts, and numbers."""
    url, _ = filled(micro, tmp_path / "a", people=30, defects=0)
    ((day, moment, amount),) = rows(url, "SELECT reg_day, changed, typeof(amount) FROM t_person LIMIT 1")
    assert len(str(day)) == 10
    assert len(str(moment)) == 19
    assert amount in ("real", "integer")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("AS memo", "AS memmo", "the view t_office has not the columns of the table; missing: memo; unknown: memmo"),
        ("CAST(d.code AS BIGINT) AS nm", "7 AS nm", "t_office.nm is the row number: 16 rows have 1 different ones"),
        ("FROM people p JOIN", "FROM peple p JOIN", "local.sql:3:1: Catalog Error"),
        ("p.name, p.id_number AS card", "p.name, p.id_nmber AS card", "local.sql:3:1: Binder Error"),
    ],
)
def test_a_story_that_cannot_be_told_says_where(told: Told, tmp_path: Path, old: str, new: str, words: str) -> None:
    """And nothing is left in the database."""
    told()
    sql = (tmp_path / "local.sql").read_text(encoding="utf-8")
    assert sql.count(old) == 1
    script, problems = told(sql=sql.replace(old, new))
    assert problems == ()
    with pytest.raises(ConfigurationError) as error:
        filled(script, tmp_path / "a", people=30)
    assert words in str(error.value)
    assert rows(f"sqlite:///{tmp_path}/a", "SELECT count(*) FROM t_person") == [(0,)]


def test_an_error_leaves_the_databases_of_all_stories_empty(told: Told, micro: Script, tmp_path: Path) -> None:
    """What was written to one before another failed is not kept."""
    sql = (tmp_path / "local.sql").read_text(encoding="utf-8")
    broken, _ = told(sql=sql.replace("CAST(d.code AS BIGINT) AS nm", "7 AS nm"))
    other = replace(broken, source=replace(broken.source, name="other"))
    urls = {"local": f"sqlite:///{tmp_path}/a", "other": f"sqlite:///{tmp_path}/b"}
    with pytest.raises(ConfigurationError):
        fill([micro, other], urls, 7, 300, UPPER)
    assert [rows(url, "SELECT count(*) FROM t_person") for url in urls.values()] == [[(0,)], [(0,)]]


def test_the_same_rows_on_postgresql_and_mariadb(micro: Script, tmp_path: Path, postgresql_url: str, mariadb_url: str) -> None:
    """The truth does not depend on the kind of database."""
    truths = []
    for url in (f"sqlite:///{tmp_path}/a", postgresql_url, mariadb_url):
        truths.append(fill([micro], {"local": url}, 7, 300, UPPER, defects=0.2))
        count = rows(url, "SELECT count(*) FROM t_person")
        assert count == [(truths[0].tally("person").source,)]
    assert truths[0] == truths[1] == truths[2]
