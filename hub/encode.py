"""Takes the rows that leave, cuts them into payloads in the spool, and makes them the window's parts in one transaction.

A part has at most ``part_rows`` rows, a payload file and a sidecar (``hub.ledger``); its id comes from exchange, window, number
and payload digest. Encoding again the same staged rows gives the same bytes, so a killed run leaves nothing to undo.
A row that the partner's format cannot say is found by halving, refused alone, and the others go.
"""

import hashlib
import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hub import ledger, spool
from hub.interface import DataError, Format, Heading, Layout
from hub.json_text import objects
from hub.part import ENVELOPE
from hub.plan import Plan
from hub.window import Window

Refuse = Callable[[pa.RecordBatch, str, str], None]  # rows, stage, rule


@dataclass(frozen=True, slots=True)
class Made:
    """One part as it lies in the spool."""

    number: int
    batch: str
    id: str
    path: Path
    sidecar: Path
    sha256: str
    rows: int
    size: int
    suffix: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Order:
    """What the parts of a window have in common. ``staged_at``: local time, ``2026-11-22 12:00:05``."""

    plan: Plan
    window: Window
    folder: Path
    staged_at: str
    format: Format

    def batch(self, number: int) -> str:
        """The batch id of a part: start of the window, 8 digits of the exchange, 4 of the number."""
        exchange = hashlib.sha256(self.plan.id.encode()).hexdigest()[:8]
        return f"{self.window.batch}{exchange}{number:04d}"

    def heading(self, number: int) -> Heading:
        """What a format may write around the rows of a part."""
        standard = f"{self.plan.table.standard}@{self.plan.table.version}"
        return Heading(self.batch(number), self.plan.id, self.window.key, standard, self.staged_at)


def encode(order: Order, rows: Iterator[pa.RecordBatch], refuse: Refuse) -> Iterator[Made]:
    """Write the parts; rows are the fields and ``_op``, ``_key``, ``_digest``. What cannot be said goes to ``refuse``."""
    number = 1
    for piece in _pieces(rows, order.plan.partner.part_rows):
        for made in _parts(order, number, piece, refuse):
            yield made
            number += 1
        del piece  # or it would stay in memory while the next one is made


def _parts(order: Order, number: int, piece: pa.RecordBatch, refuse: Refuse) -> list[Made]:
    """The part of a piece; none if nothing of it can be said."""
    return [_written(order, number, payload, kept) for payload, kept in _payloads(order, number, piece, refuse)]


def _pieces(rows: Iterator[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """The rows anew in batches of exactly ``size``, the last one shorter."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in rows:
        start = 0
        while held + batch.num_rows - start >= size:
            taken = size - held
            joined = _joined([*waiting, batch.slice(start, taken)])
            waiting, held, start = [], 0, start + taken
            yield joined
            del joined
        if start < batch.num_rows:
            waiting.append(batch.slice(start))
            held += batch.num_rows - start
    if held:
        yield _joined(waiting)


def _joined(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(list(batches))


def _payloads(order: Order, number: int, piece: pa.RecordBatch, refuse: Refuse) -> Iterator[tuple[bytes, pa.RecordBatch]]:
    """The payload of a piece without the rows that the format cannot say; none if nothing is left."""
    heading = order.heading(number)
    try:
        yield order.format.encode(_on_the_wire(order, heading, piece), order.plan.layout, heading), piece
        return
    except DataError:
        bad = pa.array(_unsayable(order, heading, piece, 0), pa.int64())
    refuse(piece.take(bad), "encode", "unencodable")
    good = piece.filter(pc.invert(pc.is_in(pa.array(range(piece.num_rows), pa.int64()), bad)))
    if good.num_rows:
        yield order.format.encode(_on_the_wire(order, heading, good), order.plan.layout, heading), good


def _unsayable(order: Order, heading: Heading, piece: pa.RecordBatch, start: int) -> list[int]:
    """Which rows the format refuses, counted from ``start``: halves of halves, so that a few cost little."""
    try:
        order.format.encode(_on_the_wire(order, heading, piece), order.plan.layout, heading)
    except DataError:
        if piece.num_rows == 1:
            return [start]
        half = piece.num_rows // 2
        left = _unsayable(order, heading, piece.slice(0, half), start)
        return left + _unsayable(order, heading, piece.slice(half), start + half)
    return []


def _on_the_wire(order: Order, heading: Heading, rows: pa.RecordBatch) -> pa.RecordBatch:
    """The layout's columns: the envelope where the partner wants it, then the fields."""
    layout, plan, size = order.plan.layout, order.plan, rows.num_rows
    columns = {name: rows.column(name) for name in plan.table.fields}
    if layout.row_id == ENVELOPE[0]:
        same = (heading.staged_at, heading.batch, plan.source.name, plan.table.version)
        envelope = [hexadecimal(rows.column("_key")), rows.column("_op"), *(pa.repeat(text, size) for text in same)]
        columns |= dict(zip(ENVELOPE, envelope, strict=True))
    return pa.RecordBatch.from_arrays([columns[column.name] for column in layout.columns], schema=layout.schema())


def _written(order: Order, number: int, payload: bytes, rows: pa.RecordBatch) -> Made:
    """Payload and sidecar, durable."""
    digest = hashlib.sha256(payload).hexdigest()
    identity = "\x1f".join([order.plan.id, order.window.key, str(number), digest])
    path = order.folder / f"part-{number:04d}{order.format.suffix}"
    sidecar = order.folder / f"part-{number:04d}.parquet"
    spool.write(path, payload)
    ledger.write(sidecar, iter([_sidecar(order.plan.layout, rows)]))
    id = hashlib.sha256(identity.encode()).hexdigest()
    kind = (order.format.suffix, order.format.media_type)
    return Made(number, order.batch(number), id, path, sidecar, digest, rows.num_rows, len(payload), *kind)


def _sidecar(layout: Layout, rows: pa.RecordBatch) -> pa.RecordBatch:
    key = rows.column("_key").cast(pa.binary(16))
    texts = [rows.column(name).cast(pa.string()) for name in layout.key]
    columns = [
        key,
        rows.column("_digest").cast(pa.binary(16)),
        rows.column("_op"),
        hexadecimal(key) if layout.row_id == ENVELOPE[0] else pc.binary_join_element_wise(*texts, "/"),
        objects(dict(zip(layout.key, texts, strict=True)), rows.num_rows),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ledger.SCHEMA)


def hexadecimal(keys: pa.Array) -> pa.Array:
    """16-byte values as 32 small hex digits, without a look at each."""
    fixed = keys.cast(pa.binary(16))
    data = fixed.buffers()[1].slice(fixed.offset * 16, len(fixed) * 16)
    offsets = pa.py_buffer(array("i", range(0, 32 * len(fixed) + 1, 32)))
    return pa.StringArray.from_buffers(len(fixed), offsets, pa.py_buffer(data.to_pybytes().hex().encode()))


def absences(plan: Plan, gone: pa.RecordBatch) -> pa.RecordBatch:
    """Deletes of keys that are gone at the source: rows like those of the kernel, with the key fields only.

    ``gone``: columns ``key`` and ``keys`` as in the ledger. The digest is empty: no row of the source has it.
    """
    values = [json.loads(text) for text in gone.column("keys").to_pylist()]
    columns = []
    for name, field in plan.table.fields.items():
        texts = pa.array([value.get(name) for value in values], pa.string())
        columns.append(texts.cast(field.column.type))
    size = gone.num_rows
    extra = [pa.repeat("D", size), gone.column("key").cast(pa.binary(16)), pa.repeat(pa.scalar(bytes(16), pa.binary(16)), size)]
    return pa.RecordBatch.from_arrays([*columns, *extra], names=[*plan.table.fields, "_op", "_key", "_digest"])
