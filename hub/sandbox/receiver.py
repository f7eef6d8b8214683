"""Takes the rows of one part, checks them against the contract, gives the verdict; alone decides what a partner accepts.

Every sandbox partner (ministry, platforms, bank) ends here, whatever its transport. A part id has one effect however often it
comes; the same id with another body is a conflict. A refused row does not hold up the others.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.contract.model import Table
from hub.interface import RowFault
from hub.sandbox.inspection import Objection, canonical, objections
from hub.sandbox.ledger import Entry, Ledger, Transaction

ENVELOPE = ("row_guid", "cd_operation", "cd_time", "cd_batch", "data_source", "data_version")
_GUID = re.compile(r"[0-9a-f]{32}")


class Refusal(Exception):  # noqa: N818 - a verdict on the whole part, not a failure of the partner
    """The whole part is refused and has no effect: a stable code and words without any value of a row."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Reason:
    """A business ground for refusing a row that its contract allows. ``about``: part of the title of the field concerned."""

    about: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Refusals:
    """A seeded share (0..1) of rows is refused on business grounds: the same row always meets the same fate."""

    seed: int = 0
    share: float = 0.0
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrived: the part's id and digest as sent, its table, batch id and rows (field -> value)."""

    part: str
    digest: str
    table: str
    batch: str
    rows: Iterable[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Reception:
    """The verdict.

    ``standing``: accepted (now), duplicate (the same id and digest came before), conflict (the id came with another digest).
    """

    standing: str
    entry: Entry


class Receiver:
    """A partner's back office: one ledger, the tables it takes, the grounds on which it refuses rows."""

    def __init__(
        self,
        ledger: Ledger,
        tables: Mapping[str, Table],
        now: Callable[[], datetime],
        *,
        envelope: bool = True,
        refusals: Refusals = Refusals(),
    ) -> None:
        self.ledger = ledger
        self.tables = tables
        self._now = now
        self._envelope = envelope
        self._refusals = refusals

    def receive(self, delivery: Delivery, *, refuse_percent: int = 0) -> Reception:
        """Judge and apply one part, all in one transaction. ``refuse_percent`` of the rows (at least one) are refused besides.

        Raises Refusal when nothing of the part can be taken.
        """
        moment = self._now().strftime("%Y-%m-%d %H:%M:%S")
        try:
            with self.ledger.transaction() as transaction:
                reception = self._receive(transaction, delivery, moment, refuse_percent)
                transaction.arrived(delivery.part, delivery.digest, reception.standing, moment)
                return reception
        except Refusal:
            with self.ledger.transaction() as transaction:
                transaction.arrived(delivery.part, delivery.digest, "refused", moment)
            raise

    def _receive(self, transaction: Transaction, delivery: Delivery, moment: str, refuse_percent: int) -> Reception:
        known = transaction.find(delivery.part)
        if known is not None:
            return Reception("duplicate" if known.digest == delivery.digest else "conflict", known)
        table = self.tables.get(delivery.table)
        if table is None:
            raise Refusal("unknown-table", f"未约定的数据表: {delivery.table}")
        count, faults = 0, []
        for row in delivery.rows:
            percent = 100 if refuse_percent and not count else refuse_percent
            fault = self._take(transaction, table, row, delivery.part, percent)
            faults += [fault] if fault is not None else []
            count += 1
        entry = Entry(
            id=delivery.part,
            digest=delivery.digest,
            table=delivery.table,
            batch=delivery.batch,
            rows=count,
            accepted=count - len(faults),
            faults=tuple(faults),
            reference="HZ" + hashlib.sha256(delivery.part.encode()).hexdigest()[:14].upper(),
            received_at=moment,
        )
        transaction.remember(entry)
        return Reception("accepted", entry)

    def _take(
        self, transaction: Transaction, table: Table, row: Mapping[str, object], part: str, refuse_percent: int
    ) -> RowFault | None:
        """Apply one row, or say why not."""
        content = self._content(table, row)
        operation = str(row["cd_operation"]) if self._envelope else _operation(table, content)
        row_key = str(row["row_guid"]) if self._envelope else "|".join(content[name] or "" for name in table.key)
        objection = (
            next(objections(table, content, self._now().date(), deleted=operation == "D"), None)
            or self._mixed_up(transaction, table, row_key, content)
            or (None if operation == "D" else self._business(table, content))
            or self._left_out(content, refuse_percent)
        )
        if objection is not None:
            row_id = row_key if self._envelope else "/".join(content[name] or "" for name in table.key)
            return RowFault(row_id, objection.field, objection.code, objection.message)
        transaction.write(table.name, row_key, operation, content, part)
        return None

    def _content(self, table: Table, row: Mapping[str, object]) -> dict[str, str | None]:
        """The contract's fields as canonical text; a part whose columns are not the agreed ones is refused."""
        expected = {*table.fields, *(ENVELOPE if self._envelope else ())}
        if row.keys() != expected:
            strange, lacking = sorted(row.keys() - expected), sorted(expected - row.keys())
            raise Refusal("columns", f"列与约定不符: 多出 {strange}, 缺少 {lacking}")
        if any(isinstance(value, (bool, list, dict, bytes)) for value in row.values()):
            raise Refusal("type", "列值只能是文本、数值或日期")
        if self._envelope:
            self._check_envelope(table, row)
        return {name: canonical(row[name], field) for name, field in table.fields.items()}

    def _check_envelope(self, table: Table, row: Mapping[str, object]) -> None:
        if not _GUID.fullmatch(str(row["row_guid"])):
            raise Refusal("row-guid", "row_guid 不是32位十六进制数")
        if row["cd_operation"] not in ("I", "D"):
            raise Refusal("cd-operation", "cd_operation 只能是 I 或 D")
        if row["data_version"] != table.version:
            raise Refusal("data-version", f"data_version 应为 {table.version}")
        if not row["cd_batch"] or len(str(row["cd_batch"])) > 32 or not row["cd_time"] or not row["data_source"]:
            raise Refusal("envelope", "cd_batch、cd_time、data_source 不能为空, cd_batch 最长32位")

    def _mixed_up(
        self, transaction: Transaction, table: Table, row_key: str, content: Mapping[str, str | None]
    ) -> Objection | None:
        """A row number stands for one key for ever: another key under it would overwrite somebody else's record."""
        before = transaction.content(table.name, row_key)
        if before is None or all(before.get(name) == content[name] for name in table.key):
            return None
        return Objection(None, "row-guid-reused", "同一行标识对应了不同的主键")

    def _business(self, table: Table, content: Mapping[str, str | None]) -> Objection | None:
        if not self._refusals.share or _lot(f"business/{self._refusals.seed}", content) >= self._refusals.share:
            return None
        for reason in self._refusals.reasons:
            for field in table.fields.values():
                if reason.about in field.title and content[field.name] is not None:
                    return Objection(field.name, reason.code, reason.message)
        return None

    def _left_out(self, content: Mapping[str, str | None], percent: int) -> Objection | None:
        if _lot(f"partial/{self._refusals.seed}", content) * 100 >= percent:
            return None
        return Objection(None, "not-processed", "本行未受理, 请核对后重新报送")


def _operation(table: Table, content: Mapping[str, str | None]) -> str:
    """Without an envelope a row that names nothing but its key withdraws it."""
    return "I" if any(value is not None for name, value in content.items() if name not in table.key) else "D"


def _lot(salt: str, content: Mapping[str, str | None]) -> float:
    """A number in [0, 1) drawn from the row's own content: no state, no order, the same on every attempt."""
    drawn = hashlib.sha256(f"{salt}/{json.dumps(content, sort_keys=True)}".encode()).digest()
    return int.from_bytes(drawn[:7]) / (1 << 56)
