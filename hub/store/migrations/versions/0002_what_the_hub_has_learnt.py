"""what the hub has learnt: products made, suppliers' dates, plans, arrivals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "products_made",
        sa.Column("product", sa.String(length=300), nullable=False),
        sa.Column("specification", sa.String(length=20), nullable=False, comment="what stands for its characteristics"),
        sa.Column("customer_id", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("product", "specification", "customer_id", name=op.f("pk_products_made")),
    )
    op.create_table(
        "suppliers_dates",
        sa.Column("supplier_id", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="how the supplier kept its dates"),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_suppliers_dates")),
    )
    op.create_table(
        "plans",
        sa.Column("work_order_id", sa.String(length=80), nullable=False),
        sa.Column("work_center", sa.String(length=200), nullable=False),
        sa.Column("start", sa.String(length=10), nullable=False),
        sa.Column("end", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("work_order_id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_work_center"), "plans", ["work_center"], unique=False)
    op.create_table(
        "arrivals",
        sa.Column("material_po_id", sa.String(length=80), nullable=False),
        sa.Column("line", sa.String(length=80), nullable=False),
        sa.Column("supplier_id", sa.String(length=80), nullable=False),
        sa.Column("material", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("quantity", sa.String(length=40), nullable=False, comment="what is still to come"),
        sa.Column("expected", sa.String(length=10), nullable=True, comment="day: as promised, else as requested"),
        sa.Column("joinable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("material_po_id", "line", name=op.f("pk_arrivals")),
    )
    op.create_index(op.f("ix_arrivals_material"), "arrivals", ["material"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("arrivals")
    op.drop_table("plans")
    op.drop_table("suppliers_dates")
    op.drop_table("products_made")
