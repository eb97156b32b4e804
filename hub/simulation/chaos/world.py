"""A played world from its first order to its last, with a hub in it that dies and is started again."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from hub.app import Hub, World, build
from hub.configuration import partners_of
from hub.errors import HubError
from hub.messages.envelope import instant
from hub.settings import Settings
from hub.simulation.chaos.books import Books
from hub.simulation.chaos.broker import Broker, Line
from hub.simulation.chaos.disk import Disk
from hub.simulation.chaos.fate import Fate, Trace
from hub.simulation.chaos.loop import Life, VirtualLoop, cemetery
from hub.simulation.chaos.outside import Outside
from hub.simulation.chaos.post import Post
from hub.simulation.chaos.stage import Stage
from hub.simulation.samples import packaged
from hub.store.database import Database
from hub.store.lease import FileLease
from hub.store.migrate import migrate

MEMORY = Path("/dev/shm")  # noqa: S108  # a file system in memory
STORM = 20.0
"""seconds after which nothing goes wrong any more"""
LOOK = 0.25
LONGEST = 600.0
"""seconds in which everything has to come to its end, calendar days that are skipped aside"""
ROUNDS = 60
ENDED = ("completed", "cancelled", "rejected")
Spoil = Callable[[Hub], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a world ended."""

    seed: int
    complaints: list[str]
    digest: str
    """of all that happened, and of all that is stored in the end"""
    figures: dict[str, int] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)

    @property
    def command(self) -> str:
        """What plays this world again."""
        return f"python -m hub.simulation.chaos --seed {self.seed} --show"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder to play in; in memory, where that can be had."""
    with TemporaryDirectory(prefix="hub-chaos-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        yield Path(name)


def template(place: Path) -> Path:
    """An empty store, made once, with the partner files beside it."""
    path = place / "template.sqlite"
    if not path.exists():
        for name in ("partners.yaml", "materials.yaml"):
            (place / name).write_text(packaged(name), encoding="utf-8")

        async def make() -> None:
            database = Database(f"sqlite:///{path}")
            await migrate(database)
            await database.close()

        asyncio.run(make())
    return path


def play(seed: int, place: Path, *, keep: bool = False, first: str = "", spoil: Spoil = lambda hub: None) -> Outcome:
    """Play the world of a seed in this folder.

    ``keep`` the trace; let the ``first`` hub die at this point; ``spoil`` may take something from each hub.
    """
    store = place / f"{seed}.sqlite"
    shutil.copy(template(place), store)
    try:
        with cemetery() as lived:
            stage = Stage(Fate(seed), Trace(keep), first)
            return _play(stage, store, spoil, lived)
    finally:
        for path in place.glob(f"{seed}.sqlite*"):
            path.unlink()


def _play(stage: Stage, store: Path, spoil: Spoil, lived: list[Life]) -> Outcome:
    loop = VirtualLoop()
    played = _Played(stage, store, spoil, lived)
    try:
        return loop.run_until_complete(played.run(loop))
    finally:
        loop.close()


class _Played:
    def __init__(self, stage: Stage, store: Path, spoil: Spoil, lived: list[Life]) -> None:
        self.stage = stage
        self.settings = Settings(
            database_url=f"sqlite:///{store}",
            broker_url="amqp://played",
            folder=store.parent,
            http_port=0,
            batch=self.stage.fate.one((1, 3, 200)),
        )
        self.disk = Disk(store, self.stage)
        self.post = Post(self.stage)
        self.outside = Outside(self.stage, self.post, partners_of(self.settings))
        self.broker = Broker(self.stage, self.outside.hear)
        self.outside.broker = self.broker
        self.books = Books(store)
        self.spoil = spoil
        self.hub: Hub | None = None
        self.lives = 0
        self.lived = lived
        self.up = asyncio.Event()

    # ----------------------------------------------------------------------------------------------- the hub

    async def _serve(self) -> None:
        """Keep a hub running, as whoever operates it does."""
        while True:
            self.lives += 1
            life = Life(f"hub {self.lives}")
            self.lived.append(life)
            self.stage.begin(life)
            self.stage.note(f"{life.name} starts")
            line = Line(self.broker)
            with life.lived():
                running = asyncio.create_task(self._run(line))
            dying = asyncio.create_task(self.stage.died.wait())
            await asyncio.wait([running, dying], return_when=asyncio.FIRST_COMPLETED)
            dying.cancel()
            self._clear_away(life, line)
            if running.done() and (error := running.exception()) is not None:
                self.stage.note(f"{life.name} ends by {type(error).__name__}: {error}")
                if not isinstance(error, HubError) or not error.retryable:
                    self.stage.defects.append(f"the hub ends by {type(error).__name__}: {error}")
                    return
            await asyncio.sleep(self.stage.fate.pause())

    async def _run(self, line: Line) -> None:
        world = World(
            Database(self.settings.database_url, connect=self.disk.connect), line, self.post, self.stage.fate.token
        )
        self.hub = build(self.settings, self.stage.now, world)
        self.spoil(self.hub)
        await self.stage.point("starting")
        async with self.hub:
            self.up.set()
            while not self.stage.stops():
                await asyncio.sleep(0.1)
                if not self.hub.working:
                    self.stage.defects.append("a part of the hub has ended")

    def _clear_away(self, life: Life, line: Line) -> None:
        """What is left of a dead process: nothing but what it has written and sent."""
        self.up.clear()
        life.end()
        self.disk.drop(life)
        line.drop()
        if self.hub is not None:
            if isinstance(self.hub.lease, FileLease):
                self.hub.lease.drop()
            self.hub = None

    # ------------------------------------------------------------------------------------------------ the play

    async def run(self, loop: VirtualLoop) -> Outcome:
        """Play it to its end."""
        serving = asyncio.create_task(self._serve())
        for place in range(self.stage.fate.weather.orders):
            self.outside.order(place)
        complaints = await self._to_the_end()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        self._clear_away(self.stage.life, Line(self.broker))
        self.stage.calm = True
        database = Database(self.settings.database_url, connect=self.disk.connect)
        complaints += self.stage.defects
        complaints += [str(each.get("exception") or each["message"]) for each in loop.complaints]
        complaints += await self.books.complaints(database, self.outside, self.post)
        await database.close()
        self.disk.drop(self.stage.life)
        self.stage.note(self.books.digest())
        outcome = Outcome(
            self.stage.fate.seed, complaints, self.stage.trace.digest, self._figures(), self.stage.trace.lines
        )
        self.books.close()
        return outcome

    def _figures(self) -> dict[str, int]:
        return {
            "orders": self.stage.fate.weather.orders,
            "commands": len(self.outside.sent),
            "events": len(self.outside.seen),
            "lives": self.lives,
            "files": self.post.arrived,
            "letters": len(self.post.sent),
            **{f"died {point}": count for point, count in sorted(self.stage.deaths.items())},
        }

    async def _to_the_end(self) -> list[str]:
        """Wait until all is quiet; then let days pass, and what is left be answered, until all has ended."""
        rounds, loop = 0, asyncio.get_running_loop()
        while loop.time() < LONGEST:
            await asyncio.sleep(LOOK)
            self.stage.calm = self.stage.calm or loop.time() > STORM
            if not self._quiet():
                continue
            open_ones = self._open()
            if not open_ones:
                return []
            rounds += 1
            if rounds > ROUNDS:
                return [f"stuck: {each}" for each in open_ones]
            if not self._skip_to_next_timer():
                self._finish(rounds)
        return [f"not quiet after {LONGEST:.0f} s: {self.broker.busy} in queues, {self._under_way()} under way"]

    def _under_way(self) -> int:
        return self.books.under_way(instant(self.stage.now()))

    def _quiet(self) -> bool:
        """Whether nothing more will happen by itself."""
        busy = self.outside.busy or self.post.waiting or self.broker.busy or not self.up.is_set()
        return not busy and self._under_way() == 0

    def _open(self) -> list[str]:
        """What has not come to its end."""
        orders = self.books.rows("SELECT order_id, state FROM orders")
        tasks = self.books.rows("SELECT task_id, kind FROM tasks WHERE state = 'open'")
        pos = self.books.rows("SELECT material_po_id, state FROM material_pos")
        found = [f"order {key} is {state}" for key, state in orders if state not in ENDED]
        found += [f"task {key} {kind} is open" for key, kind in tasks]
        return found + [f"material PO {key} is {state}" for key, state in pos if state not in {"received", "cancelled"}]

    def _skip_to_next_timer(self) -> bool:
        (due,) = self.books.rows("SELECT min(due_at) FROM timers")[0]
        if due is None:
            return False
        gap = datetime.fromisoformat(due) - self.stage.now()
        self.stage.ahead += max(gap, timedelta())
        self.stage.note(f"it is {instant(self.stage.now())}")
        return True

    def _finish(self, attempt: int) -> None:
        """Everybody does what is left to do: people look at their lists, suppliers deliver, customers give up."""
        self.stage.calm = True
        self.outside.answer_again(
            (key for (key,) in self.books.rows("SELECT task_id FROM tasks WHERE state = 'open' ORDER BY task_id")),
            attempt,
        )
        for key, body in self.books.rows("SELECT material_po_id, body FROM material_pos ORDER BY material_po_id"):
            awaited = _awaited(orjson.loads(body))
            if awaited:
                self.outside.deliver(key, awaited, attempt)
        waiting = "SELECT order_id, customer_id, po_number FROM orders WHERE state IN ('stand_by', 'lapsed')"
        for order_id, customer_id, number in self.books.rows(f"{waiting} ORDER BY order_id"):
            self.outside.cancel(order_id, customer_id, number, attempt)


def _awaited(po: dict[str, Any]) -> list[tuple[str, str]]:
    """What a material PO still waits for, by line."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for number, line in po["lines"].items():
        if line["status"] not in {"received", "cancelled", "rejected"}:
            found[number] = Decimal(line["quantity"]) - Decimal(line["received"])
    return [(number, f"{left:f}") for number, left in found.items() if left > 0]
