"""Takes texts; gives them as scalars and one-line maps of a YAML file that the hub reads back as the same texts. Pure."""

import re
from collections.abc import Mapping

_PLAIN = re.compile(r"[A-Za-z_\u3400-\u9fff][\w.\u3400-\u9fff /=<>()+-]*(?<! )")
_WORDS = frozenset({"on", "off", "yes", "no", "y", "n", "true", "false", "null", "~"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def scalar(text: str, *, key: bool = False) -> str:
    """The text as it may stand in a flow map. Control characters, which no hub file may hold, become blanks."""
    clean = _CONTROL.sub(" ", text)
    ambiguous = clean.lower() in _WORDS if key else clean.lower() in _WORDS - {"y", "n"}
    if _PLAIN.fullmatch(clean) and not ambiguous:
        return clean
    return "'" + clean.replace("'", "''") + "'"


def expression(text: str) -> str:
    """An expression as a value of a block map: in double quotes where it has single ones that YAML could misread."""
    if _PLAIN.fullmatch(text) or re.fullmatch(r"[A-Za-z_][\w.]*( ?[\w.(),'/<>= ]+)?", text):
        return text
    return scalar(text)


def flow(entries: Mapping[str, str | None]) -> str:
    """``{a: '1', b: null}``."""
    return "{" + ", ".join(f"{scalar(k, key=True)}: {'null' if v is None else scalar(v)}" for k, v in entries.items()) + "}"


def remark(text: str) -> str:
    """A text as a part of a comment: on one line, short."""
    return " ".join(_CONTROL.sub(" ", text).split())[:120]
