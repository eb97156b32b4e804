"""failures by cause, with the time of the next try; a message is known by its source and id in the outbox too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.add_column("failures", sa.Column("cause", sa.String(20), nullable=False, server_default=""))
    op.add_column("failures", sa.Column("next_at", sa.String(40)))
    op.add_column("failures", sa.Column("order_id", sa.String(80)))
    op.execute("UPDATE failures SET cause = substr(code, 1, 20)")
    op.create_index("ix_failures_state", "failures", ["state", "cause"])
    op.add_column("outbox", sa.Column("source", sa.String(200), nullable=False, server_default=""))
    sqlite = op.get_bind().dialect.name == "sqlite"
    named = "json_extract(body, '$.source')" if sqlite else "body::json ->> 'source'"
    op.execute(f"UPDATE outbox SET source = {named}")  # noqa: S608  # one of the two texts above
    op.drop_index("ix_outbox_message", table_name="outbox")
    op.create_index("ix_outbox_message", "outbox", ["message_id", "source"], unique=True)
