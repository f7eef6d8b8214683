"""Takes the comment of a column with its local codes, sampled values and the list of a field; gives which
code becomes which. Pure.

Comments name codes in ways such as ``性别：M男 F女``, ``状态：0未审核 1已审核``, ``Y是/N否`` and ``学历：小学 初中``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from hub.contract.model import CodeList

MOST = 60
"""A column with more different values than this holds no codes."""

_TOKENS = re.compile(r"[\s、，,;；/|]+")
_PAIR = re.compile(r"([A-Za-z0-9]{1,8})\s*[-=:：.]?\s*([\u3400-\u9fff（）()]+)")
_CHINESE = re.compile(r"[\u3400-\u9fff]{1,12}")
_PLAIN = re.compile(r"[A-Za-z0-9]{1,6}")
_LONG = 400  # a list of so many codes (divisions) is searched for the same name only
_YES = frozenset({"Y", "T", "1", "是", "有", "TRUE", "YES", "真"})
_NO = frozenset({"N", "F", "0", "否", "无", "FALSE", "NO", "假"})


@dataclass(frozen=True, slots=True)
class Translation:
    """``pairs``: local value -> standard code. ``open``: local values without one that may be shown (codes, never texts).

    ``hidden`` more have none. ``plain``: every sampled value is a code already.
    """

    pairs: Mapping[str, str]
    open: tuple[str, ...]
    hidden: int
    plain: bool
    padded: bool = False

    @property
    def fit(self) -> float:
        """The share of local values that have a code, from 0 to 1."""
        known = len(self.pairs)
        return known / (known + len(self.open) + self.hidden) if known else 0.0


def named_codes(comment: str) -> dict[str, str]:
    """Local value -> its name, as far as a comment says so; a value that is its own name stands for itself."""
    _, found, tail = comment.partition("：") if "：" in comment else comment.partition(":")
    if not found:
        return {}
    tokens = [token for token in _TOKENS.split(tail.strip()) if token]
    pairs = {match[1]: match[2] for token in tokens if (match := _PAIR.fullmatch(token))}
    if pairs:
        return pairs
    bare = [token for token in tokens if _CHINESE.fullmatch(token)]
    if len(bare) >= 2 and len(bare) == len(tokens):
        return {token: token for token in bare}
    letters = [token for token in tokens if _PLAIN.fullmatch(token)]
    return dict.fromkeys(letters, "") if len(letters) >= 2 and len(letters) == len(tokens) else {}


@lru_cache(maxsize=10_000)
def translate(comment: str, values: tuple[str, ...], codes: CodeList) -> Translation:
    """What the local values of a column mean in the list of a field."""
    seen = {value.strip() for value in values if value.strip()}
    named = named_codes(comment)
    if len(seen) > MOST:
        return Translation({}, (), len(seen), plain=bool(seen) and seen <= codes.codes.keys())
    by_name = {code: times[-1].name for code, times in codes.codes.items()}
    if seen and seen <= by_name.keys() and not _contradicted(named, by_name):
        return Translation({value: value for value in sorted(seen)}, (), 0, plain=True)
    width = max(map(len, by_name))
    if seen and all(value.rjust(width, "0") in by_name for value in seen) and _agrees(named, by_name, width):
        return Translation({value: value.rjust(width, "0") for value in sorted(seen)}, (), 0, plain=False, padded=True)
    locals_ = dict.fromkeys([*named, *sorted(seen - named.keys())])
    pairs = {value: code for value in locals_ if (code := _code(value, named.get(value, ""), by_name))}
    unknown = [value for value in locals_ if value not in pairs]
    shown = tuple(value for value in unknown if value in named or _PLAIN.fullmatch(value))
    return Translation(pairs, shown, len(unknown) - len(shown), plain=False)


def _code(local: str, name: str, by_name: Mapping[str, str]) -> str | None:
    """The standard code whose name is nearest to a local code's; None if none is near, or two are as near."""
    yes_no = _yes_no(local, name, by_name)
    if yes_no:
        return yes_no
    text = name or local
    if len(by_name) > _LONG:
        return next((code for code, title in by_name.items() if title == text), None)
    ranked = sorted(((_near(text, title), code) for code, title in by_name.items()), reverse=True)
    if not ranked or ranked[0][0] < 0.5 or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < 0.02):
        return None
    return ranked[0][1]


def _yes_no(local: str, name: str, by_name: Mapping[str, str]) -> str | None:
    """是 or 否 for the many ways of writing them, where the list has just these."""
    by_title = {title: code for code, title in by_name.items()}
    if len(by_name) > 3 or not {"是", "否"} <= by_title.keys():
        return None
    word = (name or local).upper()
    return by_title["是"] if word in _YES else by_title["否"] if word in _NO else None


def _near(text: str, title: str) -> float:
    if text == title:
        return 2.0
    short, long = sorted((text, title), key=len)
    if short and short in long:
        return 0.7 + 0.3 * len(short) / len(long)
    return 2 * len(set(text) & set(title)) / (len(set(text)) + len(set(title)) or 1) * 0.8


def _contradicted(named: Mapping[str, str], by_name: Mapping[str, str]) -> bool:
    """Whether the comment gives another name to a code that looks like one of the list."""
    told = [(by_name[value], name) for value, name in named.items() if value in by_name and name]
    return any(_near(name, title) < 0.3 for title, name in told)


def _agrees(named: Mapping[str, str], by_name: Mapping[str, str], width: int) -> bool:
    """Whether the comment's names are those of the list once the local codes have its length."""
    told = [(by_name.get(value.rjust(width, "0"), ""), name) for value, name in named.items()]
    return bool(told) and all(name and _near(name, title) >= 0.5 for title, name in told)
