"""Digests of the ledger's files; NULL for files that are older than this."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    op.add_column("exchange_part", sa.Column("ledger_sha256", sa.String(length=64), nullable=True))
    op.add_column("ledger_segment", sa.Column("sha256", sa.String(length=64), nullable=True))
