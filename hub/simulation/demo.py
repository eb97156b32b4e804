"""`hub demo`: a hub, sample documents, and robots that play everyone, from the first order to the last shipment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from hub.app import Hub, build
from hub.client import client_of
from hub.errors import HubError
from hub.messages.document import DocumentDuplicate, DocumentQuarantined, DocumentReceived, DocumentRejected
from hub.messages.envelope import Letter
from hub.settings import Settings
from hub.simulation.board import Board
from hub.simulation.ending import Ending, gather
from hub.simulation.pace import Paced
from hub.simulation.robots import Robots
from hub.simulation.samples import filled, packaged
from hub.simulation.stage import next_run, prepare, put
from hub.simulation.story import ORDERS, Drop, Story
from hub.store import queries

PATIENCE = 60.0
TAKEN = (
    DocumentReceived,
    DocumentDuplicate,
    DocumentRejected,
    DocumentQuarantined,
)
ENDS = {"order.completed.v1", "order.cancelled.v1", "order.rejected.v1"}


class Unfinished(HubError):
    """Not all of the demo came to its end in time."""

    code = "unfinished"


Heard = Callable[[str], None]


class Run:
    """One run of the story. ``heard`` is told of each event in words; empty where there is nothing to say."""

    def __init__(self, story: Story, board: Board, settings: Settings, heard: Heard) -> None:
        self._story = story
        self._board = board
        self._folder = settings.folder
        self._heard = heard
        self._news = asyncio.Event()
        self._numbers: dict[str, str] = {}
        """PO number by order id"""
        self._taken: set[str] = set()
        self._seen: set[tuple[str, str]] = set()
        self._ended: set[str] = set()

    def hear(self, letter: Letter) -> None:
        """Take note of an event."""
        message, kind = letter.message, letter.envelope.type
        if isinstance(message, TAKEN) and message.name:
            self._taken.add(message.name)
        number = getattr(message, "po_number", "")
        order_id = letter.envelope.correlationid or ""
        if number in self._story.by_number:
            self._numbers[order_id] = number
        number = self._numbers.get(order_id, "")
        self._seen.add((number, kind))
        if kind in ENDS and number:
            self._ended.add(number)
        self._heard(self._board.hear(letter))
        self._news.set()

    async def _until(self, reached: Callable[[], bool], what: Callable[[], str]) -> None:
        while not reached():
            self._news.clear()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._news.wait()
            except TimeoutError:
                raise Unfinished(f"nothing more happens, and {what()}") from None

    async def to_the_end(self) -> None:
        """Send every document in its time, and see every order end. Raises Unfinished."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._in_turn())
            for drop in self._story.drops:
                if drop.after:
                    group.create_task(self._answer(drop))
        await self._until(self._all_ended, self._what_is_open)

    async def _in_turn(self) -> None:
        for drop in self._story.drops:
            if not drop.after:
                await self._send(drop)

    async def _answer(self, drop: Drop) -> None:
        key = self._story.po(drop.number), drop.after
        await self._until(lambda: key in self._seen, lambda: f"{key[0]} did not come to {drop.after}")
        await self._send(drop)

    async def _send(self, drop: Drop) -> None:
        today = datetime.now(UTC).date()
        midnight = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
        stamp = midnight + 60 * (1 + self._story.drops.index(drop))
        content = filled(packaged(drop.template), {**self._story.values(drop), "day": today})
        await asyncio.to_thread(put, self._folder, drop.file, content, stamp * 10**9)
        await self._until(lambda: drop.file in self._taken, lambda: f"{drop.file} was not taken in")

    @property
    def order_ids(self) -> Collection[str]:
        """The orders of the story."""
        return {key for key in self._numbers if key}

    def _all_ended(self) -> bool:
        return self._ended >= set(self._story.by_number)

    def _what_is_open(self) -> str:
        hanging = sorted(set(self._story.by_number) - self._ended)
        return f"these orders did not end: {', '.join(hanging)}"


@asynccontextmanager
async def _playing(robots: Robots) -> AsyncIterator[None]:
    """Robots that play for as long as the block lasts; when one fails, so does the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(robots.run())
        yield
        task.cancel()


async def _nobody(board: Board) -> None:
    """Watch nothing."""


async def play(
    settings: Settings,
    seed: int = 1,
    *,
    pause: float = 0.0,
    on_stage: Callable[[Board], Awaitable[None]] = _nobody,
    heard: Heard = lambda text: None,
) -> Ending:
    """Play the demo with a hub of its own; how it ended.

    ``on_stage`` is given what can be watched before the story begins; ``pause`` is how long each answer takes.
    Raises HubError: Unfinished, AlreadyServed, Refused when the folder is not the demo's.
    """
    await prepare(settings)
    story = Story(await next_run(settings, [order.number for order in ORDERS]))
    since = datetime.now(UTC)
    try:
        async with build(settings) as hub, client_of(settings, "hub-demo") as client:
            names = {key: partner.name for key, partner in hub.profiles.partners().all.items()}
            board = Board(names, {number: order.customer for number, order in story.by_number.items()})
            await on_stage(board)
            run = Run(story, board, settings, heard)
            robots = Robots(Paced(client, pause), seed, story.script(), heard=run.hear, patience=PATIENCE)
            async with _playing(robots):
                await run.to_the_end()
                await _at_rest(hub, run.order_ids)
            return await gather(hub, story, since)
    except ExceptionGroup as group:
        raise _first(group) from group


def _first(error: Exception) -> Exception:
    """What went wrong first, of several things that did together."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


async def _at_rest(hub: Hub, order_ids: Collection[str]) -> None:
    """Wait until everything is sent and nobody has anything left to do. Raises Unfinished."""
    left: dict[str, int] = {}
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await queries.conditions(hub.database)
                left = {"messages": found["outbox"]}
                tasks = [await queries.tasks(hub.database, order_id=each) for each in order_ids]
                left["tasks"] = sum(map(len, tasks))
                unsent = [each for each in await queries.documents(hub.database) if each["state"] == "to_send"]
                left["documents"] = len(unsent)
                if not any(left.values()):
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        text = ", ".join(f"{count} {what}" for what, count in left.items() if count)
        raise Unfinished(f"the orders have ended, but not all is done: {text}") from None
