"""Takes batches with 16-byte keys; gives them back divided by key, in files, so that each bucket can be grouped in memory.

A key is half a SHA-256, so its first byte is spread evenly; buckets are ranges of it, in order: sorted buckets one after the
other are sorted. (DuckDB's own grouping does not always find its way to the disk with one thread.)
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hub.kernel.digits import counted
from hub.kernel.duck import Rows

MOST = 256
_KEY_WIDTH = 16


@dataclass(frozen=True, slots=True)
class ArrowFile:
    """The rows of an Arrow file, read anew by each query, batch by batch."""

    path: Path

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        with pa.OSFile(str(self.path)) as file, pa.ipc.open_file(file) as reader:
            schema = reader.schema
        return pa.RecordBatchReader.from_batches(schema, read(self.path)).__arrow_c_stream__(requested_schema)


def read(path: Path, columns: Iterable[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The batches of an Arrow file; only ``columns`` of them are decompressed."""
    with pa.OSFile(str(path)) as file:
        with pa.ipc.open_file(file) as reader:
            fields = None if columns is None else [reader.schema.get_field_index(column) for column in columns]
        with pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(included_fields=fields)) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)


def divide(batches: Iterable[pa.RecordBatch], schema: pa.Schema, parts: int, folder: Path) -> list[Rows]:
    """Divide rows with a column ``key`` of binary(16) into ``parts`` buckets (at most 256); some may have no rows.

    One bucket stays in memory, several are files in ``folder``, which is made.
    """
    if parts == 1:
        return [pa.Table.from_batches(batches, schema)]
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number:03d}.arrow" for number in range(min(parts, MOST))]
    with ExitStack() as stack:
        files = [stack.enter_context(pa.OSFile(str(path), "wb")) for path in paths]
        writers = [stack.enter_context(pa.ipc.new_file(file, schema)) for file in files]
        for batch in batches:
            for number, rows in _divided(batch, len(paths)):
                writers[number].write_batch(rows)
    return [ArrowFile(path) for path in paths]


def _divided(batch: pa.RecordBatch, parts: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    if not batch.num_rows:
        return
    bucket = pc.shift_right(
        pc.multiply(_first_bytes(batch.column("key")), pa.scalar(parts, pa.uint16())), pa.scalar(8, pa.uint16())
    )
    order = pc.sort_indices(bucket)
    rows, start = batch.take(order), 0
    for each in pc.value_counts(bucket.take(order)).to_pylist():
        yield each["values"], rows.slice(start, each["counts"])
        start += each["counts"]


def _first_bytes(keys: pa.FixedSizeBinaryArray) -> pa.UInt16Array:
    whole = pa.Array.from_buffers(pa.uint8(), (keys.offset + len(keys)) * _KEY_WIDTH, [None, keys.buffers()[1]])
    places = pc.add(counted(len(keys), _KEY_WIDTH), keys.offset * _KEY_WIDTH)
    return whole.take(places).cast(pa.uint16())
