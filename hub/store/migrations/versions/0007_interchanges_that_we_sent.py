"""what we sent by EDI, and what its receiver says of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "interchanges",
        sa.Column("partner_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False, comment="our control number of what we sent by EDI"),
        sa.Column("group_number", sa.String(length=20), nullable=True, comment="X12: of the functional group in it"),
        sa.Column(
            "message_number",
            sa.String(length=20),
            nullable=True,
            comment="of the only message in it; NULL: it holds acknowledgments",
        ),
        sa.Column("document_id", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.String(length=20),
            nullable=False,
            comment="not_expected, awaited, overdue; accepted, accepted_with_errors, rejected",
        ),
        sa.Column(
            "patience", sa.Integer(), nullable=True, comment="seconds that its receiver has for acknowledging it"
        ),
        sa.Column(
            "due_at",
            sa.String(length=40),
            nullable=True,
            comment="by when; NULL: it is yet to be sent, or no acknowledgment is expected",
        ),
        sa.Column("answered_by", sa.String(length=80), nullable=True, comment="the document that acknowledges it"),
        sa.Column("answered_at", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True, comment="as the acknowledgment gives it"),
        sa.Column(
            "asked_in",
            sa.String(length=80),
            nullable=True,
            comment="the document by whose question a person knows that it is overdue",
        ),
        sa.PrimaryKeyConstraint("partner_id", "number", name=op.f("pk_interchanges")),
    )
    op.create_index(op.f("ix_interchanges_document_id"), "interchanges", ["document_id"], unique=False)
    op.create_index(op.f("ix_interchanges_answered_by"), "interchanges", ["answered_by"], unique=False)
    op.create_index("ix_interchanges_group", "interchanges", ["partner_id", "group_number"], unique=False)
    op.create_index("ix_interchanges_due", "interchanges", ["state", "due_at"], unique=False)
