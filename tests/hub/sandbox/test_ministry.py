"""The ministry's front-end database, as a plain client drives it and as the hub's own adapter does, on three databases."""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import MetaData, create_engine, insert, inspect, select

import hub
from adapters.formats import csv
from adapters.systems import sql
from hub.compile import ENVELOPE
from hub.contract.model import Table
from hub.interface import (
    Absent,
    Answer,
    Awaiting,
    ConfigurationError,
    Confirmed,
    Heading,
    Layout,
    Part,
    Rejected,
    System,
    TransientError,
)
from hub.sandbox import ministry
from hub.sandbox.desk import Desk, Setting
from hub.sandbox.ministry import open_ministry

MakeRows = Callable[..., list[dict[str, Any]]]
MakeSetting = Callable[..., Setting]
MakePart = Callable[..., Part]
ROOT = Path(hub.__file__).parents[1]
BATCH = "202611220200aaaaaaaa0001"


@contextmanager
def opened(setting: Setting) -> Iterator[Desk]:
    """An open ministry."""
    desk = open_ministry(setting)
    try:
        yield desk
    finally:
        desk.close()


def url(desk: Desk) -> str:
    """Where senders write."""
    return desk.environment["HUB_PARTNER_MINISTRY_URL"]


def adapter(desk: Desk) -> System:
    """The hub's own client."""
    return sql.connect({"url": url(desk)}, csv.create({}))


@pytest.fixture
def setting(make_setting: MakeSetting) -> Callable[..., Setting]:
    """``setting("fault", ...)``: a ministry with faults."""

    def made(*faults: str, share: float = 0.0, database: str = "") -> Setting:
        return replace(make_setting("ministry", "sql", *faults, share=share), database=database)

    return made


@pytest.fixture
def make_part(tmp_path: Path, table: Table, make_rows: MakeRows) -> MakePart:
    """``make_part(n)``: a part of n rows as the hub has it in its spool, as CSV."""

    def made(count: int = 3, number: int = 1, **changes: object) -> Part:
        columns = (*ENVELOPE, *(field.column for field in table.fields.values()))
        layout = Layout("payment", "发放", columns, table.key, "row_guid")
        batch = f"{BATCH[:-1]}{number}"
        rows = [row | {"je": Decimal(row["je"])} for row in make_rows(count, **{"cd_batch": batch, **changes})]
        heading = Heading(batch, "ministry/payment", "2026-11-22-02:00", "invented@1.0.0", "2026-11-22 04:00:05")
        payload = csv.create({}).encode(pa.RecordBatch.from_pylist(rows, schema=layout.schema()), layout, heading)
        digest = hashlib.sha256(payload).hexdigest()
        path = tmp_path / f"part-{number}"
        path.write_bytes(payload)
        return Part(
            hashlib.sha256(f"{number}{digest}".encode()).hexdigest(),
            number,
            heading,
            layout,
            path,
            digest,
            count,
            ".csv",
            "text/csv",
        )

    return made


def settled(system: System, part: Part, seconds: float = 15) -> Answer:
    """Ask until the partner says something final, as the hub does from run to run."""
    end = time.monotonic() + seconds
    while True:
        answer = system.ask(part)
        if isinstance(answer, Confirmed | Rejected | Absent) or time.monotonic() > end:
            return answer
        time.sleep(0.03)


def delivered(system: System, part: Part) -> Answer:
    """Send again as long as nothing left, then wait for the receipt."""
    end = time.monotonic() + 10
    while True:
        try:
            system.deliver(part)
            return settled(system, part)
        except TransientError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def one_effect(setting: Setting, rows: int = 3) -> bool:
    """Every row is there, and none was written twice."""
    return list(setting.receiver.ledger.changes("payment").values()) == [1] * rows


def test_a_plain_client_gets_its_receipt(setting: Callable[..., Setting], make_rows: MakeRows) -> None:
    """Rows and a batch line in, a receipt out: whoever speaks SQL can send."""
    own = setting()
    with opened(own) as desk:
        engine, metadata = create_engine(url(desk)), MetaData()
        metadata.reflect(engine)
        typed = {"je": Decimal("1245.50"), "rq": date(2026, 11, 22), "cd_time": datetime(2026, 11, 22, 2)}  # noqa: DTZ001 - local
        rows = make_rows(2, cd_batch="b1", **typed)
        with engine.begin() as connection:
            connection.execute(insert(metadata.tables["payment"]), rows)
            line = {
                "id": "p1",
                "table_name": "payment",
                "batch": "b1",
                "sha256": "d1",
                "row_count": 2,
                "standard": "invented@1.0.0",
            }
            connection.execute(insert(metadata.tables["exchange_batch"]), line)
        receipt, end = metadata.tables["exchange_receipt"], time.monotonic() + 10
        told = None
        while told is None and time.monotonic() < end:
            time.sleep(0.03)
            with engine.connect() as connection:
                told = connection.execute(select(receipt)).first()
        assert told is not None
        assert (told.batch_id, told.sha256, told.status, told.accepted) == ("p1", "d1", "accepted", 2)
        engine.dispose()
    assert [(row["rq"], row["je"]) for row in own.receiver.ledger.content("payment").values()] == [("20261122", "1245.50")] * 2


def test_a_value_that_is_none_of_its_column_is_objected_to(setting: Callable[..., Setting], make_part: MakePart) -> None:
    """SQLite keeps any text in a column of dates: the row is refused, and the ministry goes on."""
    own = setting()
    with opened(own) as desk:
        system, part = adapter(desk), make_part(3)
        with closing(sqlite3.connect(own.folder / "front.db")) as connection:
            changed = "UPDATE payment SET rq = '2026-02-30' WHERE row_guid = NEW.row_guid"
            connection.execute(f"CREATE TRIGGER odd AFTER INSERT ON payment WHEN NEW.bh LIKE '%2' BEGIN {changed}; END")
        answer = delivered(system, part)
        assert isinstance(answer, Confirmed)
        assert [(fault.field, fault.code) for fault in answer.faults] == [("rq", "format")]
        assert isinstance(delivered(system, make_part(3, number=2)), Confirmed)
        system.close()


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of a database of this test alone; empty: the ministry's own file."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue(f"{request.param}_url"))


def test_the_hub_delivers_and_reads_receipts(setting: Callable[..., Setting], make_part: MakePart, database: str) -> None:
    """Probed, delivered, judged; refused rows come back by name; sent again there is no second effect."""
    own = setting(share=0.2, database=database)
    with opened(own) as desk:
        system, part = adapter(desk), make_part(60)
        assert list(system.probe([part.layout])) == []
        assert isinstance(system.ask(part), Absent)
        assert isinstance(system.deliver(part), Awaiting)
        answer = settled(system, part)
        assert isinstance(answer, Confirmed)
        assert answer.sha256 == part.sha256
        assert {(fault.field, fault.code) for fault in answer.faults} == {("dw", "unknown-office")}
        assert answer.accepted + len(answer.faults) == 60
        assert system.deliver(part) == answer
        system.close()
    stored = own.receiver.ledger.content("payment")
    assert len(stored) == answer.accepted
    assert {row["xm"] for row in stored.values()} == {"𠮷野甲"}
    assert {(row["je"], row["rq"], row["dw"]) for row in stored.values()} == {("1245.50", "20261122", "91350100M000100Y43")}
    assert set(own.receiver.ledger.changes("payment").values()) == {1}


def test_a_later_batch_updates_and_deletes(setting: Callable[..., Setting], make_part: MakePart, database: str) -> None:
    """The same row in another batch stands beside the first in the front-end database, and replaces it behind."""
    own = setting(database=database)
    with opened(own) as desk:
        system = adapter(desk)
        delivered(system, make_part(3))
        delivered(system, make_part(2, number=2, xm="改名"))
        empty = dict.fromkeys(("xm", "xb", "zjlx", "zjhm", "dw", "rq"))
        answer = delivered(system, replace(make_part(1, number=3, cd_operation="D", **empty)))
        assert isinstance(answer, Confirmed)
        assert answer.faults == ()
        system.close()
    assert [row["xm"] for row in own.receiver.ledger.content("payment").values()] == ["改名", "𠮷野甲"]


@pytest.mark.parametrize(
    "fault", ["slow:20", "wrong-digest-receipt", "dropped-receipt", "swapped-receipt", "disk-full-at-partner"]
)
def test_there_is_one_effect_after_any_fault(
    setting: Callable[..., Setting], make_part: MakePart, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Confirmed with our digest in the end, each row written once."""
    monkeypatch.setattr(ministry, "CORRECT_SECONDS", 0.4)
    monkeypatch.setattr(ministry, "FULL_SECONDS", 0.4)
    own = setting(fault)
    with opened(own) as desk:
        system, part = adapter(desk), make_part(3)
        answer = delivered(system, part)
        assert isinstance(answer, Confirmed)
        assert (answer.sha256, answer.accepted, answer.faults) == (part.sha256, 3, ())
        system.close()
    assert one_effect(own)


@pytest.mark.parametrize("database", ["postgresql", "mariadb"], indirect=True)
def test_a_server_database_corrects_false_receipts_too(
    setting: Callable[..., Setting], make_part: MakePart, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    """The receipt row is replaced, not doubled."""
    monkeypatch.setattr(ministry, "CORRECT_SECONDS", 0.3)
    own = setting("swapped-receipt@2", "wrong-digest-receipt@1", database=database)
    with opened(own) as desk:
        system = adapter(desk)
        for number in (1, 2):
            part = make_part(number, number=number)
            answer = delivered(system, part)
            assert isinstance(answer, Confirmed)
            assert answer.sha256 == part.sha256
        system.close()


def test_a_full_disk_is_told_as_one(setting: Callable[..., Setting], make_part: MakePart) -> None:
    """SQLite's own words, the error that means: try again; nothing of the part is there."""
    own = setting("disk-full-at-partner@always")
    with opened(own) as desk:
        system, part = adapter(desk), make_part(3)
        with pytest.raises(TransientError):
            system.deliver(part)
        assert isinstance(system.ask(part), Absent)
        system.close()
        with closing(sqlite3.connect(own.folder / "front.db")) as connection:
            with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
                connection.execute(
                    "INSERT INTO exchange_batch (id, table_name, batch, sha256, row_count, standard) VALUES (1,1,1,1,1,1)"
                )
            assert connection.execute("SELECT count(*) FROM payment").fetchone() == (0,)


def test_down_fails_at_once_and_keeps_what_was_there(setting: Callable[..., Setting], make_part: MakePart) -> None:
    """While it is down every call is a TransientError; up again, the earlier batches and receipts are there."""
    part, later = make_part(3), make_part(2, number=2)
    with opened(setting()) as desk:
        system = adapter(desk)
        first = delivered(system, part)
        system.close()
    for _ in range(2):  # down twice over the same files
        with opened(setting("down")) as desk:
            system, start = adapter(desk), time.monotonic()
            for call in (system.deliver, system.ask):
                with pytest.raises(TransientError):
                    call(later)
            assert time.monotonic() - start < 5
            system.close()
    with opened(setting()) as desk:
        system = adapter(desk)
        assert system.ask(part) == first
        system.close()


def test_a_partial_accept_names_the_rows_left_out(setting: Callable[..., Setting], make_part: MakePart) -> None:
    """Some rows are refused, the others are there."""
    own = setting("partial-accept:30")
    with opened(own) as desk:
        system = adapter(desk)
        answer = delivered(system, make_part(40))
        assert isinstance(answer, Confirmed)
        assert 3 < len(answer.faults) < 25
        assert len(own.receiver.ledger.content("payment")) == answer.accepted
        system.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"row_count": 4}, "row-count"),
        ({"table_name": "wedding"}, "unknown-table"),
        ({"table_name": "exchange_batch"}, "unknown-table"),
    ],
)
def test_a_batch_that_is_not_as_announced_is_rejected(
    setting: Callable[..., Setting], make_part: MakePart, changes: dict[str, Any], code: str
) -> None:
    """The receipt says so; nothing has an effect."""
    own, part = setting(), make_part(3)
    with opened(own) as desk:
        engine, metadata = create_engine(url(desk)), MetaData()
        metadata.reflect(engine)
        line = {
            "id": part.id,
            "table_name": "payment",
            "batch": part.heading.batch,
            "sha256": part.sha256,
            "row_count": 3,
            "standard": "s",
        }
        with engine.begin() as connection:
            connection.execute(insert(metadata.tables["exchange_batch"]), line | changes)
        engine.dispose()
        system = adapter(desk)
        answer = settled(system, part)
        assert isinstance(answer, Rejected)
        assert answer.code == code
        system.close()
    assert own.receiver.ledger.content("payment") == {}


def test_a_worker_that_was_killed_answers_after_its_restart(
    setting: Callable[..., Setting], make_part: MakePart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Applied and not answered, or answered falsely: the next worker writes the true receipt, without a second effect."""
    monkeypatch.setattr(ministry, "CORRECT_SECONDS", 1000)
    own, parts = setting("dropped-receipt@1", "wrong-digest-receipt@2"), [make_part(3), make_part(3, number=2)]
    with opened(own) as desk:
        system = adapter(desk)
        for part in parts:
            system.deliver(part)
        end = time.monotonic() + 10
        while len(own.receiver.ledger.parts()) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(2 * ministry.LOOK_SECONDS)
        system.close()
    with opened(setting()) as desk:
        system = adapter(desk)
        for part in parts:
            answer = settled(system, part)
            assert isinstance(answer, Confirmed)
            assert answer.sha256 == part.sha256
        system.close()
    assert [standing for _, standing in own.receiver.ledger.arrivals()] == ["accepted", "accepted", "duplicate", "duplicate"]


def test_faults_of_a_file_are_refused_for_a_server(setting: Callable[..., Setting]) -> None:
    """The message says what is possible."""
    for fault in ("down", "disk-full-at-partner"):
        with pytest.raises(ConfigurationError, match="only with the sandbox's own SQLite file"):
            open_ministry(setting(fault, database="postgresql://nobody@127.0.0.1:1/none"))


def test_a_table_that_has_changed_is_made_anew(setting: Callable[..., Setting], table: Table, make_part: MakePart) -> None:
    """A contract got a field: the front-end table gets it, and batches of the new layout fit."""
    with opened(setting()) as desk:
        adapter(desk).close()
    own = setting()
    wider = replace(table, fields={**table.fields, "bz": replace(table.fields["xm"], name="bz", required=False)})
    own.receiver.tables = {"payment": wider}
    with opened(own) as desk:
        engine = create_engine(url(desk))
        assert "bz" in {column["name"] for column in inspect(engine).get_columns("payment")}
        engine.dispose()
