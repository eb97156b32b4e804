"""Publishing to RabbitMQ: one connection, one channel with confirms, and an order that a broken line can't upset.

The connection does not mend itself. Once it breaks, all that is under way has failed, and nothing goes out before
`connect` is called again. A connection that mends itself would send what was handed over later, and leave out
what was handed over before it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import orjson
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, ExchangeType
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, DeliveryError, PublishError

from hub.bus.topology import EXCHANGES, Kind
from hub.errors import BrokerUnavailable, Unroutable
from hub.messages.envelope import CONTENT_TYPE

log = logging.getLogger("hub.bus")
HEARTBEAT = 10
"""seconds; a line on which nothing has come for three times as long is given up"""
GOODBYE = 5.0


def tuned(url: str) -> str:
    """The broker's URL with a heartbeat, unless it names one."""
    parts = urlsplit(url)
    if "heartbeat=" in parts.query:
        return url
    return parts._replace(query=f"{parts.query}&heartbeat={HEARTBEAT}".lstrip("&")).geturl()


@contextmanager
def broker_errors(what: str) -> Iterator[None]:
    """Let whatever a broker's library raises be BrokerUnavailable.

    A connection that breaks cancels those who wait for it; that is told from being cancelled oneself.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerUnavailable(f"{what}: the connection broke") from error
    except (*CONNECTION_EXCEPTIONS, TimeoutError, DeliveryError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BrokerUnavailable(f"{what}: {text}", where="HUB_BROKER_URL") from error


class Publisher:
    """Publishes persistent messages, and waits for the broker's confirm of each."""

    def __init__(self, url: str, timeout: float) -> None:
        self._url = tuned(url)
        self._timeout = timeout
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._exchanges: dict[str, AbstractExchange] = {}
        self._connecting = asyncio.Lock()

    @property
    def standing(self) -> bool:
        """Whether the connection stands, as far as is known."""
        connection, channel = self._connection, self._channel
        return connection is not None and not connection.is_closed and channel is not None and not channel.is_closed

    async def connect(self) -> None:
        """Connect, if it does not stand, and declare the exchanges. Raises BrokerUnavailable."""
        async with self._connecting:
            if self.standing:
                return
            await self.close(within=0.0)
            with broker_errors("RabbitMQ does not answer"):
                async with asyncio.timeout(self._timeout):
                    self._connection = await aio_pika.connect(self._url)
                    channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
                    for kind, name in EXCHANGES.items():
                        self._exchanges[kind] = await channel.declare_exchange(name, ExchangeType.TOPIC, durable=True)
                    self._channel = channel

    async def deliver(self, kind: Kind, message_type: str, body: bytes) -> None:
        """Publish, and wait for the confirm. Raises BrokerUnavailable, Unroutable.

        What takes too long or ends otherwise than by the broker's word breaks the connection: nobody knows any more
        what has arrived, and one that broke while it was made may never say that it is closed.
        """
        channel = self._channel
        if not self.standing:
            raise BrokerUnavailable("not connected to RabbitMQ", where="HUB_BROKER_URL")
        try:
            with broker_errors("RabbitMQ did not confirm"):
                async with asyncio.timeout(self._timeout):
                    await self._exchanges[kind].publish(
                        _message(message_type, body), routing_key=message_type, mandatory=kind == "command"
                    )
        except BrokerUnavailable as error:
            if isinstance(error.__cause__, PublishError):
                raise Unroutable(f"no queue takes {message_type}", where="type") from error
            if not isinstance(error.__cause__, DeliveryError) and self._channel is channel:
                self._channel = None
            raise

    async def close(self, within: float = GOODBYE) -> None:
        """Disconnect."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            await close(connection, within)


_closing: set[asyncio.Future[None]] = set()


async def close(connection: AbstractConnection, within: float = GOODBYE) -> None:
    """Disconnect, politely; what takes longer, on a dead line, ends in the background."""
    closing = asyncio.ensure_future(connection.close())
    _closing.add(closing)
    closing.add_done_callback(_closed)
    await asyncio.wait({closing}, timeout=within)


def _closed(closing: asyncio.Future[None]) -> None:
    _closing.discard(closing)
    if not closing.cancelled() and closing.exception() is not None:
        log.debug("RabbitMQ was not there any more: %s", closing.exception())


def _message(message_type: str, body: bytes) -> aio_pika.Message:
    envelope: dict[str, Any] = orjson.loads(body)
    time = envelope.get("time")
    return aio_pika.Message(
        body,
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=envelope.get("id"),
        type=message_type,
        correlation_id=envelope.get("correlationid"),
        timestamp=datetime.fromisoformat(time) if time else None,
    )
