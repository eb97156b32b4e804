"""documents that a person has to decide on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "quarantine",
        sa.Column("document_id", sa.String(length=80), nullable=False),
        sa.Column(
            "original_id",
            sa.String(length=80),
            nullable=True,
            comment="the archived file, where it is not the document itself",
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("partner_id", sa.String(length=80), nullable=True),
        sa.Column("updated_at", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_original_id"), "quarantine", ["original_id"], unique=False)
    op.create_index(op.f("ix_quarantine_state"), "quarantine", ["state"], unique=False)
