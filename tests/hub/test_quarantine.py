"""Refused rows: each kept once with its reasons, counted, shown masked, and settled when its key gets through."""

import json
from collections.abc import Callable
from datetime import datetime

import pyarrow as pa
import pytest
from sqlalchemy import select, update

from audit.record import LOG_ENTRY
from hub.account import begin
from hub.interface import ConfigurationError
from hub.plan import Plan
from hub.quarantine import (
    Reject,
    discard,
    example,
    listed,
    reasons,
    refused_forms,
    see,
    shown,
    store,
    supersede,
    supersede_unseen,
)
from hub.run import Run
from hub.state.database import State, reading, writing
from hub.state.tables import WINDOW
from hub.window import Window

both = pytest.mark.parametrize("state", ["sqlite", "postgresql"], indirect=True)
ID = "330106199001011234"


@pytest.fixture
def window(state: State, plan: Plan, run: Run) -> Callable[[int], int]:
    """Makes window 1, 2, 3 ... of the exchange (closed, as far as the table is concerned)."""

    def make(number: int) -> int:
        key, upper = f"2026-11-{number:02}-00:00", datetime.fromisoformat(f"2026-11-{number + 1:02} 00:00")
        lower = None if number == 1 else datetime.fromisoformat(f"2026-11-{number:02} 00:00")
        with writing(state.engine) as connection:
            id = begin(connection, plan, Window(plan.id, key, "regular", lower, upper), run)
            connection.execute(update(WINDOW).values(state="closed"))
        return id

    return make


def bad(id: str, *rules: str, key: bytes | None = b"k" * 16, **more: str) -> Reject:
    row = {"r.id": id, "r.name": "张三", "r.card": ID, "r.amount": "1", "r.changed": "2026-11-22 01:00:00"} | more
    return Reject(
        json.dumps(row, ensure_ascii=False),
        tuple(("sfzh", rule) for rule in rules or ("check-digit",)),
        key=key,
        digest=b"d" * 16,
    )


def keep(state: State, run: Run, window: int, *rejects: Reject, stage: str = "kernel", part: str | None = None) -> None:
    with writing(state.engine) as connection:
        store(connection, window, stage, rejects, run.clock(), part=part)


def entries(state: State, status: str = "open") -> list[tuple[int, int]]:
    """(seen, copies) of each entry of a state."""
    return sorted((entry.seen, entry.copies) for entry in listed(state.engine, state=status, newest=5000))


def test_a_row_is_kept_with_all_its_findings(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """A listing tells where, when, why and under which release, and holds no value of the row."""
    keep(state, run, window(1), bad("1", "length", "check-digit"))
    (entry,) = listed(state.engine, plan.id)
    assert entry.findings == (("sfzh", "length"), ("sfzh", "check-digit"))
    assert (entry.stage, entry.state, entry.standard) == ("kernel", "open", "std@1.0.0")
    assert (entry.first_window, entry.last_window) == ("2026-11-01-00:00", "2026-11-01-00:00")
    assert ID not in repr(entry)
    assert "张三" not in repr(entry)


@both
def test_the_same_bad_row_of_a_later_window_is_counted_not_stored(state: State, run: Run, window: Callable[[int], int]) -> None:
    """A row that comes every two hours is one entry, seen so many times; its reasons are those of the last time."""
    keep(state, run, window(1), bad("1"))
    keep(state, run, window(2), bad("1", "length"))
    (entry,) = listed(state.engine)
    assert (entry.seen, entry.copies, entry.findings) == (2, 1, (("sfzh", "length"),))
    assert (entry.first_window, entry.last_window) == ("2026-11-01-00:00", "2026-11-02-00:00")


@both
def test_equal_rows_of_one_window_are_copies(state: State, run: Run, window: Callable[[int], int]) -> None:
    """Three equal rows are one entry of three copies; the count of reasons is that of rows. 1,500 rows take two pieces."""
    keep(state, run, window(1), *[bad("1")] * 3, *[bad(str(number), key=None) for number in range(2, 1500)], bad("1"))
    assert entries(state)[-1] == (1, 4)
    assert reasons(state.engine)[0].rows == 1502


@both
def test_staging_a_window_anew_replaces_what_it_kept(state: State, run: Run, window: Callable[[int], int]) -> None:
    """Kept twice for the same window: counted once; a row that the second staging does not bring is gone."""
    one = window(1)
    keep(state, run, one, bad("1"), bad("1"), bad("2", key=None))
    keep(state, run, one, bad("1"), bad("3", key=None))
    assert entries(state) == [(1, 1), (1, 1)]
    two = window(2)
    keep(state, run, two, bad("1"), bad("3", key=None))
    keep(state, run, two, bad("1"))
    assert (entries(state), entries(state, "superseded")) == ([(2, 1)], [(2, 0)])


def test_parts_of_one_window_do_not_replace_each_other(state: State, run: Run, window: Callable[[int], int]) -> None:
    """What the partner refused of part one stays when part two is settled."""
    one = window(1)
    keep(state, run, one, bad("1", key=b"1" * 16), stage="partner", part="p1")
    keep(state, run, one, bad("2", key=b"2" * 16), stage="partner", part="p2")
    keep(state, run, one, bad("2", key=b"2" * 16), stage="partner", part="p2")
    assert entries(state) == [(1, 1), (1, 1)]


def test_a_key_refused_anew_is_one_row_at_the_source(state: State, run: Run, window: Callable[[int], int]) -> None:
    """Changed, and still bad: the older refusal of the same key is history; rows without a usable key are left alone."""
    keep(state, run, window(1), bad("1"), bad("x", key=None))
    keep(state, run, window(2), bad("1", **{"r.name": "李四"}))
    assert (len(entries(state)), len(entries(state, "superseded"))) == (2, 1)


def test_a_delivered_key_settles_its_older_refusals(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """Mended at the source and delivered by window 2: superseded. A refusal of window 2 itself, or of another key, stays."""
    keep(state, run, window(1), bad("1", key=b"1" * 16), bad("2", key=b"2" * 16))
    two = window(2)
    keep(state, run, two, bad("3", key=b"3" * 16))
    with writing(state.engine) as connection:
        supersede(connection, plan.id, two, pa.array([b"1" * 16, b"3" * 16], pa.binary(16)), run.clock())
    assert (len(entries(state)), len(entries(state, "superseded"))) == (2, 1)


def test_a_whole_read_settles_what_it_no_longer_brings(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """After a window that reads everything, a bad row that did not come is gone at the source."""
    keep(state, run, window(1), bad("1", key=None), bad("2", key=None))
    two = window(2)
    keep(state, run, two, bad("2", key=None))
    with writing(state.engine) as connection:
        supersede_unseen(connection, plan.id, two, run.clock())
    assert (entries(state), entries(state, "superseded")) == ([(2, 1)], [(1, 1)])


def test_what_the_partner_refused_is_known_by_its_form(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """Key and digest of a refused row say that it need not be sent again; holding it back counts as seeing it, once a window."""
    keep(state, run, window(1), bad("1"), stage="partner", part="p1")
    forms = refused_forms(state.engine, plan.id)
    assert list(forms) == [b"k" * 16 + b"d" * 16]
    two = window(2)
    for _ in range(2):
        with writing(state.engine) as connection:
            see(connection, two, list(forms.values()), run.clock())
    assert entries(state) == [(2, 1)]


def test_a_row_is_shown_masked(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """The row's values stand under their elements' masks; what feeds no field is hidden."""
    keep(state, run, window(1), bad("1"))
    (entry,) = listed(state.engine)
    row = shown(state, plan, entry.id, run).row
    assert row == {"r.id": "1", "r.name": "张*", "r.card": "330106**********34", "r.amount": "1", "r.changed": "*" * 19}
    assert example(state, plan, "sfzh", "check-digit", run) == "r.card=330106**********34"
    assert example(state, plan, "sfzh", "other", run) == ""


def test_unmasking_is_logged_before_it_is_answered(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """Who sees the values themselves stands in the log; the values do not."""
    keep(state, run, window(1), bad("1"))
    (entry,) = listed(state.engine)
    row = shown(state, plan, entry.id, run, unmask=True).row or {}
    assert row["r.card"] == ID
    with reading(state.engine) as connection:
        log = connection.scalars(select(LOG_ENTRY.c.entry)).all()
    assert sum("quarantine.unmasked" in line for line in log) == 1
    assert not any(ID in line or "张三" in line for line in log)


def test_a_row_of_the_target_is_masked_by_its_fields(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """After the kernel a row has the fields' names; the partner's own words are shown to who unmasks only."""
    row = {"djbh": "1", "xm": "张三", "sfzh": ID, "je": "1.00"}
    refusal = Reject(json.dumps(row), (("xm", "E17"),), key=b"k" * 16, digest=b"d" * 16, words="张三 is unknown")
    keep(state, run, window(1), refusal, stage="partner", part="p")
    (entry,) = listed(state.engine, rule="E17")
    assert shown(state, plan, entry.id, run).row == row | {"xm": "张*", "sfzh": "330106**********34"}
    assert shown(state, plan, entry.id, run).words == ""
    assert shown(state, plan, entry.id, run, unmask=True).words == "张三 is unknown"
    assert example(state, plan, "xm", "E17", run) == "xm=张*"


def test_reasons_are_counted_by_rows_the_most_frequent_first(
    state: State, plan: Plan, run: Run, window: Callable[[int], int]
) -> None:
    """A row with two findings counts under both; reasons of one window are those of its rows."""
    keep(state, run, window(1), bad("1"), bad("2", "length", "check-digit", key=None))
    keep(state, run, window(2), bad("3", "length", key=None), bad("4", "length", key=None))
    found = [(reason.rule, reason.rows) for reason in reasons(state.engine, plan.id)]
    assert found == [("length", 3), ("check-digit", 2)]
    assert [reason.rows for reason in reasons(state.engine, plan.id, "2026-11-02-00:00")] == [2]
    assert reasons(state.engine, "bank/other") == ()
    assert [entry.seen for entry in listed(state.engine, rule="check-digit")] == [1, 1]


def test_discarding_needs_a_reason_and_is_logged(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """A discarded row stays discarded when it comes again; the reason is in the log as a code, free text as a token."""
    keep(state, run, window(1), bad("1"))
    (entry,) = listed(state.engine)
    with pytest.raises(ConfigurationError, match="reason"):
        discard(state, plan.id, [entry.id], " ", run)
    assert discard(state, plan.id, [entry.id], "order-2026-17 张三", run) == 1
    assert discard(state, plan.id, [entry.id, 999], "again", run) == 0
    keep(state, run, window(2), bad("1"))
    assert entries(state, "discarded") == [(2, 1)]
    with reading(state.engine) as connection:
        log = "".join(connection.scalars(select(LOG_ENTRY.c.entry)))
    assert log.count("quarantine.discarded") == 1
    assert "张三" not in log


@pytest.mark.parametrize("rule", ['"', "%", "_", "'; DROP TABLE quarantine; --", ""])
@both
def test_a_rule_to_look_for_is_not_sql(state: State, run: Run, window: Callable[[int], int], rule: str) -> None:
    """Whatever is typed as a rule is compared, not executed, and finds nothing that is not it."""
    keep(state, run, window(1), bad("1"))
    assert listed(state.engine, rule=rule) == ()
    assert len(listed(state.engine)) == 1


@both
def test_odd_values_are_kept_as_they_are(state: State, plan: Plan, run: Run, window: Callable[[int], int]) -> None:
    """NULL, control characters, quotes and characters beyond the BMP come back as they were."""
    odd = {"r.id": None, "r.name": "𠮷\x00\n\"'\\", "r.card": "", "r.amount": " ", "r.changed": "\u3000"}
    keep(state, run, window(1), Reject(json.dumps(odd), (("", "rule"),)))
    (entry,) = listed(state.engine)
    assert shown(state, plan, entry.id, run, unmask=True).row == odd


def test_an_unknown_entry_is_told(state: State, plan: Plan, run: Run) -> None:
    """An id that is not of this exchange is a mistake of the caller."""
    with pytest.raises(ConfigurationError, match="no row 7"):
        shown(state, plan, 7, run)
