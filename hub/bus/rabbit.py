"""RabbitMQ: queues and bindings, consumers on FastStream, and somebody who watches over them."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, ExchangeType
from aio_pika.exceptions import ChannelNotFoundEntity
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue

from hub.background import end
from hub.bus.publisher import GOODBYE, Publisher, broker_errors, close, tuned
from hub.bus.topology import DEAD_EXCHANGE, DEAD_QUEUE, Consumer, Handle, Kind
from hub.errors import BrokerUnavailable

log = logging.getLogger("hub.bus")
SUPERVISION = 5.0
RECONNECT = 1.0
PATIENCE = 30.0
"""seconds that the consumers' connection may take to mend itself"""


class RabbitBus:
    """A RabbitMQ broker. Published messages are persistent and confirmed; consumed ones are acknowledged by hand."""

    window = 1

    def __init__(self, url: str, *, prefetch: int = 400, timeout: float = 10.0, delivery_limit: int = 50) -> None:
        self._url = tuned(url)
        self._prefetch = prefetch
        self._timeout = timeout
        self._limit = delivery_limit
        self._publisher = Publisher(url, timeout)
        self._control: AbstractConnection | None = None
        self._broker: RabbitBroker | None = None
        self._consumers: tuple[Consumer, ...] = ()
        self._dead: Handle | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._consuming = False
        self._lost_at: float | None = None

    async def connect(self) -> None:
        """Be ready to publish. Raises BrokerUnavailable."""
        await self._publisher.connect()

    async def deliver(self, kind: Kind, message_type: str, body: bytes) -> None:
        """Publish, and wait for the broker's confirm. Raises BrokerUnavailable, Unroutable."""
        await self._publisher.deliver(kind, message_type, body)

    def take_dead(self, handle: Handle) -> None:
        """Have what was dead-lettered handled by this."""
        self._dead = handle

    async def start(self, consumers: tuple[Consumer, ...]) -> None:
        """Connect, declare queues and bindings, consume, and watch over the consumers. Raises BrokerUnavailable."""
        await self.connect()
        self._consumers = consumers
        await self._declare()
        await self._consume()
        self._supervisor = asyncio.create_task(self._supervise(), name="bus supervisor")

    # ---------------------------------------------------------------------------------- queues and bindings

    async def _channel(self) -> AbstractChannel:
        """A channel of its own, for declaring and looking."""
        if self._control is None or self._control.is_closed:
            self._control = await aio_pika.connect(self._url)
        return await self._control.channel()

    async def _declare(self) -> None:
        with broker_errors("RabbitMQ does not let its queues be declared"):
            async with asyncio.timeout(self._timeout), await self._channel() as channel:
                dead = await channel.declare_exchange(DEAD_EXCHANGE, ExchangeType.FANOUT, durable=True)
                queue = await channel.declare_queue(
                    DEAD_QUEUE, durable=True, arguments={"x-queue-type": "quorum", "x-overflow": "reject-publish"}
                )
                await queue.bind(dead)
                for consumer in self._consumers:
                    arguments = self._arguments(consumer)
                    queue = await channel.declare_queue(consumer.queue, durable=True, arguments=arguments)
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

    # ------------------------------------------------------------------------------------------- consuming

    async def _consume(self) -> None:
        broker = RabbitBroker(
            self._url,
            default_channel=Channel(prefetch_count=self._prefetch),
            logger=None,
            graceful_timeout=5.0,
            reconnect_interval=RECONNECT,
            apply_types=False,
            on_close=[self._lost],
            on_reconnected=[self._found],
        )
        for consumer in self._consumers:
            self._subscribe(broker, consumer.queue, consumer.handle)
        if self._dead is not None:
            self._subscribe(broker, DEAD_QUEUE, self._dead)
        with broker_errors("RabbitMQ does not let its queues be consumed"):
            async with asyncio.timeout(self._timeout):
                await broker.start()
        self._broker, self._lost_at = broker, None
        self._consuming = True

    def _lost(self, *_: object) -> None:
        self._lost_at = time.monotonic()

    def _found(self, *_: object) -> None:
        self._lost_at = None

    def _subscribe(self, broker: RabbitBroker, queue: str, handle: Handle) -> None:
        async def take(message: RabbitMessage) -> None:
            await handle(message.body)
            await message.ack()

        subscriber = broker.subscriber(
            RabbitQueue(queue, durable=True, declare=False),
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            decoder=_as_it_came,
        )
        subscriber(take)

    async def _stop_consuming(self) -> None:
        broker, self._broker, self._consuming = self._broker, None, False
        if broker is None:
            return
        try:
            with broker_errors("RabbitMQ was not there any more"):
                await broker.stop()
        except (BrokerUnavailable, ExceptionGroup) as error:
            log.warning("consumers could not be taken back: %s", error)

    # ----------------------------------------------------------------------------------------- supervision

    async def _supervise(self) -> None:
        """Look every few seconds; where queues or consumers are missing, declare and consume anew."""
        while True:
            await asyncio.sleep(SUPERVISION)
            try:
                await self._look()
            except BrokerUnavailable as error:
                self._consuming = False
                log.warning("%s", error.message)
                await self._hang_up()
            except Exception:
                log.exception("the bus could not be looked at")

    async def _look(self) -> None:
        missing = await self._missing()
        broken = self._lost_at is not None and time.monotonic() - self._lost_at > PATIENCE
        if missing or broken or self._broker is None:
            log.warning("consuming anew: %s", ", ".join(missing) or "the connection did not mend itself")
            await self._declare()
            await self._stop_consuming()
            await self._consume()
        self._consuming = self._lost_at is None

    async def _missing(self) -> list[str]:
        """The queues that are not there or that nobody consumes."""
        missing = []
        for name in (*(consumer.queue for consumer in self._consumers), DEAD_QUEUE):
            try:
                with broker_errors("RabbitMQ cannot be looked at"):
                    async with asyncio.timeout(self._timeout), await self._channel() as channel:
                        queue = await channel.declare_queue(name, passive=True)
                        if not queue.declaration_result.consumer_count:
                            missing.append(name)
            except BrokerUnavailable as error:
                if not isinstance(error.__cause__, ChannelNotFoundEntity):
                    raise
                missing.append(name)
        return missing

    async def stop(self) -> None:
        """Stop consuming, and disconnect; what was not acknowledged stays with the broker."""
        await end(self._supervisor)
        await self._stop_consuming()
        await self._publisher.close()
        await self._hang_up(GOODBYE)

    async def _hang_up(self, within: float = 0.0) -> None:
        """Look over a new connection next time: one that broke while it was made may never say that it is closed."""
        control, self._control = self._control, None
        if control is not None:
            await close(control, within)

    @property
    def healthy(self) -> bool:
        """Whether every queue is consumed, over a connection that stands."""
        return self._consuming and self._lost_at is None


async def _as_it_came(message: RabbitMessage, original: Any = None) -> Any:
    """The message itself: the unit of work reads its body, and keeps it when it cannot.

    Without ``apply_types`` it goes straight to the handler, which spares each message a detour through a thread.
    """
    return message
