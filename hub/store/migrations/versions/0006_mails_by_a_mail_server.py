"""what becomes of mails that a mail server is to take; documents to be sent are found without looking at all others"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "deliveries",
        sa.Column(
            "document_id", sa.String(length=80), nullable=False, comment="our mail, which a mail server is to take"
        ),
        sa.Column(
            "address", sa.String(length=320), nullable=False, comment="in small letters, the first that it goes to"
        ),
        sa.Column("thread", sa.String(length=1000), nullable=False, comment="the first Message-ID of its conversation"),
        sa.Column("recipients", sa.Text(), nullable=False, comment="JSON: whom it is still to reach"),
        sa.Column("accepted", sa.Text(), nullable=False, comment="JSON: for whom the server has taken it"),
        sa.Column("refused", sa.Text(), nullable=False, comment="JSON: whom it will not reach, each with the reason"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "doubts", sa.Integer(), nullable=False, comment="how often the server's answer to the whole mail was lost"
        ),
        sa.Column("due_at", sa.String(length=40), nullable=False, comment="not to be tried before"),
        sa.Column("claimed_until", sa.String(length=40), comment="a hub is at it until then"),
        sa.Column(
            "first_at", sa.String(length=40), comment="when it was tried first, since it was last put into the queue"
        ),
        sa.Column("sent_at", sa.String(length=40), comment="when the server took it last"),
        sa.Column(
            "code",
            sa.String(length=80),
            comment="why it is not sent, where a person has to look; dropped: nobody has to",
        ),
        sa.Column("said", sa.Text(), comment="what the server said last"),
        sa.Column(
            "releases", sa.Integer(), nullable=False, comment="how often a person has put it into the queue again"
        ),
        sa.Column("by", sa.String(length=200), comment="who did that, or dropped it"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_address", "deliveries", ["address", "sent_at"])
    op.create_index("ix_deliveries_thread", "deliveries", ["thread", "sent_at"])
    op.create_index("ix_deliveries_due_at", "deliveries", ["due_at"])
    op.create_index("ix_deliveries_code", "deliveries", ["code"])
    waiting = sa.text("state = 'to_send'")
    op.create_index(
        "ix_documents_to_send", "documents", ["at", "document_id"], sqlite_where=waiting, postgresql_where=waiting
    )
