"""The government-service platforms over real HTTP: what they accept and refuse, and each fault with one effect after it."""

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from adapters.formats import json as json_format
from adapters.systems import http
from hub.compile import ENVELOPE
from hub.contract.model import Table
from hub.interface import Absent, Answer, Confirmed, Heading, Layout, Part, PermanentError, Rejected, System, TransientError
from hub.sandbox import platform
from hub.sandbox.desk import Setting
from hub.sandbox.platform import open_platform

MakeRows = Callable[..., list[dict[str, Any]]]
MakeSetting = Callable[..., Setting]
PART = "a" * 64


class Client:
    """A caller as any agency would write one."""

    def __init__(self, url: str, token: str = "geheim-token") -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    def post(self, body: bytes, part: str = PART, **headers: str) -> httpx.Response:
        """Deliver a body."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        own = {"Idempotency-Key": part, "Content-Digest": f"sha-256=:{digest}:", "Content-Type": "application/json"}
        return httpx.post(f"{self.url}/batches", content=body, headers=self._headers | own | headers, timeout=1)

    def get(self, part: str = PART) -> httpx.Response:
        """Ask."""
        return httpx.get(f"{self.url}/batches/{part}", headers=self._headers, timeout=1)


@contextmanager
def opened(setting: Setting) -> Iterator[Client]:
    """A platform that listens, closed afterwards."""
    desk = open_platform(setting)
    try:
        assert desk.environment["HUB_PARTNER_CITY_PLATFORM_TOKEN"] == "geheim-token"
        yield Client(desk.environment["HUB_PARTNER_CITY_PLATFORM_URL"])
    finally:
        desk.close()


def document(rows: list[dict[str, Any]], **changes: Any) -> bytes:
    """A batch as the JSON format writes it."""
    head = {"batch": "b1", "table": "payment", "standard": "invented@1.0.0", "window": "w", "staged_at": "s", "count": len(rows)}
    return json.dumps({**head, "rows": rows, **changes}, ensure_ascii=False).encode()


def one_effect(setting: Setting, rows: int = 3) -> bool:
    """Every row is there, and none was written twice."""
    return list(setting.receiver.ledger.changes("payment").values()) == [1] * rows


@pytest.fixture
def setting(make_setting: MakeSetting) -> Setting:
    """A platform without faults."""
    return make_setting("city_platform", "http")


def test_a_batch_is_received_and_its_receipt_is_found_again(setting: Setting, make_rows: MakeRows) -> None:
    """201 with id, digest and counts; asking later gives the same words."""
    body = document(make_rows(3))
    with opened(setting) as client:
        answer = client.post(body)
        assert answer.status_code == 201
        told = answer.json()
        assert told["sha256"] == hashlib.sha256(body).hexdigest()
        assert (told["id"], told["rows"], told["accepted"], told["faults"]) == (PART, 3, 3, [])
        assert client.get().json() == told
        assert client.get("b" * 64).status_code == 404
    assert one_effect(setting)


def test_refused_rows_stand_in_the_receipt(setting: Setting, make_rows: MakeRows) -> None:
    """The others take effect."""
    with opened(setting) as client:
        told = client.post(document([*make_rows(2), *make_rows(1, first=3, xb="7")])).json()
    assert told["accepted"] == 2
    assert [(f["row_id"], f["field"], f["code"]) for f in told["faults"]] == [("0" * 31 + "3", "xb", "code")]


def test_a_batch_sent_again_is_answered_with_the_first_receipt(setting: Setting, make_rows: MakeRows) -> None:
    """200 instead of 201, same words, no second effect; another body under the id is a conflict that names the first digest."""
    body = document(make_rows(3))
    with opened(setting) as client:
        first = client.post(body)
        again = client.post(body)
        assert (again.status_code, again.json()) == (200, first.json())
        other = client.post(document(make_rows(2)))
        assert (other.status_code, other.json()["code"]) == (409, "conflict")
        assert other.json()["sha256"] == hashlib.sha256(body).hexdigest()
    assert one_effect(setting)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b'{"rows": 1}', 400, "malformed"),
        (b'{"rows": [1], "count": 1}', 400, "malformed"),
        (b'{"batch": "b", "batch": "c", "table": "payment", "count": 0, "rows": []}', 400, "malformed"),
        (b'{"batch": "b", "table": "payment", "count": 1, "rows": []}', 400, "count"),
        (b'{"batch": "b", "table": "payment", "count": NaN, "rows": []}', 400, "malformed"),
        (b'{"table": "payment", "count": 0, "rows": []}', 400, "malformed"),
        (b'{"batch": "b", "table": "wedding", "count": 0, "rows": []}', 422, "unknown-table"),
    ],
)
def test_a_malformed_body_is_refused_with_a_code(setting: Setting, body: bytes, status: int, code: str) -> None:
    """Nothing of it takes effect and the server goes on."""
    with opened(setting) as client:
        answer = client.post(body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert client.get().status_code == 404


def test_headers_are_checked(setting: Setting, make_rows: MakeRows) -> None:
    """Token, digest and id: each wrong one has its own status."""
    body = document(make_rows(1))
    with opened(setting) as client:
        assert Client(client.url, "wrong").post(body).status_code == 401
        assert Client(client.url, "wrong").get().status_code == 401
        assert client.post(body, **{"Content-Digest": "sha-256=:AAAA:"}).json()["code"] == "digest"
        assert client.post(body, **{"Idempotency-Key": "../../etc"}).json()["code"] == "idempotency-key"
        assert client.post(body, **{"Idempotency-Key": "a" * 65}).json()["code"] == "idempotency-key"
        assert httpx.get(f"{client.url}/elsewhere").status_code == 404
        assert httpx.delete(f"{client.url}/batches").status_code == 405
    assert setting.receiver.ledger.parts() == ()


def test_an_oversized_body_is_refused_early(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its declared length, and by its real length when none is declared."""
    monkeypatch.setattr(platform, "MAX_BODY", 1000)
    with opened(setting) as client:
        assert client.post(b"x" * 1001).status_code == 413

        def endless() -> Iterator[bytes]:
            yield from (b"x" * 400 for _ in range(4))

        headers = {"Authorization": "Bearer geheim-token", "Idempotency-Key": PART}
        assert httpx.post(f"{client.url}/batches", content=endless(), headers=headers).status_code == 413


def test_many_callers_of_one_batch_have_one_effect(setting: Setting, make_rows: MakeRows) -> None:
    """Six at once: one 201, five 200."""
    body, statuses = document(make_rows(3)), list[int]()
    with opened(setting) as client:
        threads = [threading.Thread(target=lambda: statuses.append(client.post(body).status_code)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [200] * 5 + [201]
    assert one_effect(setting)


def test_down_refuses_every_connection(make_setting: MakeSetting) -> None:
    """Nothing listens, and the address is known all the same."""
    with opened(make_setting("city_platform", "http", "down")) as client, pytest.raises(httpx.ConnectError):
        client.get()


def test_a_refused_connection_reads_nothing(make_setting: MakeSetting, make_rows: MakeRows) -> None:
    """The first connection is shut, the second served."""
    setting = make_setting("city_platform", "http", "refuse-connections")
    with opened(setting) as client:
        with pytest.raises(httpx.TransportError):
            client.post(document(make_rows(3)))
        assert setting.receiver.ledger.parts() == ()
        assert client.post(document(make_rows(3))).status_code == 201
    assert one_effect(setting)


@pytest.mark.parametrize("fault", ["timeout-with-effect", "dropped-receipt"])
def test_a_lost_answer_leaves_an_effect_that_asking_finds(make_setting: MakeSetting, make_rows: MakeRows, fault: str) -> None:
    """The caller saw no answer; asking tells the truth, and so does sending again."""
    setting = make_setting("city_platform", "http", fault)
    body = document(make_rows(3))
    with opened(setting) as client:
        with pytest.raises(httpx.TransportError):
            client.post(body)
        assert client.get().json()["accepted"] == 3
        assert client.post(body).status_code == 200
    assert one_effect(setting)


def test_500_after_commit_has_an_effect(make_setting: MakeSetting, make_rows: MakeRows) -> None:
    """The status lies; the second attempt is a duplicate."""
    setting = make_setting("city_platform", "http", "500-after-commit")
    body = document(make_rows(3))
    with opened(setting) as client:
        assert client.post(body).status_code == 500
        assert client.post(body).status_code == 200
    assert one_effect(setting)


def test_a_duplicate_may_be_answered_as_an_error(make_setting: MakeSetting, make_rows: MakeRows) -> None:
    """409 with the digest of what is there, by which the caller knows its own."""
    setting = make_setting("city_platform", "http", "duplicate-as-error")
    body = document(make_rows(3))
    with opened(setting) as client:
        assert client.post(body).status_code == 201
        again = client.post(body)
        assert (again.status_code, again.json()["code"]) == (409, "duplicate")
        assert again.json()["sha256"] == hashlib.sha256(body).hexdigest()
        assert client.get().json()["accepted"] == 3
    assert one_effect(setting)


def test_a_partial_accept_refuses_some_rows_once(make_setting: MakeSetting, make_rows: MakeRows) -> None:
    """The receipt names the rows left out."""
    setting = make_setting("city_platform", "http", "partial-accept:50")
    with opened(setting) as client:
        told = client.post(document(make_rows(40))).json()
        assert 5 < len(told["faults"]) < 35
        assert told["accepted"] + len(told["faults"]) == 40
        assert client.post(document(make_rows(40)), "b" * 64).json()["accepted"] == 40


@pytest.mark.parametrize(("fault", "wrong"), [("wrong-digest-receipt", {"sha256"}), ("swapped-receipt", {"id", "sha256"})])
def test_a_false_receipt_is_told_by_its_digest(
    make_setting: MakeSetting, make_rows: MakeRows, fault: str, wrong: set[str]
) -> None:
    """The answer does not fit what was sent; the next one does."""
    setting = make_setting("city_platform", "http", fault)
    body = document(make_rows(3))
    with opened(setting) as client:
        told = client.post(body).json()
        truth = client.get().json()
        assert wrong <= {name for name in truth if told[name] != truth[name]}
        assert truth["sha256"] == hashlib.sha256(body).hexdigest()
    assert one_effect(setting)


def test_a_swapped_receipt_is_another_parts_receipt(make_setting: MakeSetting, make_rows: MakeRows) -> None:
    """When the platform has other parts, one of theirs comes back."""
    setting = make_setting("city_platform", "http", "swapped-receipt@2")
    with opened(setting) as client:
        first = client.post(document(make_rows(1)), "b" * 64).json()
        assert client.post(document(make_rows(3))).json() == first


def test_a_full_disk_takes_nothing(make_setting: MakeSetting, make_rows: MakeRows) -> None:
    """507, no effect, and room again the next time."""
    setting = make_setting("city_platform", "http", "disk-full-at-partner")
    body = document(make_rows(3))
    with opened(setting) as client:
        assert client.post(body).status_code == 507
        assert client.get().status_code == 404
        assert client.post(body).status_code == 201
    assert one_effect(setting)


def test_slow_answers_are_answers(make_setting: MakeSetting, make_rows: MakeRows) -> None:
    """At least as slow as asked for."""
    with opened(make_setting("city_platform", "http", "slow:200")) as client:
        assert client.post(document(make_rows(1))).elapsed.total_seconds() > 0.2


def test_closing_frees_the_port_and_the_spool(setting: Setting, make_rows: MakeRows) -> None:
    """No listener, no thread, no file is left."""
    with opened(setting) as client:
        client.post(document(make_rows(1)))
        port = int(client.url.rpartition(":")[2])
    with socket.socket() as probe:
        probe.settimeout(1)
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert list(setting.folder.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "platform"]


@pytest.fixture
def part(tmp_path: Path, table: Table, make_rows: MakeRows) -> Part:
    """A part as the hub has it in its spool, in the hub's own JSON."""
    layout = Layout("payment", "发放", (*ENVELOPE, *(field.column for field in table.fields.values())), table.key, "row_guid")
    rows = [row | {"je": Decimal(row["je"])} for row in make_rows(3)]
    heading = Heading("b1", "city_platform/payment", "2026-11-22-02:00", "invented@1.0.0", "2026-11-22 04:00:05")
    payload = json_format.create({}).encode(pa.RecordBatch.from_pylist(rows, schema=layout.schema()), layout, heading)
    path = tmp_path / "part"
    path.write_bytes(payload)
    return Part(PART, 1, heading, layout, path, hashlib.sha256(payload).hexdigest(), 3, ".json", "application/json")


def delivered(system: System, part: Part) -> Answer:
    """Send as the hub does: again when nothing left, asking after an unknown outcome, again when it is absent."""
    answer: Answer = Absent()
    for _ in range(6):
        try:
            answer = system.deliver(part) if isinstance(answer, Absent) else system.ask(part)
        except TransientError:
            continue
        if isinstance(answer, Confirmed) and answer.sha256 == part.sha256:
            break
    return answer


@pytest.mark.parametrize(
    "faults",
    [
        [],
        ["refuse-connections"],
        ["slow:20"],
        ["timeout-with-effect"],
        ["500-after-commit"],
        ["500-after-commit", "duplicate-as-error"],
        ["timeout-with-effect", "duplicate-as-error", "dropped-receipt@1", "wrong-digest-receipt@1"],
        ["wrong-digest-receipt"],
        ["dropped-receipt"],
        ["swapped-receipt"],
        ["disk-full-at-partner"],
    ],
)
def test_the_hub_reaches_one_effect_through_any_fault(make_setting: MakeSetting, part: Part, faults: list[str]) -> None:
    """Its own adapter sends, asks and sends again: confirmed with our digest, each row written once."""
    setting = make_setting("city_platform", "http", *faults)
    with opened(setting) as client:
        system = http.connect({"url": client.url, "token": "geheim-token", "timeout": 0.5}, json_format.create({}))
        answer = delivered(system, part)
        assert isinstance(answer, Confirmed)
        assert (answer.sha256, answer.accepted, answer.faults) == (part.sha256, 3, ())
        assert delivered(system, part) == answer
        assert isinstance(system.ask(replace(part, id="b" * 64)), Absent)
        assert list(system.probe([])) == []
        system.close()
    assert one_effect(setting)


def test_the_hub_reads_refusals_of_rows_and_parts(make_setting: MakeSetting, part: Part) -> None:
    """Rows left out come as faults; a conflict rejects the part; a wrong token is for a person to mend."""
    setting = make_setting("city_platform", "http", "partial-accept:1")
    with opened(setting) as client:
        system = http.connect({"url": client.url, "token": "geheim-token"}, json_format.create({}))
        answer = system.deliver(part)
        assert isinstance(answer, Confirmed)
        assert [fault.code for fault in answer.faults] == ["not-processed"]
        part.path.write_bytes(part.path.read_bytes() + b" ")
        other = replace(part, sha256=hashlib.sha256(part.path.read_bytes()).hexdigest())
        conflict = system.deliver(other)
        assert isinstance(conflict, Rejected)
        assert conflict.code == "conflict"
        system.close()
        stranger = http.connect({"url": client.url, "token": "wrong"}, json_format.create({}))
        with pytest.raises(PermanentError):
            stranger.deliver(part)
        stranger.close()
