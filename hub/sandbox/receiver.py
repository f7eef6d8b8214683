"""Takes the rows of one part, checks them against the contract, gives the verdict; alone decides what a partner accepts.

Every sandbox partner (ministry, platforms, bank) ends here, whatever its transport. A part id has one effect however often it
comes; the same id with another body is a conflict. A refused row does not hold up the others. Rows are looked at by the sheet
(hub/sandbox/sheet.py); the row checks speak about those that it leaves in doubt.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from hub.contract.model import Table
from hub.interface import RowFault
from hub.sandbox.inspection import Objection, objections
from hub.sandbox.ledger import Entry, Ledger, Transaction
from hub.sandbox.sheet import Columns, Refusal, Sheet, SheetReader
from hub.sandbox.wording import Values, writer

ENVELOPE = ("row_guid", "cd_operation", "cd_time", "cd_batch", "data_source", "data_version")
_SHEET = 2000  # rows in memory at a time


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
    """What arrived: the part's id and digest as sent, its table, batch id and rows (field -> value).

    ``lots``: instead of ``rows``, some thousand rows at a time, turned into columns.
    ``announced``: how many rows the sender says there are; None: it does not say.
    """

    part: str
    digest: str
    table: str
    batch: str
    rows: Iterable[Mapping[str, object]] = ()
    lots: Iterable[Columns] = ()
    announced: int | None = None


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
        self._clerks: dict[str, _Clerk] = {}

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
        clerk, day = self._clerk(table), self._now().date()
        count, faults = 0, list[RowFault]()
        for sheet in clerk.sheets(delivery, day):
            faults += clerk.take(transaction, sheet, delivery.part, day, refuse_percent, first=not count)
            count += len(sheet.keys)
        if delivery.announced not in (None, count):
            raise Refusal("row-count", f"批次行数与实际不符: 应为{delivery.announced}, 实为{count}")
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

    def _clerk(self, table: Table) -> "_Clerk":
        """Who judges the rows of a table, as long as its contract stays the same."""
        known = self._clerks.get(table.name)
        if known is None or known.table is not table:
            reader = SheetReader(table, ENVELOPE if self._envelope else ())
            self._clerks[table.name] = known = _Clerk(table, reader, self._refusals, named=self._envelope)
        return known


class _Clerk:
    """Judges the rows of one table. ``named``: a row has a number (row_guid) besides its key."""

    def __init__(self, table: Table, reader: SheetReader, refusals: Refusals, *, named: bool) -> None:
        self.table = table
        self._reader = reader
        self._refusals = refusals
        self._named = named
        self._written = writer(tuple(table.fields))
        self._drawn_from = writer(tuple(table.fields), ascii_only=True, in_order=True)
        self._grounds = [
            (place, Objection(field.name, reason.code, reason.message))
            for reason in refusals.reasons
            for place, field in enumerate(table.fields.values())
            if refusals.share and reason.about in field.title
        ]

    def sheets(self, delivery: Delivery, day: date) -> Iterator[Sheet]:
        """The rows of a part, some at a time."""
        rows = iter(delivery.rows)
        while some := list(islice(rows, _SHEET)):
            yield self._reader.read(some, day)
        for columns in delivery.lots:
            yield self._reader.read_columns(columns, day)

    def take(
        self, transaction: Transaction, sheet: Sheet, part: str, day: date, refuse_percent: int, *, first: bool
    ) -> list[RowFault]:
        """Apply those of the rows that may be applied; say why the others may not. ``first``: of the part."""
        held = self._held(transaction, sheet.keys)
        objected: Mapping[int, Objection] = {}
        if sheet.doubts or held or refuse_percent or self._grounds or len(set(sheet.keys)) < len(sheet.keys):
            objected = self._judged(sheet, held, day, refuse_percent, first)
        records = zip(sheet.keys, sheet.operations, self._written(sheet.rows), strict=True)
        applied = (record for number, record in enumerate(records) if number not in objected) if objected else records
        transaction.write_all(self.table.name, part, applied)
        return [self._fault(sheet, number, objection) for number, objection in objected.items()]

    def _judged(
        self, sheet: Sheet, held: dict[str, Values | None], day: date, refuse_percent: int, first: bool
    ) -> dict[int, Objection]:
        """What is said against rows, by number. ``held`` follows the rows as they are applied."""
        lots = self._drawn_from(sheet.rows) if refuse_percent or self._grounds else []
        objected: dict[int, Objection] = {}
        for number, (row_key, operation, content) in enumerate(zip(sheet.keys, sheet.operations, sheet.rows, strict=True)):
            percent = 100 if refuse_percent and first and not number else refuse_percent
            objection = (
                (self._objection(content, day, operation) if number in sheet.doubts else None)
                or self._mixed_up(held.get(row_key), content)
                or (self._business(content, lots[number]) if operation != "D" and self._grounds else None)
                or (self._left_out(lots[number], percent) if percent else None)
            )
            if objection is not None:
                objected[number] = objection
            else:
                held[row_key] = self._reader.key_values(content) if operation == "I" else None
        return objected

    def _fault(self, sheet: Sheet, number: int, objection: Objection) -> RowFault:
        row_id = sheet.keys[number] if self._named else self._reader.key(sheet.rows[number], "/")
        return RowFault(row_id, objection.field, objection.code, objection.message)

    def _held(self, transaction: Transaction, row_keys: Sequence[str]) -> dict[str, Values | None]:
        """The keys of the records that stand under these numbers."""
        stored = transaction.contents(self.table.name, row_keys)
        return {row_key: [content.get(name) for name in self.table.key] for row_key, content in stored.items()}

    def _objection(self, content: Values, day: date, operation: str) -> Objection | None:
        """The first that the row checks say."""
        row = dict(zip(self.table.fields, content, strict=True))
        return next(objections(self.table, row, day, deleted=operation == "D"), None)

    def _mixed_up(self, before: Values | None, content: Values) -> Objection | None:
        """A row number stands for one key for ever: another key under it would overwrite somebody else's record."""
        if before is None or before == self._reader.key_values(content):
            return None
        return Objection(None, "row-guid-reused", "同一行标识对应了不同的主键")

    def _business(self, content: Values, text: str) -> Objection | None:
        """The first ground that the row gives, if its lot falls so."""
        ground = next((objection for place, objection in self._grounds if content[place] is not None), None)
        return ground if ground is not None and self._lot("business", text) < self._refusals.share else None

    def _left_out(self, text: str, percent: int) -> Objection | None:
        if self._lot("partial", text) * 100 >= percent:
            return None
        return Objection(None, "not-processed", "本行未受理, 请核对后重新报送")

    def _lot(self, salt: str, text: str) -> float:
        """A number in [0, 1) drawn from the row's own content: no state, no order, the same on every attempt."""
        drawn = hashlib.sha256(f"{salt}/{self._refusals.seed}/{text}".encode()).digest()
        return int.from_bytes(drawn[:7]) / (1 << 56)
