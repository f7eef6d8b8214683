"""The lines of a result file."""

from pathlib import Path

import pytest

from adapters.result_file import outcome
from hub.interface import Confirmed, Heading, Layout, Part, Rejected, RowFault, Unknown

PART = Part(
    id="ab" * 32,
    number=1,
    heading=Heading("B1", "bank/t", "2026-11-22-02:00", "s@1", "2026-11-22 04:00:00"),
    layout=Layout("t", "表", (), ("sn",), "sn"),
    path=Path("none"),
    sha256="cd" * 32,
    rows=3,
    suffix=".txt",
    media_type="text/plain",
)
NAME = f"t_B1_{'ab' * 6}.txt"
FIRST = f"{NAME}|{'cd' * 32}|2|1|R-1"


def test_refused_rows_are_told_one_by_one() -> None:
    """The partner's code and words of each refused row arrive as they stand in the file, in the partner's encoding."""
    text = f"{FIRST}\r\n7|zh|account-closed|账户已销户|见说明\r\n"
    found = outcome(text.encode("gb18030"), PART, "gb18030")
    assert isinstance(found, Confirmed)
    assert (found.sha256, found.accepted, found.reference) == ("cd" * 32, 2, "R-1")
    assert found.faults == (RowFault("7", "zh", "account-closed", "账户已销户|见说明"),)


def test_a_row_may_have_several_reasons() -> None:
    """The first line counts rows, not reasons; every reason is kept, also one that is told twice."""
    text = f"{FIRST}\n7|zh|account-closed|账户已销户\n7|je|amount|金额不符\n7|je|amount|金额不符\n"
    found = outcome(text.encode(), PART, "utf-8")
    assert isinstance(found, Confirmed)
    zh, je = RowFault("7", "zh", "account-closed", "账户已销户"), RowFault("7", "je", "amount", "金额不符")
    assert found.faults == (zh, je, je)


def test_a_refused_file_is_rejected_as_a_whole() -> None:
    """The line `!` tells that nothing of the file had an effect."""
    text = f"{NAME}|{'cd' * 32}|0|0|\n!|sum|金额合计不符\n"
    assert outcome(text.encode(), PART, "utf-8") == Rejected("sum", "金额合计不符", text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n",
        "no bars",
        FIRST.replace("|2|", "|two|"),
        FIRST.replace("|1|", "|2|") + "\n7||x|y",
        FIRST,
        FIRST + "\n7||x|y\n8||x|y",
        FIRST.replace("|1|", "|2|") + "\n7||x|y\n7||z|y",
        FIRST + "\n7|zh",
        FIRST.replace(NAME, "t_B1_000000000000.txt") + "\n7||x|y",
        f"{NAME}|{'00' * 32}|0|0|\n!|sum|other bytes",
        f"{NAME}|{'cd' * 32}|0|0|\n!|sum",
    ],
    ids=[
        "empty",
        "blank",
        "words",
        "no-number",
        "torn",
        "no-rows",
        "too-many",
        "too-few",
        "short-row",
        "other-file",
        "other-digest",
        "short-refusal",
    ],
)
def test_what_is_not_written_as_agreed_decides_nothing(text: str) -> None:
    """A torn, foreign or malformed result leaves the outcome unknown: it is neither success nor refusal."""
    assert isinstance(outcome(text.encode(), PART, "utf-8"), Unknown)


def test_bytes_of_another_encoding_decide_nothing() -> None:
    """A result that cannot be decoded leaves the outcome unknown."""
    assert isinstance(outcome(f"{FIRST}\n7||x|账".encode("gb18030"), PART, "utf-8"), Unknown)


@pytest.mark.parametrize("odd", ["\u0085", "\u2028", "\x0b", "\x1c", "\r"])
def test_only_a_line_end_ends_a_line(odd: str) -> None:
    """The words of a fault may hold characters at which Python's splitlines would break the line."""
    found = outcome(f"{FIRST}\n7|zh|closed|账户{odd}已销户\r\n".encode(), PART, "utf-8")
    assert isinstance(found, Confirmed)
    assert found.faults == (RowFault("7", "zh", "closed", f"账户{odd}已销户"),)


def test_a_byte_order_mark_is_no_part_of_the_name() -> None:
    """Windows puts one before UTF-8."""
    assert isinstance(outcome(f"\ufeff{FIRST}\n7||x|y".encode(), PART, "utf-8"), Confirmed)
