"""RabbitMQ, played: queues that outlive the hub, publishing with confirms, and connections that break.

What it keeps, as RabbitMQ does: what it has confirmed is in every queue that is bound; a queue hands its messages on
in their order; what is not acknowledged when a connection breaks comes again, before the rest. A single message may be
refused while the connection stands, as a queue does that is full.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from hub.bus.topology import EVENTS_EXCHANGE, EXCHANGES, Consumer, Kind
from hub.errors import BrokerUnavailable, HubError, Unroutable
from hub.simulation.chaos.stage import Stage


@dataclass(slots=True)
class Queue:
    """A durable queue."""

    name: str
    ready: deque[bytes] = field(default_factory=deque)
    unacked: dict[int, bytes] = field(default_factory=dict)
    """by number of the delivery"""
    deliveries: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, body: bytes) -> None:
        """A message comes in."""
        self.ready.append(body)
        self.news.set()

    async def take(self) -> tuple[int, bytes]:
        """Hand the next message out."""
        while not self.ready:
            self.news.clear()
            await self.news.wait()
        self.deliveries += 1
        self.unacked[self.deliveries] = self.ready.popleft()
        return self.deliveries, self.unacked[self.deliveries]

    def take_back(self) -> int:
        """Its consumer is gone: all that it had not acknowledged comes again, first. How many that were."""
        back = [self.unacked.pop(number) for number in sorted(self.unacked)]
        self.ready.extendleft(reversed(back))
        if back:
            self.news.set()
        return len(back)


class Broker:
    """The queues, and what is bound to them."""

    def __init__(self, stage: Stage, witness: Callable[[bytes], None]) -> None:
        self.stage = stage
        self.queues: dict[str, Queue] = {}
        self.declared = asyncio.Event()
        """the hub has been there: its queues are"""
        self._bound: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._witness = witness

    def declare(self, consumer: Consumer) -> Queue:
        """Make a queue with its bindings, or find it as it was."""
        if consumer.queue not in self.queues:
            self.queues[consumer.queue] = Queue(consumer.queue)
            for message_type in consumer.types:
                self._bound[consumer.exchange, message_type].append(consumer.queue)
        return self.queues[consumer.queue]

    def publish(self, exchange: str, message_type: str, body: bytes) -> bool:
        """Put a message into every queue that is bound; whether there was one."""
        names = self._bound[exchange, message_type]
        for name in names:
            self.queues[name].put(body)
        if exchange == EVENTS_EXCHANGE:
            self._witness(body)
        return bool(names)

    @property
    def busy(self) -> int:
        """How many messages lie in queues or are being carried out."""
        return sum(len(queue.ready) + len(queue.unacked) for queue in self.queues.values())


class Line:
    """A hub's connections to the broker: the bus of `hub.bus.topology`."""

    window = 1

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._stage = broker.stage
        self._consumers: list[Queue] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._under_way: deque[tuple[Kind, str, bytes, asyncio.Future[None]]] = deque()
        self._unconfirmed: dict[asyncio.Future[None], None] = {}
        self._pump: asyncio.Task[None] | None = None
        self._standing = False

    # ------------------------------------------------------------------------------------------- publishing

    async def connect(self) -> None:
        """Connect, if it does not stand. Raises BrokerUnavailable."""
        if not self._standing:
            await asyncio.sleep(self._stage.fate.pause())
            if self._stage.happens(self._stage.fate.weather.unconfirmed):
                raise BrokerUnavailable("the broker does not answer")
            self._standing = True

    async def deliver(self, kind: Kind, message_type: str, body: bytes) -> None:
        """Publish, and wait for the confirm. Raises BrokerUnavailable, Unroutable."""
        if not self._standing:
            raise BrokerUnavailable("not connected")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way.append((kind, message_type, body, future))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._publish(), name="line")
        await future

    async def _publish(self) -> None:
        """Take what was handed over to the broker, in its order."""
        stage = self._stage
        while self._under_way:
            if stage.fate.happens(0.3):
                await asyncio.sleep(stage.fate.pause() / 10)
                if not self._under_way:
                    return
            kind, message_type, body, future = self._under_way.popleft()
            breaks = stage.happens(stage.fate.weather.unconfirmed)
            if breaks and stage.fate.happens(0.5):
                self._under_way.appendleft((kind, message_type, body, future))
                self._break("before it arrived")
                return
            refused = stage.happens(stage.fate.weather.refused)
            if refused and stage.fate.happens(0.5):
                stage.note(f"refused {message_type} {_id(body)}")
                future.set_exception(BrokerUnavailable("the broker refuses the message"))
                continue
            routed = self._broker.publish(EXCHANGES[kind], message_type, body)
            stage.note(f"published {message_type} {_id(body)}")
            await stage.point("published")
            if breaks:
                self._unconfirmed[future] = None
                self._break("before the confirm")
                return
            if refused:
                stage.note(f"refused {message_type} {_id(body)} by one queue")
                future.set_exception(BrokerUnavailable("a queue refuses the message"))
                continue
            if kind == "command" and not routed:
                future.set_exception(Unroutable(f"no queue takes {message_type}"))
                continue
            self._unconfirmed[future] = None
            asyncio.get_running_loop().call_later(stage.fate.pause() / 10, self._confirm, future)

    def _confirm(self, future: asyncio.Future[None]) -> None:
        if self._unconfirmed.pop(future, True) is None and not future.done():
            future.set_result(None)

    def _break(self, when: str) -> None:
        """The connection breaks: whoever waits for a confirm never knows."""
        self._stage.note(f"the line breaks {when}, {len(self._under_way) + len(self._unconfirmed)} under way")
        self._standing = False
        waiting = [*self._unconfirmed, *(future for *_, future in self._under_way)]
        self._unconfirmed.clear()
        self._under_way.clear()
        for future in waiting:
            if not future.done():
                future.set_exception(BrokerUnavailable("the connection broke"))

    # -------------------------------------------------------------------------------------------- consuming

    async def start(self, consumers: tuple[Consumer, ...]) -> None:
        """Connect, declare, and consume. Raises BrokerUnavailable."""
        await self.connect()
        for consumer in consumers:
            queue = self._broker.declare(consumer)
            self._consumers.append(queue)
            self._tasks.append(asyncio.create_task(self._consume(consumer, queue), name=consumer.queue))
        self._broker.declared.set()

    async def _consume(self, consumer: Consumer, queue: Queue) -> None:
        while True:
            number, body = await queue.take()
            if self._stage.happens(self._stage.fate.weather.cut):
                back = sum(each.take_back() for each in self._consumers)
                self._stage.note(f"consumers cut, {back} come again")
                continue
            handling = asyncio.create_task(self._handle(consumer, queue, number, body))
            self._tasks = [task for task in self._tasks if not task.done()]
            self._tasks.append(handling)

    async def _handle(self, consumer: Consumer, queue: Queue, number: int, body: bytes) -> None:
        """Carry a message out, and acknowledge it. Commands overtake each other; events keep their order."""
        if not consumer.alone:
            await asyncio.sleep(self._stage.fate.pause())
        self._stage.note(f"delivered {_id(body)} to {queue.name}")
        await self._stage.point("received")
        try:
            await consumer.handle(body)
        except HubError as error:
            self._stage.defects.append(f"{queue.name} raises {error.code}: {error}")
            return
        await self._stage.point("before ack")
        queue.unacked.pop(number, None)

    async def stop(self) -> None:
        """Stop consuming, and disconnect; what was not acknowledged stays."""
        self._standing = False
        tasks = [*self._tasks, *([self._pump] if self._pump else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.drop()

    def drop(self) -> None:
        """The connections are gone."""
        for queue in self._consumers:
            queue.take_back()
        self._consumers.clear()

    @property
    def healthy(self) -> bool:
        """Whether it publishes."""
        return self._standing


def _id(body: bytes) -> str:
    return str(orjson.loads(body)["id"])
