"""A simulation ends when its orders have, keeps to the number that may be open, and names what hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime

import pytest

from hub.errors import BrokerUnavailable
from hub.messages.base import Message
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.envelope import Letter, write_letter
from hub.messages.order import OrderCancelled, OrderCompleted
from hub.sagas.numbers import short
from hub.simulation.choices import Choices
from hub.simulation.load import Figures, Stuck, simulate
from hub.simulation.orders import purchase_order

NOW = datetime(2026, 11, 22, tzinfo=UTC)
Ends = Callable[[SubmitCustomerPo], type[OrderCompleted | OrderCancelled] | None]


class Instant:
    """A client of a hub that ends each order when it comes, or never; every event comes twice."""

    def __init__(self, ends: Ends = lambda po: OrderCompleted) -> None:
        self._ends = ends
        self._said: asyncio.Queue[Letter] = asyncio.Queue()
        self._open: set[str] = set()
        self.most = 0

    async def send(self, message: Message, message_id: str = "") -> Letter:
        assert isinstance(message, SubmitCustomerPo)
        self._open.add(message.po_number)
        self.most = max(self.most, len(self._open))
        kind = self._ends(message)
        letter = write_letter(message, message_id="x", source="test", time=NOW)
        if kind is not None:
            customer, number = str(message.customer.id), message.po_number
            event = kind(order_id=f"O-{short(customer, number)}", customer_id=customer, po_number=number)
            said = write_letter(event, message_id=f"ended {number}", source="hub", time=NOW)
            for _ in range(2):
                self._said.put_nowait(said)
        return letter

    async def events(self) -> AsyncIterator[Letter]:
        while True:
            letter = await self._said.get()
            self._open.discard(letter.envelope.data["po_number"])
            yield letter


async def test_every_order_is_sent_once_and_counted_once() -> None:
    seen = []
    figures = await simulate(Instant(), 20, progress=lambda ended, of: seen.append((ended, of)))

    assert (figures.orders, figures.outcomes, len(figures.latencies)) == (20, {"completed": 20}, 20)
    assert seen == [(number, 20) for number in range(1, 21)]


async def test_no_more_are_open_at_a_time_than_may_be() -> None:
    client = Instant()
    await simulate(client, 30, concurrency=3)
    assert client.most == 3


async def test_orders_that_hang_are_named() -> None:
    def all_but_the_second(po: SubmitCustomerPo) -> type[OrderCompleted] | None:
        return None if po.po_number.endswith("-00002") else OrderCompleted

    with pytest.raises(Stuck, match=r"1 orders did not end within 0 s: SIM-r-00002; is a hub serving\?"):
        await simulate(Instant(all_but_the_second), 3, run="r", patience=0.2)


async def test_what_cannot_be_sent_is_told() -> None:
    class Away(Instant):
        async def send(self, message: Message, message_id: str = "") -> Letter:
            raise BrokerUnavailable("RabbitMQ does not answer")

    with pytest.raises(BrokerUnavailable):
        await simulate(Away(), 3, patience=0.5)


def test_the_same_seed_orders_the_same() -> None:
    def ordered(seed: int, run: str) -> list[dict[str, object]]:
        return [purchase_order(Choices(seed), run, place, date(2026, 11, 22)).data() for place in range(1, 40)]

    first = ordered(1, "a")
    assert first == ordered(1, "a")
    assert first != ordered(2, "a")
    assert {str(each["po_number"]) for each in first}.isdisjoint(str(each["po_number"]) for each in ordered(1, "b"))
    assert {len(each["lines"]) for each in first} == {1, 2, 3, 4}  # type: ignore[arg-type]


def test_a_quantile_is_what_that_share_stayed_below() -> None:
    figures = Figures(100, 10.0, 1000, {"completed": 100}, [float(number) for number in range(1, 101)])
    assert [figures.quantile(share) for share in (0.5, 0.95, 0.99)] == [51.0, 96.0, 100.0]
    assert (figures.orders_per_second, figures.messages_per_second) == (10.0, 100.0)
    assert Figures(0, 1.0, 0, {}).quantile(0.5) == 0.0
