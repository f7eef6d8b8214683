"""Payments: lines add up to their batches, accounts are of no bank."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from datetime import datetime
from pathlib import Path

import pytest

from hub.sandbox.world.fill import fill
from hub.sandbox.world.script import Script
from tests.hub.sandbox.stories.made import Made

UPPER = datetime(2026, 11, 22, 2)
SUMS = """SELECT p.pcid FROM ff_pc p LEFT JOIN ff_mx m ON m.pcid = p.pcid AND m.sc_bz = 'N' GROUP BY p.pcid, p.rs, p.je
    HAVING count(m.mxid) <> p.rs OR abs(sum(m.je) - p.je) > 0.001 OR p.rs < 1"""


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1, as a bank's program checks it."""
    digits = [int(sign) for sign in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def test_lines_add_up_to_their_batches(sound: Made) -> None:
    """Number and amount, in yuan; a line that was taken back counts in none, and no batch is empty."""
    assert sound.rows("allowance", SUMS) == []
    assert sound.count("allowance", "ff_mx WHERE sc_bz = 'Y'") > 0
    assert sound.count("allowance", "ff_mx WHERE pcid NOT IN (SELECT pcid FROM ff_pc)") == 0


def test_lines_are_numbered_within_their_batch(sound: Made) -> None:
    """From one on, without a gap, those taken back too: batch and number are the bank's key."""
    wrong = "SELECT pcid FROM ff_mx GROUP BY pcid HAVING min(xh) <> 1 OR max(xh) <> count(*) OR count(DISTINCT xh) <> count(*)"
    assert sound.rows("allowance", wrong) == []


def test_each_chunk_of_people_has_batches_of_its_own(systems: tuple[Script, ...], tmp_path: Path) -> None:
    """So lines add up, and numbers are given once, however many chunks there are."""
    told = [story for story in systems if story.name == "allowance"]
    urls = {"allowance": f"sqlite:///{tmp_path}/a.db"}
    made = Made(urls, fill(told, urls, 7, 2_000, UPPER, defects=0, size=100))
    assert made.rows("allowance", SUMS) == []
    ((batches, numbers),) = made.rows("allowance", "SELECT count(*), count(DISTINCT pch) FROM ff_pc")
    assert batches == numbers > 64


def test_accounts_are_true_in_form_and_of_no_bank(sound: Made) -> None:
    """Nineteen digits, a Luhn digit, a beginning that no bank issues."""
    accounts = sound.rows("allowance", "SELECT zh FROM ff_mx UNION ALL SELECT fkzh FROM ff_pc")
    assert all(len(number) == 19 and number.startswith("6200990") and luhn(number) for (number,) in accounts)


def test_amounts_are_whole_fen(sound: Made) -> None:
    """Two places at most, more than nothing."""
    amounts = [amount for (amount,) in sound.rows("allowance", "SELECT je FROM ff_mx")]
    assert all(amount > 0 and abs(amount * 100 - round(amount * 100)) < 1e-6 for amount in amounts)
    assert any(amount % 1 for amount in amounts)


def test_only_citizens_are_paid(sound: Made) -> None:
    """The bank checks the citizen number of every line."""
    assert sound.count("allowance", "ff_mx WHERE length(sfzh) <> 18 OR zjlx <> '01'") == 0


def test_the_very_old_get_the_age_allowance(sound: Made) -> None:
    """By age at the clock."""
    assert sound.count("allowance", "ff_mx WHERE substr(sfzh, 7, 4) <= '1946' AND yt <> '高龄津贴'") == 0
    assert {je for (je,) in sound.rows("allowance", "SELECT DISTINCT je FROM ff_mx WHERE yt = '高龄津贴'")} <= {100, 500, 800}


@pytest.mark.parametrize("what", ["touched", "deleted"])
def test_payments_that_were_sent_stay_as_they_are(systems: tuple[Script, ...], what: str) -> None:
    """A bank takes nothing back: no step changes or deletes one."""
    story = next(story for story in systems if story.name == "allowance")
    assert all(getattr(story.fate(table), what) is None for table in story.tables)
