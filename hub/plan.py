"""What one exchange will do, decided before anything moves: the compiled, immutable Plan that every later step reads.

An *exchange* is one standard table to one partner; its id is ``<partner>/<table>``. ``hub.compile`` makes plans;
nothing here reads a file.
"""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hub.contract.model import Notation, Table
from hub.interface import ConfigurationError, Layout
from hub.mapping.model import Mapping, Source
from hub.problem import Place


@dataclass(frozen=True, slots=True)
class Limits:
    """Above these nothing of a window leaves.

    ``reject_rate`` is a share of the source rows (0..1); it counts from ``reject_floor`` rejects on.
    """

    reject_rate: float = 0.2
    reject_floor: int = 20
    rows_min: int = 0
    rows_max: int | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """For what a partner uses data, and under which law it receives them (PIPL art. 13 and 34)."""

    purpose: str
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Partner:
    """adapters/partners/<name>.yaml: who receives, over what, for what purpose, and which fields it may see."""

    name: str
    title: str
    system: str  # module in adapters/systems
    format: str  # module in adapters/formats
    settings: MappingOf[str, Any]
    format_settings: MappingOf[str, Any]
    envelope: bool  # True: row_guid, cd_operation, cd_time, cd_batch, data_source, data_version precede the fields
    part_rows: int
    receipt_wait: timedelta
    ground: Ground
    receives: MappingOf[str, tuple[str, ...]]  # "standard/table" -> fields it may receive
    place: Place
    grounds: MappingOf[str, Ground] = field(default_factory=dict)  # by business domain, where it is not ``ground``


@dataclass(frozen=True, slots=True)
class Schedule:
    """schedules/<name>.yaml: which tables go to which partner, when."""

    name: str
    title: str
    cron: str
    timezone: str
    start: datetime  # the first window's beginning, in the schedule's time zone
    partner: str
    standard: str
    version: str
    tables: tuple[str, ...]
    limits: Limits
    place: Place
    parallel: int = 1  # tables at once; with 1 they go in the order of ``tables``


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a row can be told: position in the error mask, field (or None), stable rule code, severity.

    Codes: source-type, unmapped, required, format, length, code, code-expired, check-digit, range, rule, duplicate-
    key, birth-date, sex ...
    """

    bit: int
    field: str | None
    rule: str
    severity: str  # error | warning
    title: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """A small table the kernel joins: a crosswalk or a code list. ``rows`` have the columns named in ``columns``, all text."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """What is read at the source, before a dialect is known: ``columns`` (``alias.column``) of the declared ``types``, in order.

    ``from_sql`` and ``condition`` (the mapping's own ``where``) are in the source's dialect; ``hub.extract`` adds the window's
    bounds on ``watermark`` and lets the reader render each column as text.
    """

    from_sql: str
    condition: str | None
    columns: tuple[str, ...]
    types: tuple[str, ...]
    watermark: str | None


@dataclass(frozen=True, slots=True)
class Walk:
    """A crosswalk of a whole source column: the column, and (local code, standard code), each local code once."""

    column: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A day or time that a whole source column spells: the column, and the notation in which the contract wants it.

    ``bare``: digits alone are one; not so in a column that is declared to be a date or a timestamp.
    """

    column: str
    notation: Notation
    bare: bool


@dataclass(frozen=True, slots=True)
class Kernel:
    """One SELECT over one batch and all that it needs. ``sql`` reads the relation ``batch`` and the lookups.

    ``batch`` has Extract.columns and the columns named in ``walks`` and ``moments``: the standard codes of a column of
    local ones, the usual days and times of a column of texts.

    It yields, in order: every field of the layout's table (typed), ``_op`` ('I' | 'D'), ``_key`` and ``_digest`` (16-byte blobs),
    then one UBIGINT ``_errors_<i>`` per 64 error findings and one ``_warnings_<i>`` per 64 warnings.
    ``quick`` yields for rows that are in order the same fields, but for those in ``taken`` (field -> the column of ``batch``
    that it is), ``_key`` and ``_digest``; ``_suspicious`` is true on rows for which ``sql`` must be asked, and so must it be
    where a field named in ``untidy``, which an expression has made, is blank at its ends.
    """

    sql: str
    quick: str
    taken: MappingOf[str, str]
    untidy: tuple[str, ...]
    walks: MappingOf[str, Walk]
    moments: MappingOf[str, Moment]
    lookups: tuple[Lookup, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one exchange needs, fixed at compile time; ``digest`` names contract + mapping + crosswalks + partner layout."""

    id: str
    schedule: Schedule
    partner: Partner
    source: Source
    mapping: Mapping
    table: Table
    extract: Extract
    kernel: Kernel
    layout: Layout
    digest: str
    effective_from: date = date.min  # the day from which the release of ``table`` counts

    @property
    def ground(self) -> Ground:
        """Why the partner receives this table, and under which law."""
        return self.partner.grounds.get(self.table.domain, self.partner.ground)

    def must_be_in_force(self, day: date) -> None:
        """ConfigurationError if ``day`` is before that of the release: nothing is exchanged under it yet."""
        if day < self.effective_from:
            release = f"{self.table.standard}@{self.table.version}"
            message = f"{self.id}: {release} counts from {self.effective_from} and nothing leaves under it before that day"
            cure = f"wait, or write a release in force (or standard: {self.table.standard}, which changes over on the day)"
            raise ConfigurationError(f"{message}; {cure} in {self.schedule.place.path}")
