"""What desks need at the intake: their keys, spent nonces, the public directory, wraps and meetings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desks",
        sa.Column("keyid", sa.LargeBinary(16), primary_key=True),
        sa.Column("api", sa.LargeBinary(32), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "nonces",
        sa.Column("nonce", sa.LargeBinary(16), primary_key=True),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_nonces_expires", "nonces", ["expires"])
    op.create_table(
        "directory",
        sa.Column("path", sa.String(200), primary_key=True),
        sa.Column("publication", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wraps",
        sa.Column("epoch", sa.LargeBinary(16), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "meetings",
        sa.Column("slot", sa.LargeBinary(32), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ask", sa.LargeBinary()),
        sa.Column("answer", sa.LargeBinary()),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("meetings", "wraps", "directory", "nonces", "desks"):
        op.drop_table(table)
