"""What a person does with messages that were set aside: try again, mend, give up. Each is recorded, and said (R42)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound, Refused
from hub.messages.base import Message, Person
from hub.messages.desk import MessageDiscarded, MessageRetried
from hub.messages.envelope import Letter, derived_id, write_letter
from hub.store import tables
from hub.store.database import Database
from hub.store.journal import Journal


async def retry(database: Database, failure_id: str, by: Person, source: str) -> None:
    """Have a message carried out again, as it is. Raises NotFound, Refused."""
    async with database.write() as connection:
        row = await _open_row(connection, failure_id)
        await _mark(connection, failure_id, state="retry", by=by.name)
        said = MessageRetried(failure_id=failure_id, message_id=row.message_id, by=by)
        await _tell(connection, said, f"{failure_id} retry {row.attempts}", source)


async def discard(database: Database, failure_id: str, by: Person, reason: str, source: str) -> None:
    """Give a message up. Raises NotFound, Refused."""
    async with database.write() as connection:
        row = await _open_row(connection, failure_id)
        await _mark(connection, failure_id, state="discarded", by=by.name, note=reason)
        said = MessageDiscarded(failure_id=failure_id, message_id=row.message_id, by=by, reason=reason)
        await _tell(connection, said, f"{failure_id} discarded", source)


async def mend(database: Database, failure_id: str, by: Person, message: Message, source: str) -> Letter:
    """Send a mended copy under an id of its own in the place of the message. Raises NotFound, Refused."""
    async with database.write() as connection:
        row = await _open_row(connection, failure_id)
        copy = write_letter(
            message,
            message_id=derived_id(source, failure_id, f"mended {row.attempts}"),
            source=source,
            time=datetime.now(UTC),
            causation=row.message_id,
        )
        note = f"mended as {copy.envelope.id}"
        await _mark(connection, failure_id, state="retried", by=by.name, note=note)
        said = MessageRetried(failure_id=failure_id, message_id=row.message_id, by=by)
        await _tell(connection, said, f"{failure_id} mended {row.attempts}", source, copy)
    return copy


async def _open_row(connection: AsyncConnection, failure_id: str) -> Any:
    table = tables.failures
    query = select(table).where(table.c.failure_id == failure_id).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound(f"there is no failed message {failure_id}; `hub failed list` lists them", where="ID")
    if row.state != "open":
        text = f"{failure_id} is dealt with already: {row.state} by {row.by or 'the hub'}"
        raise Refused(text, where="ID", code="not_open")
    return row


async def _mark(connection: AsyncConnection, failure_id: str, **values: str) -> None:
    table = tables.failures
    await connection.execute(update(table).where(table.c.failure_id == failure_id).values(**values))


async def _tell(
    connection: AsyncConnection,
    event: MessageRetried | MessageDiscarded,
    occasion: str,
    source: str,
    copy: Letter | None = None,
) -> None:
    journal = Journal()
    if copy is not None:
        journal.send("command", copy)
    said = write_letter(event, message_id=derived_id(source, occasion, "said"), source=source, time=datetime.now(UTC))
    journal.send("event", said)
    await journal.write(connection)
