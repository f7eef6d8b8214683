"""Tables at the widths of real terminals: which columns go, and where a cell is folded."""

import pytest

from hub.cli import run, status, windows
from hub.cli.table import GAP, Column, Fitted, fit, needed

LONG = "national_platform/up_pro_special_procedure"  # the longest name of an exchange
NAMES = (LONG, "ministry/marriage_registration", "bank/subsidy_payment")
NEXT = f"hub quarantine list {LONG} --reasons; hub windows release {LONG} 2026-11-30-02:00 --reason …"
CELLS = {
    "exchange": NAMES,
    "window": ("backfill-2026-11-30-02:00:00", "2026-11-30-02:00", "2026-11-30-02:00"),
    "state": ("blocked", "closed", "not closed"),
    "last": ("2026-11-30-02:00",) * 3,
    "next": (NEXT, f"hub run {NAMES[1]}", ""),
}


def columns(keys: tuple[str, ...]) -> list[Column]:
    return [Column(key, key, CELLS.get(key, ("1,234,567", "12", "")), key not in CELLS) for key in keys]


def width_of(found: Fitted) -> int:
    return sum(width for _, width in found.columns) + GAP * (len(found.columns) - 1)


def cells(found: Fitted, key: str) -> tuple[str, ...]:
    return next(column.cells for column, _ in found.columns if column.key == key)


TABLES = [(windows.COLUMNS, windows.EXPENDABLE), (run.COLUMNS, run.EXPENDABLE), (status.COLUMNS, status.EXPENDABLE)]


@pytest.mark.parametrize(("keys", "expendable"), TABLES, ids=["windows", "run", "status"])
@pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 240])
def test_every_table_fits_and_keeps_names_whole(keys: tuple[str, ...], expendable: tuple[str, ...], width: int) -> None:
    """From 80 columns on the longest name can be copied; below it is folded where its words end; nothing is said twice."""
    found = fit(columns(keys), width, expendable)
    assert width_of(found) <= width
    assert {column.key for column, _ in found.columns} | set(found.left_out) == set(keys)
    assert {"exchange", "state"} <= {column.key for column, _ in found.columns}
    if width >= 80:
        assert cells(found, "exchange") == NAMES
    for cell, name in zip(cells(found, "exchange"), NAMES, strict=True):
        assert cell.replace("\n", "") == name
        assert all(line.endswith(("/", "_")) for line in cell.split("\n")[:-1])


def test_the_least_useful_column_goes_first() -> None:
    """In the order in which they are said to be expendable, and no more than must."""
    keys = ("exchange", "state", "source", "bytes")
    assert fit(columns(keys), 80, ("bytes", "source")).left_out == ()
    assert fit(columns(keys), 70, ("bytes", "source")).left_out == ("bytes",)
    assert fit(columns(keys), 60, ("bytes", "source")).left_out == ("bytes", "source")
    assert fit(columns(keys), 60).left_out == ()


def test_a_text_is_folded_at_blanks_and_takes_what_room_is_left() -> None:
    """A command keeps its words whole, the name in it too."""
    found = fit(columns(("exchange", "next")), 100)
    assert width_of(found) == 100
    assert cells(found, "exchange") == NAMES
    assert LONG in cells(found, "next")[0].split("\n")
    assert cells(found, "next")[0].replace("\n", " ") == NEXT


def test_chinese_is_folded_anywhere_and_counts_double() -> None:
    """Ten characters are twenty cells wide."""
    title = Column("title", "title", ("婚姻登记信息核对结果",), right=False)
    ((column, width),) = fit([title], 80).columns
    assert (column.cells, width) == (("婚姻登记信息核对结果",), 20)
    ((column, width),) = fit([title], 9).columns
    assert column.cells == ("婚姻登记\n信息核对\n结果",)


def test_what_a_pipe_needs_splits_no_word() -> None:
    """However wide that is."""
    whole = columns((*windows.COLUMNS, "next"))
    found = fit(whole, needed(whole), windows.EXPENDABLE)
    assert found.left_out == ()
    assert cells(found, "exchange") == NAMES
