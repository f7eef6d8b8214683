"""Takes what a bundle holds and what its tile says it should hold, names what was done to the entries. Pure.

An entry is known by its leaf hash, so moves are told from edits: within a bundle (``reordered``), or between neighbours when
the whole rest of the log was packed anew behind an insertion or deletion (``shifted``).
"""

from dataclasses import dataclass
from difflib import SequenceMatcher

from audit import tiles
from audit.verdict import Findings


@dataclass(frozen=True, slots=True)
class Bundle:
    """Leaf hashes of up to 256 entries: those the ``tile`` says and those ``found`` in the bundle; None: no such file."""

    tile: list[bytes] | None
    found: list[bytes] | None

    @staticmethod
    def none() -> "Bundle":
        """What is before the first and behind the last bundle."""
        return Bundle(None, None)


def compare(index: int, size: int, before: Bundle, bundle: Bundle, after: Bundle, findings: Findings) -> None:
    """Name the differences between bundle ``index`` of a log of ``size`` and its tile, given the two neighbours."""
    base = index * tiles.WIDTH
    place = tiles.name(tiles.ENTRIES, index, tiles.width(0, index, size))
    tile, found = bundle.tile or [], bundle.found or []
    blocks = [block for block in SequenceMatcher(None, tile, found, autojunk=False).get_opcodes() if block[0] != "equal"]
    gone = {tile[i] for _, i1, i2, _, _ in blocks for i in range(i1, i2)}
    came = {found[j] for _, _, _, j1, j2 in blocks for j in range(j1, j2)}
    moved = gone & came
    went = (gone - moved) & {*(before.found or []), *(after.found or [])}
    entered = (came - moved) & {*(before.tile or []), *(after.tile or [])}
    for _, i1, i2, j1, j2 in blocks:
        lost = [base + i for i in range(i1, i2) if tile[i] not in moved | went]
        new = [base + j for j in range(j1, j2) if found[j] not in moved | entered]
        both = min(len(lost), len(new))
        _tell(findings, "edited", place, lost[:both], "was edited")
        tail = bool(lost) and lost[-1] == size - 1 and not new
        _tell(findings, "truncated" if tail else "deleted", place, lost[both:], "was deleted")
        _tell(findings, "inserted", place, new[both:], "was inserted")
    _tell(
        findings, "reordered", place, [base + i for i, leaf in enumerate(tile) if leaf in moved], "stands elsewhere in its bundle"
    )
    if went or entered:
        count = len(went | entered)
        message = f"{count} entries stand in the neighbouring bundle: the log was packed anew behind an insertion or a deletion"
        findings.add("shifted", place, message, base, min(base + tiles.WIDTH, size) - 1)


def _tell(findings: Findings, code: str, place: str, entries: list[int], what: str) -> None:
    for first, last in runs(entries):
        words = f"entry {first} {what}" if first == last else f"entries {first} to {last}: each {what}"
        findings.add(code, place, words, first, last)


def runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs of neighbours, (first, last)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
