"""Takes parts, posts each to a partner's HTTP interface under its id, gives the partner's receipt; alone speaks it.

``POST <url>/batches`` with ``Idempotency-Key`` (the part's id) and ``Content-Digest`` (RFC 9530), ``GET .../batches/<id>`` asks.
The receipt: ``{"id", "sha256", "accepted", "reference", "faults": [{"row_id", "field", "code", "message"}]}``.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from adapters import web
from hub.interface import (
    Absent,
    Answer,
    Awaiting,
    ConfigurationError,
    Confirmed,
    Format,
    Layout,
    Outcome,
    Part,
    Rejected,
    RowFault,
    Settings,
    Unknown,
)

SETTINGS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["url"],
    "properties": dict(web.SETTINGS),
}
_REFUSED = (400, 409, 413, 415, 422)


def connect(settings: Settings, format: Format) -> "Http":  # noqa: ARG001 - a payload is sent as it is
    """A client that keeps its connection. ConfigurationError for an address or a certificate that cannot be used."""
    return Http(web.client(settings))


class Http:
    """One partner's HTTP interface."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def probe(self, layouts: Sequence[Layout]) -> Sequence[str]:  # noqa: ARG002 - the interface tells nothing of its tables
        """Whether the partner answers and knows us: an id that cannot exist must be absent there."""
        answer = self._ask("0" * 64)
        wrong = f"{web.place(self._client)} does not answer as agreed to a question for an unknown id"
        return [] if isinstance(answer, Absent) else [wrong]

    def deliver(self, part: Part) -> Outcome:
        """Post one part, from the file: a body in memory would be copied anew for every piece that the socket takes."""
        digest = base64.b64encode(bytes.fromhex(part.sha256)).decode()
        headers = {
            "Content-Type": part.media_type,
            "Content-Digest": f"sha-256=:{digest}:",
            "Idempotency-Key": part.id,
            "X-Exchange-Batch": part.heading.batch,
            "X-Exchange-Table": part.layout.table,
            "X-Log-Checkpoint": base64.b64encode(part.checkpoint.encode()).decode(),
        }
        with part.path.open("rb") as body:
            reply = web.send(self._client, "POST", "/batches", content=body, headers=headers)
        if isinstance(reply, Unknown):
            return reply
        if reply.status == 409 and _document(reply.body).get("sha256") == part.sha256:
            answer = self._ask(part.id)  # a duplicate told as an error: its receipt tells the rest
            return Unknown("duplicate-and-absent") if isinstance(answer, Absent) else answer
        if reply.status in _REFUSED:
            told = _document(reply.body)
            return Rejected(str(told.get("code", reply.status)), str(told.get("message", "")), reply.body)
        return self._receipt(reply, part.id)

    def ask(self, part: Part) -> Answer:
        """What became of a part."""
        return self._ask(part.id)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _ask(self, part_id: str) -> Answer:
        reply = web.send(self._client, "GET", f"/batches/{part_id}")
        if isinstance(reply, Unknown):
            return reply
        if reply.status == 404 and _document(reply.body).get("code") == "unknown":
            return Absent()
        return self._receipt(reply, part_id)

    def _receipt(self, reply: web.Reply, part_id: str) -> Outcome:
        if reply.status == 202:
            return Awaiting()
        if reply.status >= 500 or reply.status == 408:  # 408: it gave up waiting for our request
            return Unknown(f"http-{reply.status}")
        if reply.status not in (200, 201):
            raise ConfigurationError(f"{web.place(self._client)} answers {reply.status}: is url in the partner's settings right?")
        told = _document(reply.body)
        if told.get("id") != part_id:
            return Unknown("receipt-of-another-part")
        try:
            accepted = int(str(told["accepted"]))  # a number with a fraction or an exponent counts no rows
            return Confirmed(
                str(told["sha256"]), accepted, str(told["reference"]), reply.body, tuple(map(_fault, told["faults"]))
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return Unknown("receipt-malformed")


def _fault(told: Mapping[str, Any]) -> RowFault:
    field = told.get("field")
    return RowFault(str(told["row_id"]), None if field is None else str(field), str(told["code"]), str(told["message"]))


def _document(body: bytes) -> Mapping[str, Any]:
    """A JSON object, or an empty one where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = {}
    return found if isinstance(found, dict) else {}
