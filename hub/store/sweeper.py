"""The sweeper: brings due timers, messages that wait, and messages to be retried to the unit of work.

And it has looked at what partners should have answered by now.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import exists, func, literal, or_, select, tuple_, update

from hub.background import Background
from hub.errors import StoreUnavailable
from hub.messages.catalogue import EVENTS
from hub.messages.envelope import Envelope, Letter, instant, write_letter
from hub.sagas.timers import Timer
from hub.store import tables
from hub.store.batch import Item
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork

log = logging.getLogger("hub.sweeper")
PORTION = 200
KEY = 13
"""a dash and the key that an order's id shares with the ids of its parts"""


class Sweeper(Background):
    """Looks every so often for what is due. What was due while no hub ran is due now."""

    def __init__(
        self,
        database: Database,
        work: UnitOfWork,
        now: Callable[[], datetime],
        *,
        source: str,
        told: Callable[[bytes], Awaitable[None]],
        silence: Callable[[], Awaitable[int]],
        every: float = 0.5,
    ) -> None:
        self._database = database
        self._unit = work
        self._now = now
        self._source = source
        self._told = told
        self._silence = silence
        self._every = every
        self._turn = ("", "")

    async def _work(self) -> None:
        while True:
            try:
                await self.sweep()
            except StoreUnavailable as error:
                log.warning("%s", error.message)
            except Exception:
                log.exception("the sweeper stumbled; it goes on")
            await asyncio.sleep(self._every)

    async def sweep(self) -> int:
        """Carry out what is due now; how many messages, and silent partners' documents, that were."""
        retries, events = await self._retries()
        items = [*await self._timers(), *await self._waiting(), *retries]
        await asyncio.gather(*(self._unit.carry_out(item) for item in items))
        for failure in events:
            await self._tell_again(failure)
        return len(items) + len(events) + await self._silence()

    async def _timers(self) -> list[Item]:
        table, now = tables.timers, self._now()
        query = select(table).where(table.c.due_at <= instant(now)).order_by(table.c.due_at).limit(PORTION)
        items = []
        async with self._database.read() as connection:
            for row in await connection.execute(query):
                message = Timer.KINDS[row.type].model_validate(orjson.loads(row.body))
                letter = write_letter(
                    message,
                    message_id=row.timer_id,
                    source=f"{self._source}/timers",
                    time=now,
                    correlation=row.order_id,
                )
                items.append(Item(b"", "timer", row.timer_id, letter=letter))
        return items

    async def _waiting(self) -> list[Item]:
        """Those whose time is over, and those whose order or material PO is there; many take turns."""
        table, orders, pos = tables.waiting, tables.orders, tables.material_pos
        aside = tables.quarantine
        order_id = literal("O") + func.substr(table.c.awaits, 2, KEY)
        known = or_(
            exists().where(or_(orders.c.order_id == table.c.awaits, orders.c.order_id == order_id)),
            exists().where(pos.c.material_po_id == table.c.awaits),
            exists().where(aside.c.document_id == table.c.awaits),
        )
        query = (
            select(table)
            .where(or_(table.c.until <= instant(self._now()), known))
            .where(tuple_(table.c.source, table.c.id) > tuple_(*map(literal, self._turn)))
            .order_by(table.c.source, table.c.id)
            .limit(PORTION)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        self._turn = (rows[-1].source, rows[-1].id) if len(rows) == PORTION else ("", "")
        return [Item(row.body.encode(), "waiting", row.until) for row in rows]

    async def _retries(self) -> tuple[list[Item], list[Any]]:
        """What is to be tried again now: commands for the sagas, events for the correspondence."""
        table, items, events = tables.failures, [], []
        due = (table.c.state == "retry") & or_(table.c.next_at.is_(None), table.c.next_at <= instant(self._now()))
        query = select(table.c.failure_id, table.c.source, table.c.type, table.c.raw, table.c.attempts).where(due)
        async with self._database.read() as connection:
            for row in await connection.execute(query.order_by(table.c.next_at, table.c.failure_id).limit(PORTION)):
                if row.type in EVENTS:
                    events.append(row)
                else:
                    letter = self._timer_of(row)
                    items.append(Item(row.raw, "failure", row.failure_id, row.attempts, letter))
        return items, events

    def _timer_of(self, failure: Any) -> Letter | None:
        """The timer of the hub that has failed; None for what came from outside."""
        if failure.type not in Timer.KINDS or failure.source != f"{self._source}/timers":
            return None
        envelope = Envelope.model_validate_json(failure.raw)
        return Letter(envelope, Timer.KINDS[failure.type].model_validate(envelope.data))

    async def _tell_again(self, failure: Any) -> None:
        """Have an event told again; one that fails once more has an attempt more, and its own next time."""
        await self._told(failure.raw)
        table = tables.failures
        told = (table.c.failure_id == failure.failure_id) & (table.c.state == "retry")
        told &= table.c.attempts == failure.attempts
        async with self._database.write() as connection:
            await connection.execute(update(table).where(told).values(state="retried", next_at=None))
