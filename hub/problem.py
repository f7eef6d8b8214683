"""What is wrong in a file, where, and what would be right: Place, Problem and the error that carries all of them."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.interface import ConfigurationError


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file: path relative to the root, line and column from 1 (0: the whole file)."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: a stable code (``yaml-duplicate-key``), what is wrong in the reader's words, and the cure."""

    place: Place
    code: str
    message: str
    cure: str = ""
    severity: str = field(default="error", compare=False)  # error | warning

    def __str__(self) -> str:
        cure = f"; {self.cure}" if self.cure else ""
        return f"{self.place}: {self.severity} {self.code}: {self.message}{cure}"


class Problems(ConfigurationError):  # noqa: N818 - it is named for what it carries
    """Every mistake of every file, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """A cure of the form ``did you mean 'x' or 'y'?``, or the known words when nothing is near."""
    names = sorted(set(known))
    close = difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"'{name}'" for name in close) + "?"
    return f"known: {', '.join(names[:12])}{' …' if len(names) > 12 else ''}" if names else ""
