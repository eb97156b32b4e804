"""our mails to which there may be an answer, and the tokens by which answers are found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEXED = ("material_po_id", "message_id", "order_id", "po_number", "token_sha256")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "conversations",
        sa.Column(
            "document_id", sa.String(length=80), nullable=False, comment="our mail, to which there may be an answer"
        ),
        sa.Column(
            "kind", sa.String(length=40), nullable=False, comment="penalty_question, revise_request, material_po…"
        ),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("partner_id", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.String(length=320), nullable=False, comment="the address that it went to"),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column(
            "token_sha256", sa.String(length=64), nullable=True, comment="of the reply token; NULL: nothing is asked"
        ),
        sa.Column("expires_at", sa.String(length=40), nullable=True, comment="of the token"),
        sa.Column("order_id", sa.String(length=80), nullable=True),
        sa.Column("po_number", sa.String(length=80), nullable=True),
        sa.Column("material_po_id", sa.String(length=80), nullable=True),
        sa.Column(
            "question",
            sa.String(length=80),
            nullable=True,
            comment="its version: the id of the penalty question, the order's revision",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_conversations")),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_conversations_{column}"), "conversations", [column], unique=False)
