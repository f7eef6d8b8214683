"""Payments: lines add up to their batches, accounts are of no bank."""

# ruff: noqa: DTZ001 - local time without a zone, as the sandbox's systems keep it

from collections import Counter
from datetime import datetime
from decimal import Decimal

from hub.sandbox.people import couples
from hub.sandbox.rows.allowance import PayDay, account, batch_rows, line_rows
from hub.sandbox.story import Clock

CLOCK = Clock(datetime(2026, 11, 22, 2))
DAY = PayDay(0)
LINES = [
    row.values for pair in couples(7, 0, 1_500) for person in (pair.man, pair.woman) for row in line_rows(7, person, DAY, CLOCK)
]
BATCHES = [row.values for row in batch_rows(DAY, CLOCK)]


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1, as a bank's program checks it."""
    digits = [int(sign) for sign in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def test_lines_add_up_to_their_batches() -> None:
    """Number and amount, in yuan."""
    assert LINES
    for batch in BATCHES:
        lines = [line for line in LINES if line["pcid"] == batch["pcid"] and line["sc_bz"] == "N"]
        assert (len(lines), sum(line["je"] for line in lines)) == (batch["rs"], batch["je"])
    assert sum(batch["rs"] for batch in BATCHES) == sum(line["sc_bz"] == "N" for line in LINES)
    assert all(batch["rs"] for batch in BATCHES)


def test_a_line_taken_back_is_dead_and_keeps_its_number() -> None:
    """The bank never hears of it, and no other line gets its number."""
    day = PayDay(5)
    people = (person for pair in couples(7, 0, 1_500) for person in (pair.man, pair.woman))
    rows = [row for person in people for row in line_rows(7, person, day, CLOCK)]
    assert {row.values["sc_bz"] for row in rows} == {"Y", "N"}
    assert all(row.dead == (row.values["sc_bz"] == "Y") for row in rows)


def test_lines_are_numbered_within_their_batch() -> None:
    """From one on, without a gap: batch and number are the bank's key."""
    for batch in BATCHES:
        assert [line["xh"] for line in LINES if line["pcid"] == batch["pcid"]] == list(
            range(1, sum(line["pcid"] == batch["pcid"] for line in LINES) + 1)
        )


def test_batch_numbers_are_given_once_over_all_waves() -> None:
    """The wave is a part of them."""
    other = PayDay(1)
    for pair in couples(7, 0, 300):
        for person in (pair.man, pair.woman):
            list(line_rows(7, person, other, CLOCK))
    again = [row.values for row in batch_rows(other, CLOCK)]
    for column in ("pcid", "pch"):
        assert max(Counter(batch[column] for batch in (*BATCHES, *again)).values()) == 1


def test_accounts_are_true_in_form_and_of_no_bank() -> None:
    """Nineteen digits, a Luhn digit, a beginning that no bank issues."""
    for number in (1, 17, 4_000, 9_000_000_001):
        assert len(account(number)) == 19
        assert account(number).startswith("6200990")
        assert luhn(account(number))


def test_amounts_are_whole_fen() -> None:
    """Two places at most, more than nothing."""
    assert all(line["je"] > 0 and line["je"] * 100 == int(line["je"] * 100) for line in LINES)
    assert any(line["je"] % 1 for line in LINES)


def test_only_citizens_are_paid() -> None:
    """The bank checks the citizen number of every line."""
    assert all(len(line["sfzh"]) == 18 and line["zjlx"] == "01" for line in LINES)


def test_the_very_old_get_the_age_allowance() -> None:
    """By age at the clock."""
    for pair in couples(7, 0, 400):
        for person in (pair.man, pair.woman):
            for row in line_rows(7, person, PayDay(9), CLOCK):
                if CLOCK.today.year - person.birth.year >= 80:
                    assert row.values["yt"] == "高龄津贴"
                    assert row.values["je"] in (Decimal(100), Decimal(500), Decimal(800))
