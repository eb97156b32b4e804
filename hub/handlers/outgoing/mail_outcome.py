"""What is said of a mail of ours that is not sent, or comes back: a person sees to that (R42)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.base import Event
from hub.messages.customer_po import Finding
from hub.messages.document import DocumentDeliveryFailed, DocumentQuarantined
from hub.sagas.case import Rules
from hub.store import tables
from hub.store.deliveries import QueuedMail, mark, note_bounce
from hub.store.journal import Journal
from hub.store.questions import say_of_documents
from hub.store.returned import piece_id


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a mail is not sent."""

    code: str
    why: str
    whole: bool = True
    """to nobody of those that it names"""
    ask: bool = True
    """whether a person is to be asked; else one is already, about others like it"""


async def say_failed(
    connection: AsyncConnection,
    journal: Journal,
    mail: QueuedMail,
    failure: Failure,
    rules: Rules,
    *,
    source: str,
    now: datetime,
) -> None:
    """Say that a mail is not sent, and ask a person about it.

    What our own people are told of makes no task: that would be told to the same address.
    """
    names: dict[str, Any] = {"kind": "email", "name": mail.title or None, "partner_id": mail.partner_id}
    reason = f"our mail was not sent: {failure.why}"[:10_000]
    failed = DocumentDeliveryFailed(
        document_id=mail.document_id, **names, order_id=mail.order_id, code=failure.code, reason=reason
    )
    about = f"{mail.document_id} {mail.releases}.{mail.attempts}"
    events: list[tuple[str, Event]] = [(about, failed)]
    asked: list[str] = []
    if failure.ask and mail.partner_id is not None:
        question = await _question(connection, mail, names, failure.code, reason)
        events.append((about, question))
        asked.append(question.document_id)
    cause = mail.document_id
    await say_of_documents(connection, journal, events, asked, rules, source=source, cause=cause, now=now)


async def say_returned(
    connection: AsyncConnection, lost: str, unreached: Collection[str], document_id: str, reason: str
) -> list[tuple[str, Event]]:
    """Note that a document of ours has come back from these addresses, or as a whole where none is named, and say so.

    That it comes back once more is no news.
    """
    table = tables.documents
    chosen = (table.c.document_id == lost) & (table.c.direction == "out")
    row = (await connection.execute(select(table).where(chosen).with_for_update())).first()
    if row is None or row.state == "undeliverable":
        return []
    came_back = await note_bounce(connection, lost, unreached, reason)
    if came_back == "known":
        return []
    if came_back == "whole":
        await mark(connection, lost, "undeliverable")
    failed = DocumentDeliveryFailed(
        document_id=lost,
        kind=row.kind,
        name=row.title,
        partner_id=row.partner_id,
        order_id=row.order_id,
        code="bounced",
        reason=reason,
    )
    return [(f"{lost} {document_id}", failed)]


async def _question(
    connection: AsyncConnection, mail: QueuedMail, names: dict[str, Any], code: str, reason: str
) -> DocumentQuarantined:
    """What a person is asked: each failure anew, since the earlier question may be answered."""
    table = tables.conversations
    query = select(table.c.material_po_id).where(table.c.document_id == mail.document_id)
    material_po_id = (await connection.execute(query)).scalar()
    times = max(mail.attempts, 1) + mail.releases
    question_id = piece_id(mail.document_id, times, times)
    todo = f"{reason}. `hub email retry {mail.document_id}` sends it, --to another address; then discard this"
    return DocumentQuarantined(
        document_id=question_id,
        original_id=mail.document_id if question_id != mail.document_id else None,
        **names,
        role="procurement-officer" if material_po_id else "sales-officer",
        po_number=mail.po_number,
        material_po_id=material_po_id,
        order_ids=[mail.order_id] if mail.order_id else [],
        findings=[Finding(code=code, severity="error", message=todo[:10_000])],
    )
