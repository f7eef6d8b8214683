"""Every format gives back exactly what it wrote, whatever stands in the rows, or refuses the row by number and column."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.formats import csv, fixed_width, json, ndjson, xml
from hub.interface import Column, DataError, Heading, Layout

LAYOUT = Layout(
    "fafang",
    "发放明细",
    (
        Column("bh", "编号", pa.string(), "an..30", required=True),
        Column("xm", '姓名"户,名', pa.string(), "c..50"),
        Column("rs", "人数", pa.int64(), "n..18"),
        Column("je", "金额", pa.decimal128(17, 2), "n..17,2"),
        Column("lv", "费率", pa.decimal128(38, 10), "n..38,10"),
    ),
    ("bh",),
    "bh",
)
HEADING = Heading("202601010200abcdef010001", "bank/fafang", "2026-01-01-02:00", "bank@1.0.0", "2026-01-01 04:00:01")
WIDE = {"bh": {"width": 400}, "xm": {"width": 400}, "rs": {"width": 21}, "je": {"width": 20}, "lv": {"width": 42}}
FIXED = {
    "tables": {
        "fafang": {
            "columns": WIDE | {"je": {"width": 20, "unit": "fen", "pad": "0"}},
            "header": [{"text": "H{table}{batch}{date}", "width": 60}],
            "trailer": [
                {"text": "{count}", "width": 9, "pad": "0", "align": "right"},
                {"text": "{sum:je}/{sum:rs}", "width": 60},
            ],
        }
    }
}
EXACT = [
    ndjson.create({}),
    ndjson.create({"numbers": "text"}),
    json.create({}),
    json.create({"numbers": "text"}),
    csv.create({}),
    csv.create({"encoding": "gb18030", "header": "titles", "quoting": "all", "line_end": "crlf"}),
    csv.create({"encoding": "utf-8-sig", "header": "none", "delimiter": "|", "formula_guard": True}),
]
STRICT = [
    csv.create({"quoting": "none"}),
    csv.create({"encoding": "gbk", "formula_guard": True}),
    fixed_width.create(FIXED),
    fixed_width.create(FIXED | {"encoding": "gbk", "line_end": "lf"}),
    fixed_width.create({"tables": {"fafang": {"columns": WIDE | {"xm": {"width": 400, "align": "right", "pad": "*"}}}}}),
    xml.create({}),
    xml.create({"encoding": "gb18030"}),
]

HOSTILE = """'|"|''|\\|,|=1+1|'=1|''@a|-1|＋1|null|NULL|\\N|nan|€|·|𠮷|司马　相如|{}|</script>|*| |　|0|😀"""
CONTROLS = """\t|\n|\r\n|\x00|\x1f|\x7f|\ufeff|\u2028"""
hostile = st.sampled_from(["", "a|b", *HOSTILE.split("|"), *CONTROLS.split("|")])
texts = (
    st.none()
    | hostile
    | st.lists(hostile, max_size=4).map("".join)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "bh": texts,
            "xm": texts,
            "rs": st.none() | st.integers(-(2**63), 2**63 - 1),
            "je": st.none() | st.integers(-(10**17) + 1, 10**17 - 1).map(lambda fen: Decimal(fen).scaleb(-2)),
            "lv": st.none() | st.integers(-(10**37), 10**37).map(lambda units: Decimal(units).scaleb(-10)),
        }
    ),
    max_size=5,
)


def batch(found):
    """Rows as the layout types them."""
    return pa.RecordBatch.from_pylist(found, schema=LAYOUT.schema())


@given(rows)
@example([])
@example([{"bh": None, "xm": None, "rs": None, "je": None, "lv": None}] * 3)
def test_exact_formats_give_back_any_row(found):
    """JSON, NDJSON and quoted CSV in UTF-8 or GB 18030 carry every text and every number."""
    for format in EXACT:
        payload = format.encode(batch(found), LAYOUT, HEADING)
        assert format.decode(payload, LAYOUT).equals(batch(found)), (format, payload)
        assert format.encode(batch(found), LAYOUT, HEADING) == payload


@given(rows)
@example([{"bh": "\ufeff", "xm": None, "rs": None, "je": None, "lv": None}])
def test_strict_formats_give_back_or_refuse(found):
    """What GBK, unquoted CSV, a fixed width or XML cannot hold is refused by row and column, without the value."""
    for format in STRICT:
        refused = None
        try:
            payload = format.encode(batch(found), LAYOUT, HEADING)
        except DataError as error:
            refused = error
        if refused:
            assert str(refused).startswith(tuple(f"row {number}, column " for number in range(1, len(found) + 1)))
            assert refused.__suppress_context__ or refused.__context__ is None
        else:
            assert format.decode(payload, LAYOUT).equals(batch(found)), (format, payload)


@given(st.lists(st.none() | texts, min_size=1, max_size=4))
def test_one_column_of_nulls_and_texts(values):
    """A CSV of one column keeps its empty lines: they are nulls."""
    layout = Layout("t", "表", (Column("a", "甲", pa.string(), "c..9"),), ("a",), "a")
    found = pa.RecordBatch.from_pylist([{"a": value} for value in values], schema=layout.schema())
    for format in (csv.create({}), csv.create({"header": "none"}), ndjson.create({}), json.create({})):
        assert format.decode(format.encode(found, layout, HEADING), layout).equals(found)


@given(rows, st.integers(0, 3))
def test_a_slice_of_a_batch_is_encoded_alone(found, start):
    """Rows before and after a slice, which share its buffers, do not leak into the payload."""
    whole = batch([*found, *found])
    part = whole.slice(start, max(len(found) - start, 0))
    for format in EXACT:
        assert format.decode(format.encode(part, LAYOUT, HEADING), LAYOUT).equals(
            pa.RecordBatch.from_pylist(part.to_pylist(), schema=LAYOUT.schema())
        )


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_garbage_is_a_data_error_or_rows(payload):
    """No payload, whatever its bytes, brings up another error than DataError."""
    for format in EXACT + STRICT:
        try:
            assert format.decode(payload, LAYOUT).schema == LAYOUT.schema()
        except DataError:
            continue


@given(rows, st.data())
def test_a_torn_payload_is_never_read_as_less(found, data):
    """A fixed-width file, a JSON or an XML document that was cut anywhere is refused."""
    if not found:
        return
    for format in (json.create({}), xml.create({}), fixed_width.create(FIXED)):
        try:
            payload = format.encode(batch(found), LAYOUT, HEADING)
        except DataError:
            continue
        end = data.draw(st.integers(0, len(payload.rstrip()) - 1))
        with pytest.raises(DataError):
            format.decode(payload[:end], LAYOUT)
