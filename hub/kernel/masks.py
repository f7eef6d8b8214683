"""Takes what may be said about a row, condition by condition; gives the numbered findings and the SQL of their masks. Pure.

Error findings take the bits 0, 1, 2 ... of ``_errors_0``, ``_errors_1`` ..., 64 to each; warnings those of ``_warnings_<i>``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.kernel.sql import case
from hub.plan import Finding

WIDTH = 64
NOTHING = "0::UBIGINT"
WORDS = {
    "source-type": "源值无法按所声明的类型读取",
    "unmapped": "本地代码没有对照",
    "required": "必填项为空",
    "format": "格式不符",
    "length": "长度不符",
    "code": "不在值域代码中",
    "code-expired": "代码当日无效",
    "check-digit": "校验不通过",
    "range": "超出取值范围",
    "birth-date": "与身份证号码中的出生日期不一致",
    "sex": "与身份证号码中的性别不一致",
}
"""Every finding code of a single field, with its words."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One finding and the condition under which it holds; ``severity`` is error or warning."""

    field: str | None
    rule: str
    title: str
    condition: str
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class Case:
    """What may be said about one field: the first of ``first`` that holds and nothing else, or all of ``rest`` that hold.

    A claim without a title is not told: it only ends the case.
    """

    first: tuple[Claim, ...]
    rest: tuple[Claim, ...]


def number(cases: Sequence[Case]) -> tuple[Finding, ...]:
    """All findings: errors, then warnings, each in the order of the cases; ``bit`` counts within its severity."""
    claims = dict.fromkeys((c.field, c.rule, c.title, c.severity) for each in cases for c in (*each.first, *each.rest) if c.title)
    found = []
    for severity in ("error", "warning"):
        told = [claim for claim in claims if claim[3] == severity]
        found += [Finding(bit, field, rule, severity, title) for bit, (field, rule, title, _) in enumerate(told)]
    return tuple(found)


def masks(cases: Sequence[Case], findings: Iterable[Finding], severity: str) -> list[str]:
    """The SQL of each mask of one severity."""
    bits = {(f.field, f.rule, f.title): f.bit for f in findings if f.severity == severity}
    columns = []
    for start in range(0, len(bits), WIDTH):
        inside = {claim: f"{1 << (bit - start)}::UBIGINT" for claim, bit in bits.items() if start <= bit < start + WIDTH}
        parts = [part for each in cases if (part := _part(each, inside, severity))]
        columns.append("\n  | ".join(parts))
    return columns


def bits_of(findings: Iterable[Finding], fields: Iterable[str]) -> list[int]:
    """For each error mask the bits of the findings about ``fields``."""
    errors = [finding for finding in findings if finding.severity == "error"]
    wanted = set(fields)
    found = [0] * -(-len(errors) // WIDTH)
    for finding in errors:
        if finding.field in wanted:
            found[finding.bit // WIDTH] |= 1 << (finding.bit % WIDTH)
    return found


def _part(each: Case, bits: dict[tuple[str | None, str, str], str], severity: str) -> str:
    """One case in one mask; empty if none of its findings is in it."""

    def bit(claim: Claim) -> str:
        return bits.get((claim.field, claim.rule, claim.title), NOTHING) if claim.severity == severity else NOTHING

    rest = [case(claim.condition, bit(claim), NOTHING) for claim in each.rest if bit(claim) != NOTHING]
    if not rest and all(bit(claim) == NOTHING for claim in each.first):
        return ""
    sql = " | ".join(rest) or NOTHING
    for claim in reversed(each.first):
        sql = case(claim.condition, bit(claim), f"({sql})")
    return f"({sql})"
