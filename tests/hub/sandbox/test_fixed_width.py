"""The bank's own reading of fixed-width files: it reads what the hub's format writes, and refuses what does not add up."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.formats import fixed_width as hub_side
from hub.contract.model import Notation, Table
from hub.interface import Heading, Layout
from hub.sandbox import fixed_width
from hub.sandbox.receiver import Refusal

HEADING = Heading("202611220200aaaaaaaa0001", "bank/payment", "2026-11-22-02:00", "invented@1.0.0", "2026-11-22 04:00:05")
SETTINGS: dict[str, Any] = {
    "encoding": "gb18030",
    "tables": {
        "payment": {
            "columns": {
                "bh": {"width": 20},
                "xm": {"width": 20},
                "je": {"width": 12, "pad": "0", "unit": "fen"},
                "bs": {"width": 6},
            },
            "header": [
                {"text": "H", "width": 1},
                {"text": "{batch}", "width": 24},
                {"text": "{date}", "width": 8},
                {"text": "{count}", "width": 8, "align": "right", "pad": "0"},
                {"text": "{sum:je}", "width": 15, "align": "right", "pad": "0"},
            ],
            "trailer": [{"text": "END{count}", "width": 20}],
        }
    },
}


@pytest.fixture
def slip(table: Table) -> Table:
    """Four columns: two texts, an amount in yuan and a count."""
    count = replace(table.fields["je"], name="bs", notation=Notation("n", 1, 6), minimum=None, maximum=None)
    return replace(table, fields={name: table.fields[name] for name in ("bh", "xm", "je")} | {"bs": count}, as_of=None)


def encoded(slip: Table, rows: list[dict[str, Any]]) -> bytes:
    """What the hub would send."""
    layout = Layout(slip.name, slip.title, tuple(field.column for field in slip.fields.values()), slip.key, "bh")
    typed = [
        {name: pa.scalar(row.get(name)).cast(layout.schema().field(name).type).as_py() for name in slip.fields} for row in rows
    ]
    batch = pa.RecordBatch.from_pylist(typed, schema=layout.schema())
    return hub_side.create(SETTINGS).encode(batch, layout, HEADING)


ROWS: list[dict[str, Any]] = [
    {"bh": "FF1", "xm": "𠮷　野", "je": "1245.50", "bs": "12"},
    {"bh": "FF2", "xm": "王某", "je": "0.01", "bs": None},
    {"bh": "FF3", "xm": None, "je": None, "bs": "0"},
]


def test_what_the_hub_writes_is_read_back(slip: Table) -> None:
    """Rare characters, amounts in fen, empty cells."""
    assert fixed_width.read(encoded(slip, ROWS), slip, SETTINGS) == ROWS


def test_an_empty_batch_is_a_header_and_a_trailer(slip: Table) -> None:
    """Count 0, sum 0."""
    assert fixed_width.read(encoded(slip, list[dict[str, Any]]()), slip, SETTINGS) == []


NAMES = st.text(alphabet="王李𠮷㐱甲乙丙AZaz09", min_size=1, max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the table is immutable
@given(st.lists(st.tuples(NAMES, st.integers(0, 10**8 - 1), st.integers(0, 999_999)), max_size=20))
def test_any_rows_survive(slip: Table, values: list[tuple[str, int, int]]) -> None:
    """Two programs that were written apart agree on every file."""
    rows: list[dict[str, Any]] = [
        {"bh": f"F{number}", "xm": name, "je": f"{fen // 100}.{fen % 100:02d}", "bs": str(count)}
        for number, (name, fen, count) in enumerate(values)
    ]
    assert fixed_width.read(encoded(slip, rows), slip, SETTINGS) == rows


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b"00000003", b"00000004", "summary"),
        (b"000000000124551", b"000000000124552", "summary"),
        (b"000000000124551", b"00000000012455x", "summary"),
        (b"END3", b"END4", "summary"),
        (b"H2026", b"X2026", "summary"),
        (b"202611220200aaaaaaaa0001", b" " * 24, "summary"),
        (b"FF2", b"FF2 ", "record-length"),
        (b"END3 ", b"END3", "summary-length"),
        ("王某".encode("gbk"), b"\xff\xff\xff\xff", "encoding"),
        (b"000000000001     ", b"0000000000x1     ", "summary"),
    ],
)
def test_a_file_that_does_not_add_up_is_refused_whole(slip: Table, before: bytes, after: bytes, code: str) -> None:
    """Every edit of one place is noticed."""
    payload = encoded(slip, ROWS)
    assert before in payload
    with pytest.raises(Refusal) as caught:
        fixed_width.read(payload.replace(before, after), slip, SETTINGS)
    assert caught.value.code == code


@pytest.mark.parametrize("share", [0, 1, 50, 99])
def test_a_torn_file_is_refused(slip: Table, share: int) -> None:
    """Cut anywhere: nothing is paid from it."""
    payload = encoded(slip, ROWS)
    with pytest.raises(Refusal):
        fixed_width.read(payload[: len(payload) * share // 100], slip, SETTINGS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_garbage_is_refused(slip: Table, payload: bytes) -> None:
    """Nothing but Refusal comes out."""
    with pytest.raises(Refusal):
        fixed_width.read(payload, slip, SETTINGS)
