"""Of which tasks people were told by mail, and which mails that were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, insert, literal, select, text, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.envelope import instant
from hub.store import tables
from hub.store.queries.process import task_of
from hub.store.queries.rows import Row

_LOCK = 7_201_128
PORTION = 500
"""tasks that are told of at a time"""


@dataclass(frozen=True, slots=True)
class Untold:
    """The tasks of a role of which there is something to tell."""

    opened: tuple[Row, ...]
    overdue: tuple[Row, ...]
    withdrawn: tuple[Row, ...]


async def take_turn(connection: AsyncConnection) -> bool:
    """Whether this transaction is the only one that tells people; another process may be at it."""
    if connection.dialect.name != "postgresql":
        return True
    found = await connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK})
    return bool(found.scalar())


async def untold(connection: AsyncConnection, role: str, now: datetime, pause: timedelta) -> Untold:
    """What a role is to be told: of tasks open for a while, of those overdue, of those withdrawn after it was told."""
    tasks, told = tables.tasks, tables.notices
    known = exists().where(told.c.task_id == tasks.c.task_id)
    is_open = (tasks.c.role == role) & (tasks.c.state == "open")
    new = select(tasks).where(is_open, tasks.c.opened_at <= instant(now - pause), ~known)
    joined = select(tasks).join(told, told.c.task_id == tasks.c.task_id)
    late = joined.where(is_open, tasks.c.due_at <= instant(now), told.c.reminded_at.is_(None))
    gone = joined.where(tasks.c.role == role, tasks.c.state == "withdrawn", told.c.ended_at.is_(None))
    found = []
    for query in (new, late, gone):
        rows = await connection.execute(query.order_by(tasks.c.opened_at, tasks.c.task_id).limit(PORTION))
        found.append(tuple(task_of(row) for row in rows))
    return Untold(*found)


async def forget_answered(connection: AsyncConnection, now: datetime) -> None:
    """Of what was answered nobody is told."""
    tasks, told = tables.tasks, tables.notices
    answered = exists().where(tasks.c.task_id == told.c.task_id, tasks.c.state == "closed")
    await connection.execute(update(told).where(told.c.ended_at.is_(None), answered).values(ended_at=instant(now)))


async def mails_since(connection: AsyncConnection, role: str, since: datetime) -> int:
    """How many mails of tasks a role was sent since then."""
    table = tables.notices
    queries = [
        select(table.c[f"{name}_in"].label("mail")).where(table.c.role == role, table.c[f"{name}_at"] > instant(since))
        for name in ("told", "reminded", "ended")
    ]
    rows = await connection.execute(union(*queries))
    return len([row for row in rows if row.mail])


async def note_told(connection: AsyncConnection, found: Sequence[Mapping[str, Any]], mail: str, now: datetime) -> None:
    """Note that a role was told of these tasks; of one that is overdue it is not told again."""
    moment = instant(now)
    rows = [
        {
            "task_id": task["task_id"],
            "role": task["role"],
            "told_at": moment,
            "told_in": mail,
            "reminded_at": moment if task["due_at"] and task["due_at"] <= moment else None,
        }
        for task in found
    ]
    if rows:
        await connection.execute(insert(tables.notices), rows)


async def note_more(
    connection: AsyncConnection, found: Sequence[Mapping[str, Any]], what: str, mail: str, now: datetime
) -> None:
    """Note that a role was reminded of these tasks, or told that they are no longer needed."""
    table = tables.notices
    marks: dict[str, Any] = {f"{what}_at": literal(instant(now)), f"{what}_in": literal(mail)}
    if found:
        statement = update(table).where(table.c.task_id == bindparam("key")).values(marks)
        await connection.execute(statement, [{"key": task["task_id"]} for task in found])
