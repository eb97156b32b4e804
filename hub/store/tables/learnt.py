"""What the hub has learnt, and what is planned and on its way."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, text

from hub.store.tables.columns import Day, Exact, Id, Instant, Position, metadata

products_made = Table(
    "products_made",
    metadata,
    Column("product", String(300), primary_key=True),
    Column("specification", String(20), primary_key=True, comment="what stands for its characteristics"),
    Column("customer_id", Id, primary_key=True),
    Column("body", Text, nullable=False),
)

suppliers_dates = Table(
    "suppliers_dates",
    metadata,
    Column("supplier_id", Id, primary_key=True),
    Column("body", Text, nullable=False, comment="how the supplier kept its dates"),
)

plans = Table(
    "plans",
    metadata,
    Column("work_order_id", Id, primary_key=True),
    Column("work_center", String(200), nullable=False, index=True),
    Column("start", Day, nullable=False),
    Column("end", Day, nullable=False),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("material_po_id", Id, primary_key=True),
    Column("line", String(80), primary_key=True),
    Column("supplier_id", Id, nullable=False),
    Column("material", String(80), nullable=False, index=True),
    Column("unit", String(3), nullable=False),
    Column("quantity", Exact, nullable=False, comment="what is still to come"),
    Column("expected", Day, comment="day: as promised, else as requested"),
    Column("joinable", Boolean, nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("document_id", Id, primary_key=True, comment="a mail that a person has put right"),
    Column("partner_id", Id, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("learn", Boolean, nullable=False, comment="the person says that what it teaches holds at once"),
    Column("said", Text, nullable=False, comment="the purchase order that the person made of it"),
    Column("studied_at", Instant, comment="NULL: what it teaches is yet to be found out"),
    Column("version", Integer, comment="of the customer's layout profile, that it taught or agrees with; NULL: none"),
    Column("why", Text, comment="why it taught nothing"),
)
Index(
    "ix_corrections_unstudied",
    corrections.c.at,
    sqlite_where=text("studied_at IS NULL"),
    postgresql_where=text("studied_at IS NULL"),
)

layouts = Table(
    "layouts",
    metadata,
    Column("partner_id", Id, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False, comment="1, 2, 3… of the customer"),
    Column("document_id", Id, nullable=False, comment="the mail that taught it"),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False, comment="who put that mail right"),
    Column("body", Text, nullable=False, comment="the layout; it never changes"),
)

layout_decisions = Table(
    "layout_decisions",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("partner_id", Id, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("decision", String(20), nullable=False, comment="accepted, dropped"),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
)

layout_uses = Table(
    "layout_uses",
    metadata,
    Column("partner_id", Id, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document_id", Id, primary_key=True, comment="a mail that was read by it"),
)
