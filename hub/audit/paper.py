"""Documents as they lie in the archive: word for word, numbered without a gap, and none untold (R5, R44)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.post import TOLD, each_row
from hub.audit.report import Notes
from hub.ports import OF_TASKS
from hub.store import tables

EDI = frozenset({"x12", "edifact"})
AWAITED = frozenset({"not_expected", "awaited", "overdue"})
QUESTION = "cancellation.penalty-proposed.v1"
SHARED = ("message_id", "partner_id", "order_id", "po_number")
"""columns that a document and the conversation about it have in common; the first alone, of a mail to our own people"""
ANSWERED = frozenset({"accepted", "accepted_with_errors", "rejected"})


async def check_archive(connection: AsyncConnection, notes: Notes) -> None:
    """Every document is what it was when it was archived."""
    table = tables.documents
    query = select(table.c.document_id, table.c.sha256, table.c.size, table.c.raw)
    async for row in each_row(connection, query):
        raw = bytes(row.raw)
        if not raw and row.size:
            continue
        if hashlib.sha256(raw).hexdigest() != row.sha256 or len(raw) != row.size:
            notes.find("document_altered", row.document_id, "its content is not what was archived")


async def check_numbers(connection: AsyncConnection, documents: Mapping[str, Any], notes: Notes) -> None:
    """What we sent by EDI bears numbers without a gap, each a document's; each document out by EDI bears one."""
    table, counters = tables.interchanges, tables.control_numbers
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    numbered = set()
    columns = (table.c.partner_id, table.c.number, table.c.document_id, table.c.state, table.c.answered_by)
    for row in await connection.execute(select(*columns)):
        where = f"interchange {row.number} to {row.partner_id}"
        numbers[row.partner_id].add(int(row.number))
        numbered.add(row.document_id)
        document = documents.get(row.document_id)
        if document is None or (document.direction, document.partner_id) != ("out", row.partner_id):
            notes.find("number_mismatch", row.document_id, f"{where}: it is no document of ours to that partner")
        if row.state not in ANSWERED | AWAITED:
            notes.find("number_mismatch", row.document_id, f"{where}: its state {row.state} is none")
        if row.state in ANSWERED and (row.answered_by is None or row.answered_by not in documents):
            notes.find("number_mismatch", row.document_id, f"{where}: it is {row.state}, and no document says so")
    for document_id, document in documents.items():
        if document.direction == "out" and document.kind in EDI and document_id not in numbered:
            notes.find("number_mismatch", document_id, "it went out by EDI, and bears no number")
    query = select(counters).where(counters.c.counter == "interchange")
    last = {row.partner_id: row.value for row in await connection.execute(query)}
    for partner_id, used in numbers.items():
        gaps = sorted(set(range(min(used), max(used))) - used)
        if gaps:
            notes.find("number_gap", partner_id, f"no interchange has number {', '.join(map(str, gaps[:5]))}")
        if last.get(partner_id) != max(used):
            text = f"the last number given is stored as {last.get(partner_id)}, the last interchange has {max(used)}"
            notes.find("number_gap", partner_id, text)


async def check_conversations(
    connection: AsyncConnection, documents: Mapping[str, Any], questions: Mapping[str, str], notes: Notes
) -> None:
    """What awaits an answer by mail is a mail of ours that is kept. ``questions``: open ones, each with its order."""
    table, asked = tables.conversations, set()
    for row in await connection.execute(select(table)):
        document, shared = documents.get(row.document_id), SHARED[:1] if row.kind == OF_TASKS else SHARED
        asked.add(row.question if row.token_sha256 else None)
        if document is None:
            notes.find("orphan_conversation", row.document_id, "an answer to it is awaited, and it is not archived")
        elif any(getattr(document, name) != getattr(row, name) for name in shared):
            text = "an answer to it is awaited under another Message-ID, order or partner than it has"
            notes.find("orphan_conversation", row.document_id, text)
    mailed = {each.order_id for each in documents.values() if (each.kind, each.purpose) == ("email", QUESTION)}
    for question, order_id in questions.items():
        if order_id in mailed and question not in asked:
            notes.find("orphan_conversation", question, "it was asked by mail, and no answer to it would be known")


async def check_keys(connection: AsyncConnection, documents: Mapping[str, Any], notes: Notes) -> None:
    """What makes a repeat known, and what a mail server took, belongs to documents that are kept (R7)."""
    keys, mails, keyed = tables.document_keys, tables.deliveries, set()
    for document_id in (await connection.execute(select(keys.c.document_id))).scalars():
        keyed.add(document_id)
        if document_id not in documents:
            notes.find("orphan_key", document_id, "a key of it makes repeats known, and it is not archived")
    for document_id, document in documents.items():
        if document.direction == "in" and document.state == "received" and document_id not in keyed:
            notes.find("orphan_key", document_id, "nothing would make it known if it came again")
    columns = (mails.c.document_id, mails.c.recipients, mails.c.accepted)
    for mail in await connection.execute(select(*columns)):
        document = documents.get(mail.document_id)
        if document is None:
            notes.find("orphan_delivery", mail.document_id, "it is to be carried to its mail server, and not archived")
        elif document.state == "sent" and (mail.recipients != "[]" or mail.accepted == "[]"):
            notes.find(
                "orphan_delivery", mail.document_id, "it counts as sent, and no mail server has taken it for all"
            )


def check_told(
    heard: Mapping[str, str], events: Mapping[str, tuple[str, str, str]], documents: Mapping[str, Any], notes: Notes
) -> None:
    """What was said to a partner lies in the archive. ``heard``: events that correspondence took, with their types.

    ``events`` has every event that a document may tell of, its type and its order; ``heard`` leaves those out that are
    for partners who are told by message.
    """
    told = {document.cause for document in documents.values() if document.direction == "out"}
    for event_id, kind in heard.items():
        if kind in TOLD and event_id not in told:
            notes.find("untold", event_id, f"{kind} was to be told to its partner, and no document does")
    for document_id, document in documents.items():
        unsaid = document.purpose not in TOLD or document.cause is None or document.cause in documents
        if document.direction == "in" or unsaid:
            continue
        kind, order_id, _ = events.get(document.cause, ("", "", ""))
        if kind != document.purpose or (document.order_id or "") != order_id:
            text = f"it tells of {document.purpose} {document.cause} of {document.order_id}, and no such event was said"
            notes.find("document_differs", document_id, text)
