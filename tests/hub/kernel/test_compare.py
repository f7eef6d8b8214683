"""Verdicts stand at the places of their rows, whatever the number of buckets and of spans that are put in order at once."""

import hashlib
from collections import Counter
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hub import ledger
from hub.interface import PermanentError
from hub.kernel import compare as module
from hub.kernel.compare import LEAVES, TWICE, UNCHANGED, compare

Row = tuple[bytes, bytes, str]
ROWS = pa.schema([("_key", pa.binary(16)), ("_digest", pa.binary(16)), ("_op", pa.string())])


def row(key: int, form: int, op: str = "I") -> Row:
    """A row by the number of its key and of its form."""
    return hashlib.sha256(b"k%d" % key).digest()[:16], hashlib.sha256(b"f%d" % form).digest()[:16], op


def accepted(path: Path, rows: list[Row]) -> Path:
    columns = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), ROWS, strict=True)]
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, ROWS) as writer:
        for batch in pa.Table.from_arrays(columns, schema=ROWS).to_batches(max_chunksize=7):
            writer.write_batch(batch)
    return path


def delivered(path: Path, rows: list[Row]) -> Path:
    keys, digests, ops = (list(column) for column in zip(*rows, strict=True))
    names = [key.hex() for key in keys]
    values = zip((keys, digests, ops, names, names), ledger.SCHEMA, strict=True)
    pq.write_table(pa.Table.from_arrays([pa.array(column, field.type) for column, field in values], schema=ledger.SCHEMA), path)
    return path


def expected(rows: list[Row], before: list[list[Row]]) -> list[int]:
    """Twice in the window; or in the form that the partner has, or a delete of what it has not; or it leaves."""
    copies = Counter(key for key, _, _ in rows)
    newest = {key: (digest, op) for file in before for key, digest, op in file}
    verdicts = []
    for key, digest, op in rows:
        old, had = newest.get(key, (None, "D"))
        gone = op == "D" and had == "D"
        verdicts.append(TWICE if copies[key] > 1 else UNCHANGED if digest == old or gone else LEAVES)
    return verdicts


@pytest.mark.parametrize(("places", "bucket"), [(10, 20), (64, 1000), (1_000_000, 20), (1_000_000, 1000), (199, 1000)])
def test_every_row_has_its_own_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: int, bucket: int) -> None:
    """200 rows, some twice, against two ledger files: the same verdicts from one span or twenty, one bucket or many."""
    monkeypatch.setattr(module, "PLACES", places)
    monkeypatch.setattr(module, "BUCKET", bucket)
    random = Random(places)
    before = [[row(key, random.randrange(3), random.choice("IID")) for key in range(start, start + 90)] for start in (0, 60)]
    rows = [row(key, random.randrange(3), random.choice("IIID")) for key in range(20, 210)]
    rows += [row(random.randrange(20, 210), random.randrange(3)) for _ in range(10)]
    random.shuffle(rows)
    files = [delivered(tmp_path / f"{number}.parquet", file) for number, file in enumerate(before)]
    nobody = pa.array([], pa.binary(16))
    with compare(accepted(tmp_path / "rows", rows), files, refused_keys=nobody, whole=True, spill=tmp_path / "spill") as found:
        assert found.verdicts.to_pylist() == expected(rows, before)
        missing = {key for file in before for key, _, _ in file} - {key for key, _, _ in rows}
        gone = [key for batch in found.absent() for key in batch.column("key").to_pylist()]
        last = {key: op for file in before for key, _, op in file}
        live = {key for key in missing if last[key] == "I"}
        assert sorted(gone) == sorted(live)


def test_no_row_is_no_verdict(tmp_path: Path) -> None:
    """A window without accepted rows."""
    with pa.OSFile(str(tmp_path / "rows"), "wb") as file, pa.ipc.new_file(file, ROWS):
        pass
    with compare(tmp_path / "rows", [], refused_keys=pa.array([], pa.binary(16)), whole=True, spill=tmp_path) as found:
        assert (found.verdicts.to_pylist(), found.live) == ([], 0)


def test_a_row_without_a_verdict_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grouping that loses a key must never look like an exchange that is complete."""
    monkeypatch.setattr(module, "_GROUPED", f"SELECT * FROM ({module._GROUPED}) WHERE n <> 3")
    rows = [row(key, 1) for key in range(9)]
    nobody = pa.array([], pa.binary(16))
    with pytest.raises(PermanentError, match="9 rows were compared, 8 verdicts"):
        with compare(accepted(tmp_path / "rows", rows), [], refused_keys=nobody, whole=True, spill=tmp_path):
            pass
