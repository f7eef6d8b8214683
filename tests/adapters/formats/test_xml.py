"""What the XML format puts on the wire, byte for byte, and what it refuses to read."""

from decimal import Decimal

import pyarrow as pa
import pytest

from adapters.formats import xml
from hub.interface import Column, DataError, Heading, Layout

LAYOUT = Layout(
    "detail",
    "发放明细",
    (
        Column("sn", "序号", pa.string(), "an..16", required=True),
        Column("xm", "户名", pa.string(), "c..50"),
        Column("je", "金额", pa.decimal128(17, 2), "n..17,2"),
        Column("lv", "费率", pa.decimal128(12, 8), "n..12,8"),
    ),
    ("sn",),
    "sn",
)
HEADING = Heading("B0001", "bank/detail", "2026-11-22-02:00", "bank@1.0.0", "2026-11-22 04:00:01")
WHEN = 'window="2026-11-22-02:00" staged_at="2026-11-22 04:00:01"'
HEAD = f'<batch batch="B0001" table="detail" standard="bank@1.0.0" {WHEN} count="{{}}">'


def batch(*rows):
    """Rows as the layout types them."""
    return pa.RecordBatch.from_pylist(list(rows), schema=LAYOUT.schema())


def document(rows, count=1, before=""):
    """A payload whose rows are spelled by the test."""
    return f"{before}{HEAD.format(count)}{rows}</batch>".encode()


def decoded(payload, **settings):
    """The rows of a payload."""
    return xml.create(settings).decode(payload, LAYOUT)


def test_a_document_as_it_is_sent():
    """One row a line; null is an absent element, the empty text an empty one; decimals have no exponent."""
    rows = [
        {"sn": "01", "xm": "欧阳<&>\r\n\"'", "je": Decimal("1234.50"), "lv": Decimal("0.00000001")},
        {"sn": "02", "xm": "", "je": None, "lv": Decimal(0)},
    ]
    assert xml.create({}).encode(batch(*rows), LAYOUT, HEADING).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"{HEAD.format(2)}\n"
        "<row><sn>01</sn><xm>欧阳&lt;&amp;&gt;&#13;\n\"'</xm><je>1234.50</je><lv>0.00000001</lv></row>\n"
        "<row><sn>02</sn><xm></xm><lv>0.00000000</lv></row>\n"
        "</batch>\n"
    )


def test_gb18030_is_declared_and_written():
    """A rare character takes four bytes; the declaration names the encoding."""
    payload = xml.create({"encoding": "gb18030"}).encode(batch({"sn": "1", "xm": "𠮷"}), LAYOUT, HEADING)
    assert payload.startswith(b'<?xml version="1.0" encoding="GB18030"?>')
    assert "𠮷".encode("gb18030") in payload
    assert decoded(payload, encoding="gb18030").column("xm").to_pylist() == ["𠮷"]


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_refused(character):
    """A control character is named by row and column, without the value."""
    with pytest.raises(DataError, match=r"^row 2, column xm: a character that XML cannot hold") as caught:
        xml.create({}).encode(batch({"sn": "1"}, {"sn": "2", "xm": f"张{character}"}), LAYOUT, HEADING)
    assert "张" not in str(caught.value)


LAUGHS = '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("dtd", [LAUGHS, OUTSIDE, "<!DOCTYPE batch>"])
def test_a_document_type_is_refused(dtd):
    """No entity is expanded and no file is opened, because no DTD is read."""
    with pytest.raises(DataError, match="document type"):
        decoded(document("<row><sn>&a;</sn></row>", before=dtd))


def test_another_encoding_does_not_hide_a_document_type():
    """The partner's encoding is that of the settings; UTF-16 is no way around."""
    with pytest.raises(DataError, match="not utf-8"):
        decoded(document("", before=LAUGHS).decode().encode("utf-16"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("<row><sn>1</sn><sn>2</sn></row>", "row 1 is not a row"),
        ("<row><sn>1</sn><zz>张三</zz></row>", "row 1 is not a row"),
        ("<row><sn>1<i>张三</i></sn></row>", "row 1 is not a row"),
        ("<line><sn>1</sn></line>", "row 1 is not a row"),
        ("<row><sn>1</sn></row>" * 2, "count is not the number of rows, which is 2"),
        ("<row><sn>&undefined;</sn></row>", "line 1, column"),
        ("<row><sn>&#0;</sn></row>", "line 1, column"),
        ("<row><sn>1</row>", "line 1, column"),
        ("<i>" * 50_000 + "</i>" * 50_000, "row 1 is not a row"),
    ],
)
def test_what_is_no_row_is_refused(rows, message):
    """Unknown, doubled, nested or torn elements are never read as less; no value is repeated."""
    with pytest.raises(DataError) as caught:
        decoded(document(rows))
    assert str(caught.value).startswith(message)


def test_a_value_of_another_type_is_named():
    """The row and the column, not the value."""
    rows = "".join(f"<row><sn>{n}</sn><je>{'七元' if n == 2 else n}</je></row>" for n in range(5))
    with pytest.raises(DataError, match=r"^row 3, column je: not a decimal128\(17, 2\)$"):
        decoded(document(rows, count=5))


def test_another_table_is_refused():
    """A payload says for which table it is."""
    with pytest.raises(DataError, match="not one batch of table detail"):
        decoded(b'<batch table="other" count="0"/>')
