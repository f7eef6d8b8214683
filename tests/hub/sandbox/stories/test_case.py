"""Cases: steps in order of time, a result when all is past, one case for one person."""

from itertools import groupby, pairwise

from tests.hub.sandbox.stories.made import Made


def test_about_one_person_in_four_has_a_case(sound: Made) -> None:
    """The others have nothing; case numbers are given once, as they are the key at the national platform."""
    ((cases, numbers),) = sound.rows("case", "SELECT count(*), count(DISTINCT bjbh) FROM bj_jbxx")
    assert 0.2 < cases / 9_000 < 0.3
    assert numbers == cases


def test_steps_follow_each_other(sound: Made) -> None:
    """No step ends before it began or begins before the one before; a result comes with the last of five."""
    steps = sound.rows("case", "SELECT bjbh, kssj, jssj FROM bj_gc ORDER BY gcid")
    finished = {number for (number,) in sound.rows("case", "SELECT bjbh FROM bj_jg")}
    assert all(began <= ended for _, began, ended in steps)
    for number, rows in groupby(steps, lambda row: row[0]):
        told = list(rows)
        assert all(first[1] < then[1] for first, then in pairwise(told))
        assert (number in finished) == (len(told) == 5)


def test_nothing_happens_in_the_future(sound: Made) -> None:
    """Cases under way have fewer steps and no result."""
    assert sound.count("case", "bj_gc WHERE kssj >= '2026-11-22'") == 0
    ((cases, results),) = sound.rows("case", "SELECT (SELECT count(DISTINCT bjbh) FROM bj_gc), (SELECT count(*) FROM bj_jg)")
    assert 0 < results < cases


def test_trial_runs_and_withdrawn_cases_have_nothing_but_themselves(sound: Made) -> None:
    """They are not reported, or were deleted before anybody read them."""
    for kind in ("cs_bz = 'Y'", "sc_bz = 'Y'"):
        assert sound.count("case", f"bj_jbxx WHERE {kind}") > 0
    for table in ("bj_gc", "bj_jg", "bj_cl", "bj_tbcx"):
        assert sound.count("case", f"{table} JOIN bj_jbxx USING (bjbh) WHERE cs_bz = 'Y' OR sc_bz = 'Y'") == 0


def test_every_case_is_about_an_item_of_the_catalogue(sound: Made) -> None:
    """The join finds it; every item is asked for."""
    assert sound.count("case", "bj_jbxx WHERE sxid NOT IN (SELECT sxid FROM bj_sx)") == 0
    assert (
        sound.rows("case", "SELECT count(DISTINCT sxid) FROM bj_jbxx")
        == sound.rows("case", "SELECT count(*) FROM bj_sx")
        == [(7,)]
    )


def test_task_codes_fit_the_national_form(sound: Made) -> None:
    """Twelve digits of the catalogue, at most 36 signs of the task."""
    assert set(sound.rows("case", "SELECT length(gjbm), length(ssbm) FROM bj_sx")) == {(12, 36)}


def test_foreigners_apply_with_a_passport(sound: Made) -> None:
    """At any district's office."""
    rows = sound.rows("case", "SELECT zjhm FROM bj_jbxx WHERE zjlx = '02'")
    assert rows
    assert all(number.startswith("E000") for (number,) in rows)
