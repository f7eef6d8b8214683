"""A partner's back office: one effect per part id, refused rows beside accepted ones, nothing of a refused part."""

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hub.contract.model import Table
from hub.sandbox.ledger import Ledger
from hub.sandbox.receiver import ENVELOPE, Delivery, Receiver, Reception, Refusal, Refusals

MakeRows = Callable[..., list[dict[str, Any]]]
MakeReceiver = Callable[..., Receiver]
NOW = datetime(2026, 11, 22, 4, 5, 6)  # noqa: DTZ001 - a partner writes its own local time


def part(rows: list[dict[str, Any]], number: int = 1, digest: str = "d1", table: str = "payment") -> Delivery:
    """A delivery under the id ``p<number>``."""
    return Delivery(f"p{number}", digest, table, f"batch{number}", rows)


def test_rows_that_keep_the_contract_take_effect(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """Three rows in, three records, and the verdict counts them."""
    receiver = make_receiver()
    reception = receiver.receive(part(make_rows(3)))
    assert (reception.standing, reception.entry.rows, reception.entry.accepted) == ("accepted", 3, 3)
    assert reception.entry.faults == ()
    assert reception.entry.received_at == "2026-11-22 04:05:06"
    stored = receiver.ledger.content("payment")
    assert len(stored) == 3
    assert stored["0" * 31 + "1"]["xm"] == "𠮷野甲"


def test_the_same_part_again_has_no_second_effect(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """The answer is the first one, word for word, and no record was written twice."""
    receiver = make_receiver()
    first = receiver.receive(part(make_rows(2)))
    again = receiver.receive(part(make_rows(2)))
    assert again.standing == "duplicate"
    assert again.entry == first.entry
    assert set(receiver.ledger.changes("payment").values()) == {1}
    assert receiver.ledger.arrivals() == (("p1", "accepted"), ("p1", "duplicate"))


def test_the_same_id_with_another_body_is_a_conflict(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """What came first stays; the other body has no effect."""
    receiver = make_receiver()
    receiver.receive(part(make_rows(1)))
    conflict = receiver.receive(part(make_rows(1, xm="别人"), digest="d2"))
    assert conflict.standing == "conflict"
    assert conflict.entry.digest == "d1"
    assert [row["xm"] for row in receiver.ledger.content("payment").values()] == ["𠮷野甲"]


def test_the_same_part_at_the_same_moment_has_one_effect(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """Eight threads deliver one id: one is accepted, seven are duplicates."""
    receiver, receptions = make_receiver(), list[Reception]()

    def deliver() -> None:
        receptions.append(receiver.receive(part(make_rows(20))))

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reception.standing for reception in receptions) == ["accepted"] + ["duplicate"] * 7
    assert set(receiver.ledger.changes("payment").values()) == {1}


def test_a_refused_row_does_not_hold_up_the_others(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """Two good rows, one with a wrong check digit: two effects, one fault that names the row and the field."""
    receiver = make_receiver()
    rows = [*make_rows(2), *make_rows(1, first=3, zjhm="110105194912310020")]
    entry = receiver.receive(part(rows)).entry
    assert (entry.rows, entry.accepted) == (3, 2)
    assert [(fault.row_id, fault.field, fault.code) for fault in entry.faults] == [("0" * 31 + "3", "zjhm", "check-digit")]
    assert "0" * 31 + "3" not in receiver.ledger.content("payment")


def test_a_row_with_several_faults_is_counted_once(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """accepted + faults = rows, so that the account balances."""
    entry = make_receiver().receive(part(make_rows(2, xm=None, je="-5", rq="bad"))).entry
    assert entry.accepted + len(entry.faults) == entry.rows == 2


def test_a_later_row_updates_and_a_deletion_removes(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """Insert, update, delete, and delete again: the record follows."""
    receiver = make_receiver()
    receiver.receive(part(make_rows(2)))
    receiver.receive(part(make_rows(1, xm="改名"), 2))
    assert [row["xm"] for row in receiver.ledger.content("payment").values()] == ["改名", "𠮷野甲"]
    gone = make_rows(1, cd_operation="D", xm=None, zjhm=None, rq=None, je=None)
    assert receiver.receive(part(gone, 3)).entry.accepted == 1
    assert receiver.receive(part(gone, 4)).entry.accepted == 1
    assert list(receiver.ledger.content("payment")) == ["0" * 31 + "2"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"row_guid": "1"}, "row-guid"),
        ({"row_guid": None}, "row-guid"),
        ({"row_guid": "0" * 32 + "\n"}, "row-guid"),
        ({"cd_operation": "U"}, "cd-operation"),
        ({"data_version": "2.0.0"}, "data-version"),
        ({"cd_batch": ""}, "envelope"),
        ({"cd_batch": "x" * 33}, "envelope"),
        ({"data_source": None}, "envelope"),
        ({"extra": "1"}, "columns"),
        ({"je": True}, "type"),
        ({"xm": {"$gt": ""}}, "type"),
    ],
)
def test_a_part_that_is_not_as_agreed_is_refused_whole(
    make_receiver: MakeReceiver, make_rows: MakeRows, changes: dict[str, object], code: str
) -> None:
    """One bad envelope in the last row: nothing of the part takes effect, and the attempt is noted."""
    receiver = make_receiver()
    rows = [*make_rows(2), *make_rows(1, first=3, **changes)]
    with pytest.raises(Refusal) as caught:
        receiver.receive(part(rows))
    assert caught.value.code == code
    assert receiver.ledger.content("payment") == {}
    assert receiver.ledger.find("p1") is None
    assert receiver.ledger.arrivals() == (("p1", "refused"),)


def test_a_missing_column_and_an_unknown_table_refuse_the_part(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """The refusal names columns and tables, which are not personal."""
    receiver, rows = make_receiver(), make_rows(1)
    del rows[0]["je"]
    with pytest.raises(Refusal, match="je"):
        receiver.receive(part(rows))
    with pytest.raises(Refusal, match="wedding"):
        receiver.receive(part(make_rows(1), table="wedding"))


def test_a_row_number_keeps_its_key(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """Another key under a known row_guid would overwrite somebody else: the row is refused."""
    receiver = make_receiver()
    receiver.receive(part(make_rows(1)))
    entry = receiver.receive(part(make_rows(1, bh="FF999999"), 2)).entry
    assert [fault.code for fault in entry.faults] == ["row-guid-reused"]
    assert [row["bh"] for row in receiver.ledger.content("payment").values()] == ["FF000001"]


def test_business_refusals_are_a_seeded_share(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """About a tenth of 500 rows is refused, the same rows for the same seed, on a ground that fits the table."""
    entry = make_receiver(share=0.1).receive(part(make_rows(500))).entry
    assert 25 < len(entry.faults) < 80
    assert {(fault.field, fault.code) for fault in entry.faults} == {("dw", "unknown-office")}
    again = make_receiver(share=0.1).receive(part(make_rows(500), 2)).entry
    assert [fault.row_id for fault in again.faults] == [fault.row_id for fault in entry.faults]
    other = make_receiver(share=0.1, seed=8).receive(part(make_rows(500), 3)).entry
    assert [fault.row_id for fault in other.faults] != [fault.row_id for fault in entry.faults]


def test_a_mended_row_may_be_accepted(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """The lot is drawn from the row's content: of the refused rows, changed, most pass; unchanged, none."""
    receiver = make_receiver(share=0.2)
    refused = {fault.row_id for fault in receiver.receive(part(make_rows(200))).entry.faults}
    same = [row for row in make_rows(200) if row["row_guid"] in refused]
    assert receiver.receive(part(same, 2)).entry.accepted == 0
    mended = [row | {"je": "99.00"} for row in same]
    assert receiver.receive(part(mended, 3)).entry.accepted > len(refused) // 2


def test_a_partial_accept_refuses_at_least_one_row(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """On request a share of the rows is left out, and taken when it is sent again in another part."""
    receiver = make_receiver()
    assert len(receiver.receive(part(make_rows(1)), refuse_percent=1).entry.faults) == 1
    entry = receiver.receive(part(make_rows(200), 2), refuse_percent=25).entry
    assert 25 < len(entry.faults) < 80
    left_out = {fault.row_id for fault in entry.faults}
    rest = [row for row in make_rows(200) if row["row_guid"] in left_out]
    assert receiver.receive(part(rest, 3)).entry.accepted == len(rest)
    assert len(receiver.ledger.content("payment")) == 200


def test_without_an_envelope_the_key_names_the_row(tmp_path: Path, table: Table, make_rows: MakeRows) -> None:
    """A bank's line has no row_guid: a fault names the last key field."""
    receiver = Receiver(Ledger(tmp_path / "ledger.db"), {"payment": table}, datetime.now, envelope=False)
    rows = [{name: value for name, value in row.items() if name not in ENVELOPE} for row in make_rows(2)]
    rows[1]["zjhm"] = "x"
    entry = receiver.receive(part(rows)).entry
    assert [fault.row_id for fault in entry.faults] == ["FF000002"]
    assert list(receiver.ledger.content("payment")) == ["FF000001"]
    withdrawn = dict.fromkeys(table.fields) | {"bh": "FF000001"}
    assert receiver.receive(part([withdrawn], 2)).entry.accepted == 1
    assert receiver.ledger.content("payment") == {}


def test_the_memory_survives_a_restart(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """A new process over the same file still knows the part."""
    first = make_receiver().receive(part(make_rows(2, xm="x" * 11)))
    again = make_receiver().receive(part(make_rows(2)))
    assert again.standing == "duplicate"
    assert again.entry == first.entry
    assert [entry.id for entry in make_receiver().ledger.parts()] == ["p1"]


def test_a_row_number_keeps_its_key_inside_one_part_too(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """The second key under a number is refused; after a deletion the number is free, and rows are taken in their order."""
    receiver, number = make_receiver(), "a" * 32
    keys = ("FF000001", "FF000002", "FF000001")
    entry = receiver.receive(part([make_rows(1, row_guid=number, bh=key)[0] for key in keys])).entry
    assert [(fault.row_id, fault.code) for fault in entry.faults] == [(number, "row-guid-reused")]
    assert receiver.ledger.changes("payment") == {number: 2}
    rows = [make_rows(1, row_guid=number, bh=key, cd_operation=done)[0] for key, done in (("FF000001", "D"), ("FF000003", "I"))]
    assert receiver.receive(part(rows, 2)).entry.faults == ()
    assert receiver.ledger.content("payment")[number]["bh"] == "FF000003"


def test_rows_turned_into_columns_meet_the_same_verdict(make_receiver: MakeReceiver, make_rows: MakeRows, tmp_path: Path) -> None:
    """Two lots of columns, or the rows one by one: the same faults, the same records."""
    rows = [*make_rows(5), *make_rows(2, first=6, xb="7"), *make_rows(2, first=8)]
    lots = [{name: [row[name] for row in lot] for name in lot[0]} for lot in (rows[:6], rows[6:])]
    receiver = make_receiver()
    told = receiver.receive(Delivery("p1", "d1", "payment", "b", lots=lots, announced=9), refuse_percent=20).entry
    plain = Receiver(Ledger(tmp_path / "plain.db"), receiver.tables, lambda: NOW, refusals=Refusals(7))
    assert plain.receive(part(rows), refuse_percent=20).entry.faults == told.faults
    assert plain.ledger.content("payment") == receiver.ledger.content("payment")


def test_a_part_with_another_number_of_rows_than_announced_is_refused(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """Nothing of it has an effect; a row that is not as agreed is told first."""
    receiver = make_receiver()
    for rows, code in ((make_rows(3), "row-count"), ([*make_rows(2), *make_rows(1, first=3, cd_operation="U")], "cd-operation")):
        with pytest.raises(Refusal) as caught:
            receiver.receive(Delivery("p1", "d1", "payment", "b", rows, announced=4))
        assert caught.value.code == code
    assert receiver.ledger.content("payment") == {}


def test_a_lot_is_drawn_from_the_text_of_a_row_alone(make_receiver: MakeReceiver, make_rows: MakeRows) -> None:
    """Which of these rows are refused was settled by their content and the seed, for good."""
    entry = make_receiver(share=0.1).receive(part(make_rows(60))).entry
    drawn = []
    for row in make_rows(60):
        content = {name: value for name, value in row.items() if name not in ENVELOPE}
        lot = hashlib.sha256(f"business/7/{json.dumps(content, sort_keys=True)}".encode()).digest()
        drawn += [row["row_guid"]] if int.from_bytes(lot[:7]) / (1 << 56) < 0.1 else []
    assert [fault.row_id for fault in entry.faults] == drawn
