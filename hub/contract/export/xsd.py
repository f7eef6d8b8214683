"""Takes a release; gives one XML Schema 1.0 a table: what the wire format ``xml`` writes (adapters/formats/xml.py).

A record that is withdrawn travels with its key alone, so the fields between two parts of the key stand in a group that is there
or not; inside the group the required ones are required. Code lists of more than 300 values are patterns, named in words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from hub.contract.export.forms import bounds, limit, pattern
from hub.contract.export.parts import LISTED, by_domain, columns, names, only, written
from hub.contract.model import CodeList, Field, Standard, Table


def write(standard: Standard, out: Path, options: Mapping[str, str]) -> tuple[Path, ...]:
    """``<domain>/<table>.xsd``; with ``envelope`` in the options the rows begin with the columns of the envelope."""
    only(options, ("envelope",), "xsd")
    domains = by_domain(standard, options)
    return written(out, {f"{name}/{table.name}.xsd": schema(table, options) for name in domains for table in domains[name]})


def schema(table: Table, options: Mapping[str, str]) -> str:
    """The document of one table."""
    fields = columns(table, options)
    lists = {field.codes.name: field.codes for field in fields if field.codes and len(field.codes.codes) <= LISTED}
    types = {name: f"codes{number}" for number, name in enumerate(sorted(lists), start=1)}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">',
        *_indented(_note(f"{table.title} {table.name}（{table.code}），{table.standard}@{table.version}；{table.grain}")),
        *_indented(_root(table)),
        *_indented(_row(table, fields, types)),
        *(line for name in sorted(lists) for line in _indented(_codes(types[name], lists[name]))),
        "</xs:schema>",
    ]
    return "\n".join(lines) + "\n"


def _root(table: Table) -> Iterator[str]:
    yield '<xs:element name="batch">'
    yield "  <xs:complexType>"
    yield "    <xs:sequence>"
    yield '      <xs:element name="row" type="row" minOccurs="0" maxOccurs="unbounded"/>'
    yield "    </xs:sequence>"
    yield '    <xs:attribute name="batch" type="xs:string" use="required"/>'
    yield f'    <xs:attribute name="table" type="xs:string" use="required" fixed="{table.name}"/>'
    yield f'    <xs:attribute name="standard" type="xs:string" use="required" fixed="{table.standard}@{table.version}"/>'
    yield '    <xs:attribute name="window" type="xs:string" use="required"/>'
    yield '    <xs:attribute name="staged_at" type="xs:string" use="required"/>'
    yield '    <xs:attribute name="count" type="xs:nonNegativeInteger" use="required"/>'
    yield "  </xs:complexType>"
    yield "</xs:element>"


def _row(table: Table, fields: Sequence[Field], types: Mapping[str, str]) -> Iterator[str]:
    """The columns in their order; each run of fields that are not part of the key is there or not."""
    yield '<xs:complexType name="row">'
    yield "  <xs:sequence>"
    for always, run in groupby(fields, lambda field: field.name in table.key or field.name not in table.fields):
        elements = [line for field in run for line in _element(field, always, types)]
        yield from _indented(elements if always else _optional(elements), 2)
    yield "  </xs:sequence>"
    yield "</xs:complexType>"


def _optional(lines: Iterable[str]) -> Iterator[str]:
    yield '<xs:sequence minOccurs="0">'
    yield from _indented(lines)
    yield "</xs:sequence>"


def _element(field: Field, always: bool, types: Mapping[str, str]) -> Iterator[str]:
    least = "" if always or field.required else ' minOccurs="0"'
    words = f"{field.title}：{field.element.definition}（{field.notation}）"
    if field.codes is None or field.codes.name not in types:
        yield f'<xs:element name="{field.name}"{least}>'
        yield from _indented(_note(words if field.codes is None else f"{words} 代码表 {field.codes.name}"))
        yield from _indented(_simple(field))
    else:
        yield f'<xs:element name="{field.name}"{least} type="{types[field.codes.name]}">'
        yield from _indented(_note(words))
    yield "</xs:element>"


def _simple(field: Field) -> Iterator[str]:
    yield "<xs:simpleType>"
    if field.numeric:
        yield from _indented(_number(field))
    else:
        form = pattern(field.notation)
        yield '  <xs:restriction base="xs:string">'
        if form:
            yield f"    <xs:pattern value={quoteattr(form)}/>"
        else:
            yield f'    <xs:minLength value="{max(field.notation.minimum, 1)}"/>'
            yield f'    <xs:maxLength value="{field.notation.maximum}"/>'
        yield "  </xs:restriction>"
    yield "</xs:simpleType>"


def _number(field: Field) -> Iterator[str]:
    notation, (least, greatest) = field.notation, bounds(field)
    yield f'<xs:restriction base="{"xs:decimal" if notation.scale else "xs:integer"}">'
    if notation.scale:
        yield f'  <xs:fractionDigits value="{notation.scale}"/>'
    yield f'  <xs:minExclusive value="{-limit(notation)}"/>' if least is None else f'  <xs:minInclusive value="{least:f}"/>'
    yield f'  <xs:maxExclusive value="{limit(notation)}"/>' if greatest is None else f'  <xs:maxInclusive value="{greatest:f}"/>'
    yield "</xs:restriction>"


def _codes(name: str, found: CodeList) -> Iterator[str]:
    yield f'<xs:simpleType name="{name}">'
    yield from _indented(_note(f"{found.name} {found.title}"))
    yield '  <xs:restriction base="xs:string">'
    for code, title in names(found).items():
        yield f"    <xs:enumeration value={quoteattr(code)}>"
        yield from _indented(_note(title), 3)
        yield "    </xs:enumeration>"
    yield "  </xs:restriction>"
    yield "</xs:simpleType>"


def _note(words: str) -> Iterator[str]:
    yield "<xs:annotation>"
    yield f'  <xs:documentation xml:lang="zh">{escape(words)}</xs:documentation>'
    yield "</xs:annotation>"


def _indented(lines: Iterable[str], depth: int = 1) -> Iterator[str]:
    return ("  " * depth + line for line in lines)
