"""Take the rows of one story, spoil about ``rate`` of them, count what must become of each: rows to store, and the truth.

Every local row that later steps must leave alone is noted in the table ``sandbox_planted`` of its own database: spoilt rows
with what they were (so that a step can repair them), rows that a spoilt row is joined to, and the rows of the overlap.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import MetaData, Table

from hub.sandbox.defects import DEFECTS, DUPLICATE, WARNINGS, Defect
from hub.sandbox.story import LocalRow, Values
from hub.sandbox.systems.column import char, count, link, local_table, text
from hub.sandbox.truth import Truth

METADATA = MetaData()
# Not the vendor's: no source declares it and no mapping reads it.
PLANTED = local_table(
    "sandbox_planted",
    METADATA,
    "演练台账：本表不属于业务系统",
    [
        text("table_name", 64, "本地表"),
        link("row_id", "行内码"),
        text("kind", 40, "种类：缺陷名，或 joined（被缺陷行连接）recent（重叠期内）"),
        text("rules", 400, "JSON：标准表 -> 规则代码，空为不受影响"),
        text("was", 4000, "JSON：列 -> 原值"),
        char("repaired", 1, "已修复：Y N"),
        count("pair", "重复行：1原行 2副本"),
    ],
)
COPY = 5  # vendor numbers end in 0..4; the double of a row ends in 5..9


@dataclass(slots=True)
class Planter:
    """Spoils stories one after the other and keeps the truth of all of them. ``rate``: the share of rows, 0 for none."""

    rate: float
    truth: Truth

    def plant(self, story: Sequence[LocalRow], random: Random, *, recent: bool = False) -> Iterator[tuple[Table, Values]]:
        """The rows to store, notes for ``sandbox_planted`` among them; neither a recent story nor a dead row is spoilt."""
        spoilt: set[str] = set()
        for row in story:
            for table in row.makes:
                self.truth.tally(table).source += 1
                self.truth.tally(table).unchanged += row.dead
                if recent:
                    self.truth.recent[table] += 1
            if recent:
                yield PLANTED, _note(row, "recent", {}, {})
            elif self.rate and row.makes and not row.dead and (row.spare or random.random() < self.rate):
                yield from self._spoil(row, story, spoilt, random)
            yield row.table, row.values

    def _spoil(
        self, row: LocalRow, story: Sequence[LocalRow], spoilt: set[str], random: Random
    ) -> Iterator[tuple[Table, Values]]:
        """Change the row in place, if a defect fits, and yield the notes (and the double)."""
        found = _choose(row, spoilt, random)
        if found is None:
            return
        defect, rules, changes = found
        # A registration reads three local rows: one of them may be spoilt, or a row would have two kinds.
        spoilt |= set(rules) & {"marriage_registration"}
        self._count(defect.kind, rules)
        was = {column: row.values[column] for column in changes}
        row.values.update(changes)
        yield PLANTED, _note(row, defect.kind, rules, was, 1 if defect.kind == DUPLICATE else 0)
        if defect.kind == DUPLICATE:
            yield from self._double(row, rules)
        for other in story if set(rules) - set(row.makes) else ():
            if set(other.makes) & set(rules) and other is not row and other.table is not row.table:
                yield PLANTED, _note(other, "joined", {}, {})

    def _double(self, row: LocalRow, rules: dict[str, str]) -> Iterator[tuple[Table, Values]]:
        """A second row with the same business key and a number of its own; both rows of the pair are refused."""
        key = row.table.primary_key.columns.keys()[0]
        double = LocalRow(row.table, {**row.values, key: row.number + COPY}, row.makes)
        for table in row.makes:
            self.truth.tally(table).source += 1
        self._count(DUPLICATE, rules)
        yield PLANTED, _note(double, DUPLICATE, rules, {}, 2)
        yield double.table, double.values

    def _count(self, kind: str, rules: dict[str, str]) -> None:
        for table, rule in rules.items():
            tally = self.truth.tally(table)
            if kind in WARNINGS:
                tally.warnings[kind] += 1
            else:
                tally.kinds[kind] += 1
                tally.rules[rule] += 1


def _choose(row: LocalRow, spoilt: set[str], random: Random) -> tuple[Defect, dict[str, str], dict[str, Any]] | None:
    """A defect that this row can have, drawn among those of its table; one try, as a miss is only a row less."""
    defect = random.choice(DEFECTS[row.table.name])
    rules = defect.earns(row)
    changes = defect.spoil(row.values)
    reached = set(row.makes) | set(row.joined)
    if not rules or changes is None or reached & spoilt:
        return None
    return defect, rules, changes


def _note(row: LocalRow, kind: str, rules: dict[str, str], was: dict[str, Any], pair: int = 0) -> Values:
    return {
        "table_name": row.table.name,
        "row_id": row.number,
        "kind": kind,
        "rules": json.dumps(dict.fromkeys(row.makes, "") | rules),
        "was": json.dumps(was, ensure_ascii=False, default=_plain),
        "repaired": "N",
        "pair": pair,
    }


def _plain(value: object) -> dict[str, str]:
    """A tagged value that JSON has no word for."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    assert isinstance(value, Decimal)
    return {"decimal": str(value)}


def restore(was: str) -> dict[str, Any]:
    """The former values out of the column ``was``."""

    def revive(tagged: dict[str, Any]) -> Any:
        if len(tagged) != 1:
            return tagged
        ((kind, value),) = tagged.items()
        if kind == "datetime":
            return datetime.fromisoformat(value)
        if kind == "date":
            return date.fromisoformat(value)
        return Decimal(value) if kind == "decimal" else tagged

    values = json.loads(was, object_hook=revive)
    assert isinstance(values, dict)
    return values
