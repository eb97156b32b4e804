"""What a person does with messages that were set aside: try again, mend, give up. Each is recorded, and said (R42)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound, Refused
from hub.messages.base import Message, Person
from hub.messages.envelope import Letter, derived_id, instant, write_letter
from hub.messages.processing import MessageDiscarded, MessageRetried
from hub.store import tables
from hub.store.database import Database
from hub.store.journal import Journal


async def retry(
    database: Database, name: str, by: Person, source: str, now: datetime, per_second: float | None = None
) -> int:
    """Have messages carried out again as they are, all at once or so many ``per_second``; how many they are.

    ``name`` is the id of one message or of a group. The hub keeps to the rate by itself, whoever asked may leave.
    Raises NotFound, Refused.
    """
    async with database.write() as connection:
        rows = await _chosen(connection, name)
        marks = [
            {
                "v_state": "retry",
                "v_next_at": instant(now + timedelta(seconds=place / per_second if per_second else 0)),
            }
            for place in range(len(rows))
        ]
        await _mark(connection, rows, by, marks)
        await _tell(connection, rows, source, now, lambda row: MessageRetried(**_about(row), by=by))
    return len(rows)


async def discard(database: Database, name: str, by: Person, reason: str, source: str, now: datetime) -> int:
    """Give messages up: one, or those of a group; how many they are. Raises NotFound, Refused."""
    async with database.write() as connection:
        rows = await _chosen(connection, name)
        await _mark(connection, rows, by, [{"v_state": "discarded", "v_note": reason}] * len(rows))
        await _tell(connection, rows, source, now, lambda row: MessageDiscarded(**_about(row), by=by, reason=reason))
    return len(rows)


async def mend(database: Database, failure_id: str, by: Person, message: Message, source: str, now: datetime) -> Letter:
    """Send a mended copy under an id of its own in the place of the message. Raises NotFound, Refused."""
    async with database.write() as connection:
        row = await _one(connection, failure_id)
        copy = write_letter(
            message,
            message_id=derived_id(source, failure_id, f"mended {row.attempts}"),
            source=source,
            time=now,
            causation=row.message_id,
        )
        copy_id = copy.envelope.id
        await _mark(connection, [row], by, [{"v_state": "retried", "v_note": f"mended as {copy_id}"}])
        said = MessageRetried(**_about(row), by=by, copy_id=copy_id)
        await _tell(connection, [row], source, now, lambda row: said, copy)
    return copy


async def _one(connection: AsyncConnection, failure_id: str) -> Any:
    table = tables.failures
    query = select(table).where(table.c.failure_id == failure_id).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound(f"there is no failed message {failure_id}; `hub failed list` lists them", where="ID")
    if row.state == "retry":
        raise Refused(f"{failure_id} is about to be tried again", where="ID", code="not_open")
    if row.state != "open":
        text = f"{failure_id} is dealt with already: {row.state} by {row.by or 'the hub'}"
        raise Refused(text, where="ID", code="not_open")
    return row


async def _chosen(connection: AsyncConnection, name: str) -> Sequence[Any]:
    """One message, or those of a group that nobody has dealt with, oldest first."""
    if not name.startswith("G-"):
        return [await _one(connection, name)]
    table = tables.failures
    query = select(table).where(table.c.cause == name, table.c.state == "open").with_for_update()
    rows = (await connection.execute(query.order_by(table.c.at, table.c.failure_id))).all()
    if not rows:
        raise NotFound(f"no message of group {name} is set aside; `hub failed list` lists them", where="ID")
    return rows


async def _mark(connection: AsyncConnection, rows: Sequence[Any], by: Person, marks: list[dict[str, Any]]) -> None:
    table = tables.failures
    values: dict[str, Any] = {name[2:]: bindparam(name) for name in marks[0]}
    statement = update(table).where(table.c.failure_id == bindparam("k")).values(by=by.name, **values)
    await connection.execute(statement, [{"k": row.failure_id, **mark} for row, mark in zip(rows, marks, strict=True)])


def _about(row: Any) -> dict[str, Any]:
    return {"failure_id": row.failure_id, "message_id": row.message_id, "order_id": row.order_id}


async def _tell(
    connection: AsyncConnection,
    rows: Sequence[Any],
    source: str,
    now: datetime,
    event_of: Callable[[Any], MessageRetried | MessageDiscarded],
    copy: Letter | None = None,
) -> None:
    journal = Journal()
    if copy is not None:
        journal.send("command", copy)
    for row in rows:
        event = event_of(row)
        message_id = derived_id(source, row.failure_id, f"{event.TYPE} {row.attempts}")
        said = write_letter(event, message_id=message_id, source=source, time=now, causation=row.message_id)
        journal.send("event", said)
    await journal.write(connection)
