"""The robots together: they hear what the hub says, and send what people and partners would."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from hub.client import Client
from hub.errors import HubError
from hub.messages.base import Message
from hub.messages.envelope import Letter, derived_id
from hub.messages.processing import CommandRefused
from hub.messages.task import TaskOpened
from hub.simulation.choices import Choices
from hub.simulation.outsiders import Customers, Suppliers
from hub.simulation.people import People
from hub.simulation.script import Script

log = logging.getLogger("hub.robots")


def _nothing_can_be_altered(facts: dict[str, Any]) -> dict[str, Any]:
    return {"lines": [{**line, "can_be_altered": False} for line in facts["lines"]]}


OVERTAKEN: dict[str, dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "material.source.v1": {"short_stock": lambda facts: {"stock": {**facts["stock"], "free": "0"}}},
    "order.review-change.v1": {"in_production": _nothing_can_be_altered, "line_closed": _nothing_can_be_altered},
}
"""By task: when somebody was quicker, as the refusal's code says, what the facts are by now"""


def _today() -> date:
    return datetime.now(UTC).date()


class Robots:
    """Answer every task and play every partner. ``heard`` is told of each event, after the robots."""

    def __init__(
        self,
        client: Client,
        seed: int = 1,
        script: Script | None = None,
        *,
        heard: Callable[[Letter], None] = lambda letter: None,
        patience: float = 60.0,
        today: Callable[[], date] = _today,
    ) -> None:
        script = script or Script()
        choices = Choices(seed)
        self._client = client
        self._seed = seed
        self._heard = heard
        self._patience = patience
        self.people = People(choices, script, today)
        self._customers = Customers(choices, script)
        self._suppliers = Suppliers(choices, script, today)
        self._asked: dict[str, TaskOpened] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self.sent = 0

    @property
    def busy(self) -> bool:
        """Whether some of what they have to say is still on its way."""
        return bool(self._sending)

    async def run(self) -> None:
        """Play until cancelled."""
        try:
            async for letter in self._client.events():
                self.hear(letter)
                self._heard(letter)
        finally:
            for task in self._sending:
                task.cancel()

    def hear(self, letter: Letter) -> None:
        """React to one event; hearing it twice sends the same commands under the same ids."""
        replies = [*self._customers.hear(letter), *self._suppliers.hear(letter), *self._answers(letter)]
        for place, reply in places(replies):
            message_id = derived_id(f"robots {self._seed}", letter.envelope.id, place)
            if isinstance(letter.message, TaskOpened) and letter.message.kind in OVERTAKEN:
                self._asked[message_id] = letter.message
            self._later(reply, message_id)

    def _answers(self, letter: Letter) -> Iterable[Message]:
        message = letter.message
        if isinstance(message, TaskOpened):
            answer = self.people.answer(message)
            if answer is not None:
                yield answer
        elif isinstance(message, CommandRefused) and message.command_id in self._asked:
            task = self._asked[message.command_id]
            changed = OVERTAKEN[task.kind].get(message.code)
            answer = self.people.answer(task, **changed(task.facts)) if changed else None
            if answer is not None:
                yield answer

    def _later(self, message: Message, message_id: str) -> None:
        task = asyncio.create_task(self._send(message, message_id))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, message: Message, message_id: str) -> None:
        self.sent += 1
        try:
            await insist(self._client, message, message_id, self._patience)
        except HubError as error:
            log.warning("a robot could not send %s: %s", message.TYPE, error)


def places(replies: Iterable[Message]) -> Iterator[tuple[str, Message]]:
    """Each reply to an event with what tells it from the others: the same when the event is heard again.

    Who has answered once may say nothing the next time; so what one says is not counted with what others say.
    """
    counted: Counter[str] = Counter()
    for reply in replies:
        yield f"{reply.TYPE} {counted[reply.TYPE]}", reply
        counted[reply.TYPE] += 1


async def insist(client: Client, message: Message, message_id: str, patience: float) -> None:
    """Send, and try again while broker or store are away: a person would.

    Raises HubError: at once where trying again does not help, else when the patience is over.
    """
    deadline, pause = time.monotonic() + patience, 0.05
    while True:
        try:
            await client.send(message, message_id)
        except HubError as error:
            left = deadline - time.monotonic()
            if not error.retryable or left <= 0:
                raise
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 2, 2.0)
        else:
            return
