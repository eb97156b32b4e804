"""What a watcher wants to know at a glance."""

from __future__ import annotations

from sqlalchemy import func, select

from hub.store import tables
from hub.store.database import Database
from hub.store.interchanges import silence
from hub.store.queries.rows import Row


async def conditions(database: Database) -> Row:
    """What a watcher wants to know at a glance, in counts."""
    outbox, failed = tables.outbox, tables.failures
    async with database.read() as connection:
        unsent = (
            await connection.execute(select(func.count(), func.min(outbox.c.time)).where(outbox.c.sent_at.is_(None)))
        ).one()
        waiting = (await connection.execute(select(func.count()).select_from(tables.waiting))).scalar_one()
        open_tasks = await connection.execute(
            select(tables.tasks.c.role, func.count().label("count"))
            .where(tables.tasks.c.state == "open")
            .group_by(tables.tasks.c.role)
        )
        roles = {row.role: row.count for row in open_tasks}
        set_aside = (
            await connection.execute(select(func.count()).select_from(failed).where(failed.c.state == "open"))
        ).scalar_one()
        acknowledgments = await silence(connection)
    return {
        "outbox": unsent[0],
        "outbox_since": unsent[1],
        "waiting": waiting,
        "open_tasks": roles,
        "failed": set_aside,
        "acknowledgments": acknowledgments,
    }
