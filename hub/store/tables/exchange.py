"""What is exchanged with partners and people: documents, mails, conversations, interchanges."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, text

from hub.store.tables.columns import Id, Instant, metadata

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

document_keys = Table(
    "document_keys",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("document_id", Id, nullable=False),
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
