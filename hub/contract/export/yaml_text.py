"""Takes plain data (mappings, lists, texts, numbers, booleans); gives block YAML that YAML 1.1 and 1.2 read alike.

A text stands without quotes only if it is an identifier that no reader takes for something else: ``NO``, ``01``, ``1.0.0``, ``~``
and everything Chinese are quoted.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_INVISIBLE = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def text_of(data: Mapping[str, Any]) -> str:
    """The document, ended by a line feed."""
    return "".join(f"{line}\n" for line in _block(data))


def _block(data: Any) -> Iterator[str]:
    """Lines of a mapping or a list, not indented."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _entry(f"{_scalar(key)}:", value, "  ")
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for value in data:
            inner = list(_block(value)) if _nested(value) else [_scalar(value)]
            yield f"- {inner[0]}"
            yield from (f"  {line}" for line in inner[1:])


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if _nested(value):
        yield head
        yield from (f"{indent}{line}" for line in _block(value))
    else:
        yield f"{head} {_scalar(value)}"


def _nested(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and bool(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    """In double quotes, Chinese left readable; what cannot be seen is escaped."""
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
