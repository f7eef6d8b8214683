"""Parts in the spool: exact bytes, stable ids, sidecars that name every row."""

import json
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.formats.ndjson import create
from hub.compile import ENVELOPE as COLUMNS
from hub.encode import Made, Order, absences, encode, hexadecimal
from hub.interface import DataError
from hub.json_text import objects
from hub.part import ENVELOPE, layout_of, layout_text
from hub.plan import Plan
from hub.window import Window

MakePlan = Callable[..., Plan]


def rows(plan: Plan, *names: str, start: int = 0) -> pa.RecordBatch:
    """Rows as the kernel gives them."""
    keys = [f"{start + number:016d}".encode() for number in range(len(names))]
    columns = {
        "djbh": [f"R{start + number}" for number in range(len(names))],
        "xm": list(names),
        "sfzh": [None] * len(names),
        "je": [None] * len(names),
        "_op": ["I"] * len(names),
        "_key": keys,
        "_digest": keys,
    }
    types = {name: field.column.type for name, field in plan.table.fields.items()}
    types |= {"_op": pa.string(), "_key": pa.binary(16), "_digest": pa.binary(16)}
    return pa.RecordBatch.from_arrays([pa.array(columns[name], types[name]) for name in columns], names=list(columns))


def order(plan: Plan, folder: Path, format: Any = None) -> Order:
    window = Window(plan.id, "2026-11-22-10:00", "regular", None, None)
    return Order(plan, window, folder, "2026-11-22 12:00:05", format or create({}))


def never(batch: pa.RecordBatch, stage: str, rule: str) -> None:
    if batch.num_rows:
        pytest.fail(f"{batch.num_rows} rows refused at {stage}: {rule}")


def made(plan: Plan, folder: Path, *batches: pa.RecordBatch) -> list[Made]:
    return list(encode(order(plan, folder), iter(batches), never))


def test_parts_are_full_whatever_the_batches(make_plan: MakePlan, tmp_path: Path) -> None:
    """Batches of 3, 0, 5 and 4 rows make parts of 5, 5 and 2 rows in the same order."""
    plan = make_plan(part_rows=5)
    batches = [rows(plan, *"abc"), rows(plan), rows(plan, *"defgh", start=3), rows(plan, *"ijkl", start=8)]
    parts = made(plan, tmp_path, *batches)
    assert [part.rows for part in parts] == [5, 5, 2]
    names = [json.loads(line)["xm"] for part in parts for line in part.path.read_text().splitlines()]
    assert names == list("abcdefghijkl")


def test_no_rows_make_no_part(make_plan: MakePlan, tmp_path: Path) -> None:
    """Not even an empty one."""
    plan = make_plan()
    assert made(plan, tmp_path, rows(plan)) == []


def test_the_same_rows_make_the_same_parts(make_plan: MakePlan, tmp_path: Path) -> None:
    """Encoded again after a crash: same bytes, same ids; another window has other ids."""
    plan = make_plan(part_rows=2)
    one, two = made(plan, tmp_path / "1", rows(plan, *"abc")), made(plan, tmp_path / "2", rows(plan, *"abc"))
    assert [(part.id, part.sha256) for part in one] == [(part.id, part.sha256) for part in two]
    assert len({part.id for part in one}) == 2
    changed = made(plan, tmp_path / "3", rows(plan, *"abd"))
    assert [part.id == other.id for part, other in zip(one, changed, strict=True)] == [True, False]


def test_a_sidecar_names_every_row(make_plan: MakePlan, tmp_path: Path) -> None:
    """Key, digest, operation, the id the partner knows and the key fields, in the order of the payload."""
    plan = make_plan()
    (part,) = made(plan, tmp_path, rows(plan, "a", "b"))
    table = pq.read_table(part.sidecar)
    assert table["row_id"].to_pylist() == [f"{n:016d}".encode().hex() for n in range(2)]
    assert [json.loads(line)["row_guid"] for line in part.path.read_text().splitlines()] == table["row_id"].to_pylist()
    assert table["keys"].to_pylist() == ['{"djbh":"R0"}', '{"djbh":"R1"}']
    assert table["op"].to_pylist() == ["I", "I"]


def test_without_an_envelope_a_row_is_known_by_its_key_fields(make_plan: MakePlan, tmp_path: Path) -> None:
    """The payload has the fields alone."""
    plan = make_plan(envelope=False)
    (part,) = made(plan, tmp_path, rows(plan, "a"))
    assert list(json.loads(part.path.read_text())) == ["djbh", "xm", "sfzh", "je"]
    assert pq.read_table(part.sidecar)["row_id"].to_pylist() == ["R0"]


class Picky:
    """A format that cannot say ``x``."""

    suffix, media_type = ".txt", "text/plain"

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, batch: pa.RecordBatch, layout: Any, heading: Any) -> bytes:
        self.calls += 1
        if "x" in batch.column("xm").to_pylist():
            raise DataError("row 1: x")
        return ",".join(batch.column("xm").to_pylist()).encode()


@given(names=st.lists(st.sampled_from("abx"), max_size=40), size=st.integers(1, 12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_what_a_format_cannot_say_is_refused_alone(
    make_plan: MakePlan, tmp_path_factory: pytest.TempPathFactory, names: list[str], size: int
) -> None:
    """Whichever rows they are: the others leave in order, each bad one is refused, and no part is empty."""
    plan = make_plan(part_rows=size)
    refused: list[str] = []

    def refuse(batch: pa.RecordBatch, stage: str, rule: str) -> None:
        assert (stage, rule) == ("encode", "unencodable")
        refused.extend(batch.column("xm").to_pylist())

    folder = tmp_path_factory.mktemp("spool")
    parts = list(encode(order(plan, folder, Picky()), iter([rows(plan, *names)]), refuse))
    said = [name for part in parts for name in part.path.read_text().split(",")]
    assert said == [name for name in names if name != "x"]
    assert refused == ["x"] * names.count("x")
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))


def test_a_few_unsayable_rows_cost_few_attempts(make_plan: MakePlan, tmp_path: Path) -> None:
    """One bad row among 1,024 is found in about 22 attempts, not 1,024."""
    plan, format = make_plan(part_rows=2000), Picky()
    names = ["a"] * 1024
    names[700] = "x"
    list(encode(order(plan, tmp_path, format), iter([rows(plan, *names)]), lambda *_: None))
    assert format.calls <= 25


def test_an_absence_is_a_delete_with_its_key_alone(make_plan: MakePlan) -> None:
    """The key fields come back from the ledger, typed; everything else is null."""
    plan = make_plan()
    gone = pa.RecordBatch.from_pydict({"key": [b"k" * 16], "keys": ['{"djbh":"R\\"1"}']})
    (row,) = absences(plan, gone).to_pylist()
    assert row == {"djbh": 'R"1', "xm": None, "sfzh": None, "je": None, "_op": "D", "_key": b"k" * 16, "_digest": bytes(16)}


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=20), st.integers(0, 5))
def test_hexadecimal(values: list[bytes], offset: int) -> None:
    """As Python spells it, for slices too."""
    column = pa.array(values, pa.binary(16)).slice(offset)
    assert hexadecimal(column).to_pylist() == [value.hex() for value in values[offset:]]


@given(st.lists(st.tuples(st.none() | st.text(), st.none() | st.text()), max_size=10))
def test_objects_are_json(pairs: list[tuple[str | None, str | None]]) -> None:
    """Whatever the texts: one JSON object a row, which reads back as the same values."""
    columns = {"a": pa.array([a for a, _ in pairs], pa.string()), '字"段': pa.array([b for _, b in pairs], pa.string())}
    texts = objects(columns, len(pairs)).to_pylist()
    assert [tuple(json.loads(text).values()) for text in texts] == pairs
    assert objects({}, 2).to_pylist() == ["{}", "{}"]


def test_a_layout_survives_as_text(make_plan: MakePlan) -> None:
    """Types, titles and keys come back as they were: a part is sent as it was made, whatever the plan says by then."""
    for plan in (make_plan(), make_plan(envelope=False)):
        assert layout_of(layout_text(plan.layout)) == plan.layout


def test_the_envelope_is_the_compilers() -> None:
    """Encoding fills the columns that compiling puts before the fields, in that order."""
    assert tuple(column.name for column in COLUMNS) == ENVELOPE


def test_no_piece_outlives_its_part(make_plan: MakePlan, tmp_path: Path) -> None:
    """When a part is encoded the rows of the part before are gone from memory: it is that of one part, however many there are."""
    before: list[weakref.ref[pa.RecordBatch]] = []
    alive: list[int] = []

    class Watching:
        suffix, media_type = ".ndjson", "application/x-ndjson"

        def encode(self, rows: pa.RecordBatch, *_: object) -> bytes:
            alive.append(sum(known() is not None for known in before))
            before.append(weakref.ref(rows))
            return b"\n".join(rows.column("djbh").cast(pa.binary()).to_pylist())

    batches = (rows(make_plan(), *"abcd", start=start) for start in range(0, 40, 4))
    done = list(encode(order(make_plan(part_rows=5), tmp_path, Watching()), batches, never))
    assert len(done) == len(alive) == 8
    assert not any(alive)
