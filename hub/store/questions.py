"""Asking a person about a document: what is said of it becomes a task at once, in the transaction that says it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.base import Event
from hub.messages.envelope import derived_id, write_letter
from hub.sagas.case import Case, Rules
from hub.sagas.engine import hear
from hub.store import records, tables
from hub.store.journal import Journal
from hub.store.records import among


async def say_of_documents(
    connection: AsyncConnection,
    journal: Journal,
    events: Sequence[tuple[str, Event]],
    known: Iterable[str],
    rules: Rules,
    *,
    source: str,
    cause: str,
    now: datetime,
) -> None:
    """Say these events, each with what its id derives from; ``known`` are the questions that they may be about."""
    case = Case()
    await records.load_documents(connection, set(known), case)
    loaded = case.copy()
    for about, event in events:
        heard = hear(case, event, rules, now)
        case = heard.case
        for place, (said, _, _) in enumerate(heard.events):
            message_id = derived_id(source, about, f"{event.TYPE} {place}")
            letter = write_letter(said, message_id=message_id, source=source, time=now, causation=cause)
            journal.send("event", letter)
            journal.follow_task(said, now)
    await records.save(connection, loaded, case, now)


async def all_open(connection: AsyncConnection, document_ids: Collection[str]) -> tuple[str, ...]:
    """The questions about these documents, when nothing has come of any of them yet; else nothing."""
    table, documents = tables.quarantine, tables.documents
    archived = await among(connection, select(documents.c.state), documents.c.document_id, document_ids)
    if any(row.state != "quarantined" for row in archived):
        return ()
    query = select(table.c.document_id, table.c.state)
    asked = await among(connection, query, table.c.document_id, document_ids)
    asked += await among(connection, query, table.c.original_id, document_ids)
    states = {row.document_id: row.state for row in asked}
    return tuple(sorted(states)) if set(states.values()) == {"set_aside"} else ()
