"""Senders of commands that do not give up: what they were given is with the hub when they return."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

import aio_pika
from aio_pika.exceptions import AMQPError

from hub.errors import StoreUnavailable
from hub.messages.envelope import CONTENT_TYPE, Letter, to_bytes
from hub.store.database import Database
from hub.store.post import post

AGAIN = 0.1


class Sender(Protocol):
    """Sends commands from outside the hub."""

    async def send(self, letters: Sequence[Letter]) -> None:
        """Send; returns when all are safe with the hub."""
        ...


class StoreSender:
    """As `hub send` does on the embedded default: a row in the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def send(self, letters: Sequence[Letter]) -> None:
        """Put them on the outbox, in one transaction."""
        while True:
            try:
                await post(self._database, letters)
            except StoreUnavailable:
                await asyncio.sleep(AGAIN)
            else:
                return


class QueueSender:
    """As an ERP does: published to the broker, persistent and confirmed; what is not confirmed is sent again."""

    def __init__(self, url: str, *, copies: int = 1) -> None:
        self._url = url
        self._copies = copies
        self._connection: aio_pika.abc.AbstractConnection | None = None
        self._exchange: aio_pika.abc.AbstractExchange | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._drop()

    async def _drop(self) -> None:
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            try:
                async with asyncio.timeout(2):
                    await connection.close()
            except (OSError, AMQPError, RuntimeError):
                return

    async def _open(self) -> aio_pika.abc.AbstractExchange:
        if self._exchange is None:
            self._connection = await aio_pika.connect(self._url, timeout=5)
            channel = await self._connection.channel(on_return_raises=True)
            self._exchange = await channel.get_exchange("hub.commands", ensure=False)
        return self._exchange

    async def send(self, letters: Sequence[Letter]) -> None:
        """Publish until everything is confirmed."""
        left = [letter for letter in letters for _ in range(self._copies)]
        while left:
            failed = await self._try(left)
            if failed:
                await self._drop()
                await asyncio.sleep(AGAIN)
            left = failed

    async def _try(self, letters: list[Letter]) -> list[Letter]:
        try:
            exchange = await self._open()
        except (OSError, AMQPError, RuntimeError):
            return letters
        publishing = (self._publish(to_bytes(each.envelope), each.envelope.type, exchange) for each in letters)
        results = await asyncio.gather(*publishing, return_exceptions=True)
        return [each for each, result in zip(letters, results, strict=True) if isinstance(result, Exception)]

    async def publish(self, body: bytes, key: str) -> None:
        """Publish these bytes, whatever they are."""
        await self._publish(body, key, await self._open())

    async def _publish(self, body: bytes, key: str, exchange: aio_pika.abc.AbstractExchange) -> None:
        message = aio_pika.Message(body, content_type=CONTENT_TYPE, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        async with asyncio.timeout(10):
            await exchange.publish(message, routing_key=key)
