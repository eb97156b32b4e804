"""Ways to spoil a hub: each takes one safeguard out, so that a test can see whether the ledger notices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.app import Hub
from hub.bus.topology import EVENTS_EXCHANGE, Consumer, Kind
from hub.errors import HubError
from hub.store import tables, unit_of_work
from hub.store.journal import Journal, add_new


def put(owner: Any, name: str, new: Any) -> None:
    """Put something in the place of a class's, a module's or an object's own."""
    setattr(owner, name, new)


def without_inbox(hub: Hub) -> None:
    """Carry every message out again that comes again."""

    async def nothing_known(*_: object) -> dict[Any, Any]:
        return {}

    write = Journal.write

    async def overwrite(journal: Journal, connection: AsyncConnection) -> None:
        rows, journal._inbox = journal._inbox, []
        if rows:
            await add_new(connection, tables.inbox, rows)
        await write(journal, connection)

    put(unit_of_work, "_known", nothing_known)
    put(Journal, "write", overwrite)


def ack_before_commit(hub: Hub) -> None:
    """Acknowledge a command when it comes, and carry it out afterwards (embedded: once the outbox knows it as sent)."""
    under_way: set[asyncio.Future[None]] = set()

    async def known_as_sent(body: bytes) -> None:
        table = tables.outbox
        query = select(table.c.sent_at).where(table.c.message_id == orjson.loads(body)["id"])
        while hub.settings.embedded:
            async with hub.database.read() as connection:
                if (await connection.execute(query)).scalar_one():
                    return
            await asyncio.sleep(0.005)

    def hasty(consumer: Consumer) -> Consumer:
        async def afterwards(body: bytes) -> None:
            await known_as_sent(body)
            await consumer.handle(body)

        async def handle(body: bytes) -> None:
            task = asyncio.ensure_future(afterwards(body))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

        return replace(consumer, handle=handle) if consumer.exchange != EVENTS_EXCHANGE else consumer

    hub.consumers = tuple(map(hasty, hub.consumers))


def without_confirms(hub: Hub) -> None:
    """Take a message for published when it is handed over, confirmed or not."""
    deliver = hub.bus.deliver
    under_way: set[asyncio.Future[None]] = set()

    async def hand_over(*message: Any) -> None:
        async def unheeded() -> None:
            try:
                await deliver(*message)
            except HubError:
                return

        task = asyncio.ensure_future(unheeded())
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    put(hub.bus, "deliver", hand_over)


def mark_before_publish(hub: Hub) -> None:
    """Take everything that the relay is about to send for sent before it is."""
    deliver, database, table = hub.bus.deliver, hub.database, tables.outbox

    async def too_early(kind: Kind, message_type: str, body: bytes) -> None:
        unsent = table.c.sent_at.is_(None)
        first = select(table.c.position).where(unsent, table.c.message_id == orjson.loads(body)["id"])
        async with database.write() as connection:
            if (await connection.execute(first)).first():
                await connection.execute(update(table).where(unsent).values(sent_at="-"))
        await deliver(kind, message_type, body)

    put(hub.bus, "deliver", too_early)


WAYS: dict[str, Callable[[Hub], None]] = {
    "no inbox": without_inbox,
    "ack before commit": ack_before_commit,
    "no confirms": without_confirms,
    "mark before publish": mark_before_publish,
}
