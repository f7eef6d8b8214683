"""The one page an adapter author needs: what the hub hands to an adapter, what it takes back, and which error says what.

A *system* is a module ``adapters/systems/<name>.py`` with ``SETTINGS`` (a JSON Schema object for the partner file's
``settings:``) and ``connect(settings, format) -> System``.  A *format* is a module ``adapters/formats/<name>.py`` with
``SETTINGS`` and ``create(settings) -> Format``.  A *reader* is a module ``adapters/readers/<name>.py`` with ``SETTINGS``
and ``connect(settings) -> Reader``.  The file's name is the name used in YAML; there is no list to edit.

Errors: the class is the instruction.

* HubError
    * ConfigurationError   edit the YAML, a setting or a secret, then run again      exit code 2
    * DataError            the data broke its promise; mend it at its owner          exit code 3
    * TransientError       nothing to mend: try again (the hub does, with backoff)   exit code 4
    * PermanentError       do not try again: a person must look first                exit code 5

A message names the place and the cure and never contains personal data or a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # pyarrow costs 0.2 s to import; whoever makes a batch imports it
    import pyarrow as pa


class HubError(Exception):
    """Root of every error the hub raises on purpose."""

    exit_code = 1


class ConfigurationError(HubError):
    """Edit the YAML, a setting or a secret, then run again."""

    exit_code = 2


class DataError(HubError):
    """The data broke its promise: mend it at its owner, then run again."""

    exit_code = 3


class TransientError(HubError):
    """Nothing to mend: try again, after ``retry_after`` seconds if the partner says so. Nothing is known to have arrived."""

    exit_code = 4
    retry_after: float | None = None


class PermanentError(HubError):
    """Do not try again: a person must look first (a changed host key, a certificate, a refused login)."""

    exit_code = 5


@dataclass(frozen=True, slots=True)
class Column:
    """One column on the wire. ``type`` is string, int64 or decimal128; dates travel as the text of their notation (d8, t14)."""

    name: str
    title: str
    type: pa.DataType
    notation: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one table on the wire, in order.

    ``row_id``: how a partner refers to a row. ``row_guid``: by that column; else by the values of these key fields with ``/``
    between them.
    """

    table: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    row_id: str

    def schema(self) -> pa.Schema:
        """The Arrow schema of a part's rows."""
        import pyarrow as pa

        return pa.schema([pa.field(column.name, column.type) for column in self.columns])


@dataclass(frozen=True, slots=True)
class Heading:
    """What a format may write around the rows: batch id, business day and period of the window."""

    batch: str
    exchange: str
    window: str
    standard: str
    staged_at: str


@dataclass(frozen=True, slots=True)
class Part:
    """One payload in the spool. ``id`` is derived from exchange, window, number and ``sha256``; every retry reuses it."""

    id: str
    number: int
    heading: Heading
    layout: Layout
    path: Path
    sha256: str
    rows: int
    suffix: str
    media_type: str
    checkpoint: str = ""

    @property
    def file_name(self) -> str:
        """A name that is the same on every attempt: the table, the batch and the first 12 digits of the id."""
        return f"{self.layout.table}_{self.heading.batch}_{self.id[:12]}{self.suffix}"


@dataclass(frozen=True, slots=True)
class RowFault:
    """One row that the partner refused: its ``row_id`` value, the field if the partner names one, the partner's code
    and words."""

    row_id: str
    field: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The partner has the part with our digest. ``faults`` are the rows it refused; ``receipt`` is its answer, verbatim."""

    sha256: str
    accepted: int
    reference: str
    receipt: bytes
    faults: tuple[RowFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The transport took the part; the partner's receipt comes later: ask again."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The partner refused the whole part and says so: it has no effect there. ``receipt`` is its answer, verbatim."""

    code: str
    message: str
    receipt: bytes = b""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether the part had an effect (a timeout after the last byte, a lost reply)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Only from ``ask``: the partner has never seen this id, so sending it is safe."""


Outcome = Confirmed | Awaiting | Rejected | Unknown
Answer = Outcome | Absent


class System(Protocol):
    """A partner's receiving end. One object serves one run and one thread."""

    def probe(self, layouts: Sequence[Layout]) -> Sequence[str]:
        """Connect, compare what the partner has with ``layouts``, return what is wrong (empty: nothing). Sends no data."""

    def deliver(self, part: Part) -> Outcome:
        """Send one part under its id. Sending it again must have no second effect. Raise TransientError only if nothing left."""

    def ask(self, part: Part) -> Answer:
        """Ask the partner what became of this id."""

    def close(self) -> None:
        """Release connections; never raises."""


class Format(Protocol):
    """A wire format.

    ``encode(decode(x)) == x`` for every part it wrote; an unencodable value raises DataError with row and column.
    """

    @property
    def suffix(self) -> str:
        """With the dot: ``.csv``."""

    @property
    def media_type(self) -> str:
        """As HTTP's Content-Type wants it."""

    def encode(self, rows: pa.RecordBatch, layout: Layout, heading: Heading) -> bytes:
        """The payload of one part; ``rows`` has exactly the layout's columns."""

    def decode(self, payload: bytes, layout: Layout) -> pa.RecordBatch:
        """The rows of a payload, typed as the layout says; DataError (with the line) for a payload that is not of this format."""


class Snapshot(Protocol):
    """One consistent view of a source: counts and rows read through it agree."""

    def scalar(self, sql: str) -> str | None:
        """The first column of the first row, as text."""

    def batches(self, sql: str, columns: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
        """Rows of at most ``size`` each, every column a nullable string named as in ``columns``; memory is bounded."""


class Reader(Protocol):
    """A business system that is read."""

    @property
    def dialect(self) -> str:
        """SQLAlchemy's name of it: postgresql, sqlite, mysql ..."""

    def columns(self) -> Mapping[str, Mapping[str, str]]:
        """The live schema: table -> column -> the type as the database spells it."""

    def text(self, expression: str, type: str) -> str:
        """SQL in this dialect that renders a column of a declared type as canonical text.

        ``type``: text | integer | decimal(p,s) | date | timestamp | boolean. Canonical: ``2024-01-15``,
        ``2024-01-15 09:30:00[.ffffff]``, ``true``/``false`` or ``1``/``0``, numbers plain; NULL stays NULL.
        """

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open one consistent read."""

    def close(self) -> None:
        """Release connections; never raises."""


Settings = Mapping[str, Any]
