"""The process: messages in and out, what the sagas know, tasks, timers, and what failed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, text

from hub.store.tables.columns import Exact, Id, Instant, Position, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String(20), primary_key=True, comment="sagas or correspondence"),
    Column("source", String(200), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("type", String(100), nullable=False),
    Column("order_id", Id, index=True),
    Column("received_at", Instant, nullable=False),
    Column("outcome", String(20), nullable=False, comment="done, ignored, refused, set_aside"),
    Column("code", String(80)),
    Column("message", Text),
    Column("place", Text),
    Column("body", Text, nullable=False, comment="the message in its envelope"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("source", String(200), nullable=False, server_default=""),
    Column("message_id", String(200), nullable=False),
    Column("kind", String(10), nullable=False, comment="command or event"),
    Column("type", String(100), nullable=False),
    Column("order_id", Id),
    Column("sequence", Integer),
    Column(
        "stream",
        String(200),
        nullable=False,
        comment="sent in order: the order, or what a shared event is about",
    ),
    Column("causation", String(200)),
    Column("time", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("sent_at", Instant),
    Index("ix_outbox_order", "order_id", "position"),
    Index("ix_outbox_message", "message_id", "source", unique=True),
)
Index(
    "ix_outbox_unsent",
    outbox.c.position,
    sqlite_where=text("sent_at IS NULL"),
    postgresql_where=text("sent_at IS NULL"),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", Id, primary_key=True),
    Column("customer_id", Id, nullable=False),
    Column("po_number", String(80), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("cancellation", String(20), nullable=False),
    Column("change", String(20), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_orders_po", "customer_id", "po_number", unique=True),
    Index("ix_orders_number", "po_number"),
)

material_pos = Table(
    "material_pos",
    metadata,
    Column("material_po_id", Id, primary_key=True),
    Column("supplier_id", Id, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("updated_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

stock = Table(
    "stock",
    metadata,
    Column("material", String(80), primary_key=True),
    Column("unit", String(3), nullable=False),
    Column("on_hand", Exact, nullable=False),
    Column("reserved", Exact, nullable=False),
    Column("on_order", Exact, nullable=False),
    Column("opening", Exact, nullable=False, comment="on hand when the hub first saw the material"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("document_id", Id, primary_key=True),
    Column("original_id", Id, index=True, comment="the archived file, where it is not the document itself"),
    Column("state", String(20), nullable=False, index=True),
    Column("partner_id", Id),
    Column("updated_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Id, primary_key=True),
    Column("kind", String(100), nullable=False),
    Column("role", String(40), nullable=False),
    Column("order_id", Id, index=True),
    Column("work_order_id", Id),
    Column("requirement_id", Id),
    Column("material_po_id", Id),
    Column("document_id", Id),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("assignee", String(200)),
    Column("state", String(20), nullable=False, comment="open, closed, withdrawn"),
    Column("ended_at", Instant),
    Column("facts", Text, nullable=False),
    Index("ix_tasks_open", "state", "role", "opened_at"),
)

timers = Table(
    "timers",
    metadata,
    Column("timer_id", Id, primary_key=True),
    Column("due_at", Instant, nullable=False, index=True),
    Column("type", String(100), nullable=False),
    Column("order_id", Id),
    Column("body", Text, nullable=False),
)

waiting = Table(
    "waiting",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("awaits", String(200), nullable=False, index=True, comment="the id that nobody knows yet"),
    Column("until", Instant, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

failures = Table(
    "failures",
    metadata,
    Column("failure_id", Id, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("state", String(20), nullable=False, comment="open, retry, retried, discarded"),
    Column("cause", String(20), nullable=False, server_default="", comment="failures of one cause are one group"),
    Column("source", String(200)),
    Column("message_id", String(200)),
    Column("type", String(100)),
    Column("code", String(80), nullable=False),
    Column("message", Text, nullable=False),
    Column("place", Text),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, comment="retry: not before"),
    Column("raw", LargeBinary, nullable=False),
    Column("by", String(200)),
    Column("note", Text),
    Column("order_id", Id, comment="the order it is about, as far as can be told"),
    Index("ix_failures_state", "state", "cause"),
)
