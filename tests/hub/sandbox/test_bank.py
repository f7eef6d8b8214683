"""The bank over real SFTP, as any client drives it and as the hub's own adapter does: one effect whatever goes wrong."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import paramiko
import pyarrow as pa
import pytest

from adapters.formats import fixed_width
from adapters.systems import sftp
from hub.contract.model import Table
from hub.interface import (
    Absent,
    Answer,
    Awaiting,
    Confirmed,
    Heading,
    Layout,
    Outcome,
    Part,
    PermanentError,
    Rejected,
    System,
    TransientError,
    Unknown,
)
from hub.sandbox import bank
from hub.sandbox.bank import open_bank
from hub.sandbox.desk import Desk, Setting
from hub.sandbox.receiver import ENVELOPE

MakeRows = Callable[..., list[dict[str, Any]]]
MakeSetting = Callable[..., Setting]
BATCH = "202611220200aaaaaaaa0001"
WIDTHS = {"bh": 20, "xm": 40, "xb": 1, "zjlx": 3, "zjhm": 18, "dw": 18, "je": 12, "rq": 8}
SUMMARY = [
    {"text": "{batch}", "width": 32},
    {"text": "{count}", "width": 8, "align": "right", "pad": "0"},
    {"text": "{sum:je}", "width": 15, "align": "right", "pad": "0"},
]
FORMAT: dict[str, Any] = {
    "encoding": "gb18030",
    "tables": {
        "payment": {
            "columns": {name: {"width": width} | ({"unit": "fen"} if name == "je" else {}) for name, width in WIDTHS.items()},
            "header": SUMMARY,
            "trailer": [{"text": "END{count}", "width": 12}],
        }
    },
}


@pytest.fixture
def setting(make_setting: MakeSetting) -> Callable[..., Setting]:
    """``setting("fault", ...)``: a bank that reads the file of these tests, without an envelope."""

    def made(*faults: str, share: float = 0.0) -> Setting:
        plain = make_setting("bank", "sftp", *faults, share=share, envelope=False)
        return replace(plain, partner=replace(plain.partner, format_settings=FORMAT))

    return made


@contextmanager
def opened(setting: Setting) -> Iterator[Desk]:
    """An open bank."""
    desk = open_bank(setting)
    try:
        yield desk
    finally:
        desk.close()


@contextmanager
def session(desk: Desk) -> Iterator[paramiko.SFTPClient]:
    """A login with paramiko's own client."""
    known = {name.removeprefix("HUB_PARTNER_BANK_").lower(): value for name, value in desk.environment.items()}
    transport = paramiko.Transport((known["host"], int(known["port"])))
    try:
        transport.connect(username=known["user"], password=known["password"])
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        yield client
    finally:
        transport.close()


def adapter(desk: Desk, **more: Any) -> System:
    """The hub's own client."""
    known = {name.removeprefix("HUB_PARTNER_BANK_").lower(): value for name, value in desk.environment.items()}
    settings = {"folder": "/in", "result_folder": "/out", "archive_folder": "/archive", "timeout": 1}
    return sftp.connect(known | settings | more, fixed_width.create(FORMAT))


@pytest.fixture
def make_part(tmp_path: Path, table: Table, make_rows: MakeRows) -> Callable[..., Part]:
    """``make_part(n, **changes)``: a part of n rows as the hub has it in its spool."""

    def made(count: int = 3, number: int = 1, **changes: object) -> Part:
        layout = Layout("payment", "发放", tuple(field.column for field in table.fields.values()), table.key, "bh")
        rows = [{name: value for name, value in row.items() if name not in ENVELOPE} for row in make_rows(count, **changes)]
        for row in rows:
            row["je"] = pa.scalar(row["je"]).cast(pa.decimal128(10, 2)).as_py()
        heading = Heading(BATCH, "bank/payment", "2026-11-22-02:00", "invented@1.0.0", "2026-11-22 04:00:05")
        payload = fixed_width.create(FORMAT).encode(pa.RecordBatch.from_pylist(rows, schema=layout.schema()), layout, heading)
        digest = hashlib.sha256(payload).hexdigest()
        part_id = hashlib.sha256(f"{number}/{digest}".encode()).hexdigest()
        path = tmp_path / f"part-{number}"
        path.write_bytes(payload)
        return Part(part_id, number, heading, layout, path, digest, count, ".txt", "text/plain")

    return made


def settled(system: System, part: Part, seconds: float = 10) -> Answer:
    """Ask until the partner says something final, as the hub does from run to run."""
    end = time.monotonic() + seconds
    while True:
        answer = system.ask(part)
        known = isinstance(answer, Confirmed) and answer.sha256 == part.sha256
        if known or isinstance(answer, Rejected | Absent) or time.monotonic() > end:
            return answer
        time.sleep(0.05)


def delivered(system: System, part: Part) -> Outcome:
    """Send as the hub does: again after an error with no effect, asking after an unknown outcome."""
    for _ in range(4):
        try:
            outcome = system.deliver(part)
        except TransientError:
            continue
        if not isinstance(outcome, Unknown):
            break
        try:
            answer = settled(system, part, seconds=1)
        except TransientError:
            continue
        if not isinstance(answer, Absent | Unknown):
            break
    answer = settled(system, part)
    assert not isinstance(answer, Absent)
    return answer


def test_a_file_is_booked_and_answered(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """A plain client uploads, renames, and finds the result; the file stands in the archive."""
    part, own = make_part(3), setting()
    with opened(own) as desk, session(desk) as client:
        client.put(str(part.path), f"/in/.{part.file_name}.part")
        client.posix_rename(f"/in/.{part.file_name}.part", f"/in/{part.file_name}")
        end = time.monotonic() + 10
        while f"{part.file_name}.result" not in client.listdir("/out") and time.monotonic() < end:
            time.sleep(0.05)
        with client.open(f"/out/{part.file_name}.result") as file:
            first = file.read().decode("gb18030").split("\r\n")[0].split("|")
        assert first[:4] == [part.file_name, part.sha256, "3", "0"]
        assert client.listdir("/archive") == [part.file_name]
        assert client.listdir("/in") == []
    assert [row["xm"] for row in own.receiver.ledger.content("payment").values()] == ["𠮷野甲"] * 3


def test_an_unfinished_file_is_left_alone(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """Temporary names, foreign names and folders are none of the bank's business."""
    part, own = make_part(1), setting()
    with opened(own) as desk, session(desk) as client:
        for name in (f".{part.file_name}", f"{part.file_name}.part", "README", f"unknown_{BATCH}_0123456789ab.tmp.part"):
            client.put(str(part.path), f"/in/{name}")
        client.mkdir(f"/in/{part.file_name}")
        time.sleep(3 * bank.LOOK_SECONDS)
        assert len(client.listdir("/in")) == 5
    assert own.receiver.ledger.parts() == ()


def test_failed_lines_come_back_one_by_one(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """The hub's adapter reads which line failed, where and why; the others are booked."""
    own = setting(share=0.3)
    with opened(own) as desk:
        system, part = adapter(desk), make_part(40)
        assert isinstance(system.deliver(part), Awaiting)
        answer = settled(system, part)
        assert isinstance(answer, Confirmed)
        assert 2 < len(answer.faults) < 25
        assert answer.accepted + len(answer.faults) == 40
        assert {(fault.field, fault.code) for fault in answer.faults} == {("dw", "unknown-office")}
        assert {fault.row_id for fault in answer.faults} & set(own.receiver.ledger.content("payment")) == set()
        system.close()


def test_a_file_that_does_not_add_up_is_refused_whole(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """A wrong sum pays nobody."""
    part, own = make_part(3), setting()
    payload = part.path.read_bytes().replace(b"373650", b"373651")
    part.path.write_bytes(payload)
    part = replace(part, sha256=hashlib.sha256(payload).hexdigest())
    with opened(own) as desk:
        system = adapter(desk)
        system.deliver(part)
        answer = settled(system, part)
        assert isinstance(answer, Rejected)
        assert answer.code == "summary"
        system.close()
    assert own.receiver.ledger.content("payment") == {}


def test_the_same_name_with_another_content_is_refused(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """The first file stays booked."""
    part, own = make_part(3), setting()
    with opened(own) as desk:
        system = adapter(desk)
        assert isinstance(delivered(system, part), Confirmed)
        other = make_part(2, number=2)
        forged = replace(other, id=part.id)
        with session(desk) as client:
            client.remove(f"/out/{part.file_name}.result")
        system.deliver(forged)
        answer = settled(system, forged)
        assert isinstance(answer, Rejected)
        assert answer.code == "conflict"
        system.close()
    assert len(own.receiver.ledger.content("payment")) == 3


@pytest.mark.parametrize(
    "fault",
    [
        "refuse-connections",
        "slow:20",
        "timeout-with-effect",
        "wrong-digest-receipt",
        "dropped-receipt",
        "swapped-receipt",
        "disk-full-at-partner",
        "cut-at-percent:40",
        "cut-at-percent:0",
        "rename-reply-lost",
        "takes-file-at-once",
    ],
)
def test_there_is_one_effect_after_any_fault(
    setting: Callable[..., Setting], make_part: Callable[..., Part], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Sent, asked and sent again as the hub does: confirmed with our digest, each line booked once."""
    monkeypatch.setattr(bank, "CORRECT_SECONDS", 0.4)
    own = setting(fault)
    with opened(own) as desk:
        system, part = adapter(desk), make_part(3)
        answer = delivered(system, part)
        assert isinstance(answer, Confirmed)
        assert (answer.sha256, answer.accepted, answer.faults) == (part.sha256, 3, ())
        system.close()
    assert list(own.receiver.ledger.changes("payment").values()) == [1, 1, 1]


def test_a_file_sent_again_has_no_second_effect(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """The result is the same, each line booked once."""
    own = setting()
    with opened(own) as desk:
        system, part = adapter(desk), make_part(3)
        first = delivered(system, part)
        assert delivered(system, part) == first
        system.close()
    assert list(own.receiver.ledger.changes("payment").values()) == [1, 1, 1]


def test_a_partial_accept_books_the_rest(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """Some lines are left out and named."""
    with opened(setting("partial-accept:30")) as desk:
        system, part = adapter(desk), make_part(40)
        answer = delivered(system, part)
        assert isinstance(answer, Confirmed)
        assert 3 < len(answer.faults) < 25
        system.close()


def test_a_changed_host_key_stops_the_caller(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """The variables still name the old key: nothing is sent until a person has looked."""
    own = setting("host-key-changed")
    with opened(own) as desk:
        with pytest.raises(PermanentError):
            adapter(desk).deliver(make_part(1))
    assert own.receiver.ledger.arrivals() == ()


def test_down_is_transient(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """Nothing answers, nothing was sent."""
    with opened(setting("down")) as desk, pytest.raises(TransientError):
        adapter(desk).deliver(make_part(1))


def test_a_wrong_password_is_permanent(setting: Callable[..., Setting], make_part: Callable[..., Part]) -> None:
    """A login that is refused is not tried again."""
    with opened(setting()) as desk, pytest.raises(PermanentError):
        adapter(desk, password="wrong").deliver(make_part(1))


def test_probing_finds_the_folders(setting: Callable[..., Setting], table: Table) -> None:
    """All three are there."""
    with opened(setting()) as desk:
        system = adapter(desk)
        assert list(system.probe([])) == []
        system.close()


def test_a_bank_that_was_killed_answers_after_its_restart(
    setting: Callable[..., Setting], make_part: Callable[..., Part]
) -> None:
    """A file in the archive without a result, or with a false one, is answered when the bank comes back."""
    own, part = setting("dropped-receipt"), make_part(3)
    with opened(own) as desk:
        system = adapter(desk)
        system.deliver(part)
        end = time.monotonic() + 10
        while not own.receiver.ledger.parts() and time.monotonic() < end:
            time.sleep(0.02)
        system.close()
    with opened(setting()) as desk:
        system = adapter(desk)
        answer = settled(system, part)
        assert isinstance(answer, Confirmed)
        assert answer.sha256 == part.sha256
        system.close()
    assert list(own.receiver.ledger.changes("payment").values()) == [1, 1, 1]
