"""The embedded bus: the outbox is the queue, and its rows are handed to the handlers in the process."""

from __future__ import annotations

from hub.bus.topology import EXCHANGES, Consumer, Kind
from hub.errors import BrokerUnavailable, Unroutable


class EmbeddedBus:
    """Hands messages on within the process. A message counts as delivered when every handler has returned.

    Handlers take messages in the order in which they are handed over, and refuse none.
    """

    window = 1000

    def __init__(self) -> None:
        self._takers: dict[tuple[str, str], list[Consumer]] = {}
        self._started = False

    async def start(self, consumers: tuple[Consumer, ...]) -> None:
        """Note who takes what."""
        for consumer in consumers:
            for message_type in consumer.types:
                self._takers.setdefault((consumer.exchange, message_type), []).append(consumer)
        self._started = True

    async def connect(self) -> None:
        """See that handlers are there. Raises BrokerUnavailable when it was not started, or stopped."""
        if not self._started:
            raise BrokerUnavailable("the embedded bus is not started")

    async def deliver(self, kind: Kind, message_type: str, body: bytes) -> None:
        """Hand the message to its handlers, one after the other. Raises Unroutable for a command nobody takes."""
        await self.connect()
        takers = self._takers.get((EXCHANGES[kind], message_type), [])
        if kind == "command" and not takers:
            raise Unroutable(f"no handler takes {message_type}", where="type")
        for consumer in takers:
            await consumer.handle(body)

    async def stop(self) -> None:
        """Forget the handlers."""
        self._takers.clear()
        self._started = False

    @property
    def healthy(self) -> bool:
        """Whether it was started."""
        return self._started
