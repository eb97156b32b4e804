"""`hub simulate`: so many orders at once, driven to their end by the robots, with figures."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hub.client import Client
from hub.errors import HubError
from hub.messages.envelope import Letter, derived_id
from hub.simulation.choices import Choices
from hub.simulation.orders import purchase_order
from hub.simulation.robots import Robots, insist
from hub.simulation.script import Script

ENDS = {
    "order.completed.v1": "completed",
    "order.cancelled.v1": "cancelled",
    "order.rejected.v1": "rejected",
}


class Stuck(HubError):
    """Orders of a simulation did not end: the hub is stopped, or does not answer."""

    code = "stuck"


@dataclass(slots=True)
class Figures:
    """What a run came to. Latency is from the PO sent to the order's last event, in seconds."""

    orders: int
    seconds: float
    messages: int
    """commands sent and events seen"""
    outcomes: dict[str, int]
    latencies: list[float] = field(default_factory=list)

    @property
    def orders_per_second(self) -> float:
        """Orders brought to their end, per second."""
        return self.orders / self.seconds

    @property
    def messages_per_second(self) -> float:
        """Commands and events, per second."""
        return self.messages / self.seconds

    def quantile(self, share: float) -> float:
        """The latency that this share of orders stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    def data(self) -> dict[str, object]:
        """The figures as JSON-ready data."""
        return {
            "orders": self.orders,
            "seconds": round(self.seconds, 3),
            "orders_per_second": round(self.orders_per_second, 1),
            "messages": self.messages,
            "messages_per_second": round(self.messages_per_second, 1),
            "outcomes": self.outcomes,
            "latency_seconds": {name: round(self.quantile(q), 3) for name, q in QUANTILES.items()},
        }


QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(slots=True)
class _Watch:
    """Which orders are on their way since when, and how each has ended."""

    orders: int
    slots: asyncio.Semaphore
    """for orders that are open at a time"""
    progress: Callable[[int, int], None]
    started: dict[str, float] = field(default_factory=dict)
    ended: dict[str, tuple[str, float]] = field(default_factory=dict)
    """by PO number: the outcome, and the seconds it took"""
    events: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, number: str) -> None:
        """Wait until one more order may be open."""
        await self.slots.acquire()
        self.started[number] = time.monotonic()

    def note(self, letter: Letter) -> None:
        """Take note of an event."""
        self.events += 1
        outcome = ENDS.get(letter.envelope.type)
        number = getattr(letter.message, "po_number", "")
        if outcome and number in self.started and number not in self.ended:
            self.ended[number] = (outcome, time.monotonic() - self.started[number])
            self.slots.release()
            self.news.set()
            self.progress(len(self.ended), self.orders)

    async def to_the_end(self, playing: asyncio.Task[None], submitting: asyncio.Task[None], patience: float) -> None:
        """Wait until every order has ended. Raises Stuck, and what ends the playing or the submitting."""
        while len(self.ended) < self.orders:
            self.news.clear()
            waiting = asyncio.create_task(self.news.wait())
            watched = {waiting, playing} if submitting.done() else {waiting, playing, submitting}
            done, _ = await asyncio.wait(watched, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            for task in done - {waiting}:
                task.result()
            if not done:
                hanging = [number for number in self.started if number not in self.ended]
                text = f"{len(hanging)} orders did not end within {patience:.0f} s: {', '.join(hanging[:5])}"
                raise Stuck(f"{text}; is a hub serving?")


async def simulate(
    client: Client,
    orders: int,
    seed: int = 1,
    *,
    run: str = "",
    script: Script | None = None,
    concurrency: int = 200,
    patience: float = 60.0,
    progress: Callable[[int, int], None] = lambda ended, orders: None,
    heard: Callable[[Letter], None] = lambda letter: None,
) -> Figures:
    """Send orders, at most ``concurrency`` of them open at a time, and let the robots bring each to its end.

    Broker and store may be away for most of that time. Raises Stuck when nothing ends for ``patience`` seconds; it
    names orders that hang. Raises HubError when a purchase order cannot be sent.
    """
    run = run or f"{seed}-{int(time.time() * 1000) % 10**9:x}"
    choices, today = Choices(seed), datetime.now(UTC).date()
    pos = [purchase_order(choices, run, place, today) for place in range(1, orders + 1)]
    watch = _Watch(orders, asyncio.Semaphore(concurrency), progress)

    def note(letter: Letter) -> None:
        watch.note(letter)
        heard(letter)

    async def submit() -> None:
        for po in pos:
            await watch.start(po.po_number)
            await insist(client, po, derived_id("simulation", run, po.po_number), 0.8 * patience)

    robots = Robots(client, seed, script, heard=note, patience=patience)
    playing = asyncio.create_task(robots.run())
    begin = time.monotonic()
    submitting = asyncio.create_task(submit())
    try:
        await watch.to_the_end(playing, submitting, patience)
    finally:
        for task in (playing, submitting):
            task.cancel()
        await asyncio.gather(playing, submitting, return_exceptions=True)
    return Figures(
        orders=orders,
        seconds=time.monotonic() - begin,
        messages=robots.sent + orders + watch.events,
        outcomes=dict(Counter(outcome for outcome, _ in watch.ended.values())),
        latencies=[latency for _, latency in watch.ended.values()],
    )
