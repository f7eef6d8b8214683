"""Takes what checks find, gives the verdict on a log: findings by code, capped in memory, counted in full. Decides nothing else.

Codes of findings:

* about the head: no-checkpoint, bad-checkpoint, bad-signature, wrong-origin, wrong-root, unproved
* against an older checkpoint: bad-older, rolled-back, rewritten
* about files: missing-tile, torn-tile, bad-tile, missing-bundle, torn-bundle, truncated
* about entries: edited, deleted, inserted, reordered, shifted, not-canonical, not-an-entry
* database against log: row-missing, row-edited, row-moved, row-beyond, head-unknown, head-edited, head-rewritten
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.checkpoint import Checkpoint

KEPT = 100  # findings of one code that are told in full


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a stable code, the file or table it is in, the entries it concerns, and words for people.

    ``first`` and ``last`` are positions in the log, both included; None if it concerns no entry in particular.
    """

    code: str
    place: str
    first: int | None
    last: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a log found.

    ``counts`` are all findings by code, ``findings`` the first of each code; ``notes`` are no faults.
    """

    checkpoint: Checkpoint | None
    entries: int  # that were read and hashed
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.counts


@dataclass(slots=True)
class Findings:
    """Where a check puts what it finds, in the order in which it finds it."""

    entries: int = 0
    kept: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, code: str, place: str, message: str, first: int | None = None, last: int | None = None) -> None:
        """Count a finding, and keep it if it is among the first of its code."""
        self.counts[code] += 1
        if self.counts[code] <= KEPT:
            self.kept.append(Finding(code, place, first, first if last is None else last, message))

    def verdict(self, checkpoint: Checkpoint | None) -> Verdict:
        """The verdict on everything that was found."""
        return Verdict(checkpoint, self.entries, tuple(self.kept), dict(self.counts), tuple(self.notes))
