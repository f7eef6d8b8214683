"""The tables of the state database as SQLAlchemy Core values; the same on SQLite and PostgreSQL. Nothing else names columns.

Times of the hub are UTC text ``2026-11-22T02:00:00.000000Z``, bounds of windows naive local text ``2026-11-22 02:00:00`` in
the schedule's time zone: both sort as text and read alike in every database. Paths are relative to the state folder.
There is no table of delivered rows: the ledger is Parquet (``hub.ledger``), so that a million rows cost no million inserts.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

HEAD = "0002"  # the newest migration; a test compares it with the scripts

_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # what numbers itself in SQLite; 64 bits there as well
_TIME = String(27)
_BOUND = String(19)
_EXCHANGE = String(200)  # <partner>/<table>

# One window of one exchange. Counts are NULL until the step that knows them; what happened to the rows that left stands in
# exchange_part alone, so that no number is kept twice.
WINDOW = Table(
    "exchange_window",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("exchange", _EXCHANGE, nullable=False),
    Column("key", String(64), nullable=False),
    Column("kind", String(10), nullable=False),  # regular | backfill | replay
    Column("lower", _BOUND),
    Column("upper", _BOUND),
    Column("state", String(10), nullable=False),  # planned | staged | sending | closed | failed | blocked
    Column("plan", String(64), nullable=False),  # the plan's digest
    Column("standard", String(100), nullable=False),  # name@version
    Column("released", Boolean, nullable=False, server_default=false()),  # a person let it pass its limits
    Column("attempts", Integer, nullable=False),
    Column("opened_at", _TIME, nullable=False),
    Column("staged_at", _TIME),
    Column("closed_at", _TIME),
    Column("source", BigInteger),  # the source's own count
    Column("absent", BigInteger),  # delivered keys that are gone at the source: deletes the hub adds
    Column("unchanged", BigInteger),  # rows the partner has in this very form
    Column("refused", BigInteger),  # rows refused before anything left
    Column("warnings", BigInteger),  # rows with a warning
    Column("census", BigInteger),  # rows the source should have delivered by now, see hub.completeness
    Column("beyond", BigInteger),  # rows that changed after the window's end, before it was read
    Column("missing", BigInteger),
    Column("missing_note", Text),
    Column("layout", Text),  # of its parts, as JSON: they outlive the plan
    Column("error_class", String(40)),
    Column("error", Text),
    UniqueConstraint("exchange", "key"),
    Index("ix_exchange_window_open", "exchange", "state"),
    sqlite_autoincrement=True,
)

# One payload. ``accepted`` + ``refused`` = ``rows`` once it is confirmed or rejected.
PART = Table(
    "exchange_part",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("window_id", ForeignKey("exchange_window.id"), nullable=False),
    Column("turn", BigInteger, nullable=False),  # of the exchange: 1 for its first window that sent something, and so on
    Column("number", Integer, nullable=False),
    Column("batch", String(32), nullable=False),
    Column("state", String(10), nullable=False),  # staged | sending | awaiting | confirmed | rejected | unknown
    Column("path", Text, nullable=False),
    Column("sidecar", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("suffix", String(20), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("staged_at", String(19), nullable=False),  # the heading's: local time, the same on every attempt
    Column("checkpoint", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),  # of an unknown outcome or a refusal; the partner's code at most, never its words
    Column("accepted", BigInteger),
    Column("refused", BigInteger),
    Column("reference", Text),
    Column("receipt", Text),
    Column("receipt_sha256", String(64)),
    Column("ledger", Text),  # what of this part counts as delivered; NULL while nothing does
    Column("ledger_sha256", String(64)),  # NULL for a file older than migration 0002
    Column("merged", Boolean, nullable=False, server_default=false()),  # its ledger went into a segment
    Column("sent_at", _TIME),
    Column("settled_at", _TIME),
    UniqueConstraint("window_id", "number"),
    Index("ix_exchange_part_state", "state"),
)

# Ledger files merged into one: what the partner has after every part of every turn up to ``turn``.
SEGMENT = Table(
    "ledger_segment",
    METADATA,
    Column("exchange", _EXCHANGE, primary_key=True),
    Column("turn", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64)),  # NULL for a file older than migration 0002
    Column("rows", BigInteger, nullable=False),
    Column("made_at", _TIME, nullable=False),
)

# Who works on an exchange. A row whose ``until`` has passed belongs to whoever takes it.
LEASE = Table(
    "exchange_lease",
    METADATA,
    Column("exchange", _EXCHANGE, primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("until", _TIME, nullable=False),
)

# Refused rows. ``fingerprint`` names stage and content: the same bad row of a later window is counted, not stored again.
QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("exchange", _EXCHANGE, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("stage", String(10), nullable=False),  # kernel | window | encode | partner
    Column("state", String(10), nullable=False),  # open | replayed | superseded | discarded
    Column("row", Text, nullable=False),  # JSON: source columns (kernel), else the fields of the target; personal data
    Column("findings", Text, nullable=False),  # JSON: [[field, rule], ...]
    Column("words", Text),  # the partner's own, may hold personal data
    Column("key", String(32)),  # hex; NULL where the row has no usable key
    Column("digest", String(32)),
    Column("op", String(1), nullable=False),
    Column("standard", String(100), nullable=False),
    Column("plan", String(64), nullable=False),
    Column("part_id", String(64)),
    Column("first_window", ForeignKey("exchange_window.id"), nullable=False),
    Column("last_window", ForeignKey("exchange_window.id"), nullable=False),
    Column("replay_window", ForeignKey("exchange_window.id")),
    Column("seen", Integer, nullable=False),  # windows in which it came
    Column("copies", Integer, nullable=False),  # identical rows in the last of them
    Column("refused_at", _TIME, nullable=False),
    Column("changed_at", _TIME, nullable=False),
    UniqueConstraint("exchange", "fingerprint"),
    Index("ix_quarantine_window", "exchange", "last_window"),  # grows at its end: rows of a window come together
    sqlite_autoincrement=True,
)
