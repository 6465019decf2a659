"""Reports, replies and files: sealed objects, their payloads, uploads and chain notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("nonce_key", sa.LargeBinary(32), nullable=False),
        sa.Column("timestamp_seed", sa.LargeBinary(32), nullable=False),
        sa.Column("enrol_key", sa.LargeBinary(32)),
        sa.Column("enrol_request", sa.LargeBinary(32)),
        sa.Column("enrol_answer", sa.LargeBinary()),
        sa.Column("directory", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "objects",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("thread", sa.LargeBinary(32), nullable=False),
        sa.Column("audience", sa.String(8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.LargeBinary(16)),
        sa.Column("blob", sa.LargeBinary(16)),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("header_sha256", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_objects_day", "objects", ["day"])
    op.create_index("ix_objects_thread_audience", "objects", ["thread", "audience"])
    op.create_table(
        "payloads",
        sa.Column("id", sa.LargeBinary(16), sa.ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notes",
        sa.Column("thread", sa.LargeBinary(32), primary_key=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "days",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tombstones",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tombstones_day", "tombstones", ["day"])


def downgrade() -> None:
    for table in ("tombstones", "days", "notes", "uploads", "payloads", "objects", "instance"):
        op.drop_table(table)
