"""A hub in a process of its own, which dies on purpose: at a named point, the n-th time that it comes there.

It is the hub of `hub.app.build` with its settings from the environment; the points are put around its real classes.
It runs until SIGTERM, and then stops as `hub serve` does.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from adapters.folders import Folders
from hub.app import Hub, build, utc_now
from hub.bus.embedded import EmbeddedBus
from hub.bus.lanes import Lanes
from hub.bus.rabbit import RabbitBus
from hub.bus.topology import EVENTS_EXCHANGE, Consumer
from hub.errors import PartEnded
from hub.handlers import correspondence
from hub.handlers.incoming.intake import Intake
from hub.handlers.incoming.register import Register
from hub.messages.catalogue import EVENTS
from hub.sagas import engine
from hub.settings import load_settings
from hub.store import batch, unit_of_work
from hub.store.unit_of_work import UnitOfWork
from tests.support import guard
from tests.support.spoiling import WAYS, put

DIED = 9
"""the exit code of a hub that died at its point"""
Step = Callable[..., Awaitable[Any]]


class Deaths:
    """Counts how often each point is reached, and ends the process, without a word, when its time has come."""

    def __init__(self, wanted: list[str]) -> None:
        self._left: dict[str, int] = {}
        for each in wanted:
            point, _, times = each.partition(":")
            if point not in POINTS:
                raise SystemExit(f"no point {point!r}; there are {', '.join(POINTS)}")
            self._left[point] = int(times or 1)

    def reached(self, point: str) -> None:
        """Die here, if it is time."""
        if point in self._left:
            self._left[point] -= 1
            if not self._left[point]:
                os._exit(DIED)

    def around(self, owner: Any, name: str, *, before: str = "", after: str = "") -> None:
        """Put points around a coroutine function of a class or module."""
        original: Step = getattr(owner, name)

        @functools.wraps(original)
        async def wrapped(*args: Any, **named: Any) -> Any:
            self.reached(before)
            result = await original(*args, **named)
            self.reached(after)
            return result

        put(owner, name, wrapped)

    def behind(self, owner: Any, name: str, point: str) -> None:
        """Put a point behind a function of a class."""
        original: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(*args: Any, **named: Any) -> Any:
            result = original(*args, **named)
            self.reached(point)
            return result

        put(owner, name, wrapped)


POINTS = {
    "received": "a command has come, nothing is done yet",
    "before commit": "all statements of a group of commands are executed",
    "after commit": "the group is committed, nobody knows",
    "before ack": "the handler knows, the broker (embedded: the outbox) does not",
    "published": "a message is with the broker, the outbox does not know",
    "marked": "the outbox knows what was sent",
    "before answers commit": "documents for partners are written, not committed",
    "document archived": "a document's statements are executed, not committed",
    "document taken": "a file is taken in and committed, and lies in the inbox still",
    "document sent": "a file is in the partner's folder, the store does not know",
}


def put_points(deaths: Deaths) -> None:
    """Put the points around the real classes."""
    deaths.around(unit_of_work, "_forget", after="before commit")
    deaths.around(UnitOfWork, "_transact", after="after commit")
    deaths.around(EmbeddedBus, "deliver", after="published")
    deaths.around(RabbitBus, "deliver", after="published")
    deaths.around(correspondence, "write_numbers", after="before answers commit")
    deaths.around(Register, "enter", after="document archived")
    deaths.around(Intake, "receive", after="document taken")
    deaths.behind(Folders, "send", "document sent")
    deaths.behind(Lanes, "noted", "marked")


def watched(consumer: Consumer, deaths: Deaths) -> Consumer:
    """A queue of the sagas with points at both ends of its handler."""

    async def handle(body: bytes) -> None:
        deaths.reached("received")
        await consumer.handle(body)
        deaths.reached("before ack")

    return replace(consumer, handle=handle) if consumer.exchange != EVENTS_EXCHANGE else consumer


def witness(path: Path) -> Consumer:
    """On the embedded bus: a subscriber to all events, which writes down what it is handed."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def note(body: bytes) -> None:
        os.write(log, body + b"\n")

    return Consumer("witness", EVENTS_EXCHANGE, tuple(EVENTS), note)


def fail_on_poison() -> None:
    """A defect of the hub: what a command with the note `poison` asks for raises."""
    carry_out = engine.carry_out

    @functools.wraps(carry_out)
    def defective(case: Any, message: Any, *rest: Any) -> Any:
        if getattr(message, "note", None) == "poison":
            raise ZeroDivisionError("a defect, made for this test")
        return carry_out(case, message, *rest)

    put(batch, "carry_out", defective)


def repeat_everything(hub: Hub) -> None:
    """Deliver every message three times, at once."""
    deliver = hub.bus.deliver

    async def thrice(*message: Any) -> None:
        await asyncio.gather(*(deliver(*message) for _ in range(3)))

    put(hub.bus, "deliver", thrice)


def fill_the_disk(hub: Hub, pages: int) -> None:
    """Let the SQLite file grow to so many pages and no further, until SIGUSR1 comes."""
    room = pages

    def free(*_: object) -> None:
        nonlocal room
        room = 1_000_000

    @event.listens_for(hub.database.engine.sync_engine, "begin", insert=True)
    def limit(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {room}")

    signal.signal(signal.SIGUSR1, free)


def make(options: argparse.Namespace) -> Hub:
    """Put the hub together, with its points and faults."""
    deaths = Deaths(options.die)
    put_points(deaths)
    if options.defect:
        fail_on_poison()

    def clock() -> datetime:
        ahead = float(options.clock.read_text()) if options.clock else 0.0
        return utc_now() + timedelta(seconds=ahead)

    hub = build(load_settings(), clock)
    hub.consumers = tuple(watched(each, deaths) for each in hub.consumers)
    if options.pages:
        fill_the_disk(hub, options.pages)
    if options.thrice:
        repeat_everything(hub)
    if options.spoil:
        WAYS[options.spoil](hub)
    if options.witness:
        hub.consumers = (witness(options.witness), *hub.consumers)
    return hub


async def run(options: argparse.Namespace) -> None:
    """Run until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with make(options) as hub:
        options.ready.touch()
        while not ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await ended.wait()
            if not hub.working:
                raise PartEnded("a part of the hub has ended by a defect")


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ready", type=Path, required=True, help="a file that is there once the hub runs")
    options.add_argument("--die", action="append", default=[], metavar="POINT:N")
    options.add_argument("--spoil", choices=sorted(WAYS))
    options.add_argument("--witness", type=Path, help="where a subscriber on the embedded bus writes down the events")
    options.add_argument("--clock", type=Path, help="a file that says how many seconds its clock is ahead")
    options.add_argument("--defect", action="store_true", help="let commands with the note `poison` raise")
    options.add_argument("--pages", type=int, help="pages that fit on the disk, until SIGUSR1")
    options.add_argument("--thrice", action="store_true", help="deliver every message three times")
    return options


def forked(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """Run in a process that was forked for it, and that ends with its parent."""
    guard.tell_linux(guard.PR_SET_PDEATHSIG, signal.SIGKILL)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        del os.environ[name]
    os.environ |= environment
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s", force=True)
    asyncio.run(run(parser().parse_args(arguments)))
