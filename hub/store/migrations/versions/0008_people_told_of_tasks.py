"""the tasks of which people were told by mail"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "notices",
        sa.Column("task_id", sa.String(length=80), nullable=False, comment="of which its role was told by mail"),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("told_at", sa.String(length=40), nullable=False),
        sa.Column("told_in", sa.String(length=80), nullable=False, comment="the mail"),
        sa.Column("reminded_at", sa.String(length=40), comment="that it is overdue"),
        sa.Column("reminded_in", sa.String(length=80)),
        sa.Column("ended_at", sa.String(length=40), comment="when it was seen to be no longer open"),
        sa.Column("ended_in", sa.String(length=80), comment="the mail that says so; NULL: it was answered"),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_told", "notices", ["role", "told_at"])
    op.create_index("ix_notices_ended_at", "notices", ["ended_at"])
