"""The XML Schema of a table validates what the xml format writes, and refuses what breaks the contract."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xmlschema

from adapters.formats import xml
from hub.contract.export import xsd
from hub.contract.model import CodeList, Notation, Standard, Table
from hub.interface import ConfigurationError, Heading

TABLES = [
    ("jinmin@1.0.0", "marriage_registration"),
    ("jinmin@1.0.0", "assistance_payment_detail"),
    ("jinmin@1.0.0", "child_ledger"),
    ("jinmin@1.0.0", "report_value"),
    ("gov-service@1.0.0", "up_pro_process"),
    ("bank-disbursement@1.0.0", "disbursement_detail"),
]
Document = Callable[[Table, bool], str]


@pytest.fixture
def document(sampled: Any, heading: Heading) -> Document:
    """The payload of four rows of a table, with the envelope or without it."""

    def written(table: Table, envelope: bool) -> str:
        layout, rows = sampled(table, envelope=envelope)
        words = replace(heading, standard=f"{table.standard}@{table.version}")
        return xml.create({}).encode(rows, layout, words).decode()

    return written


def schema(table: Table, envelope: bool = False) -> xmlschema.XMLSchema10:
    """The exported schema, compiled."""
    return xmlschema.XMLSchema10(xsd.schema(table, {"envelope": "yes"} if envelope else {}))


@pytest.mark.parametrize("envelope", [False, True], ids=["bare", "envelope"])
@pytest.mark.parametrize(("release", "name"), TABLES)
def test_a_payload_is_valid(
    standards: Mapping[str, Standard], document: Document, release: str, name: str, envelope: bool
) -> None:
    """The longest values, the least ones, required fields alone, and a withdrawal that has its key alone."""
    table = standards[release].tables[name]
    schema(table, envelope).validate(document(table, envelope))


def test_gb18030_is_valid_too(tmp_path: Path, jinmin: Standard, sampled: Any, heading: Heading) -> None:
    """A reader of XML takes the encoding from the declaration; Python's parser wants the text."""
    table = jinmin.tables["marriage_registration"]
    layout, rows = sampled(table, envelope=True)
    payload = xml.create({"encoding": "gb18030"}).encode(rows, layout, replace(heading, standard="jinmin@1.0.0"))
    schema(table, True).validate(payload.decode("gb18030").partition("\n")[2])


BREACHES = [
    ("<djrq>20240229</djrq>", "<djrq>20241301</djrq>"),
    ("<djrq>20240229</djrq>", ""),
    ("<swbz>1</swbz>", "<swbz>Y</swbz>"),
    ("<djrq>20240229</djrq>", "<djrq>20240229</djrq><qt>1</qt>"),
    ("<jhdjbh>", "<jhdjbh>" + "号" * 65),
    ('table="marriage_registration"', 'table="divorce_registration"'),
    ('standard="jinmin@1.0.0"', 'standard="jinmin@2.0.0"'),
    ('count="4"', 'count="many"'),
]


def test_what_breaks_the_contract_is_refused(jinmin: Standard, document: Document) -> None:
    """A day of month 13, a required field left out, a code that is not listed, an unknown field, a text too long."""
    table = jinmin.tables["marriage_registration"]
    payload, found = document(table, False), schema(table)
    for old, new in BREACHES:
        assert old in payload
        assert not found.is_valid(payload.replace(old, new, 1)), new


@pytest.mark.parametrize(("number", "valid"), [("999.99", True), ("1000", False), ("-999.99", True), ("0.001", False)])
def test_numbers_have_the_digits_of_their_notation(jinmin: Standard, document: Document, number: str, valid: bool) -> None:
    """n..5,2 is three digits before the point and two after it."""
    table = jinmin.tables["assistance_payment_detail"]
    name = next(name for name, field in table.fields.items() if field.numeric and field.notation.scale)
    field = replace(table.fields[name], notation=Notation("n", 0, 5, 2), minimum=None, maximum=None)
    narrow = replace(table, fields={**table.fields, name: field})
    payload = document(narrow, False)
    assert f"<{name}>999.99</{name}>" in payload
    assert schema(narrow).is_valid(payload.replace(f"<{name}>999.99</{name}>", f"<{name}>{number}</{name}>")) is valid


def test_words_of_a_contract_are_only_words(jinmin: Standard, document: Document) -> None:
    """Titles, codes and names with the characters of XML do not break the document."""
    table = jinmin.tables["marriage_registration"]
    field = table.fields["swbz"]
    assert field.codes
    codes = {'"<&': next(iter(field.codes.codes.values())), **field.codes.codes}
    listed = CodeList("<本地>", '"]]>&', codes, True, field.place)
    spoilt = replace(table, title="</xs:schema>", fields={**table.fields, "swbz": replace(field, codes=listed, title="<!--")})
    schema(spoilt).validate(document(table, False).replace("<swbz>1</swbz>", '<swbz>"&lt;&amp;</swbz>', 1))


def test_one_file_a_table_in_the_folder_of_its_domain(jinmin: Standard, tmp_path: Path) -> None:
    """A domain is chosen by its title."""
    paths = xsd.write(jinmin, tmp_path, {"domain": "婚姻登记"})
    assert {path.parent.name for path in paths} == {"marriage"}
    assert len(paths) == len([table for table in jinmin.tables.values() if table.domain == "婚姻登记"])
    assert len(xsd.write(jinmin, tmp_path, {})) == len(jinmin.tables)


def test_what_cannot_be_done_is_said(jinmin: Standard, tmp_path: Path) -> None:
    """An option of another format, and a folder that is a file."""
    with pytest.raises(ConfigurationError, match="--dialect says nothing about --format xsd"):
        xsd.write(jinmin, tmp_path, {"dialect": "oracle"})
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        xsd.write(jinmin, tmp_path / "file", {})
