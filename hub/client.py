"""Talking to a running hub from outside: commands in, events out, over the broker alone where there is one."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol

import aio_pika
from sqlalchemy import func, select

from hub.background import end
from hub.bus.publisher import broker_errors, close, tuned
from hub.bus.rabbit import RabbitBus
from hub.bus.topology import EVENTS_EXCHANGE
from hub.errors import BrokerUnavailable
from hub.messages.base import Message
from hub.messages.envelope import Letter, open_letter, to_bytes, write_letter
from hub.settings import Settings
from hub.store import tables
from hub.store.batcher import Batcher
from hub.store.database import Database
from hub.store.post import post

log = logging.getLogger("hub.client")
POLL = 0.02
PORTION = 1000
AGAIN = 0.5
CONNECT_WITHIN = 10.0
KEPT = 300_000
"""milliseconds for which a queue waits for its client to come back"""


class Client(Protocol):
    """A way to a running hub."""

    async def send(self, message: Message, message_id: str = "") -> Letter:
        """Send a command; returns when it is safe. Raises BrokerUnavailable, Unroutable, StoreUnavailable."""
        ...

    def events(self) -> AsyncIterator[Letter]:
        """Every event from now on, as subscribers see them: repeated ones too."""
        ...


def _letter(message: Message, source: str, message_id: str) -> Letter:
    return write_letter(message, message_id=message_id or str(uuid.uuid4()), source=source, time=datetime.now(UTC))


class RabbitClient:
    """Over RabbitMQ: a queue of its own bound to all events, and commands published with confirm.

    The queue outlives a broken connection and a broker that starts anew: what was said meanwhile comes then.
    """

    def __init__(self, url: str, source: str) -> None:
        self._url = tuned(url)
        self._source = source
        self._bus = RabbitBus(url)
        self._queue = f"hub.client.{uuid.uuid4().hex}"
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self._connection: aio_pika.abc.AbstractConnection | None = None
        self._watching: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect, and begin to listen. Raises BrokerUnavailable."""
        await self._bus.connect()
        lost = await self._listen()
        self._watching = asyncio.create_task(self._listen_on(lost), name="client")

    async def _listen(self) -> asyncio.Event:
        """Consume; the event is set once that has ended. Raises BrokerUnavailable."""
        lost = asyncio.Event()
        with broker_errors("RabbitMQ does not answer"):
            async with asyncio.timeout(CONNECT_WITHIN):
                self._connection = connection = await aio_pika.connect(self._url)
                connection.close_callbacks.add(lambda *_: lost.set())
                channel = await connection.channel()
                channel.close_callbacks.add(lambda *_: lost.set())
                await channel.set_qos(PORTION)
                exchange = await channel.declare_exchange(EVENTS_EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
                queue = await channel.declare_queue(self._queue, durable=True, arguments={"x-expires": KEPT})
                await queue.bind(exchange, routing_key="#")
                await queue.consume(self._take)
        return lost

    async def _listen_on(self, lost: asyncio.Event) -> None:
        while True:
            await lost.wait()
            if self._connection is not None:
                await close(self._connection, within=0.0)
            try:
                lost = await self._listen()
            except BrokerUnavailable as error:
                log.warning("%s", error.message)
                await asyncio.sleep(AGAIN)

    async def _take(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        self._arrived.put_nowait(message.body)
        await message.ack()

    async def send(self, message: Message, message_id: str = "") -> Letter:
        """Publish a command, and wait for the confirm."""
        letter = _letter(message, self._source, message_id)
        await self._bus.connect()
        await self._bus.deliver("command", message.TYPE, to_bytes(letter.envelope))
        return letter

    async def events(self) -> AsyncIterator[Letter]:
        """What has been said since the connection stood."""
        while True:
            yield open_letter(await self._arrived.get())

    async def close(self) -> None:
        """Disconnect, and leave no queue behind."""
        await end(self._watching)
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                with broker_errors("RabbitMQ was not there any more"):
                    async with asyncio.timeout(CONNECT_WITHIN), connection.channel() as channel:
                        await channel.queue_delete(self._queue)
            except BrokerUnavailable as error:
                log.debug("the queue goes by itself: %s", error.message)
            await close(connection)
        await self._bus.stop()


class StoreClient:
    """On the embedded default: commands go in through the outbox, and events are read from it."""

    def __init__(self, database: Database, source: str) -> None:
        self._database = database
        self._source = source
        self._position = 0
        self._batcher: Batcher[Letter, None] = Batcher(self._post, self._give_up, size=200, name="client")

    async def _post(self, letters: Sequence[Letter]) -> Sequence[None]:
        await post(self._database, letters)
        return [None] * len(letters)

    async def _give_up(self, letter: Letter, error: Exception) -> None:
        raise error

    async def connect(self) -> None:
        """Note where the outbox ends: what comes after is news."""
        await self._batcher.start()
        async with self._database.read() as connection:
            last = await connection.execute(select(func.max(tables.outbox.c.position)))
            self._position = last.scalar() or 0

    async def send(self, message: Message, message_id: str = "") -> Letter:
        """Put a command on the outbox."""
        letter = _letter(message, self._source, message_id)
        await self._batcher.carry_out(letter)
        return letter

    async def events(self) -> AsyncIterator[Letter]:
        """The outbox's events from the position on."""
        table = tables.outbox
        while True:
            query = (
                select(table.c.position, table.c.kind, table.c.body)
                .where(table.c.position > self._position)
                .order_by(table.c.position)
                .limit(PORTION)
            )
            async with self._database.read() as connection:
                rows = (await connection.execute(query)).all()
            for row in rows:
                self._position = row.position
                if row.kind == "event":
                    yield open_letter(row.body.encode())
            if not rows:
                await asyncio.sleep(POLL)

    async def close(self) -> None:
        """Close the store."""
        await self._batcher.stop()
        await self._database.close()


@asynccontextmanager
async def client_of(settings: Settings, source: str) -> AsyncIterator[RabbitClient | StoreClient]:
    """A client of the hub that these settings describe; ``source`` is how it signs its commands."""
    client: RabbitClient | StoreClient
    if settings.embedded:
        client = StoreClient(Database(settings.database_url), source)
    else:
        client = RabbitClient(settings.broker_url, source)
    await client.connect()
    try:
        yield client
    finally:
        await client.close()
