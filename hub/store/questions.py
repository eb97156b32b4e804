"""Asking a person about a document: what is said of it becomes a task at once, in the transaction that says it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.base import Event
from hub.messages.envelope import derived_id, write_letter
from hub.sagas.case import Case, Rules
from hub.sagas.engine import hear
from hub.store import records, tables
from hub.store.journal import Journal


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
    states: dict[str, str] = {}
    for some in records.chunks(document_ids):
        query = select(documents.c.state).where(documents.c.document_id.in_(some))
        if any(row.state != "quarantined" for row in await connection.execute(query)):
            return ()
        asked = or_(table.c.document_id.in_(some), table.c.original_id.in_(some))
        rows = await connection.execute(select(table.c.document_id, table.c.state).where(asked))
        states |= {row.document_id: row.state for row in rows}
    return tuple(sorted(states)) if set(states.values()) == {"set_aside"} else ()
