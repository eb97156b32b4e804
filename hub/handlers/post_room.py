"""The post room: takes in the files that have arrived, and carries out the documents that are to be sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import bindparam, select, update

from hub.errors import StoreUnavailable
from hub.handlers.intake import Intake, Receipt
from hub.messages.documents import DocumentSent
from hub.messages.envelope import derived_id, write_letter
from hub.ports import Arrival, Transport
from hub.store import tables
from hub.store.database import Database
from hub.store.journal import Journal

log = logging.getLogger("hub.post")
PORTION = 100


class PostRoom:
    """Looks for files in and documents out every so often, and when woken."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        transport: Transport,
        now: Callable[[], datetime],
        *,
        source: str,
        limit: int,
        every: float = 0.25,
    ) -> None:
        self._database = database
        self._intake = intake
        self._transport = transport
        self._now = now
        self._source = source
        self._limit = limit
        self._every = every
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._work(), name="post room")

    async def stop(self) -> None:
        """Stop looking; a file half taken in is taken in again, as the same arrival."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.take_in()
                await self.send_out()
            except StoreUnavailable as error:
                log.warning("%s", error.message)
            except OSError as error:
                log.warning("the folders cannot be used: %s", error)
            try:
                async with asyncio.timeout(self._every):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def take_in(self) -> list[Receipt]:
        """Take in every file that is complete; one bad file stops no other."""
        receipts = []
        for arrival in await asyncio.to_thread(self._transport.arrivals):
            try:
                receipts.append(await self._take(arrival))
            except FileNotFoundError:
                continue
        return receipts

    async def _take(self, arrival: Arrival) -> Receipt:
        if arrival.size > self._limit:
            digest = await asyncio.to_thread(self._transport.digest, arrival)
            receipt = await self._intake.refuse_large(arrival.name, arrival.size, digest, arrival.stamp)
        else:
            raw = await asyncio.to_thread(self._transport.fetch, arrival)
            receipt = await self._intake.receive(raw, arrival.name, arrival.stamp)
        report = None if receipt.taken else receipt.report()
        await asyncio.to_thread(self._transport.put_away, arrival, receipt.document_id, report)
        return receipt

    async def send_out(self) -> int:
        """Send what is to be sent, oldest first; how many documents that were."""
        table, total = tables.documents, 0
        query = (
            select(table.c.document_id, table.c.kind, table.c.name, table.c.partner_id, table.c.order_id)
            .add_columns(table.c.purpose, table.c.raw, table.c.title)
            .where(table.c.direction == "out", table.c.state == "to_send")
            .order_by(table.c.at, table.c.document_id)
            .limit(PORTION)
            .with_for_update(skip_locked=True)
        )
        while True:
            journal, done = Journal(), []
            async with self._database.write() as connection:
                for row in await connection.execute(query):
                    extension = row.name.rpartition(".")[2]
                    place = await asyncio.to_thread(
                        self._transport.send, row.partner_id, row.document_id, extension, row.raw
                    )
                    event = DocumentSent(
                        document_id=row.document_id,
                        kind=row.kind,
                        name=row.title,
                        partner_id=row.partner_id,
                        order_id=row.order_id,
                        purpose=row.purpose,
                        destination=place,
                    )
                    message_id = derived_id(self._source, row.document_id, "sent")
                    letter = write_letter(
                        event,
                        message_id=message_id,
                        source=self._source,
                        time=self._now(),
                        correlation=row.order_id,
                        causation=row.document_id,
                    )
                    journal.send("event", letter)
                    done.append({"d": row.document_id})
                if done:
                    statement = update(table).where(table.c.document_id == bindparam("d")).values(state="sent")
                    await connection.execute(statement, done)
                    await journal.write(connection)
            total += len(done)
            if len(done) < PORTION:
                return total
