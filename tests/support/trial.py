"""A trial: orders run through hub processes from submission to shipment, while a test breaks things.

async with Trial(settings) as trial:
    hub = await trial.start("--die", "before commit:5")
    await trial.order(20)
    assert await hub.ended() == DIED
    await trial.start()
    assert await trial.settled() == []
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import aio_pika
from aio_pika.exceptions import AMQPError

from hub.errors import StoreUnavailable
from hub.messages.envelope import Letter
from hub.settings import Settings
from hub.store.database import Database
from hub.store.migrate import migrate
from tests.support.floor import SHEET, answers, command, purchase_order
from tests.support.hubs import HubProcess
from tests.support.ledger import Books, Ledger
from tests.support.running import with_partners
from tests.support.senders import QueueSender, Sender, StoreSender
from tests.support.waiting import until
from tests.support.witness import FileWitness, QueueWitness, Witness

PATIENCE = 60.0
POLL = 0.02
ENDED = ("order.completed.v1", "order.cancelled.v1", "order.rejected.v1")
QUEUES = ("hub.orders.v1", "hub.production.v1", "hub.materials.v1", "hub.correspondence.v1", "hub.dead.v1")


@dataclass(frozen=True)
class Look:
    """What one look at the books found."""

    complaints: list[str]
    at_rest: bool


class Trial:
    """Hub processes on one store and one broker, everybody who works with them, and the ledger."""

    def __init__(
        self,
        settings: Settings,
        *,
        hub_settings: Settings | None = None,
        copies: int = 1,
        answer: Callable[[dict[str, Any]], list[Letter]] = answers,
    ) -> None:
        self.settings = with_partners(settings)
        self.hub_settings = hub_settings or settings
        self.sent: dict[str, str] = {}
        self.adjusted: dict[str, Decimal] = defaultdict(Decimal)
        self.ended: set[str] = set()
        self.hubs: list[HubProcess] = []
        self._copies = copies
        self._answer = answer
        self._answered: set[str] = set()
        self._orders = 0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.database = Database(self.settings.database_url)
        self._stack.push_async_callback(self.database.close)
        await migrate(self.database)
        self.witness: Witness
        self.sender: Sender
        if self.settings.embedded:
            self.witness = FileWitness(self.settings.folder / "witness")
            self.sender = StoreSender(self.database)
        else:
            self.witness = QueueWitness(self.settings.broker_url)
            await self.witness.declare()
            self.sender = await self._stack.enter_async_context(
                QueueSender(self.settings.broker_url, copies=self._copies)
            )
        self._tasks = [asyncio.create_task(self.witness.watch()), asyncio.create_task(self._work())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for hub in self.hubs:
            await hub.kill()
        if error is not None:
            for hub in self.hubs:
                print(f"--- hub\n{hub.log[-4000:]}")
        await self._stack.aclose()

    # ------------------------------------------------------------------------------------------------ hubs

    async def start(self, *options: str, wait: bool = True) -> HubProcess:
        """Start a hub process, with the options of `tests.support.crashing`."""
        if isinstance(self.witness, FileWitness):
            options = (*options, "--witness", str(self.witness.path))
        hub = await HubProcess.start(self.hub_settings, *options, wait=wait)
        self.hubs.append(hub)
        return hub

    # ------------------------------------------------------------------------------------------------- work

    async def send(self, letters: Sequence[Letter]) -> None:
        """Send commands, and enter them in the ledger."""
        self.sent |= {letter.envelope.id: letter.envelope.type for letter in letters}
        await self.sender.send(letters)

    async def order(self, count: int, customers: Iterable[str] = ("C-API", "C-CASCADE"), lines: int = 2) -> None:
        """Send so many purchase orders, and with each of them a correction of stock."""
        letters, names = [], list(customers)
        for _ in range(count):
            self._orders += 1
            number = f"PO-{self._orders:04}"
            order = purchase_order(number, names[self._orders % len(names)], lines)
            stock = {"material": SHEET, "quantity": "2", "unit": "KGM"}
            letters += [
                command("customer-po.submit", order, number),
                command("stock.adjust", stock, f"{number} stock"),
            ]
            self.adjusted[SHEET] += 2
        await self.send(letters)

    async def _work(self) -> None:
        """Answer what the witness sees, each event once."""
        while True:
            events = [await self.witness.news.get()]
            while not self.witness.news.empty():
                events.append(self.witness.news.get_nowait())
            letters = []
            for event in events:
                if event["id"] in self._answered:
                    continue
                self._answered.add(event["id"])
                if event["type"] in ENDED:
                    self.ended.add(event["data"]["order_id"])
                letters += self._answer(event)
            if letters:
                await self.send(letters)

    # ----------------------------------------------------------------------------------------------- the end

    async def saw(self, count: int, within: float = PATIENCE) -> None:
        """Wait until so many events were seen."""
        await until(lambda: len(self.witness.seen) >= count, within, f"{count} events")

    async def saw_type(
        self,
        kind: str,
        count: int = 1,
        where: Callable[[dict[str, Any]], bool] = lambda data: True,
        within: float = PATIENCE,
    ) -> list[dict[str, Any]]:
        """Wait until so many different events of a type were seen whose data is as asked for; these."""

        def look() -> list[dict[str, Any]]:
            fitting = (each for each in self.witness.seen if each["type"] == f"{kind}.v1" and where(each["data"]))
            found = {each["id"]: each for each in fitting}
            return list(found.values()) if len(found) >= count else []

        return await until(look, within, f"{count} of {kind}")

    async def until_waiting(self, count: int, within: float = PATIENCE) -> None:
        """Wait until so many messages wait for what nobody knows yet."""
        async with asyncio.timeout(within):
            while True:
                if len((await self.ledger()).books.waiting) >= count:
                    return
                await asyncio.sleep(POLL)

    async def settled(self, within: float = PATIENCE) -> list[str]:
        """Wait until all orders have ended and nothing is under way; what the ledger then has to complain of."""
        deadline = time.monotonic() + within
        while True:
            found = await self._look()
            if found.at_rest or time.monotonic() > deadline:
                break
            await asyncio.sleep(POLL)
        for task in self._tasks:
            if task.done():
                task.result()
        missing = self._orders - len(self.ended)
        return [f"{missing} orders have not ended"] * bool(missing) + found.complaints

    async def ledger(self) -> Ledger:
        """The ledger as of now."""
        return Ledger(self.sent, self.witness.seen, await Books.read(self.database), self.adjusted)

    async def _look(self) -> Look:
        try:
            left = await self._left_in_queues()
            ledger = await self.ledger()
        except (StoreUnavailable, OSError, AMQPError, RuntimeError) as error:
            return Look([f"cannot be looked at: {error}"], at_rest=False)
        under_way = [*ledger.rest(), *ledger.commands(), *ledger.events(), *left]
        at_rest = not under_way and len(self.ended) >= self._orders
        return Look([*left, *ledger.complaints()], at_rest)

    async def _left_in_queues(self) -> list[str]:
        if self.settings.embedded:
            return []
        left = []
        async with await aio_pika.connect(self.settings.broker_url) as connection:
            for name in QUEUES:
                channel = await connection.channel()
                queue = await channel.declare_queue(name, passive=True)
                if queue.declaration_result.message_count:
                    left.append(f"{queue.declaration_result.message_count} messages in {name}")
        return left
