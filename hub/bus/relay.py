"""The relay: takes the outbox's rows to the bus, each order's in their order, and marks what arrived.

One relay works at a time, whoever has the lease: a file lock beside a SQLite store, an advisory lock in
PostgreSQL. Rows go out in the order of their positions over one channel, without waiting for each other's
confirms. When one fails, what follows it in its stream (an order, or what a shared event is about) counts as
not sent: it goes out again behind it, under the same ids.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from hub.bus.topology import Bus
from hub.errors import BrokerUnavailable, StoreUnavailable, Unroutable
from hub.messages.envelope import instant
from hub.store import tables
from hub.store.database import Database
from hub.store.lease import Lease

log = logging.getLogger("hub.relay")
PORTION = 1000
GOODBYE = 5.0
"""seconds that what is under way may take when the hub stops"""


class Relay:
    """Takes the outbox to the bus. ``wake`` it after a commit; otherwise it looks every ``poll`` seconds."""

    def __init__(
        self, database: Database, bus: Bus, lease: Lease, now: Callable[[], datetime], *, poll: float = 0.025
    ) -> None:
        self._database = database
        self._bus = bus
        self._lease = lease
        self._now = now
        self._poll = poll
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to take rows."""
        self._task = asyncio.create_task(self._work(), name="relay")

    async def stop(self) -> None:
        """Let what is under way arrive and be marked; what is not marked goes out again, under the same id."""
        self._stopping.set()
        self._woken.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=GOODBYE)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def working(self) -> bool:
        """Whether it runs; when it does not, a defect has ended it."""
        return self._task is not None and not self._task.done()

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    async def _work(self) -> None:
        delay = 0.1
        while not self._stopping.is_set():
            try:
                if not await self._lease.hold(self.wake):
                    await _passed(self._stopping, 1.0)
                    continue
                self._woken.clear()
                sent, complete = await self._portion()
                if complete:
                    delay = 0.1
                    if not sent:
                        await _passed(self._woken, self._poll)
                    continue
            except (StoreUnavailable, BrokerUnavailable) as error:
                log.warning("%s", error.message)
            except Exception:
                log.exception("the relay stumbled; it goes on")
            await _passed(self._stopping, delay)
            delay = min(delay * 2, 5.0)

    async def _portion(self) -> tuple[int, bool]:
        """Send what is unsent, as far as the bus takes it; how many, and whether it was all of them."""
        table = tables.outbox
        query = (
            select(table.c.position, table.c.kind, table.c.type, table.c.stream, table.c.body)
            .where(table.c.sent_at.is_(None))
            .order_by(table.c.position)
            .limit(PORTION)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            return 0, True
        await self._bus.connect()
        results = await asyncio.gather(*(self._send(row) for row in rows))
        stuck: set[str] = set()
        sent = []
        for row, arrived in zip(rows, results, strict=True):
            if not arrived:
                stuck.add(row.stream)
            elif row.stream not in stuck:
                sent.append(row.position)
        if sent:
            statement = update(table).where(table.c.position.in_(sent)).values(sent_at=instant(self._now()))
            async with self._database.write() as connection:
                await connection.execute(statement)
        return len(sent), len(sent) == len(rows)

    async def _send(self, row: Any) -> bool:
        try:
            await self._bus.deliver(row.kind, row.type, row.body.encode())
        except (BrokerUnavailable, Unroutable) as error:
            log.warning("%s stays in the outbox: %s", row.type, error.message)
            return False
        return True


async def _passed(earlier: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until the event."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await earlier.wait()
