"""Whether a hub has come to rest: nothing to send, nothing to carry out now."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from hub.errors import HubError
from hub.store import tables
from hub.store.database import Database


class Restless(HubError):
    """The hub still has something to send."""

    code = "restless"


async def unsent(database: Database) -> int:
    """How many messages and documents wait to be sent."""
    outbox, documents = tables.outbox, tables.documents
    async with database.read() as connection:
        messages = await connection.execute(select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None)))
        papers = await connection.execute(
            select(func.count()).select_from(documents).where(documents.c.state == "to_send")
        )
        return int(messages.scalar_one()) + int(papers.scalar_one())


async def settled(database: Database, patience: float) -> None:
    """Wait until two looks, a moment apart, find nothing to send. Raises Restless."""
    quiet = 0
    try:
        async with asyncio.timeout(patience):
            while quiet < 2:
                quiet = quiet + 1 if await unsent(database) == 0 else 0
                await asyncio.sleep(0.3)
    except TimeoutError:
        raise Restless(f"{await unsent(database)} messages or documents are still to be sent") from None
