"""Takes a fixed-width file and the agreed record, gives its rows; the bank's own reading of the agreement, apart from the hub's.

Widths are bytes of the encoding. A header and a trailer may name the table, the number of records and the sum of a column; all
three must be right, or the whole file is refused: a bank pays nothing from a file that does not add up.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.contract.model import Table
from hub.sandbox.sheet import Refusal

_PIECE = re.compile(r"(\{(?:table|batch|date|count|sum:\w+)\})")
_NUMBER = re.compile(r"-?[0-9]+")


def read(payload: bytes, table: Table, settings: Mapping[str, Any]) -> list[dict[str, str | None]]:
    """The rows of a file, amounts in fen turned into the field's own unit. ``settings``: the partner's format_settings.

    Raises Refusal, with the line's number and no value, for anything that is not as agreed.
    """
    record = settings["tables"][table.name]
    encoding = settings.get("encoding", "gb18030")
    *lines, rest = payload.split(b"\n" if settings.get("line_end") == "lf" else b"\r\n")
    header, trailer = record.get("header", ()), record.get("trailer", ())
    if rest or len(lines) < bool(header) + bool(trailer):
        raise Refusal("torn-file", "文件不完整")
    first = lines.pop(0) if header else b""
    last = lines.pop() if trailer else b""
    rows = _at_once(lines, record["columns"], encoding)
    if rows is None:
        rows = [_row(line, number, record["columns"], encoding) for number, line in enumerate(lines, 1 + bool(header))]
    _agree(first, header, table.name, rows, encoding)
    _agree(last, trailer, table.name, rows, encoding)
    units = {name: cell["unit"] for name, cell in record["columns"].items() if "unit" in cell}
    return [{name: _yuan(value) if name in units else value for name, value in row.items()} for row in rows]


def _at_once(lines: Sequence[bytes], columns: Mapping[str, Any], encoding: str) -> list[dict[str, str | None]] | None:
    """The rows read by column, each decoded as a whole; None if a line has another length or a cell is not sound text."""
    if {len(line) for line in lines} != {sum(cell["width"] for cell in columns.values())}:
        return None
    read: list[list[str | None]] = []
    start = 0
    for cell in columns.values():
        end = start + cell["width"]
        try:  # no character of several bytes has a line end in it: half a one at the end of a cell is an error here, too
            texts = b"\n".join([line[start:end] for line in lines]).decode(encoding).split("\n")
        except UnicodeDecodeError:
            return None
        if len(texts) != len(lines):
            return None
        read.append([_meant(text, cell.get("pad", " ")) for text in texts])
        start = end
    return [dict(zip(columns, row, strict=True)) for row in zip(*read, strict=True)]


def _row(line: bytes, number: int, columns: Mapping[str, Any], encoding: str) -> dict[str, str | None]:
    if len(line) != sum(cell["width"] for cell in columns.values()):
        raise Refusal("record-length", f"第{number}行长度不符")
    row: dict[str, str | None] = {}
    start = 0
    for name, cell in columns.items():
        raw, start = line[start : start + cell["width"]], start + cell["width"]
        row[name] = _value(raw, cell, encoding, number)
    return row


def _value(raw: bytes, cell: Mapping[str, Any], encoding: str, number: int) -> str | None:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        raise Refusal("encoding", f"第{number}行不是{encoding}编码") from None
    return _meant(text, cell.get("pad", " "))


def _meant(text: str, pad: str) -> str | None:
    """A cell without its padding."""
    if pad == "0" and text.strip(" "):
        return text.lstrip("0") or "0"
    return text.strip(f"{pad} ") or None


def _agree(line: bytes, items: Sequence[Mapping[str, Any]], table: str, rows: Sequence[Mapping[str, Any]], encoding: str) -> None:
    """Whether a header or trailer says what the records say."""
    if len(line) != sum(item["width"] for item in items):
        raise Refusal("summary-length", "首行或末行长度不符")
    for item, said in zip(items, _said(line, items, encoding), strict=True):
        expected = "".join(_expected(piece, table, rows) for piece in _PIECE.split(item["text"]))
        if not re.fullmatch(expected, said):
            raise Refusal("summary", f"首行或末行的 {item['text']} 与明细不符")


def _expected(piece: str, table: str, rows: Sequence[Mapping[str, str | None]]) -> str:
    """What a piece of a summary must look like, as a pattern; the bank does not know batch and date beforehand."""
    if piece in ("{batch}", "{date}"):
        return r"[0-9A-Za-z]+"
    if piece == "{count}":
        return f"0*{len(rows)}"
    if piece.startswith("{sum:"):
        total = _sum(rows, piece[5:-1])
        return "(?!)" if total is None else f"0*{total}"
    return re.escape(table if piece == "{table}" else piece)


def _said(line: bytes, items: Sequence[Mapping[str, Any]], encoding: str) -> Iterator[str]:
    start = 0
    for item in items:
        raw, start = line[start : start + item["width"]], start + item["width"]
        try:
            yield raw.decode(encoding).strip()
        except UnicodeDecodeError:
            raise Refusal("encoding", f"首行或末行不是{encoding}编码") from None


def _sum(rows: Sequence[Mapping[str, str | None]], column: str) -> int | None:
    """None when a value is no whole number: then nothing agrees."""
    values = [row[column] or "0" for row in rows]
    return sum(map(int, values)) if all(_NUMBER.fullmatch(value) for value in values) else None


def _yuan(value: str | None) -> str | None:
    """Hundredths as a decimal; what is no number stays, for the row's own check."""
    try:
        return value and str(Decimal(value).scaleb(-2))
    except InvalidOperation:
        return value
