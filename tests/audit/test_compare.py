"""Naming what was done to the entries of a bundle, from hashes alone."""

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.compare import Bundle, compare, runs
from audit.verdict import Findings

TILE = [sha256(b"%d" % n).digest() for n in range(1024)]
OTHER = [sha256(b"x%d" % n).digest() for n in range(8)]
NOTHING = Bundle.none()


def told(found, index=1, size=1024, before=NOTHING, after=NOTHING):
    findings = Findings()
    tile = TILE[index * 256 : min(size, (index + 1) * 256)]
    compare(index, size, before, Bundle(tile, found), after, findings)
    return [(finding.code, finding.first, finding.last) for finding in findings.kept]


OWN = TILE[256:512]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (OWN, []),
        ([OTHER[0], *OWN[1:]], [("edited", 256, 256)]),
        ([*OWN[:9], OTHER[0], OTHER[1], *OWN[11:]], [("edited", 265, 266)]),
        ([*OWN[:9], *OWN[10:]], [("deleted", 265, 265)]),
        ([*OWN[:9], OTHER[0], *OWN[9:]], [("inserted", 265, 265)]),
        ([*OWN[:9], OTHER[0], *OWN[9:-1]], [("inserted", 265, 265), ("deleted", 511, 511)]),
        ([*OWN[:9], OWN[10], OWN[9], *OWN[11:]], [("reordered", 266, 266)]),
        ([*OWN[1:], OWN[0]], [("reordered", 256, 256)]),
        ([*OWN[:5], OWN[4], *OWN[5:]], [("inserted", 260, 260)]),
        (OTHER[:2], [("edited", 256, 257), ("deleted", 258, 511)]),
        ([], [("deleted", 256, 511)]),
    ],
)
def test_what_was_done_is_named(found, expected):
    """Edits, deletions, insertions and moves, each with the positions it concerns."""
    assert [one for one in told(found) if one[0] != "reordered"] == [one for one in expected if one[0] != "reordered"]
    assert any(one[0] == "reordered" for one in told(found)) == any(one[0] == "reordered" for one in expected)


def test_the_end_of_the_log_is_truncated_rather_than_deleted():
    """The last entries of the last bundle."""
    assert told(TILE[256:400], size=410) == [("truncated", 400, 409)]
    assert told(TILE[256:400], size=512 + 1) == [("deleted", 400, 511)]


def test_a_log_packed_anew_is_told_as_shifted():
    """After a deletion further left every bundle begins with what the last one ended with."""
    before, after = Bundle(TILE[:256], TILE[:255] + TILE[256:257]), Bundle(TILE[512:768], TILE[513:769])
    assert told(TILE[257:513], before=before, after=after) == [("shifted", 256, 511)]


@given(st.permutations(range(40)))
def test_a_reordering_is_never_called_an_edit(order):
    """All entries are there, only elsewhere."""
    found = [TILE[256 + n] for n in order]
    codes = {code for code, _, _ in told(found, size=256 + 40)}
    assert codes <= {"reordered"}
    assert bool(codes) == (list(order) != list(range(40)))


@given(st.sets(st.integers(0, 255)), st.sets(st.integers(0, 255)))
def test_edits_and_deletions_are_all_found(edited, deleted):
    """Any set of them: each position is covered by a finding, and no sound entry is accused alone."""
    found = [sha256(b"new %d" % n).digest() if n in edited else OWN[n] for n in range(256) if n not in deleted]
    accused = {n for _, first, last in told(found) for n in range(first, last + 1)}
    assert {256 + n for n in edited | deleted} == accused


@given(st.sets(st.integers(0, 60)))
def test_runs_are_the_numbers(numbers):
    """As few pairs as possible, in order, covering exactly the numbers."""
    found = runs(sorted(numbers))
    assert [n for first, last in found for n in range(first, last + 1)] == sorted(numbers)
    assert all(one[1] + 1 < two[0] for one, two in pairwise(found))
