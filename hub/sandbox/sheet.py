"""Takes up to some thousand received rows of one table, gives them as one sheet: keys, operations, canonical text, rows in doubt.

Rows whose columns or envelope are not the agreed ones refuse the whole part. Columns are looked at as a whole; only where
something is strange are the rows gone through one by one, so that the first that is wrong is the one that is told.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import cast

from hub.contract.model import Table
from hub.sandbox.glance import Glance
from hub.sandbox.inspection import canonical
from hub.sandbox.shape import patterned
from hub.sandbox.wording import Values

Columns = Mapping[str, Sequence[object]]  # name -> the values of the rows, in their order

_GUID = re.compile(r"[0-9a-f]{32}")
_GUIDS = patterned(_GUID.pattern)
_LONGEST_BATCH = 32
_PLAIN = frozenset({str, type(None), int, float, Decimal, date, datetime, time})


class Refusal(Exception):  # noqa: N818 - a verdict on the whole part, not a failure of the partner
    """The whole part is refused and has no effect: a stable code and words without any value of a row."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows in the order of their arrival: the key each is stored under, I or D, its values in field order.

    ``doubts``: the rows that were not proven to be in order, by number.
    """

    keys: Sequence[str]
    operations: Sequence[str]
    rows: Sequence[Values]
    doubts: Set[int]


class SheetReader:
    """Reads the rows of one table; ``envelope``: the columns before the contract's fields, or none."""

    def __init__(self, table: Table, envelope: Sequence[str]) -> None:
        self.table = table
        self._envelope = tuple(envelope)
        self._names = (*self._envelope, *table.fields)
        self._places = [list(table.fields).index(name) for name in table.key]
        self._others = [place for place, name in enumerate(table.fields) if name not in table.key]
        self._glance = Glance(table)

    def read(self, rows: Sequence[Mapping[str, object]], day: date) -> Sheet:
        """Rows as they came. Raises Refusal when one of them is not as agreed."""
        if set(map(len, rows)) != {len(self._names)}:
            return self._one_by_one(rows)
        try:
            columns = {name: [row[name] for row in rows] for name in self._names}
        except KeyError:  # as many names, but others
            return self._one_by_one(rows)
        return self.read_columns(columns, day)

    def read_columns(self, columns: Columns, day: date) -> Sheet:
        """Rows turned into columns by whoever received them."""
        if not self._agreed(columns):
            return self._one_by_one([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])
        sight = self._glance.look([columns[name] for name in self.table.fields], day)
        contents = list(zip(*sight.columns, strict=True))
        return self._sheet(columns.get("row_guid"), columns.get("cd_operation"), contents, sight.doubts)

    def _one_by_one(self, rows: Sequence[Mapping[str, object]]) -> Sheet:
        """Every row is in doubt."""
        contents = [self._content(row) for row in rows]
        doubts = {name: set(range(len(rows))) for name in self.table.fields}
        guids, operations = [row.get("row_guid") for row in rows], [row.get("cd_operation") for row in rows]
        return self._sheet(guids, operations, contents, doubts)

    def _sheet(
        self,
        guids: Sequence[object] | None,
        operations: Sequence[object] | None,
        contents: Sequence[Values],
        doubts: Mapping[str, Set[int]],
    ) -> Sheet:
        if self._envelope:
            keys, told = list(map(str, guids or ())), list(map(str, operations or ()))
        else:
            keys, told = [self.key(each, "|") for each in contents], [self._operation(each) for each in contents]
        return Sheet(keys, told, contents, self._doubtful(doubts, told))

    def key(self, content: Values, mark: str) -> str:
        """The values of the key, joined."""
        return mark.join(content[place] or "" for place in self._places)

    def key_values(self, content: Values) -> Values:
        """The values of the key."""
        return [content[place] for place in self._places]

    def _doubtful(self, doubts: Mapping[str, Set[int]], operations: Sequence[str]) -> Set[int]:
        """A deletion must only name its key."""
        keys = set[int]().union(*(rows for name, rows in doubts.items() if name in self.table.key))
        others = set[int]().union(*(rows for name, rows in doubts.items() if name not in self.table.key))
        return keys | {number for number in others if operations[number] != "D"}

    def _operation(self, content: Values) -> str:
        """Without an envelope a row that names nothing but its key withdraws it."""
        return "I" if any(content[place] is not None for place in self._others) else "D"

    def _agreed(self, columns: Columns) -> bool:
        """Whether names, kinds of values and envelopes are proven to be as agreed."""
        if columns.keys() != set(self._names) or not all(map(len, columns.values())):
            return False
        return all(_PLAIN.issuperset(map(type, column)) for column in columns.values()) and self._enveloped(columns)

    def _enveloped(self, columns: Columns) -> bool:
        if not self._envelope:
            return True
        guids, batches = columns["row_guid"], set(columns["cd_batch"])
        return (
            {str}.issuperset(map(type, guids))
            and _GUIDS.whole(cast("Sequence[str]", guids))
            and {"I", "D"}.issuperset(columns["cd_operation"])
            and {self.table.version}.issuperset(columns["data_version"])
            and all(batches)
            and all(len(str(batch)) <= _LONGEST_BATCH for batch in batches)
            and all(columns["cd_time"])
            and all(columns["data_source"])
        )

    def _content(self, row: Mapping[str, object]) -> Values:
        """The contract's fields as canonical text; a part whose columns are not the agreed ones is refused."""
        expected = set(self._names)
        if row.keys() != expected:
            strange, lacking = sorted(row.keys() - expected), sorted(expected - row.keys())
            raise Refusal("columns", f"列与约定不符: 多出 {strange}, 缺少 {lacking}")
        if any(isinstance(value, (bool, list, dict, bytes)) for value in row.values()):
            raise Refusal("type", "列值只能是文本、数值或日期")
        if self._envelope:
            self._check_envelope(row)
        return [canonical(row[name], field) for name, field in self.table.fields.items()]

    def _check_envelope(self, row: Mapping[str, object]) -> None:
        if not _GUID.fullmatch(str(row["row_guid"])):
            raise Refusal("row-guid", "row_guid 不是32位十六进制数")
        if row["cd_operation"] not in ("I", "D"):
            raise Refusal("cd-operation", "cd_operation 只能是 I 或 D")
        if row["data_version"] != self.table.version:
            raise Refusal("data-version", f"data_version 应为 {self.table.version}")
        if not row["cd_batch"] or len(str(row["cd_batch"])) > _LONGEST_BATCH or not row["cd_time"] or not row["data_source"]:
            raise Refusal("envelope", "cd_batch、cd_time、data_source 不能为空, cd_batch 最长32位")
