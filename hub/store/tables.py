"""The tables of the store.

What the sagas know is kept whole, as JSON, one row an order, a material PO, a material, a document that a person has
to decide on; the columns beside it are for finding. Decimals (`Exact`) are text: exact in both databases. An
`Instant` is ISO 8601 text in UTC, a `Day` its date alone: both sort.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"})
Position = BigInteger().with_variant(Integer, "sqlite")
Id = String(80)
Instant = String(40)
Day = String(10)
Exact = String(40)

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

documents = Table(
    "documents",
    metadata,
    Column("document_id", Id, primary_key=True),
    Column("direction", String(3), nullable=False, comment="in or out"),
    Column("kind", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("partner_id", Id),
    Column("order_id", Id, index=True),
    Column("po_number", String(80), index=True),
    Column("intent", String(20)),
    Column("disposition", String(30)),
    Column("state", String(20), nullable=False, comment="received; to_send, sent, undeliverable"),
    Column("at", Instant, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("message_id", String(300), index=True, comment="email: its Message-ID"),
    Column("title", Text),
    Column("cause", String(200), comment="out: id of the event that it tells of, or of the document acknowledged"),
    Column("purpose", String(100), comment="out: type of that event, or the acknowledgment's name"),
    Column("duplicate_of", Id),
    Column("findings", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

Index(
    "ix_documents_to_send",
    documents.c.at,
    documents.c.document_id,
    sqlite_where=text("state = 'to_send'"),
    postgresql_where=text("state = 'to_send'"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("document_id", Id, primary_key=True, comment="our mail, which a mail server is to take"),
    Column("address", String(320), nullable=False, comment="in small letters, the first that it goes to"),
    Column("thread", String(1000), nullable=False, comment="the first Message-ID of its conversation"),
    Column("recipients", Text, nullable=False, comment="JSON: whom it is still to reach"),
    Column("accepted", Text, nullable=False, comment="JSON: for whom the server has taken it"),
    Column("refused", Text, nullable=False, comment="JSON: whom it will not reach, each with the reason"),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False, comment="how often the server's answer to the whole mail was lost"),
    Column("due_at", Instant, nullable=False, index=True, comment="not to be tried before"),
    Column("claimed_until", Instant, comment="a hub is at it until then"),
    Column("first_at", Instant, comment="when it was tried first, since it was last put into the queue"),
    Column("sent_at", Instant, comment="when the server took it last"),
    Column(
        "code", String(80), index=True, comment="why a person has to look: what it was not sent for; dropped: seen to"
    ),
    Column("said", Text, comment="what the server said last"),
    Column("releases", Integer, nullable=False, comment="how often a person has put it into the queue again"),
    Column("by", String(200), comment="who did that, or dropped it"),
    Index("ix_deliveries_address", "address", "sent_at"),
    Index("ix_deliveries_thread", "thread", "sent_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("task_id", Id, primary_key=True, comment="of which its role was told by mail"),
    Column("role", String(40), nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("told_in", Id, nullable=False, comment="the mail"),
    Column("reminded_at", Instant, comment="that it is overdue"),
    Column("reminded_in", Id),
    Column("ended_at", Instant, index=True, comment="when it was seen to be no longer open"),
    Column("ended_in", Id, comment="the mail that says so; NULL: it was answered"),
    Index("ix_notices_told", "role", "told_at"),
)

document_keys = Table(
    "document_keys",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("document_id", Id, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("document_id", Id, primary_key=True, comment="our mail, to which there may be an answer"),
    Column("kind", String(40), nullable=False, comment="penalty_question, revise_request, material_po…"),
    Column("at", Instant, nullable=False),
    Column("partner_id", Id, nullable=False),
    Column("asked", String(320), nullable=False, comment="the address that it went to"),
    Column("message_id", String(300), nullable=False, index=True),
    Column("token_sha256", String(64), index=True, comment="of the reply token; NULL: nothing is asked"),
    Column("expires_at", Instant, comment="of the token"),
    Column("order_id", Id, index=True),
    Column("po_number", String(80), index=True),
    Column("material_po_id", Id, index=True),
    Column("question", String(80), comment="its version: the id of the penalty question, the order's revision"),
)

control_numbers = Table(
    "control_numbers",
    metadata,
    Column("partner_id", Id, primary_key=True),
    Column("counter", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

interchanges = Table(
    "interchanges",
    metadata,
    Column("partner_id", Id, primary_key=True),
    Column("number", String(20), primary_key=True, comment="our control number of what we sent by EDI"),
    Column("group_number", String(20), comment="X12: of the functional group in it"),
    Column("message_number", String(20), comment="of the only message in it; NULL: it holds acknowledgments"),
    Column("document_id", Id, nullable=False, index=True),
    Column(
        "state",
        String(20),
        nullable=False,
        comment="not_expected, awaited, overdue; accepted, accepted_with_errors, rejected",
    ),
    Column("patience", Integer, comment="seconds that its receiver has for acknowledging it"),
    Column("due_at", Instant, comment="by when; NULL: it is yet to be sent, or no acknowledgment is expected"),
    Column("answered_by", Id, index=True, comment="the document that acknowledges it"),
    Column("answered_at", Instant),
    Column("reason", Text, comment="as the acknowledgment gives it"),
    Column("asked_in", Id, comment="the document by whose question a person knows that it is overdue"),
    Index("ix_interchanges_group", "partner_id", "group_number"),
    Index("ix_interchanges_due", "state", "due_at"),
)

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
