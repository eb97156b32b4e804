"""A client that keeps order: of each order's commands one at a time, each after the outcome of the one before.

So what happens to an order happens in the same order each time, however fast the machine; and a person can
watch, because every answer may take its moment.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

from hub.client import Client
from hub.messages.base import Message
from hub.messages.envelope import Letter
from hub.messages.material_po import MaterialPoEvent
from hub.sagas.numbers import order_key

PATIENCE = 2.0
"""seconds until a command without any outcome no longer keeps others waiting"""
NAMES = ("order_id", "work_order_id", "requirement_id", "material_po_id")


class Paced:
    """A client around a client; ``pause`` is how long each answer takes, in seconds."""

    def __init__(self, client: Client, pause: float = 0.0) -> None:
        self._client = client
        self._pause = pause
        self._lanes: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._outcomes: dict[str, asyncio.Event] = {}
        self._orders: dict[str, str] = {}
        """by material PO"""

    async def send(self, message: Message, message_id: str = "") -> Letter:
        """Send a command when its turn has come, and see that it has an outcome."""
        async with self._lanes[self._lane(message)]:
            if self._pause:
                await asyncio.sleep(self._pause)
            outcome = self._outcomes[message_id] = asyncio.Event()
            letter = await self._client.send(message, message_id)
            try:
                async with asyncio.timeout(PATIENCE):
                    await outcome.wait()
            except TimeoutError:
                return letter
            finally:
                self._outcomes.pop(message_id, None)
            return letter

    async def events(self) -> AsyncIterator[Letter]:
        """Every event from now on."""
        async for letter in self._client.events():
            if isinstance(letter.message, MaterialPoEvent):
                orders = letter.message.order_ids
                self._orders[letter.message.material_po_id] = order_key(min(orders)) if orders else ""
            yield letter
            outcome = self._outcomes.get(letter.envelope.causationid or "")
            if outcome is not None:
                outcome.set()

    def _lane(self, message: Message) -> str:
        """Key of the order that a command is about."""
        for name in NAMES:
            identifier = getattr(message, name, None)
            if identifier:
                return self._orders.get(identifier) or order_key(identifier)
        items = getattr(message, "items", None)
        return order_key(items[0].work_order_id) if items else ""
