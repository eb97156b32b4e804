"""The post room: takes in the files that have arrived, and carries out the documents that are to be sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, select, update

from hub.background import Background, pause
from hub.errors import StoreUnavailable
from hub.handlers.incoming.entry import Receipt
from hub.handlers.incoming.intake import Intake
from hub.handlers.outgoing.document import OUR_PEOPLE, sent_letter
from hub.ports import Arrival, Transport
from hub.store import tables
from hub.store.database import Database
from hub.store.interchanges import start_waiting
from hub.store.journal import Journal

log = logging.getLogger("hub.post")
PORTION = 100
SPELL = 1.0
"""seconds for which documents are sent at a time"""
AGAIN = 10.0
"""seconds until what could not be taken in or sent is tried again"""


def _receiver(table: Table) -> ColumnElement[str]:
    return func.coalesce(table.c.partner_id, OUR_PEOPLE)


def _moment() -> float:
    return asyncio.get_running_loop().time()


def _say(arrival: Arrival, receipt: Receipt) -> None:
    """A line of the log for each file: what became of it, and where."""
    whose = receipt.reading.partner_id or arrival.partner_id or "an unknown sender"
    said = f"{arrival.name!r} from {whose}: {receipt.state} as {receipt.document_id}"
    if receipt.taken:
        log.info("%s, %s", said, receipt.reading.title or receipt.reading.intent)
        return
    errors = sorted(receipt.reading.findings, key=lambda each: each.severity != "error")
    log.warning("%s, and put into failed/: %s", said, errors[0].lines()[0] if errors else "see its report")


class PostRoom(Background):
    """Looks for files in and documents out every so often, and when woken; ``mails``: also for mails out."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        transport: Transport,
        now: Callable[[], datetime],
        *,
        source: str,
        mails: bool = True,
        every: float = 0.25,
    ) -> None:
        self._database = database
        self._intake = intake
        self._transport = transport
        self._now = now
        self._source = source
        self._mails = mails
        self._every = every
        self._woken = asyncio.Event()
        self._put_off: dict[Arrival | str, float] = {}
        """files, and partners, with which there was trouble; and when they are tried again"""

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            for work in (self.take_in, self.send_out):
                try:
                    await work()
                except StoreUnavailable as error:
                    log.warning("%s", error.message)
                except OSError as error:
                    log.warning("the folders cannot be used: %s", error)
                except Exception:
                    log.exception("the post room stumbled; it goes on")
            await pause(self._every, until=self._woken)

    async def take_in(self) -> list[Receipt]:
        """Take in every file that is complete; one bad file stops no other."""
        receipts = []
        for arrival in await asyncio.to_thread(self._transport.arrivals):
            if self._is_put_off(arrival):
                continue
            try:
                receipts.append(await self._take(arrival))
            except FileNotFoundError:
                continue
            except StoreUnavailable:
                raise
            except OSError as error:
                self._put_off[arrival] = _moment() + AGAIN
                log.warning("%r cannot be taken in, and stays in the inbox: %s", arrival.name, error)
            except Exception:
                self._put_off[arrival] = _moment() + AGAIN
                log.exception("%r cannot be taken in, by a defect, and stays in the inbox", arrival.name)
        return receipts

    async def _take(self, arrival: Arrival) -> Receipt:
        receipt = await self._intake.fetch(arrival, self._transport, asyncio.to_thread)
        report = None if receipt.taken else receipt.report()
        await asyncio.to_thread(self._transport.put_away, arrival, receipt.document_id, report)
        _say(arrival, receipt)
        return receipt

    async def send_out(self) -> int:
        """Send what is to be sent, oldest first; how many documents that were.

        After a `SPELL` what is left waits for the next turn, so that much to send keeps no file from coming in.
        """
        table, total, begun = tables.documents, 0, _moment()
        query = (
            select(table.c.document_id, table.c.kind, table.c.name, table.c.partner_id, table.c.order_id)
            .add_columns(table.c.purpose, table.c.raw, table.c.title)
            .where(table.c.direction == "out", table.c.state == "to_send")
            .order_by(table.c.at, table.c.document_id)
            .limit(PORTION)
            .with_for_update(skip_locked=True)
        )
        if not self._mails:
            query = query.where(table.c.kind != "email")
        while True:
            journal, done = Journal(), []
            async with self._database.write() as connection:
                rows = (await connection.execute(query.where(_receiver(table).not_in(self._kept_waiting())))).all()
                for row in rows:
                    place = await self._send(row)
                    if place is not None:
                        journal.send("event", sent_letter(row, row.kind, place, source=self._source, now=self._now()))
                        done.append({"d": row.document_id})
                if done:
                    statement = update(table).where(table.c.document_id == bindparam("d")).values(state="sent")
                    await connection.execute(statement, done)
                    await start_waiting(connection, {each["d"] for each in done}, self._now())
                    await journal.write(connection)
            total += len(done)
            if len(rows) < PORTION:
                return total
            if _moment() - begun >= SPELL:
                self._woken.set()
                return total

    async def _send(self, row: Any) -> str | None:
        """Hand a document to the transport; where it is now, or None when its partner has to wait."""
        receiver = row.partner_id or OUR_PEOPLE
        if self._is_put_off(receiver):
            return None
        extension = row.name.rpartition(".")[2]
        try:
            return await asyncio.to_thread(self._transport.send, receiver, row.document_id, extension, row.raw)
        except OSError as error:
            self._put_off[receiver] = _moment() + AGAIN
            log.warning("what %s is to be sent is kept, and tried again: %s", receiver, error)
            return None

    def _is_put_off(self, what: Arrival | str) -> bool:
        if self._put_off.get(what, 0.0) > _moment():
            return True
        self._put_off.pop(what, None)
        return False

    def _kept_waiting(self) -> list[str]:
        return [what for what in list(self._put_off) if isinstance(what, str) and self._is_put_off(what)]
