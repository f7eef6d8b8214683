"""What each format puts on the wire, byte for byte, and how it names what it refuses."""

import json as standard_json
from decimal import Decimal

import pyarrow as pa
import pytest

from adapters.formats import csv, fixed_width, json, ndjson
from hub.interface import Column, ConfigurationError, DataError, Heading, Layout

LAYOUT = Layout(
    "detail",
    "发放明细",
    (
        Column("sn", "序号", pa.string(), "an..16", required=True),
        Column("xm", "户名", pa.string(), "c..50"),
        Column("je", "金额", pa.decimal128(17, 2), "n..17,2"),
        Column("rs", "人数", pa.int64(), "n..9"),
    ),
    ("sn",),
    "sn",
)
HEADING = Heading("B0001", "bank/detail", "2026-11-22-02:00", "bank@1.0.0", "2026-11-22 04:00:01")
ROWS = [
    {"sn": "01", "xm": "欧阳", "je": Decimal("1234.50"), "rs": 2},
    {"sn": "02", "xm": None, "je": None, "rs": None},
    {"sn": "03", "xm": '=1+"1"', "je": Decimal("-0.05"), "rs": -1},
]
RECORD = {"columns": {"sn": {"width": 4}, "xm": {"width": 10}, "je": {"width": 9, "pad": "0", "unit": "fen"}, "rs": {"width": 4}}}
ENDS = {
    "header": [{"text": "H{table}", "width": 8}, {"text": "{batch}", "width": 6}, {"text": "{date}", "width": 8}],
    "trailer": [
        {"text": "T", "width": 1},
        {"text": "{count}", "width": 4, "align": "right", "pad": "0"},
        {"text": "{sum:je}", "width": 8},
    ],
}


def batch(rows, layout=LAYOUT):
    """Rows as the layout types them."""
    return pa.RecordBatch.from_pylist(rows, schema=layout.schema())


def encoded(format, rows=ROWS):
    """The payload of a part."""
    return format.encode(batch(rows), LAYOUT, HEADING)


def fixed(ends=ENDS, **settings):
    """The bank's format."""
    return fixed_width.create({"tables": {"detail": RECORD | ends}, "line_end": "lf"} | settings)


def test_ndjson_lines():
    """One object a line, keys in the layout's order, decimals digit by digit, null without quotes."""
    assert encoded(ndjson.create({})).decode().splitlines() == [
        '{"sn":"01","xm":"欧阳","je":1234.50,"rs":2}',
        '{"sn":"02","xm":null,"je":null,"rs":null}',
        '{"sn":"03","xm":"=1+\\"1\\"","je":-0.05,"rs":-1}',
    ]


def test_ndjson_numbers_as_text():
    """A partner whose reader makes floats of numbers gets them in quotes, and null stays null."""
    lines = encoded(ndjson.create({"numbers": "text"})).decode().splitlines()
    assert lines[0] == '{"sn":"01","xm":"欧阳","je":"1234.50","rs":"2"}'
    assert lines[1] == '{"sn":"02","xm":null,"je":null,"rs":null}'


def test_json_document():
    """The heading, the count and the rows, as any JSON reader sees them."""
    document = standard_json.loads(encoded(json.create({})), parse_float=Decimal)
    assert list(document) == ["batch", "table", "standard", "window", "staged_at", "count", "rows"]
    assert (document["batch"], document["table"], document["count"]) == ("B0001", "detail", 3)
    assert document["rows"] == [dict(row) for row in ROWS]


@pytest.mark.parametrize("payload", [b"null", b" null", b"null{}", b"\n\nnull\n"])
@pytest.mark.parametrize("format", [ndjson.create({}), json.create({})], ids=["ndjson", "json"])
def test_a_document_that_is_null_is_refused(format, payload):
    """Arrow's reader would end the process."""
    with pytest.raises(DataError):
        format.decode(payload, LAYOUT)


@pytest.mark.parametrize("control", [chr(code) for code in (*range(0x20), 0x7F, 0x2028)])
def test_json_escapes_what_it_must(control):
    """Every control character survives a JSON reader that is not ours, beside quotes and backslashes."""
    value = f'a{control}\\"𠮷'
    for format in (ndjson.create({}), json.create({})):
        payload = encoded(format, [ROWS[0] | {"xm": value}])
        found = standard_json.loads(payload)
        assert found.get("rows", [found])[0]["xm"] == value


def test_many_rows_are_joined_without_a_seam():
    """Rows beyond one slice of the work, some with characters to escape, all arrive in order."""
    rows = [{"sn": str(number), "xm": '"' if number % 5000 == 0 else "x", "je": None, "rs": number} for number in range(20_000)]
    for format in (ndjson.create({}), json.create({})):
        assert format.decode(encoded(format, rows), LAYOUT)["rs"].to_pylist() == list(range(20_000))


def test_csv_lines():
    """Texts in quotes, numbers bare, null empty, quotes doubled."""
    assert encoded(csv.create({})).decode() == '"sn","xm","je","rs"\n"01","欧阳",1234.50,2\n"02",,,\n"03","=1+""1""",-0.05,-1\n'


def test_csv_titles_for_people_who_open_it_in_excel():
    """Titles as header, a BOM, CR LF, and no cell that Excel would run."""
    settings = {"header": "titles", "encoding": "utf-8-sig", "line_end": "crlf", "formula_guard": True}
    payload = encoded(csv.create(settings))
    assert payload.startswith("\ufeff".encode() + '"序号","户名","金额","人数"\r\n'.encode())
    assert b'"\'=1+""1"""' in payload
    assert csv.create(settings).decode(payload, LAYOUT).equals(batch(ROWS))


def test_csv_reads_what_others_write_without_quotes():
    """A partner's plain CSV is read, too."""
    found = csv.create({}).decode("sn,xm,je,rs\n01,欧阳,1234.50,2\n".encode(), LAYOUT)
    assert found.equals(batch(ROWS[:1]))


def test_fixed_width_records():
    """Widths are bytes of GB 18030; amounts are fen with zeros before them; null is blanks; sums are exact."""
    lines = encoded(fixed()).decode("gb18030").split("\n")
    assert lines[0] == "Hdetail B0001 20261122"
    assert lines[1] == "01  欧阳      000123450   2"
    assert lines[2] == "02  " + " " * 10 + " " * 9 + " " * 4
    assert lines[3] == '03  =1+"1"    -00000005  -1'
    assert lines[4] == "T0003123445  "
    assert {len(line.encode("gb18030")) for line in lines[1:4]} == {27}
    assert fixed().decode(encoded(fixed()), LAYOUT).equals(batch(ROWS))


def test_rare_characters_need_four_bytes():
    """𠮷 has no place in GBK, and four bytes in GB 18030: five of them do not fit ten bytes."""
    assert fixed().decode(encoded(fixed(), [ROWS[0] | {"xm": "𠮷𠮷"}]), LAYOUT)["xm"][0].as_py() == "𠮷𠮷"
    with pytest.raises(DataError, match=r"row 1, column xm: 12 bytes in gb18030, the width is 10$"):
        encoded(fixed(), [ROWS[0] | {"xm": "𠮷𠮷𠮷"}])
    with pytest.raises(DataError, match="row 2, column xm: a character is not in gbk"):
        encoded(fixed(encoding="gbk"), [ROWS[0], ROWS[0] | {"xm": "𠮷"}])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"xm": "张\n三"}, "row 2, column xm: a control character"),
        ({"xm": ""}, "row 2, column xm: an empty or blank text"),
        ({"xm": "张三 "}, "row 2, column xm: the value would lose the padding"),
        ({"xm": "一二三四五六"}, "row 2, column xm: 12 bytes"),
        ({"je": Decimal("100000000.00")}, "row 2, column je: 11 bytes"),
        ({"rs": 123456}, "row 2, column rs: 6 bytes"),
    ],
)
def test_what_a_record_cannot_hold_is_refused(value, words):
    """Row and column are named, the value is not."""
    with pytest.raises(DataError) as caught:
        encoded(fixed(), [ROWS[0], ROWS[1] | value])
    assert str(caught.value).startswith(words)
    assert not any(str(hidden) in str(caught.value) for hidden in value.values() if hidden)


def test_amounts_add_up_beyond_floats():
    """A thousand amounts of 0.1 and one of fifteen digits are summed to the fen."""
    record = RECORD | {"trailer": [{"text": "{sum:je}", "width": 20}]}
    record = record | {"columns": RECORD["columns"] | {"je": {"width": 20, "unit": "fen"}}}
    format = fixed_width.create({"tables": {"detail": record}})
    rows = [{"sn": str(number), "xm": None, "je": Decimal("0.10"), "rs": None} for number in range(1000)]
    payload = format.encode(batch([*rows, ROWS[0] | {"je": Decimal("999999999999999.99")}]), LAYOUT, HEADING)
    assert payload.splitlines()[-1].strip() == b"100000000000009999"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"T0003", b"T0002"),
        (b"123445", b"123446"),
        (b"Hdetail", b"Hdetall"),
        (b"\n02", b"\n\n02"),
        (b"01  ", b"01 "),
        (b"  -1", b"   x"),
    ],
    ids=["count", "sum", "literal", "line", "short", "number"],
)
def test_a_file_that_does_not_add_up_is_refused(old, new):
    """Count, sum, literals and lengths are checked on reading; the message has the line or the item."""
    payload = encoded(fixed())
    assert payload.count(old) == 1
    with pytest.raises(DataError, match=r"line \d|header|trailer"):
        fixed().decode(payload.replace(old, new), LAYOUT)


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"detail": {"columns": {"sn": {"width": 4}}}},
        {"detail": RECORD | {"columns": RECORD["columns"] | {"extra": {"width": 1}}}},
        {"detail": RECORD | {"columns": RECORD["columns"] | {"sn": {"width": 4, "unit": "fen"}}}},
        {"detail": RECORD | {"columns": RECORD["columns"] | {"rs": {"width": 4, "pad": "*"}}}},
        {"detail": RECORD | {"columns": RECORD["columns"] | {"rs": {"width": 4, "pad": "0", "align": "left"}}}},
        {"detail": RECORD | {"header": [{"text": "{tabel}", "width": 9}]}},
        {"detail": RECORD | {"trailer": [{"text": "{sum:xm}", "width": 9}]}},
        {"detail": RECORD | {"trailer": [{"text": "{sum:nope}", "width": 9}]}},
    ],
    ids=["no-table", "missing", "extra", "text-in-fen", "stars", "zeros-right", "placeholder", "sum-of-text", "sum-of-nothing"],
)
def test_a_record_that_does_not_fit_the_table_is_a_mistake_in_the_settings(tables):
    """The partner's YAML is to be mended, and nothing is sent."""
    with pytest.raises(ConfigurationError):
        fixed_width.create({"tables": tables}).encode(batch(ROWS), LAYOUT, HEADING)


@pytest.mark.parametrize(
    ("format", "payload", "words"),
    [
        (ndjson, b'{"sn":"1"}\n{"sn":2}\n', "line 2, field sn"),
        (ndjson, b'{"sn":"1"}\n{"sn":"1","je":1.234}\n', "line 2, field je"),
        (ndjson, b'{"sn":"1"}\n{"sn":"secret\n', "line 2 is not JSON"),
        (ndjson, b'{"sn":"1","other":"secret"}\n', "line 1 has a key that table detail lacks"),
        (ndjson, b'{"sn":"\xff"}\n', "line 1 is not utf-8"),
        (json, b'{"batch":"b","table":"other","count":0,"rows":[]}', "not one document for table detail"),
        (json, b'{"batch":"b","table":"detail","count":2,"rows":[{"sn":"1"}]}', "count says 2, but there are 1 rows"),
        (json, b'{"table":"detail","count":1,"rows":[{"sn":"1"},{"rs":"secret"}]}', "row 2, field rs"),
        (json, b'{"table":"detail",', "line 1, column"),
        (csv, b"sn,xm,je\n", "line 1: not the names"),
        (csv, b"sn,xm,je,rs\n1,secret,2,3\n1,secret,x,3\n", "row 2, column je"),
        (csv, b"sn,xm,je,rs\n1,secret,2,3\n1,secret\n", "row 2: not 4 columns"),
        (csv, b'sn,xm,je,rs\n1,"secret,2,3\n', "row "),
    ],
)
def test_what_is_refused_is_named_by_place(format, payload, words):
    """Line or row, and the field; the value, which may be somebody's, is not repeated, nor chained to the error."""
    with pytest.raises(DataError) as caught:
        format.create({}).decode(payload, LAYOUT)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_unquoted_csv_refuses_what_would_need_quotes():
    """``quoting: none`` names the row and column instead of writing something else."""
    format = csv.create({"quoting": "none", "delimiter": "|"})
    assert encoded(format, ROWS[:1]) == "sn|xm|je|rs\n01|欧阳|1234.50|2\n".encode()
    with pytest.raises(DataError, match="row 2, column xm"):
        encoded(format, [ROWS[0], ROWS[0] | {"xm": "a|b"}])
    with pytest.raises(DataError, match="row 1, column xm"):
        encoded(format, [ROWS[0] | {"xm": ""}])


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_csv_in_the_encodings_of_older_systems(encoding):
    """GBK and GB 18030 are declared in the media type; a character that GBK lacks is refused by row and column."""
    format = csv.create({"encoding": encoding})
    assert format.media_type == f"text/csv; charset={encoding}"
    assert encoded(format, ROWS[:1]) == '"sn","xm","je","rs"\n"01","欧阳",1234.50,2\n'.encode(encoding)
    if encoding == "gbk":
        with pytest.raises(DataError, match="row 3, column xm"):
            encoded(format, [*ROWS[:2], ROWS[2] | {"xm": "𠮷"}])


PLACE = Layout(
    "t", "地点", (Column("k", "编,号", pa.string(), "an..9"), Column("jd", "经度", pa.decimal128(12, 9), "n..12,9")), ("k",), "k"
)
PLACES = [{"k": "1", "jd": Decimal("0E-9")}, {"k": "2", "jd": Decimal("-1E-9")}, {"k": "3", "jd": None}]
CELLS = {"tables": {"t": {"columns": {"k": {"width": 2}, "jd": {"width": 13, "pad": "0"}}}}}


@pytest.mark.parametrize(
    "format",
    [
        csv.create({}),
        csv.create({"quoting": "none"}),
        ndjson.create({}),
        json.create({"numbers": "text"}),
        fixed_width.create(CELLS),
    ],
    ids=["csv", "csv-none", "ndjson", "json", "fixed_width"],
)
def test_a_small_decimal_has_no_exponent(format):
    """Zero and a billionth with nine places are written digit by digit, and come back."""
    payload = format.encode(batch(PLACES, PLACE), PLACE, HEADING)
    assert b"E-" not in payload
    assert b"0.000000001" in payload
    assert format.decode(payload, PLACE).equals(batch(PLACES, PLACE))


def test_a_title_that_needs_quotes_is_a_mistake_in_the_settings():
    """Where no value may have quotes the header may have none either, and the message says what to write."""
    with pytest.raises(ConfigurationError, match=r"编,号 needs quotes.*header: names"):
        csv.create({"quoting": "none", "header": "titles"}).encode(batch(PLACES, PLACE), PLACE, HEADING)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a", "'=1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    """The ASCII forms and the full-width ones, which spreadsheets of a Chinese locale run as well."""
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["20240115", "110101199001011234", "0.5", "/a", ":", "<b>", "？", "１", "甲=1", "'1", "a"])
def test_what_no_spreadsheet_runs_gets_none(text):
    """Numbers, dates and codes stay as they are: a partner that reads the file with a program must not find apostrophes."""
    assert guarded(text) == text


def guarded(text):
    """The text as it stands between the quotes of a guarded CSV."""
    payload = csv.create({"formula_guard": True, "header": "none"}).encode(batch([{"sn": text}]), LAYOUT, HEADING)
    return payload.decode().split('"')[1]
