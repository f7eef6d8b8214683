"""The first tables: windows, parts, ledger segments, leases, quarantine, and the log's entries and checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _exchange_window()
    _exchange_part()
    _ledger_segment()
    _exchange_lease()
    _quarantine()
    _log_entry()
    _log_checkpoint()
    _log_lock()


def _exchange_window() -> None:
    op.create_table(
        "exchange_window",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("exchange", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("lower", sa.String(length=19), nullable=True),
        sa.Column("upper", sa.String(length=19), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("standard", sa.String(length=100), nullable=False),
        sa.Column("released", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.String(length=27), nullable=False),
        sa.Column("staged_at", sa.String(length=27), nullable=True),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.Column("source", sa.BigInteger(), nullable=True),
        sa.Column("absent", sa.BigInteger(), nullable=True),
        sa.Column("unchanged", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.BigInteger(), nullable=True),
        sa.Column("warnings", sa.BigInteger(), nullable=True),
        sa.Column("census", sa.BigInteger(), nullable=True),
        sa.Column("beyond", sa.BigInteger(), nullable=True),
        sa.Column("missing", sa.BigInteger(), nullable=True),
        sa.Column("missing_note", sa.Text(), nullable=True),
        sa.Column("layout", sa.Text(), nullable=True),
        sa.Column("error_class", sa.String(length=40), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_window")),
        sa.UniqueConstraint("exchange", "key", name=op.f("uq_exchange_window_exchange")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exchange_window_open", "exchange_window", ["exchange", "state"], unique=False)


def _exchange_part() -> None:
    op.create_table(
        "exchange_part",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("window_id", _NUMBER, nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sidecar", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("suffix", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("staged_at", sa.String(length=19), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("receipt_sha256", sa.String(length=64), nullable=True),
        sa.Column("ledger", sa.Text(), nullable=True),
        sa.Column("merged", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sent_at", sa.String(length=27), nullable=True),
        sa.Column("settled_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["window_id"], ["exchange_window.id"], name=op.f("fk_exchange_part_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_part")),
        sa.UniqueConstraint("window_id", "number", name=op.f("uq_exchange_part_window_id")),
    )
    op.create_index("ix_exchange_part_state", "exchange_part", ["state"], unique=False)


def _ledger_segment() -> None:
    op.create_table(
        "ledger_segment",
        sa.Column("exchange", sa.String(length=200), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("exchange", name=op.f("pk_ledger_segment")),
    )


def _exchange_lease() -> None:
    op.create_table(
        "exchange_lease",
        sa.Column("exchange", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("until", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("exchange", name=op.f("pk_exchange_lease")),
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("exchange", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=True),
        sa.Column("op", sa.String(length=1), nullable=False),
        sa.Column("standard", sa.String(length=100), nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("part_id", sa.String(length=64), nullable=True),
        sa.Column("first_window", _NUMBER, nullable=False),
        sa.Column("last_window", _NUMBER, nullable=False),
        sa.Column("replay_window", _NUMBER, nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("refused_at", sa.String(length=27), nullable=False),
        sa.Column("changed_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["first_window"], ["exchange_window.id"], name=op.f("fk_quarantine_first_window")),
        sa.ForeignKeyConstraint(["last_window"], ["exchange_window.id"], name=op.f("fk_quarantine_last_window")),
        sa.ForeignKeyConstraint(["replay_window"], ["exchange_window.id"], name=op.f("fk_quarantine_replay_window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("exchange", "fingerprint", name=op.f("uq_quarantine_exchange")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quarantine_window", "quarantine", ["exchange", "last_window"], unique=False)


def _log_entry() -> None:
    op.create_table(
        "log_entry",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entry")),
        sa.UniqueConstraint("position", name=op.f("uq_log_entry_position")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_log_entry_pending",
        "log_entry",
        ["id"],
        unique=False,
        postgresql_where=sa.text("position IS NULL"),
        sqlite_where=sa.text("position IS NULL"),
    )


def _log_checkpoint() -> None:
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )


def _log_lock() -> None:
    op.create_table(
        "log_lock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_lock")),
    )
