"""Takes the text of an expression; gives the slips that are plain to see before it is parsed, and where. Pure; knows no SQL.

An input method for Chinese writes brackets, commas and quotes that SQL takes for letters of a name, and DuckDB's parser reads
a function with too few or too many arguments as something else: both are told here in the words of who wrote them.
"""

import re
from dataclasses import dataclass

from hub.mapping.language import FUNCTIONS

_WIDE = dict(zip("（），‘’“”＇＂＝＜＞！＋－＊／％｜；：。．、［］　", "(),''''''=<>!+-*/%|;:..,[] ", strict=True))
_QUOTED = re.compile(r"'(?:[^']|'')*(?:'|$)|\"(?:[^\"]|\"\")*(?:\"|$)")
_CALL = re.compile(rf"\b({'|'.join(FUNCTIONS)})\s*\(", re.IGNORECASE)
_SIGNATURE = re.compile(r"\(([^\[]*?)(\[.*?\])?\):")


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong, the cure, and at which character of the text, counted from 0."""

    message: str
    cure: str
    at: int


def wide(text: str) -> Slip | None:
    """The first full-width sign that is not inside quotes: no operator and no bracket is one."""
    for at, sign in enumerate(_bare(text)):
        if sign in _WIDE:
            shown, meant = ("a full-width blank", "a blank") if sign == "\u3000" else (f"the full-width '{sign}'", _WIDE[sign])
            cure = f"write {meant} in half width; a name that has it stands in double quotes"
            return Slip(f"{shown} is no sign of SQL", cure, at)
    return None


def unclosed(text: str) -> Slip | None:
    """A quote that opens and does not close."""
    for found in _QUOTED.finditer(text):
        if found.group().count(found.group()[0]) % 2:
            return Slip("a quote is not closed", "'text' in single quotes, a quote within it twice: 'it''s'", found.start())
    return None


def miscounted(text: str) -> Slip | None:
    """The first function with too few or too many arguments; nothing is said of brackets that are not closed."""
    bare = _bare(text)
    for call in _CALL.finditer(bare):
        name, given = call[1].lower(), _arguments(bare, call.end())
        least, most = _arity(FUNCTIONS[name])
        if given is not None and not least <= given <= most:
            wanted = f"{least}" if least == most else f"{least} or more" if most == _ANY else f"{least} to {most}"
            plural = "s" if wanted != "1" else ""
            return Slip(f"{name} takes {wanted} argument{plural}, not {given}", FUNCTIONS[name], call.start())
    return None


_ANY = 4000  # an expression has no more characters than that


def _bare(text: str) -> str:
    """The text with a letter for every character inside quotes."""
    return _QUOTED.sub(lambda found: "x" * len(found.group()), text)


def _arguments(bare: str, start: int) -> int | None:
    """How many stand between the bracket that ends before ``start`` and the one that closes it; None if none does."""
    depth, commas = 1, 0
    for at in range(start, len(bare)):
        depth += {"(": 1, ")": -1}.get(bare[at], 0)
        if depth == 0:
            return commas + 1 if bare[start:at].strip() else 0
        commas += bare[at] == "," and depth == 1
    return None


def _arity(meaning: str) -> tuple[int, int]:
    """The least and the most arguments of a function, by the call with which its meaning begins."""
    found = _SIGNATURE.search(meaning)
    assert found is not None, meaning
    needed, optional = found[1].split(", "), (found[2] or "").count(",")
    if needed[-1] == "…":  # the names before it stand for as many as there are
        return len(needed) - 2, _ANY
    return len(needed), len(needed) + optional
