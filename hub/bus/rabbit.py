"""RabbitMQ: topology and publishing on aio-pika, consuming through FastStream."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from typing import Any

import aio_pika
import orjson
from aio_pika.abc import AbstractRobustChannel, AbstractRobustConnection, ExchangeType
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, DeliveryError, PublishError
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue

from hub.bus.topology import (
    DEAD_EXCHANGE,
    DEAD_QUEUE,
    EXCHANGES,
    Consumer,
    Handle,
    Kind,
)
from hub.errors import BrokerUnavailable, Unroutable
from hub.messages.envelope import CONTENT_TYPE

log = logging.getLogger("hub.bus")
SUPERVISION = 5.0


class RabbitBus:
    """A RabbitMQ broker. Published messages are persistent and confirmed; consumed ones are acknowledged by hand."""

    def __init__(self, url: str, *, prefetch: int = 400, timeout: float = 10.0, delivery_limit: int = 50) -> None:
        self._url = url
        self._prefetch = prefetch
        self._timeout = timeout
        self._limit = delivery_limit
        self._connection: AbstractRobustConnection | None = None
        self._channel: AbstractRobustChannel | None = None
        self._exchanges: dict[str, aio_pika.abc.AbstractExchange] = {}
        self._broker: RabbitBroker | None = None
        self._consumers: tuple[Consumer, ...] = ()
        self._dead: Handle | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._consuming = False

    # ------------------------------------------------------------------------------------------ publishing

    async def connect(self) -> None:
        """Connect for publishing, and declare the exchanges. Raises BrokerUnavailable."""
        try:
            self._connection = await aio_pika.connect_robust(self._url, timeout=self._timeout)
            channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            assert isinstance(channel, AbstractRobustChannel)  # noqa: S101  # what a robust connection opens
            self._channel = channel
            for kind, name in EXCHANGES.items():
                self._exchanges[kind] = await channel.declare_exchange(name, ExchangeType.TOPIC, durable=True)
        except (OSError, TimeoutError, AMQPError) as error:
            raise BrokerUnavailable(f"RabbitMQ does not answer: {_text(error)}", where="HUB_BROKER_URL") from error

    async def deliver(self, kind: Kind, message_type: str, body: bytes) -> None:
        """Publish, and wait for the broker's confirm. Raises BrokerUnavailable, Unroutable."""
        exchange = self._exchanges.get(kind)
        if exchange is None:
            raise BrokerUnavailable("not connected to RabbitMQ", where="HUB_BROKER_URL")
        envelope: dict[str, Any] = orjson.loads(body)
        message = aio_pika.Message(
            body,
            content_type=CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=envelope.get("id"),
            type=message_type,
            correlation_id=envelope.get("correlationid"),
            timestamp=_timestamp(envelope.get("time")),
        )
        try:
            async with asyncio.timeout(self._timeout):
                await exchange.publish(message, routing_key=message_type, mandatory=kind == "command")
        except PublishError as error:
            raise Unroutable(f"no queue takes {message_type}", where="type") from error
        except (OSError, TimeoutError, DeliveryError, ChannelInvalidStateError, AMQPError, RuntimeError) as error:
            raise BrokerUnavailable(f"RabbitMQ did not confirm: {_text(error)}") from error

    # ------------------------------------------------------------------------------------------- consuming

    def take_dead(self, handle: Handle) -> None:
        """Have what was dead-lettered handled by this."""
        self._dead = handle

    async def start(self, consumers: tuple[Consumer, ...]) -> None:
        """Connect, declare queues and bindings, consume, and watch over the consumers."""
        if self._connection is None:
            await self.connect()
        self._consumers = consumers
        await self._declare()
        await self._consume()
        self._supervisor = asyncio.create_task(self._supervise(), name="bus supervisor")

    async def _declare(self) -> None:
        assert self._channel is not None  # noqa: S101  # connect() has set it
        dead = await self._channel.declare_exchange(DEAD_EXCHANGE, ExchangeType.FANOUT, durable=True)
        queue = await self._channel.declare_queue(
            DEAD_QUEUE, durable=True, arguments={"x-queue-type": "quorum", "x-overflow": "reject-publish"}
        )
        await queue.bind(dead)
        for consumer in self._consumers:
            queue = await self._channel.declare_queue(consumer.queue, durable=True, arguments=self._arguments(consumer))
            for message_type in consumer.types:
                await queue.bind(consumer.exchange, routing_key=message_type)

    def _arguments(self, consumer: Consumer) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "x-queue-type": "quorum",
            "x-delivery-limit": self._limit,
            "x-dead-letter-exchange": DEAD_EXCHANGE,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
        if consumer.alone:
            arguments["x-single-active-consumer"] = True
        return arguments

    async def _consume(self) -> None:
        broker = RabbitBroker(
            self._url,
            default_channel=Channel(prefetch_count=self._prefetch),
            logger=None,
            graceful_timeout=5.0,
        )
        for consumer in self._consumers:
            self._subscribe(broker, consumer.queue, consumer.handle)
        if self._dead is not None:
            self._subscribe(broker, DEAD_QUEUE, self._dead)
        await broker.start()
        self._broker = broker
        self._consuming = True

    def _subscribe(self, broker: RabbitBroker, queue: str, handle: Handle) -> None:
        async def take(message: RabbitMessage) -> None:
            await handle(message.body)
            await message.ack()

        subscriber = broker.subscriber(
            RabbitQueue(queue, durable=True, declare=False),
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            decoder=_undecoded,
        )
        subscriber(take)

    async def _supervise(self) -> None:
        """Consumers have been seen missing after a broker's recovery: look, and begin anew where one is."""
        while True:
            await asyncio.sleep(SUPERVISION)
            try:
                missing = await self._missing()
            except (OSError, TimeoutError, RuntimeError, AMQPError) as error:
                self._consuming = False
                log.warning("RabbitMQ cannot be looked at: %s", _text(error))
                continue
            self._consuming = not missing
            if missing:
                log.warning("no consumer on %s; consuming anew", ", ".join(missing))
                with suppress(OSError, TimeoutError, RuntimeError, AMQPError):
                    if self._broker is not None:
                        await self._broker.stop()
                    await self._consume()

    async def _missing(self) -> list[str]:
        assert self._connection is not None  # noqa: S101  # start() has connected
        async with asyncio.timeout(self._timeout):
            channel = await self._connection.channel()
            try:
                missing = []
                for consumer in self._consumers:
                    queue = await channel.declare_queue(consumer.queue, passive=True)
                    if not queue.declaration_result.consumer_count:
                        missing.append(consumer.queue)
                return missing
            finally:
                await channel.close()

    async def stop(self) -> None:
        """Stop consuming, and disconnect; what was not acknowledged stays with the broker."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        if self._broker is not None:
            await self._broker.stop()
        if self._connection is not None:
            await self._connection.close()
        self._consuming = False

    @property
    def healthy(self) -> bool:
        """Whether the connection stands and every queue is consumed."""
        return self._consuming and self._connection is not None and not self._connection.is_closed


async def _undecoded(message: RabbitMessage, original: Any = None) -> Any:
    """The body as it came: the unit of work reads it, and keeps it when it cannot."""
    return message.body


def _timestamp(time: str | None) -> datetime | None:
    return datetime.fromisoformat(time) if time else None


def _text(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
