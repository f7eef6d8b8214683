"""Files that were cut, shuffled and littered: whatever stands in them, checking ends with problems that have cures."""

import random
import re
from datetime import date
from typing import Any

import pytest

from hub.check import check

LITTER = [
    "[]",
    "{}",
    "''",
    "null",
    "~",
    "[a, b]",
    "{a: b}",
    "true",
    "-1",
    "x: y",
    "'",
    '"',
    "{",
    "[",
    "}",
    "]",
    ":",
    ",",
    "#",
    "&a",
    "*a",
]
LITTER += ["!!x", "\t", "- ", "? ", "<<: 1", "${env:X}", "\u3000", "𠮷", "9" * 30, "a" * 300]
WORD = re.compile(r"([\s,:{}\[\]]+)")


def spoilt(text: str, dice: random.Random) -> str:
    """One line lost, doubled, moved, cut or indented, or one word of it replaced by litter or by its neighbour."""
    lines = text.split("\n")
    chosen = dice.randrange(len(lines))
    words = WORD.split(lines[chosen])
    match dice.randrange(7):
        case 0:
            del lines[chosen]
        case 1:
            lines.insert(chosen, dice.choice(lines))
        case 2:
            lines[chosen], lines[-1] = lines[-1], lines[chosen]
        case 3:
            words[dice.randrange(len(words))] = dice.choice(LITTER)
            lines[chosen] = "".join(words)
        case 4:
            words[dice.randrange(len(words))] = dice.choice(words)
            lines[chosen] = "".join(words)
        case 5:
            lines = lines[:chosen]
        case _:
            lines[chosen] = "  " + lines[chosen]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(3))
def test_no_file_makes_the_check_fail(checkout: Any, seed: int) -> None:
    """Ten repositories a seed, each with one to three spoilt files."""
    dice = random.Random(seed)
    files = [path for path in sorted(checkout.root.rglob("*")) if path.is_file()]
    sound = {path: path.read_text(encoding="utf-8") for path in files}
    for _ in range(10):
        chosen = dice.sample(files, dice.choice([1, 1, 2, 3]))
        for path in chosen:
            path.write_text(spoilt(spoilt(sound[path], dice), dice), encoding="utf-8")
        problems = check(checkout.root, date(2026, 11, 22)).problems
        assert [str(problem) for problem in problems if not problem.cure] == []
        for path in chosen:
            path.write_text(sound[path], encoding="utf-8")
