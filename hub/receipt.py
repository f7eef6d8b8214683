"""Takes a partner's answer about a part, says whether it can be believed, and keeps it; what is believed changes the account.

A confirmation counts only if it names our digest and its numbers add up: accepted rows + refused rows = rows of the part, and
every refused row is one of the part. Anything else is an unknown outcome, which is settled by asking again.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import update

from audit.entry import token, utc
from audit.record import record
from hub import ledger, quarantine, spool
from hub.account import DOUBT, SETTLED, amended
from hub.interface import Awaiting, Confirmed, Format, Outcome, Rejected, RowFault, Unknown
from hub.json_text import objects
from hub.lease import Lease
from hub.part import ENVELOPE, StoredPart
from hub.quarantine import Reject
from hub.state.tables import PART


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a part: its new state, its sidecar (``rows``) and which of them the partner refused, in order."""

    state: str
    rows: pa.Table
    refused: pa.ChunkedArray  # of booleans
    reason: str = ""
    faults: tuple[RowFault, ...] = ()
    reference: str = ""
    receipt: bytes = b""

    @property
    def turned_down(self) -> int:
        """How many rows the partner refused."""
        return int(pc.sum(self.refused).as_py() or 0)


def verdict(stored: StoredPart, outcome: Outcome) -> Verdict:
    """Judge an answer against the part's digest and sidecar."""
    rows, outcome = pq.read_table(stored.sidecar), _legible(outcome)
    none = pa.chunked_array([pa.repeat(False, rows.num_rows)])
    match outcome:
        case Confirmed():
            names = pa.array({fault.row_id for fault in outcome.faults}, pa.string())
            refused = pc.is_in(rows["row_id"], names)
            doubt = _doubt(stored, outcome, rows["row_id"].filter(refused))
            if doubt:
                return Verdict("unknown", rows, none, doubt, receipt=outcome.receipt)
            return Verdict("confirmed", rows, refused, "", outcome.faults, outcome.reference, outcome.receipt)
        case Rejected():
            every = pa.chunked_array([pa.repeat(True, rows.num_rows)])
            return Verdict(
                "rejected", rows, every, outcome.code, (RowFault("", None, outcome.code, outcome.message),), "", outcome.receipt
            )
        case Awaiting():
            return Verdict("awaiting", rows, none)
        case Unknown():
            return Verdict("unknown", rows, none, outcome.reason)


def _legible(outcome: Outcome) -> Outcome:
    """The answer, its words as every database keeps them: without U+0000 and halves of surrogate pairs. The receipt stays."""
    match outcome:
        case Confirmed():
            faults = tuple(
                RowFault(_words(each.row_id), each.field and _words(each.field), _words(each.code), _words(each.message))
                for each in outcome.faults
            )
            return replace(outcome, reference=_words(outcome.reference), faults=faults)
        case Rejected():
            return replace(outcome, code=_words(outcome.code), message=_words(outcome.message))
    return outcome


def _words(text: str) -> str:
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")


def _doubt(stored: StoredPart, confirmed: Confirmed, refused: pa.ChunkedArray) -> str:
    """Why a confirmation cannot be believed; '' if it can."""
    if confirmed.sha256 != stored.part.sha256:
        return f"{DOUBT} names another digest than ours"
    strangers = {fault.row_id for fault in confirmed.faults} - set(refused.to_pylist())
    if strangers:
        return f"{DOUBT} refuses {len(strangers)} row(s) that are not in the part"
    if confirmed.accepted + len(refused) != stored.part.rows:
        return f"{DOUBT} accepts {confirmed.accepted} and refuses {len(refused)} of {stored.part.rows} rows"
    return ""


def settle(lease: Lease, format: Format, stored: StoredPart, found: Verdict) -> None:
    """Make a verdict durable: receipt and ledger as files first, then state, quarantine and log entry in one transaction."""
    run, folder, exchange = lease.run, lease.state.folder, lease.exchange
    values: dict[str, Any] = {"state": found.state, "reason": found.reason or None}
    values |= dict.fromkeys(("ledger", "ledger_sha256", "receipt", "receipt_sha256"))  # an older answer's are not this one's
    values |= _kept(lease, stored, found.receipt)
    rejects = list(_rejects(format, stored, found))
    taken, lost = found.rows.filter(pc.invert(found.refused)), found.rows["key"].filter(found.refused)
    history = ledger.delivered_later(lease.state.engine, folder, stored, lost)
    if found.state == "awaiting":
        values |= ledger.named(folder, stored.sidecar)
    if found.state == "confirmed":
        values |= ledger.extend(folder, stored, taken) | {"reference": found.reference}
    if found.state in SETTLED:
        values |= {"accepted": taken.num_rows, "refused": len(lost), "settled_at": utc(run.clock())}
    run.at("receipt kept")
    with lease.transaction() as connection:
        connection.execute(update(PART).where(PART.c.id == stored.part.id).values(**values))
        if rejects:
            quarantine.store(connection, stored.window, "partner", rejects, run.clock(), part=stored.part.id)
            quarantine.supersede(connection, exchange, stored.window + 1, history, run.clock())
        if found.state == "confirmed":
            quarantine.supersede(connection, exchange, stored.window, taken["key"], run.clock())
        record(connection, "part.outcome", _body(stored, values), run.clock())
        amended(connection, stored.window, lease)
    run.at("outcome kept")


def _kept(lease: Lease, stored: StoredPart, receipt: bytes) -> dict[str, str]:
    """The receipt as a file, under a name that another receipt for the same part does not take."""
    if not receipt:
        return {}
    digest = hashlib.sha256(receipt).hexdigest()
    path = lease.state.folder.receipts / lease.exchange / f"{stored.part.id}-{digest[:12]}"
    spool.write(path, receipt)
    return {"receipt": lease.state.folder.relative(path), "receipt_sha256": digest}


def _rejects(format: Format, stored: StoredPart, found: Verdict) -> Iterator[Reject]:
    """The refused rows as the partner got them, without the envelope, with what it said about each."""
    if not found.turned_down:
        return
    said: dict[str, list[RowFault]] = {}
    for fault in found.faults:
        said.setdefault(fault.row_id, []).append(fault)
    spool.verify(stored.part.path, stored.part.sha256)
    payload = format.decode(stored.part.path.read_bytes(), stored.part.layout)
    fields = pa.Table.from_batches([payload.drop_columns([name for name in ENVELOPE if name in payload.schema.names])])
    refused = fields.filter(found.refused)
    texts = objects({name: refused[name] for name in refused.column_names}, refused.num_rows)
    for row, known in zip(texts.to_pylist(), found.rows.filter(found.refused).to_pylist(), strict=True):
        faults = said.get(known["row_id"]) or said[""]
        findings = tuple(sorted({(fault.field or "", fault.code[:64]) for fault in faults}))
        words = "; ".join(sorted({fault.message for fault in faults if fault.message}))
        yield Reject(row, findings, known["op"], known["key"], known["digest"], words)


def _body(stored: StoredPart, values: Mapping[str, Any]) -> dict[str, Any]:
    """The log entry: counts, digests and codes; what the partner wrote goes in as a token."""
    words = {name: token(values.get(name) or "") for name in ("reason", "reference")}
    numbers = {name: values.get(name) for name in ("state", "accepted", "refused", "receipt_sha256", "ledger_sha256")}
    names = {"exchange": stored.part.heading.exchange, "window": stored.window_key, "part": stored.part.id}
    return names | numbers | words | {"number": stored.part.number, "sha256": stored.part.sha256}
