"""Takes the cells of a table and a width; gives the columns that have room, with their widths, and cells folded to them.

A name is typed again, so it stays whole: texts are folded at blanks, then columns that can be spared go, then the others are
folded after a ``-``, ``/`` or ``_``, and the first column, which says of whom a row is, last of all.
Widths are those of a terminal, where a Chinese character takes two.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

GAP = 2  # between two columns
_WIDE = "\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60"  # a line may end beside any of these
_WORDS = re.compile(rf"\s+|[{_WIDE}]|[^\s{_WIDE}]+")
_PIECES = re.compile(rf"\s+|[{_WIDE}]|[^\s{_WIDE}/_-]*[/_-]+|[^\s{_WIDE}/_-]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it would be printed: ``key`` names it, ``right`` is for numbers."""

    key: str
    heading: str
    cells: tuple[str, ...]
    right: bool

    @property
    def most(self) -> int:
        """The width in which nothing is folded."""
        return max(cell_len(line) for cell in (self.heading, *self.cells) for line in cell.split("\n"))

    def least(self, pieces: re.Pattern[str] = _WORDS) -> int:
        """The width in which no piece is split."""
        return max(cell_len(piece) for cell in (self.heading, *self.cells) for piece in [*pieces.findall(cell), ""])


@dataclass(frozen=True, slots=True)
class Fitted:
    """The columns that have room, folded, each with its width, and the keys of those that have none."""

    columns: tuple[tuple[Column, int], ...]
    left_out: tuple[str, ...]


def needed(columns: Sequence[Column]) -> int:
    """The width in which no word of the table is split."""
    return _sum([each.least() for each in columns])


def fit(columns: Sequence[Column], width: int, expendable: Sequence[str] = ()) -> Fitted:
    """The table in at most so many characters if that can be; ``expendable`` columns go in their order."""
    kept, left_out = list(columns), []
    for key in expendable:
        if needed(kept) <= width:
            break
        kept = [each for each in kept if each.key != key]
        left_out.append(key)
    pieces = _pieces(kept, width)
    least = [each.least(its) for each, its in zip(kept, pieces, strict=True)]
    widths = _shared(kept, least, width)
    folded = map(_folded, kept, widths, pieces)
    return Fitted(tuple(zip(folded, widths, strict=True)), tuple(left_out))


def _pieces(columns: Sequence[Column], width: int) -> list[re.Pattern[str]]:
    """Where each column may be folded: at blanks if that is enough, else the first one alone, else none."""
    for whole in (len(columns), 1):
        pieces = [_WORDS] * whole + [_PIECES] * (len(columns) - whole)
        if _sum([each.least(its) for each, its in zip(columns, pieces, strict=True)]) <= width:
            return pieces
    return [_PIECES] * len(columns)


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _shared(columns: Sequence[Column], least: Sequence[int], width: int) -> list[int]:
    """What is left of the width goes to the columns that want more, in equal shares; who wants little leaves the rest."""
    widths, spare = list(least), max(0, width - _sum(least))
    wanting = sorted((each.most - least[number], number) for number, each in enumerate(columns))
    for done, (wanted, number) in enumerate(wanting):
        more = min(wanted, spare // (len(wanting) - done))
        widths[number] += more
        spare -= more
    return widths


def _folded(column: Column, width: int, pieces: re.Pattern[str]) -> Column:
    return Column(column.key, column.heading, tuple(_fold(cell, width, pieces) for cell in column.cells), column.right)


def _fold(cell: str, width: int, pieces: re.Pattern[str]) -> str:
    lines = [""]
    for piece in pieces.findall(cell):
        if "\n" in piece:
            lines.append("")
        elif cell_len(lines[-1] + piece.rstrip()) <= width:
            lines[-1] += piece
        else:
            lines[-1] = lines[-1].rstrip()
            lines.append(piece.lstrip())
    return "\n".join(line.rstrip() for line in lines)
