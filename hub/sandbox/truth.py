"""What the sandbox knows to be true of its databases: how many rows each standard table must get, lose and be refused, and why.

A Tally is the account that a window must end with; kinds are the sandbox's words for what it planted, rules the hub's codes.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Tally:
    """One standard table in one window: source + absent = delivered + unchanged + rejected.

    Deletions of rows that no partner ever had count as unchanged.

    ``kinds``: rejected rows by planted kind, one kind per row. ``rules``: the same rows by the code of the finding.
    ``warnings``: delivered rows with a planted warning, by kind.
    """

    source: int = 0
    absent: int = 0
    unchanged: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    @property
    def rejected(self) -> int:
        """Rows that must be refused."""
        return self.kinds.total()

    @property
    def delivered(self) -> int:
        """Rows that must reach the partner, deletions too."""
        return self.source + self.absent - self.unchanged - self.rejected


@dataclass(slots=True)
class Truth:
    """Every standard table in one window; what the overlap with the window before reads again is counted, too."""

    tables: dict[str, Tally]

    def tally(self, table: str) -> Tally:
        """The tally of a standard table, empty at first."""
        if table not in self.tables:  # asked for each row: setdefault would make a tally each time
            self.tables[table] = Tally()
        return self.tables[table]

    def as_json(self) -> dict[str, Any]:
        """Plain values, tables sorted by name."""
        return {
            "tables": {
                name: {
                    "source": tally.source,
                    "absent": tally.absent,
                    "delivered": tally.delivered,
                    "unchanged": tally.unchanged,
                    "rejected": tally.rejected,
                    "kinds": dict(sorted(tally.kinds.items())),
                    "rules": dict(sorted(tally.rules.items())),
                    "warnings": dict(sorted(tally.warnings.items())),
                }
                for name, tally in sorted(self.tables.items())
            },
        }


def write(truth: Truth, path: Path) -> None:
    """Keep a truth as a JSON file."""
    path.write_text(json.dumps(truth.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> Truth:
    """A truth that ``write`` kept."""
    return from_json(json.loads(path.read_text(encoding="utf-8")))


def from_json(document: Mapping[str, Any]) -> Truth:
    """The inverse of ``Truth.as_json``."""
    tables = {
        name: Tally(
            tally["source"],
            tally["absent"],
            tally["unchanged"],
            Counter(tally["kinds"]),
            Counter(tally["rules"]),
            Counter(tally["warnings"]),
        )
        for name, tally in document["tables"].items()
    }
    return Truth(tables)
