"""The unit of work: many messages carried out in one transaction, each exactly once.

What has arrived is taken together; all that it touches is loaded and locked in few queries (orders first, then
material POs, then stock, each in the order of their ids, so that nothing deadlocks); the sagas step in memory;
everything is written with few statements and committed once. A message that fails is left out of its batch
and set aside; the others go through. Nobody is told anything before the commit.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import HubError
from hub.messages.envelope import Letter, open_letter
from hub.policies import Policies
from hub.sagas.case import Rules
from hub.store import records, tables
from hub.store.aside import failure_id_of
from hub.store.batch import CONSUMER, Batch, Before, Fate, Item
from hub.store.batcher import Batcher
from hub.store.database import Database
from hub.store.experience import keep
from hub.store.reach import reach_of

log = logging.getLogger("hub.store")
Observer = Callable[[Sequence[Item], Sequence[Fate], float], None]


class UnitOfWork:
    """Carries messages out, in groups. ``committed`` is called after each commit that left something to send.

    ``observe`` is told of each batch: its messages, what became of them, and how many seconds it took.
    """

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        *,
        source: str,
        policies: Callable[[], Policies] = Policies,
        batch: int = 200,
        wait_for: float = 60.0,
        delays: Sequence[float] = (),
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._rules = rules
        self._policies = policies
        self._now = now
        self._source = source
        self._wait_for = timedelta(seconds=wait_for)
        self._delays = delays
        self._committed = committed
        self.observe: Observer = lambda items, fates, seconds: None
        self._batcher: Batcher[Item, Fate] = Batcher(self._transact, self._alone, size=batch, name="unit of work")

    async def start(self) -> None:
        """Begin to carry out."""
        await self._batcher.start()

    async def stop(self) -> None:
        """Finish the batch under way; what has not begun stays with the broker."""
        await self._batcher.stop()

    async def carry_out(self, item: Item) -> Fate:
        """Carry a message out; returns after the commit."""
        return await self._batcher.carry_out(item)

    async def _alone(self, item: Item, error: Exception) -> Fate:
        return (await self._transact([item], failed=error))[0]

    @property
    def working(self) -> bool:
        """Whether it takes messages."""
        return self._batcher.working

    async def _transact(self, items: Sequence[Item], failed: Exception | None = None) -> list[Fate]:
        now, begun = self._now(), time.monotonic()
        async with self._database.write() as connection:
            until = now + self._wait_for
            batch = Batch(self._source, self._rules(), self._policies(), now, until, self._delays)
            opened = [_open(item) for item in items]
            letters = [letter for letter in opened if isinstance(letter, Letter)]
            reach = await reach_of(connection, letters)
            case = await reach.load(connection)
            known = await _known(connection, letters)
            parked = await _parked(connection, items)
            loaded = case.copy()
            fates = []
            for item, letter in zip(items, opened, strict=True):
                if item.raw in parked and not (isinstance(letter, Letter) and letter.key in known):
                    fates.append(parked[item.raw])
                elif isinstance(letter, Exception):
                    fates.append(batch.set_aside(item, letter))
                elif failed is not None:
                    fates.append(batch.set_aside(item, failed, reach.order_id(letter.message)))
                else:
                    fate, case = batch.carry_out(item, letter, case, reach, known)
                    fates.append(fate)
            await records.save(connection, loaded, case, now)
            await keep(connection, loaded, case, batch.lessons)
            await batch.close(connection, case)
            await batch.journal.write(connection)
            await _forget(connection, items, fates)
        self._committed()
        self.observe(items, fates, time.monotonic() - begun)
        return fates


def _open(item: Item) -> Letter | Exception:
    """The message; why it can't be read, if it can't."""
    if item.letter is None:
        try:
            item.letter = open_letter(item.raw)
        except HubError as error:
            return error
        except Exception as error:
            log.exception("a message cannot be read, by a defect")
            return error
    return item.letter


async def _known(connection: AsyncConnection, letters: Sequence[Letter]) -> dict[tuple[str, str], Before]:
    """What the inbox says of these messages: the second of the same source and id is dropped."""
    table, found = tables.inbox, {}
    for some in records.chunks({letter.key for letter in letters}):
        query = select(table).where(table.c.consumer == CONSUMER, tuple_(table.c.source, table.c.id).in_(some))
        for row in await connection.execute(query):
            fate = Fate(row.outcome, row.code or "", row.message or "", repeated=True)
            found[row.source, row.id] = Before(fate, row.body)
    return found


async def _parked(connection: AsyncConnection, items: Sequence[Item]) -> dict[bytes, Fate]:
    """What has failed before and comes again as it was: it is set aside, or will be tried again, already."""
    table, found = tables.failures, {}
    raws = {failure_id_of(item.raw): item.raw for item in items if item.origin == "broker"}
    for some in records.chunks(raws.keys()):
        query = select(table.c.failure_id, table.c.state, table.c.code, table.c.message)
        for row in await connection.execute(query.where(table.c.failure_id.in_(some), table.c.attempts > 0)):
            outcome = "retrying" if row.state == "retry" else "set_aside"
            found[raws[row.failure_id]] = Fate(outcome, row.code, row.message, repeated=True)
    return found


async def _forget(connection: AsyncConnection, items: Sequence[Item], fates: Sequence[Fate]) -> None:
    """Take away the timers that have fired and the messages that wait no longer."""
    retried = [
        item.reference
        for item, fate in zip(items, fates, strict=True)
        if item.origin == "failure" and fate.outcome not in {"retrying", "set_aside"}
    ]
    if retried:
        table = tables.failures
        again = table.c.failure_id.in_(retried) & (table.c.state == "retry")
        await connection.execute(update(table).where(again).values(state="retried", next_at=None))
    timers = [item.reference for item in items if item.origin == "timer"]
    if timers:
        await connection.execute(delete(tables.timers).where(tables.timers.c.timer_id.in_(timers)))
    done = [
        item.letter.key
        for item, fate in zip(items, fates, strict=True)
        if item.origin == "waiting" and item.letter and fate.outcome != "waiting"
    ]
    if done:
        table = tables.waiting
        await connection.execute(delete(table).where(tuple_(table.c.source, table.c.id).in_(done)))
