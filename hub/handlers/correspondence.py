"""The queue of what partners are told: an order's events become answers over the partner's own channel (R5, R19).

The document is written, numbered and archived in one transaction with the note that the event was taken, so
that an event that comes twice is told once; sending it is the post room's part.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.bus.topology import EVENTS_EXCHANGE, Consumer
from hub.errors import Undeliverable
from hub.handlers.outgoing.scribe import Scribe, Thread, Told, matter
from hub.messages.document import DocumentDeliveryFailed
from hub.messages.envelope import Letter, derived_id, open_letter, to_bytes, write_letter
from hub.sagas.case import Case
from hub.store import tables
from hub.store.aside import failure_id_of, set_aside
from hub.store.batcher import Batcher
from hub.store.conversations import add_conversations
from hub.store.database import Database
from hub.store.documents import add_documents, lock_numbers, outgoing_id, write_numbers
from hub.store.interchanges import add_interchanges
from hub.store.journal import Journal
from hub.store.records import chunks, load_orders

log = logging.getLogger("hub.correspondence")
CONSUMER = "correspondence"


class Correspondence:
    """Writes what partners are told."""

    def __init__(
        self,
        database: Database,
        scribe: Scribe,
        now: Callable[[], datetime],
        *,
        source: str,
        delays: Sequence[float] = (),
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._scribe = scribe
        self._now = now
        self._source = source
        self._delays = delays
        self._committed = committed
        self.batcher: Batcher[bytes, None] = Batcher(self._together, self._failed, size=100, name=CONSUMER)

    def consumer(self) -> Consumer:
        """The queue of all events that some channel tells of; one replica at a time, to keep the order."""
        return Consumer(
            "hub.correspondence.v1", EVENTS_EXCHANGE, self._scribe.types, self.batcher.carry_out, alone=True
        )

    async def _together(self, bodies: Sequence[bytes]) -> Sequence[None]:
        letters = {letter.key: letter for letter in map(open_letter, bodies)}
        async with self._database.write() as connection:
            known = await self._known(connection, letters)
            new = [letter for key, letter in letters.items() if key not in known]
            case = Case()
            about = {letter.envelope.correlationid for letter in new if letter.envelope.correlationid}
            await load_orders(connection, about, case, lock=False)
            told = [found for letter in new if (found := self._scribe.whom(letter, case.orders)) is not None]
            numbers = await lock_numbers(connection, [each.partner.id for each in told if each.partner])
            journal, documents = Journal(), []
            threads = await _threads(connection, told)
            untold = set()
            for each in told:
                try:
                    written = self._scribe.write(each, numbers, threads)
                except Undeliverable as failure:
                    await self._undeliverable(connection, each, failure, journal)
                    untold.add(each.letter.key)
                    continue
                if written is not None:
                    documents.append(written)
            for letter in (each for each in new if each.key not in untold):
                journal.note(letter, CONSUMER, letter.envelope.correlationid, "done", self._now())
            await add_documents(connection, [each.row for each in documents])
            await add_conversations(connection, [each.conversation for each in documents if each.conversation])
            await add_interchanges(connection, [each.interchange for each in documents if each.interchange])
            await write_numbers(connection, numbers.values())
            await journal.write(connection)
        self._committed()
        return [None] * len(bodies)

    async def _failed(self, body: bytes, error: Exception) -> None:
        """Have an event that cannot be told tried again, or set aside (R42)."""
        journal = Journal()
        async with self._database.write() as connection:
            await self._set_aside(connection, journal, body, error)
            await journal.write(connection)
        self._committed()

    async def _set_aside(self, connection: AsyncConnection, journal: Journal, body: bytes, error: Exception) -> None:
        """Note that an event could not be told; one that comes again and that a person has already stays so."""
        table = tables.failures
        query = select(table.c.attempts, table.c.state).where(table.c.failure_id == failure_id_of(body))
        before = (await connection.execute(query)).first()
        if before is None or before.state == "retry":
            attempts = before.attempts + 1 if before else 1
            now, delays = self._now(), self._delays
            set_aside(journal, body, error, source=self._source, now=now, delays=delays, attempts=attempts)

    async def _known(self, connection: AsyncConnection, letters: Mapping[tuple[str, str], Letter]) -> set[Any]:
        table, found = tables.inbox, set()
        for some in chunks(letters.keys()):
            query = select(table.c.source, table.c.id).where(
                table.c.consumer == CONSUMER, tuple_(table.c.source, table.c.id).in_(some)
            )
            found |= {(row.source, row.id) for row in await connection.execute(query)}
        return found

    async def _undeliverable(
        self, connection: AsyncConnection, told: Told, failure: Undeliverable, journal: Journal
    ) -> None:
        """Say that a partner could not be told, and set the event aside: once mended, it can be told again (R42)."""
        envelope = told.letter.envelope
        event = DocumentDeliveryFailed(
            document_id=outgoing_id(envelope.id, told.partner_id),
            kind="unknown",
            name=envelope.type,
            partner_id=told.partner_id,
            order_id=told.order.order_id if told.order else None,
            code=failure.code,
            reason=failure.message[:10_000],
        )
        journal.send(
            "event",
            write_letter(
                event,
                message_id=derived_id(self._source, envelope.id, "undeliverable"),
                source=self._source,
                time=self._now(),
                causation=envelope.id,
            ),
        )
        await self._set_aside(connection, journal, to_bytes(envelope), failure)


async def _threads(connection: AsyncConnection, told: Sequence[Told]) -> dict[str, Thread]:
    """By what mails are about: the Message-IDs of the conversation so far, and its subject."""
    table, sent, found = tables.documents, tables.conversations, {}
    for each in {matter(each): each for each in told if each.channel == "email" and matter(each)}.values():
        if each.order:
            first = [past.po.source.document_id for past in each.order.revisions if past.po.source.document_id]
            ours = table.c.order_id == each.order.order_id
            theirs = and_(
                table.c.direction == "in",
                table.c.state == "received",
                table.c.kind == "email",
                table.c.partner_id == each.partner_id,
                table.c.po_number == each.order.po_number,
            )
            which = or_(ours, table.c.document_id.in_(first), theirs)
        else:
            earlier = select(sent.c.document_id).where(sent.c.material_po_id == matter(each))
            which = table.c.document_id.in_(earlier)
        query = (
            select(table.c.message_id, table.c.title)
            .where(which, table.c.message_id.is_not(None))
            .order_by(table.c.at, table.c.document_id)
        )
        rows = (await connection.execute(query)).all()
        if rows:
            found[matter(each)] = (tuple(row.message_id for row in rows), rows[0].title or "")
    return found
