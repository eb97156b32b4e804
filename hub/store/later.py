"""What a partner was told after a document of ours, of the same order: that one is out of date then (R44)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.envelope import Letter
from hub.store import tables
from hub.store.documents import REPLACED, outgoing_id
from hub.store.records import chunks

_FAMILIES = (("order.", "cancellation."), ("material-po.",))
"""types of events of which the later says what holds instead of the earlier; a ship notice is about its goods alone"""
_REPEATS = ("order.reminded.v1", "cancellation.reminded.v1", "material-po.reminded.v1")
"""which say nothing new"""


async def told_later(connection: AsyncConnection, letter: Letter, partner_id: str) -> Any | None:
    """The last document that told a partner of something later of the same order; None where there is none."""
    envelope, outbox, documents = letter.envelope, tables.outbox, tables.documents
    family = next((each for each in _FAMILIES if envelope.type.startswith(each)), None)
    if family is None:
        return None
    about = (
        outbox.c.order_id == envelope.correlationid
        if envelope.correlationid
        else (outbox.c.stream == envelope.subject) & outbox.c.order_id.is_(None)
    )
    here = select(outbox.c.position).where(outbox.c.message_id == envelope.id, outbox.c.type == envelope.type)
    query = select(outbox.c.message_id).where(
        about,
        outbox.c.kind == "event",
        outbox.c.position > here.scalar_subquery(),
        or_(*(outbox.c.type.startswith(each) for each in family)),
        outbox.c.type.not_in(_REPEATS),
    )
    events = (await connection.execute(query)).scalars()
    found: list[Any] = []
    for ids in chunks([outgoing_id(each, partner_id) for each in events]):
        named = select(documents.c.document_id, documents.c.title, documents.c.at).where(
            documents.c.document_id.in_(ids), documents.c.state.in_(("to_send", "sent", REPLACED))
        )
        found += await connection.execute(named)
    return max(found, key=lambda row: (row.at, row.document_id), default=None)
