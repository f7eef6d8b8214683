"""Stories of couples in the marriage system: they hang together and keep the law."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from hub.sandbox.people import couples
from hub.sandbox.rows.marriage import couple_rows
from hub.sandbox.story import Clock, LocalRow, years_after
from hub.sandbox.systems import marriage

CLOCK = Clock(datetime(2026, 11, 22, 2))
STORIES = [(pair, list(couple_rows(7, pair, CLOCK))) for pair in couples(7, 0, 1_500)]
ROWS = [row for _, story in STORIES for row in story]


def of(story: list[LocalRow], table: object) -> Iterator[dict[str, object]]:
    """The values of a story's rows of one table."""
    return (dict(row.values) for row in story if row.table is table)


def test_every_story_begins_with_its_two_people() -> None:
    """A man and a woman, whatever follows."""
    for pair, story in STORIES:
        assert [row.values["pid"] for row in story[:2]] == [pair.man.number, pair.woman.number]


def test_rows_have_every_column_of_their_table() -> None:
    """Bulk writing needs them all."""
    for row in ROWS:
        assert set(row.values) == set(row.table.columns.keys())


def test_vendor_numbers_and_business_keys_are_given_once() -> None:
    """Per table; numbers of rows end in 0..4, so that doubles have room."""
    seen = Counter((row.table.name, row.number) for row in ROWS)
    assert max(seen.values()) == 1
    assert all(row.number % 10 < 5 for row in ROWS if row.table is not marriage.PARTY)
    numbers = Counter(row.values["djbh"] for row in ROWS if row.table is marriage.REGISTRATION)
    assert max(numbers.values()) == 1


def test_values_fit_their_columns() -> None:
    """PostgreSQL and MariaDB refuse what is longer."""
    for row in ROWS:
        for name, value in row.values.items():
            size = getattr(row.table.c[name].type, "length", None)
            assert size is None or value is None or len(value) <= size, (row.table.name, name)


def test_nobody_marries_too_young() -> None:
    """22 and 20 years on the day of registration (Civil Code 1047)."""
    for pair, story in STORIES:
        for wedding in of(story, marriage.REGISTRATION):
            assert str(wedding["djrq"]) >= f"{years_after(pair.man.birth, 22):%Y%m%d}"
            assert str(wedding["djrq"]) >= f"{years_after(pair.woman.birth, 20):%Y%m%d}"


def test_a_divorce_follows_thirty_days_of_cooling() -> None:
    """Its application was made more than thirty and at most sixty days before (Civil Code 1077), after the wedding."""
    divorces = 0
    for _, story in STORIES:
        for divorce in of(story, marriage.DIVORCE):
            application = next(of(story, marriage.DIVORCE_APPLICATION))
            waited = divorce["djrq"] - application["sqrq"]  # type: ignore[operator]
            assert timedelta(days=30) < waited <= timedelta(days=60)
            assert divorce["yjhrq"] < application["sqrq"]  # type: ignore[operator]
            divorces += 1
    assert divorces > 20


def test_a_withdrawn_application_says_when_and_by_whom_and_others_do_not() -> None:
    """And ends in no divorce."""
    for _, story in STORIES:
        for application in of(story, marriage.DIVORCE_APPLICATION):
            withdrawn = application["zt"] == "CH"
            assert (application["chrq"] is not None) == (application["chf"] is not None) == withdrawn
            assert (application["zt"] == "BJ") == any(of(story, marriage.DIVORCE))


def test_couples_with_a_foreigner_keep_to_papers_without_citizen_numbers() -> None:
    """They have people, a registration marked as foreign, a review and a file; no electronic certificate."""
    foreign = [story for pair, story in STORIES if pair.woman.document != "111"]
    assert foreign
    for story in foreign:
        assert {row.table.name for row in story} <= {"hy_dsr", "hy_jhdj", "hy_sc", "da_aj"}
        assert next(of(story, marriage.REGISTRATION))["sw"] == "Y"


def test_a_refused_review_makes_rows_of_two_standard_tables() -> None:
    """And is not followed by a registration."""
    refused = [story for _, story in STORIES if any(review["jg"] == "B" for review in of(story, marriage.REVIEW))]
    assert refused
    for story in refused:
        assert story[2].makes == ("registration_review", "refusal_notice")
        assert not any(of(story, marriage.REGISTRATION))


def test_drafts_make_nothing() -> None:
    """A registration that is only kept (X) is not reported, and its people are joined by nothing."""
    drafts = [story for _, story in STORIES if any(wedding["zt"] == "X" for wedding in of(story, marriage.REGISTRATION))]
    assert drafts
    for story in drafts:
        assert all("marriage_registration" not in (*row.makes, *row.joined) for row in story)


def test_struck_out_registrations_are_dead() -> None:
    """A person of such a couple spoils no registration, because a deletion is judged by its key alone."""
    dead = [story for _, story in STORIES if any(wedding["zt"] == "D" for wedding in of(story, marriage.REGISTRATION))]
    assert dead
    for story in dead:
        assert [row.dead for row in story if row.table is marriage.REGISTRATION] == [True]
        assert all(row.joined == () for row in story)


def test_old_couples_stand_in_the_paper_archive() -> None:
    """With a file that their backfilled row names."""
    old = [story for _, story in STORIES if any(of(story, marriage.BACKFILL))]
    assert old
    for story in old:
        assert next(of(story, marriage.BACKFILL))["dah"] == next(of(story, marriage.ARCHIVE))["dah"]


def test_certificates_of_a_dead_marriage_are_cancelled_with_a_reason() -> None:
    """After divorce or annulment; others have none."""
    for _, story in STORIES:
        ended = any(of(story, marriage.DIVORCE)) or any(of(story, marriage.ANNULMENT))
        for paper in of(story, marriage.CERTIFICATE):
            if paper["lx"] == "JHZ":
                assert (paper["zt"], paper["zxyy"] is not None) == (("0", True) if ended else ("1", False))


@pytest.mark.parametrize("stamp", [datetime(2026, 11, 22, 3)])
def test_in_a_step_everything_is_saved_at_its_moment(stamp: datetime) -> None:
    """DATETIME columns and the CHAR(14) one."""
    for pair in couples(7, 0, 200):
        for row in couple_rows(7, pair, Clock(stamp, stamp=stamp)):
            assert row.values["gxsj"] in (stamp, "20261122030000")


def test_a_story_is_the_same_whenever_it_is_told() -> None:
    """It depends on seed, couple and clock alone."""
    pair, story = STORIES[42]
    assert [row.values for row in couple_rows(7, pair, CLOCK)] == [row.values for row in story]
