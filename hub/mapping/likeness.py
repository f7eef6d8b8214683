"""Takes the names of a field and of a column; gives how alike they are, from 0 to 1. Pure.

Names are compared as databases write them: pinyin initials (``xm``), English (``cert_no``), Chinese comments (``证件号：18 位``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from hub.contract.model import Field, Table
from hub.mapping.glossary import ENGLISH, SAME

_ENDS = ("代码", "名称", "标志", "简码", "内码")
_LATIN = re.compile(r"[a-z]+|\d+")
_BREAK = re.compile(r"[：:（(，,；;。]")
_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Naming:
    """A field under every name it goes by: ``titles`` with their weights, ``shorts`` in Latin letters."""

    titles: tuple[tuple[str, float], ...]
    shorts: tuple[tuple[str, float], ...]


def naming(field: Field, table: Table) -> Naming:
    """What a column of this field may be called. What the field shares with its table (登记 of 结婚登记) may be left out."""
    element = field.element
    shared = _shared(field.title, table.title)
    titles = [(field.title, 1.0), *((field.title.replace(part, ""), 0.9) for part in shared)]
    own = field.title == element.name or sum(other.element is element for other in table.fields.values()) == 1
    titles += [(name, 0.9 if own else 0.5) for name in (element.name, *element.synonyms)]
    shorts = [(field.name.removesuffix("_dm"), 1.0), (element.short.removesuffix("_dm"), 0.85 if own else 0.4)]
    return Naming(tuple((title, weight) for title, weight in titles if _plain(title)), tuple(shorts))


def title_likeness(named: Naming, comment: str) -> float:
    """How well the comment of a column says what the field is; of a comment only what stands before its first break."""
    heads = list(dict.fromkeys(head for head in _heads(comment) if head))
    return max((weight * _both(title, head) for title, weight in named.titles for head in heads), default=0.0)


def name_likeness(named: Naming, column: str, initials: Mapping[str, str]) -> float:
    """How well the name of a column says it: as initials, or as English words."""
    folded = re.sub(r"[^a-z0-9]", "", column.lower().removesuffix("_dm"))
    spelt = [(short.replace("_", ""), weight) for short, weight in named.shorts]
    spelt += [(letters, weight) for title, weight in named.titles if len(letters := spell(title, initials)) > 1]
    latin = max((weight * _spelt_alike(short, folded) for short, weight in spelt), default=0.0)
    words = "".join(ENGLISH.get(word, "") for word in _words(column))
    return max(latin, 0.8 * title_likeness(named, words) if words else 0.0)


def spell(title: str, initials: Mapping[str, str]) -> str:
    """The pinyin initials of a title; empty where a character is not known."""
    letters = [initials.get(character, "") for character in title.removesuffix("代码")]
    return "".join(letters) if all(letters) else ""


def _heads(comment: str) -> Iterator[str]:
    yield _WORD.sub("", _BREAK.split(comment, maxsplit=1)[0])
    yield _WORD.sub("", re.split(r"[：:，,；;。]", re.sub(r"[（(].*?[）)]", "", comment), maxsplit=1)[0])


def _both(title: str, head: str) -> float:
    """Alike in one choice of words, and a little more so if alike as they are written."""
    return 0.92 * _alike(_plain(title), _plain(head)) + 0.08 * _alike(title, head)


@lru_cache(maxsize=20_000)
def _plain(title: str) -> str:
    """A title in one choice of words, without the noun that says only how the value is written."""
    text = _WORD.sub("", title)
    for end in _ENDS:
        if text.endswith(end) and len(text) > len(end) + 1:
            text = text.removesuffix(end)
    for old, new in SAME:
        if old in text and not (old in new and new in text):
            text = text.replace(old, new)
    return text


@lru_cache(maxsize=200_000)
def _alike(one: str, other: str) -> float:
    """1 for the same text; less for one inside the other, at its end rather than its beginning; else shared pairs of signs."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 2 and short in long:
        share = len(short) / len(long)
        return 0.55 + 0.4 * share if long.endswith(short) else 0.45 + 0.4 * share
    pairs = [{text[place : place + 2] for place in range(len(text) - 1)} or {text} for text in (one, other)]
    dice = 2 * len(pairs[0] & pairs[1]) / (len(pairs[0]) + len(pairs[1]))
    signs = 2 * len(set(one) & set(other)) / (len(set(one)) + len(set(other)))
    return 0.55 * dice + 0.35 * signs


@lru_cache(maxsize=200_000)
def _spelt_alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) < 2 or not short:
        return 0.0
    if long.endswith(short) or long.startswith(short):
        return 0.3 + 0.5 * len(short) / len(long)
    return 0.0


def _shared(title: str, table: str) -> list[str]:
    """The parts of two or more signs that the title begins with and the table's title has, the longest first."""
    found = [title[:length] for length in range(len(title) - 1, 1, -1) if title[:length] in table]
    return found[:2]


def _words(column: str) -> list[str]:
    """The English words of a column's name; one that is glued to a letter (``mname``) counts, too."""
    found = []
    for word in _LATIN.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower()):
        rest = next((word[cut:] for cut in (1, 2) if word[cut:] in ENGLISH and len(word[cut:]) > 2), "")
        found.append(word if word in ENGLISH else rest)
    return [word for word in found if word]
