"""Takes proposals for the fields of a table and the live tables; gives the text of a first mapping, doubts as comments. Pure.

No sampled value is written but those that are codes: a local code that has a standard one, or that the column's comment names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.contract.model import Table
from hub.mapping.evidence import Column
from hub.mapping.expression import Refused, parse
from hub.mapping.local_codes import named_codes, translate
from hub.mapping.scaffold import Candidate, Proposal
from hub.mapping.yaml_line import expression, flow, remark, scalar

_CHANGED = re.compile(r"更新|修改|变更时间|gxsj|xgsj|mtime|modif|updat|changed?$", re.IGNORECASE)
_DELETED = re.compile(r"删除|is_?del|del_?flag|deleted|sc_?bz", re.IGNORECASE)
_GONE = frozenset({"删除", "已删除", "是", "已删", "作废删除"})
_CENTS = re.compile(r"[（(：:]\s*分\s*[)）]?|以分|单位：?分")


_HALF = 0.5  # a crosswalk that knows fewer of the local codes is no proposal
PROPOSED, UNSURE, ABSENT = "proposed", "unsure", "absent"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the mapping is called and reads. ``remarks`` stand at its top."""

    name: str
    target: str
    source: str
    from_sql: str
    remarks: tuple[str, ...] = ()


def write(draft: Draft, table: Table, proposals: Sequence[Proposal], columns: Sequence[Column]) -> str:
    """The mapping file. A field that is unsure is a comment, so that `hub check` names it until somebody has decided."""
    lines = [f"# {remark(each)}" for each in draft.remarks]
    lines += [f"mapping: {draft.name}", f"target: {draft.target}", f"source: {draft.source}"]
    lines += ["from: |", *(f"  {line.strip()}" for line in draft.from_sql.strip().splitlines())]
    main = [each for each in columns if each.name.partition(".")[0] == columns[0].name.partition(".")[0]]
    watermark, deleted = _watermark(main), _deleted(main)
    lines += [line for _, line in (watermark, deleted) if line]
    lines.append("fields:")
    used = {name for name, _ in (watermark, deleted)}
    absent = []
    width = max(map(len, table.fields)) + 1
    for proposal in proposals:
        line = line_of(proposal, width)
        if line is None:
            absent.append(proposal.field.name)
        else:
            lines.append(f"  {line}")
            used |= {each.column.name for each in proposal.candidates[: None if line.startswith("#") else 1]}
    if len(lines) and lines[-1] == "fields:":
        lines[-1] = "fields: {}"
    lines += _listed("absent", absent, "nothing in the source looks like these")
    lines += _listed("ignore", [each.name for each in columns if each.name not in used], "neither used nor a candidate")
    return "\n".join(lines) + "\n"


def outcomes(proposals: Sequence[Proposal]) -> list[str]:
    """PROPOSED, UNSURE or ABSENT for each field."""
    lines = [line_of(each) for each in proposals]
    return [ABSENT if line is None else UNSURE if line.startswith("#") else PROPOSED for line in lines]


def line_of(proposal: Proposal, width: int = 0) -> str | None:
    """The line of one field; None if it may be absent and nothing is like it."""
    field = proposal.field
    if proposal.sure:
        value, doubt = _value(proposal, proposal.candidates[0])
        if value:
            key = f"{field.name}:".ljust(width)
            return f"{key} {value}  # {remark(field.title)}: {_shown(proposal.candidates[0], why=True)}{doubt}"
    if not proposal.candidates and not field.required:
        return None
    listed = "; ".join(_shown(each, why=number == 0) for number, each in enumerate(proposal.candidates)) or "none"
    need = ", required" if field.required else ""
    return f"# {field.name}: unsure ({remark(field.title)}, {field.notation}{need}): candidates {listed}"


def declaration(table: str, undeclared: Mapping[str, str], comments: Mapping[str, str], *, known: bool) -> Iterator[str]:
    """The lines that declare live columns in the file of the source."""
    if not known:
        yield f"{table}:"
        yield f"  title: {scalar(table)}"
        yield "  columns:"
    for column, kind in undeclared.items():
        yield f"    {scalar(column, key=True)}: {flow({'type': kind, 'title': remark(comments.get(column, '')) or column})}"


def _value(proposal: Proposal, chosen: Candidate) -> tuple[str, str]:
    """The value of the field, empty if it cannot be said; and what is in doubt about it."""
    field, column = proposal.field, chosen.column
    name = _named(column.name)
    if name is None:
        return "", ""
    if field.codes is not None:
        return _coded(proposal, column, name)
    text = name
    if field.element.check == "gb11643" and any(value.endswith("x") for value in column.values):
        text = f"upper({text})"
    if "无" in column.values and column.type == "text":
        text = f"nullif({text}, '无')"
    if field.numeric and field.notation.scale and column.type == "integer" and _CENTS.search(column.comment):
        text = f"try_cast({text} / 100 as decimal({field.notation.maximum},{field.notation.scale}))"
    return expression(text), ""


def _coded(proposal: Proposal, column: Column, name: str) -> tuple[str, str]:
    codes = proposal.field.codes
    assert codes is not None
    done = translate(column.comment, column.values, codes)
    if done.plain:
        return expression(name), ""
    if done.padded:
        return expression(f"lpad({name}, {proposal.field.notation.maximum}, '0')"), ""
    if done.fit < _HALF:
        return "", ""
    doubts = [f"no code found for {', '.join(done.open[:10])}"] if done.open else []
    doubts += [f"{done.hidden} more values without a code"] if done.hidden else []
    value = f"{{code: {scalar(name)}, crosswalk: {flow(done.pairs)}}}"
    return value, f"; unsure: {remark('; '.join(doubts))}" if doubts else ""


def _named(name: str) -> str | None:
    """``alias.column`` as an expression; quoted where it must be, None where it cannot be written."""
    alias, _, column = name.partition(".")
    quoted = column.replace('"', '""')
    for text in (name, f'{alias}."{quoted}"'):
        try:
            if parse(text).columns == (name,):
                return text
        except Refused:
            continue
    return None


def _shown(candidate: Candidate, *, why: bool) -> str:
    reason = f" ({candidate.why})" if why else ""
    return f"{remark(candidate.column.name)} {candidate.score:.2f}{reason}"


def _listed(key: str, names: Sequence[str], why: str) -> list[str]:
    if not names:
        return []
    return [f"{key}:  # {why}", *(f"  - {scalar(name)}" for name in names)]


def _watermark(columns: Sequence[Column]) -> tuple[str, str]:
    """The column that says when a row changed, and its line."""
    for column in columns:
        told = _CHANGED.search(column.comment) or _CHANGED.search(column.name.partition(".")[2])
        if told and column.type in ("timestamp", "date") and _named(column.name) == column.name:
            overlap = "10m" if column.type == "timestamp" else "1d"
            return column.name, f"watermark: {{column: {scalar(column.name)}, overlap: {overlap}}}"
    return "", ""


def _deleted(columns: Sequence[Column]) -> tuple[str, str]:
    """The column that says that a row is deleted, and its line."""
    for column in columns:
        named = named_codes(column.comment)
        flag = bool(_DELETED.search(column.comment.partition("：")[0]) or _DELETED.search(column.name.partition(".")[2]))
        told = [code for code, name in named.items() if name == "删除" or (flag and (name in _GONE or code in ("Y", "是", "T")))]
        if told and column.type in ("text", "integer") and (name := _named(column.name)):
            value = told[0] if column.type == "integer" and told[0].isdigit() else f"'{told[0]}'"
            return column.name, f"deleted: {expression(f'{name} = {value}')}"
    return "", ""
