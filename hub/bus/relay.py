"""The relay: takes the outbox's rows to the bus, each order's in their order, and marks what arrived.

One relay works at a time, whoever has the lease: a file lock beside a SQLite store, an advisory lock in
PostgreSQL. Rows are read in the order of their positions and leave by lanes, one for each stream
(`hub.bus.lanes`): what cannot be sent holds back what follows it in its order, and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select, update

from hub.background import Background, end, pause
from hub.bus.lanes import FIRST_DELAY, LONGEST_DELAY, Lanes, Row
from hub.bus.topology import Bus
from hub.errors import BrokerUnavailable, HubError, StoreUnavailable
from hub.messages.envelope import instant
from hub.store import tables
from hub.store.database import Database
from hub.store.lease import Lease

log = logging.getLogger("hub.relay")
PORTION = 1000
"""rows read at once; more are read when half as many are on their way"""
HANDFUL = 200
"""rows that are marked together while others are on their way"""
NAMED = 1000
"""blocked streams that a query leaves out by itself"""
GOODBYE = 5.0
"""seconds that what is under way may take when the hub stops"""


class Relay(Background):
    """Takes the outbox to the bus. ``wake`` it after a commit; otherwise it looks every ``poll`` seconds."""

    def __init__(
        self, database: Database, bus: Bus, lease: Lease, now: Callable[[], datetime], *, poll: float = 0.025
    ) -> None:
        self._database = database
        self._bus = bus
        self._lease = lease
        self._now = now
        self._poll = poll
        self._lanes = Lanes(self._send, self._progress, window=bus.window)
        self._at_end = True
        """whether the last look came to the end; only then is what was blocked taken up again"""
        self._news = True
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()

    async def stop(self) -> None:
        """Let what is under way arrive and be marked; what is not marked goes out again, under the same id."""
        self._stopping.set()
        self._woken.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=GOODBYE)
            self._task.cancel()
            self._lanes.drop()
            await end(self._task)

    def wake(self) -> None:
        """There is something to send."""
        self._news = True
        self._woken.set()

    def _progress(self) -> None:
        if self._much_arrived:
            self._woken.set()

    @property
    def _much_arrived(self) -> bool:
        """Whether marking what has arrived is worth a transaction now."""
        return len(self._lanes.arrived) >= HANDFUL or self._lanes.idle

    async def _work(self) -> None:
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            try:
                await self._turn()
                delay = FIRST_DELAY
                continue
            except (StoreUnavailable, BrokerUnavailable) as error:
                log.warning("%s", error.message)
            except Exception:
                log.exception("the relay stumbled; it goes on")
            self._news = True
            await pause(delay, until=self._stopping)
            delay = min(delay * 2, LONGEST_DELAY)
        await self._lanes.finish()
        with suppress(StoreUnavailable):
            await self._mark()

    async def _turn(self) -> None:
        """Send what there is to be sent, mark what has arrived, and wait for more of either."""
        self._woken.clear()
        self._tell_failures()
        if not await self._lease.hold(self.wake):
            self._lanes.hold_back()
            self._at_end = True
            await self._mark()
            await pause(1.0, until=self._stopping)
            return
        if self._news and len(self._lanes) <= PORTION // 2:
            await self._read()
        if self._much_arrived:
            await self._mark()
        if self._news and len(self._lanes) <= PORTION // 2:
            return
        if not await pause(self._poll, until=self._woken):
            self._news = True
            await self._mark()

    async def _mark(self) -> None:
        """Note what has arrived."""
        positions = self._lanes.arrived[:]
        if positions:
            table = tables.outbox
            statement = update(table).where(table.c.position.in_(positions)).values(sent_at=instant(self._now()))
            async with self._database.write() as connection:
                await connection.execute(statement)
            self._lanes.noted(positions)

    async def _read(self) -> None:
        """Read what is unsent and not on its way yet, and let it leave.

        Always from the beginning, in one look: transactions that run side by side commit in another order than that
        of their rows' positions, and of a stream none may be left out and a later one sent.
        """
        if self._at_end:
            self._lanes.unblock()
        self._news, self._at_end = False, True
        table = tables.outbox
        query = (
            select(table.c.position, table.c.kind, table.c.type, table.c.stream, table.c.body)
            .where(table.c.sent_at.is_(None))
            .order_by(table.c.position)
        )
        if self._lanes.blocked:
            query = query.where(table.c.stream.not_in(list(self._lanes.blocked)[:NAMED]))
        rows: list[Row] = []
        async with self._database.read() as connection, connection.stream(query) as found:
            async for each in found:
                if self._lanes.lacks(each):
                    rows.append(each)
                if len(rows) == PORTION:
                    self._news, self._at_end = True, False
                    break
        if rows:
            await self._bus.connect()
        for row in rows:
            if self._lanes.lacks(row):
                self._lanes.add(row)

    async def _send(self, row: Row) -> None:
        await self._bus.deliver(row.kind, row.type, row.body.encode())

    def _tell_failures(self) -> None:
        """Say what stays in the outbox for now."""
        failed, self._lanes.failed = self._lanes.failed, []
        if not failed:
            return
        row, error = failed[0]
        more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
        told = error.message if isinstance(error, HubError) else f"{type(error).__name__}: {error}"
        trace = None if isinstance(error, HubError) else error
        log.warning("%s stays in the outbox%s: %s", row.type, more, told, exc_info=trace)
