"""Takes JSON batches over HTTP, gives receipts: the national and the city government-service platform on loopback.

``POST /batches`` with a bearer token, ``Idempotency-Key`` (the part's id) and ``Content-Digest`` (RFC 9530) takes a part;
``GET /batches/<id>`` tells what became of it. One answer for both: id, sha256, accepted, reference and the refused rows.
Memory is bounded: a body is spooled to disk while it is hashed, one at a time is read, and a body limit holds.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from hub.interface import TransientError
from hub.sandbox.desk import Desk, Setting
from hub.sandbox.ledger import Entry
from hub.sandbox.receiver import Delivery
from hub.sandbox.sheet import Refusal

MAX_BODY = 32 << 20
HANG_SECONDS = 120.0
START_SECONDS = 20.0


def open_platform(setting: Setting) -> Desk:
    """Listen on a free loopback port (or, under the fault ``down``, hold the port and answer nothing)."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    environment = {setting.variable("url"): url, setting.variable("token"): setting.secret}
    if setting.injector.strikes("down"):
        return Desk(url, environment, listener.close)
    server = _Server(setting, listener)
    return Desk(url, environment, server.close)


class _Server:
    """uvicorn in a thread of its own."""

    def __init__(self, setting: Setting, listener: socket.socket) -> None:
        platform = _Platform(setting)
        routes = [Route("/batches", platform.post, methods=["POST"]), Route("/batches/{id}", platform.get, methods=["GET"])]

        def protocol(**arguments: Any) -> "_Connection":
            return _Connection(refuse=lambda: setting.injector.strikes("refuse-connections") is not None, **arguments)

        config = uvicorn.Config(
            Starlette(routes=routes),
            http=protocol,  # type: ignore[arg-type]
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="error",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, name="platform", daemon=True)
        self._thread.start()
        end = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end:
                raise TransientError(f"the platform {setting.partner.name} did not start")
            time.sleep(0.005)

    def close(self) -> None:
        """Finish what is running, drop what hangs."""
        self._server.should_exit = True
        self._thread.join(timeout=10)


class _Connection(H11Protocol):
    """One connection; each request finds ``state.drop``, which cuts it off."""

    def __init__(self, refuse: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._refuse = refuse
        self.app_state = {**self.app_state, "drop": self._drop}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._refuse():
            self._drop()

    def _drop(self) -> None:
        """Close with RST, as a firewall or a dying process does."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class _Fault(Exception):  # noqa: N818 - an answer, not a failure
    """The request is answered with an error status."""

    def __init__(self, status: int, code: str, message: str, **more: str) -> None:
        super().__init__(message)
        self.response = JSONResponse({"code": code, "message": message, **more}, status_code=status)


class _Platform:
    """The two routes."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._receiver = setting.receiver
        self._strikes = setting.injector.strikes
        self._reading = asyncio.Lock()  # one body in memory at a time

    async def post(self, request: Request) -> Response:
        """Take one part."""
        try:
            self._authorise(request)
            with tempfile.TemporaryFile(dir=self._setting.folder) as spool:
                digest = await self._spool(request, spool)
                async with self._reading:
                    entry, duplicate = await run_in_threadpool(self._take, request.headers, digest, spool)
        except _Fault as fault:
            return fault.response
        except ClientDisconnect:  # nobody is left to be answered
            return Response(status_code=400)
        if self._strikes("500-after-commit"):
            return JSONResponse({"code": "internal", "message": "系统异常"}, status_code=500)
        if self._strikes("timeout-with-effect"):
            await _hang(request)
        if duplicate and self._strikes("duplicate-as-error"):
            return _Fault(409, "duplicate", "批次已存在", id=entry.id, sha256=entry.digest).response
        return await self._answer(request, entry, 200 if duplicate else 201)

    async def get(self, request: Request) -> Response:
        """Tell what became of a part."""
        try:
            self._authorise(request)
        except _Fault as fault:
            return fault.response
        entry = await run_in_threadpool(self._receiver.ledger.find, request.path_params["id"])
        if entry is None:
            return _Fault(404, "unknown", "未收到该批次").response
        return await self._answer(request, entry, 200)

    async def _answer(self, request: Request, entry: Entry, status: int) -> Response:
        slow = self._strikes("slow")
        if slow:
            await asyncio.sleep(slow.argument / 1000)
        if self._strikes("dropped-receipt"):
            request.state.drop()
        told = _told(entry)
        if self._strikes("swapped-receipt"):
            others = [other for other in self._receiver.ledger.parts() if other.id != entry.id]
            told = _told(others[-1]) if others else told | {"id": "0" * 64, "sha256": "0" * 64}
        if self._strikes("wrong-digest-receipt"):
            told |= {"sha256": hashlib.sha256(entry.digest.encode()).hexdigest()}
        return JSONResponse(told, status_code=status)

    def _authorise(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._setting.secret}".encode()):
            raise _Fault(401, "unauthorised", "令牌无效")

    async def _spool(self, request: Request, spool: IO[bytes]) -> str:
        """The body on disk and its sha256 (hex), which must be the one that Content-Digest names."""
        if int(request.headers.get("content-length") or "0") > MAX_BODY:
            raise _Fault(413, "too-large", f"报文超过{MAX_BODY}字节")
        if self._strikes("disk-full-at-partner"):
            raise _Fault(507, "no-space", "磁盘空间不足")
        hashed, size = hashlib.sha256(), 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > MAX_BODY:
                raise _Fault(413, "too-large", f"报文超过{MAX_BODY}字节")
            hashed.update(chunk)
            spool.write(chunk)
        expected = f"sha-256=:{base64.b64encode(hashed.digest()).decode()}:"
        if expected not in [one.strip() for one in request.headers.get("content-digest", "").split(",")]:
            raise _Fault(400, "digest", "Content-Digest 与报文不符")
        return hashed.hexdigest()

    def _take(self, headers: Mapping[str, str], digest: str, spool: IO[bytes]) -> tuple[Entry, bool]:
        """Read the spooled body and hand the rows to the back office."""
        part = headers.get("idempotency-key", "")
        if not part.isalnum() or len(part) > 64:
            raise _Fault(400, "idempotency-key", "缺少 Idempotency-Key 或格式不符")
        document = _document(spool)
        partial = self._strikes("partial-accept")
        delivery = Delivery(part, digest, document["table"], document["batch"], document["rows"])
        try:
            reception = self._receiver.receive(delivery, refuse_percent=partial.argument if partial else 0)
        except Refusal as refusal:
            raise _Fault(422, refusal.code, refusal.message) from None
        if reception.standing == "conflict":
            raise _Fault(409, "conflict", "同一批次标识的报文不同", id=part, sha256=reception.entry.digest)
        return reception.entry, reception.standing == "duplicate"


def _document(spool: IO[bytes]) -> dict[str, Any]:
    """The batch ``{batch, table, ..., count, rows}``; a doubled key, NaN or a wrong count is malformed."""
    spool.seek(0)
    try:
        document = json.load(spool, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object)
    except (ValueError, RecursionError):  # json.JSONDecodeError and UnicodeDecodeError are ValueErrors
        raise _Fault(400, "malformed", "报文不是约定的 JSON") from None
    rows = document.get("rows") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _Fault(400, "malformed", "报文缺少 rows")
    if document.get("count") != len(rows):
        raise _Fault(400, "count", "count 与行数不符")
    if not all(isinstance(document.get(name), str) and document[name] for name in ("batch", "table")):
        raise _Fault(400, "malformed", "报文缺少 batch 或 table")
    return dict(document)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key stands twice")
    return document


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _told(entry: Entry) -> dict[str, Any]:
    """The receipt of a part."""
    faults = [{"row_id": f.row_id, "field": f.field, "code": f.code, "message": f.message} for f in entry.faults]
    return {
        "id": entry.id,
        "sha256": entry.digest,
        "reference": entry.reference,
        "rows": entry.rows,
        "accepted": entry.accepted,
        "received_at": entry.received_at,
        "faults": faults,
    }


async def _hang(request: Request) -> None:
    """Say nothing until the client gives up."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HANG_SECONDS):
            while not await request.is_disconnected():
                await asyncio.sleep(0.02)
