"""Passive subscribers: they see every event that the hub says, and keep all of it, repeats too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Protocol

import aio_pika
import orjson
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

AGAIN = 0.1


class Witness(Protocol):
    """What a test sees of the events."""

    seen: list[dict[str, Any]]
    """every event as it came, in the order in which it came"""
    news: asyncio.Queue[dict[str, Any]]
    """the same, for whoever answers them"""

    async def watch(self) -> None:
        """See what comes, until cancelled."""
        ...


class QueueWitness:
    """On RabbitMQ: a durable queue of its own, bound to all events; it outlives the broker's death."""

    QUEUE = "witness"

    def __init__(self, url: str) -> None:
        self._url = url
        self.seen: list[dict[str, Any]] = []
        self.news: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def declare(self) -> None:
        """Declare the queue, so that nothing said from now on escapes it."""
        async with await aio_pika.connect(self._url) as connection:
            await self._queue(connection)

    async def _queue(self, connection: aio_pika.abc.AbstractConnection) -> aio_pika.abc.AbstractQueue:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=500)
        topic = await channel.declare_exchange("hub.events", aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(self.QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(topic, routing_key="#")
        return queue

    async def watch(self) -> None:
        """Consume, over as many connections as it takes."""
        while True:
            try:
                async with await aio_pika.connect(self._url) as connection:
                    lost = asyncio.Event()
                    connection.close_callbacks.add(lambda *_, lost=lost: lost.set())
                    queue = await self._queue(connection)
                    await queue.consume(self._note)
                    await lost.wait()
            except (OSError, AMQPError, RuntimeError):
                await asyncio.sleep(AGAIN)

    async def _note(self, message: AbstractIncomingMessage) -> None:
        event = orjson.loads(message.body)
        self.seen.append(event)
        self.news.put_nowait(event)
        await message.ack()


class FileWitness:
    """On the embedded bus: the file in which a subscriber within the hub's process writes down what it is handed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.touch()
        self.seen: list[dict[str, Any]] = []
        self.news: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def watch(self) -> None:
        """Read what is appended; of a line half written the other half comes with the next look."""
        rest = b""
        with self.path.open("rb") as file:
            while True:
                *lines, rest = (rest + file.read()).split(b"\n")
                for line in lines:
                    event = orjson.loads(line)
                    self.seen.append(event)
                    self.news.put_nowait(event)
                await asyncio.sleep(0.005)
