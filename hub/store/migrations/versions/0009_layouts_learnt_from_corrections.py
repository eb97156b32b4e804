"""layouts learnt from corrections"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Position = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "corrections",
        sa.Column("document_id", sa.String(length=80), nullable=False, comment="a mail that a person has put right"),
        sa.Column("partner_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("learn", sa.Boolean(), nullable=False, comment="the person says that what it teaches holds at once"),
        sa.Column("said", sa.Text(), nullable=False, comment="the purchase order that the person made of it"),
        sa.Column("studied_at", sa.String(length=40), comment="NULL: what it teaches is yet to be found out"),
        sa.Column(
            "version",
            sa.Integer(),
            comment="of the customer's layout profile, that it taught or agrees with; NULL: none",
        ),
        sa.Column("why", sa.Text(), comment="why it taught nothing"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_partner_id", "corrections", ["partner_id"])
    op.create_index(
        "ix_corrections_unstudied",
        "corrections",
        ["at"],
        sqlite_where=sa.text("studied_at IS NULL"),
        postgresql_where=sa.text("studied_at IS NULL"),
    )
    op.create_table(
        "layouts",
        sa.Column("partner_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False, comment="1, 2, 3… of the customer"),
        sa.Column("document_id", sa.String(length=80), nullable=False, comment="the mail that taught it"),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False, comment="who put that mail right"),
        sa.Column("body", sa.Text(), nullable=False, comment="the layout; it never changes"),
        sa.PrimaryKeyConstraint("partner_id", "version", name=op.f("pk_layouts")),
    )
    op.create_table(
        "layout_decisions",
        sa.Column("position", Position, autoincrement=True, nullable=False),
        sa.Column("partner_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False, comment="accepted, dropped"),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_layout_decisions")),
    )
    op.create_index("ix_layout_decisions_partner_id", "layout_decisions", ["partner_id"])
    op.create_table(
        "layout_uses",
        sa.Column("partner_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.String(length=80), nullable=False, comment="a mail that was read by it"),
        sa.PrimaryKeyConstraint("partner_id", "version", "document_id", name=op.f("pk_layout_uses")),
    )
