"""Takes titles whose short names are pinyin initials (姓名 xm); gives the initials of other titles, as far as they follow. Pure.

Nobody has to keep a table of pronunciations: the names of fields and elements already say how each character is abbreviated.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

_LONGER = {"女": "nv"}  # the one character of the naming rule with two letters


def learn(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The initial of each character by majority, from (title, name) pairs; names of another make are left out."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for title, name in named:
        letters = _aligned(title, name.replace("_", ""))
        for character, letter in zip(title, letters, strict=False):
            votes[character][letter] += 1
    return {character: min(counted, key=lambda each: (-counted[each], each)) for character, counted in votes.items()}


def initials(title: str, known: Mapping[str, str]) -> str:
    """The initials of a title; empty if one of its characters is not known."""
    letters = [known.get(character, "") for character in title if character.isalnum()]
    return "".join(letters) if all(letters) else ""


def _aligned(title: str, name: str) -> list[str]:
    """The letters of each character, or none where the name is not made of the title's characters."""
    letters: list[str] = []
    for character in title:
        width = len(_LONGER.get(character, "x"))
        letters.append(name[:width])
        name = name[width:]
    whole = not name and all(letters)
    return letters if whole and all(_LONGER.get(each, one) == one for each, one in zip(title, letters, strict=True)) else []
