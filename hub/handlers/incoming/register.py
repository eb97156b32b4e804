"""The register of what arrives: a document is entered with all that follows from it, in one transaction.

Its commands go onto the outbox, what became of it is said, its acknowledgments are written, and what a person has to
decide on becomes a task at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.handlers.incoming.acknowledgments import Heard, hear_acknowledgments
from hub.handlers.incoming.entry import Entry, Receipt
from hub.handlers.incoming.pieces import Lost, Piece, pieces_of, po_of, question
from hub.handlers.incoming.recognition import Arrived, recognise
from hub.handlers.outgoing.document import outgoing
from hub.handlers.outgoing.mail_outcome import say_returned
from hub.messages.base import Event
from hub.messages.envelope import derived_id, instant, write_letter
from hub.ports import Reading
from hub.sagas.case import Rules
from hub.sagas.numbers import short
from hub.store import layouts, records, tables
from hub.store.conversations import concerned
from hub.store.documents import Handing, add_documents, add_keys, lock_numbers, write_numbers
from hub.store.interchanges import add_interchanges, interchange
from hub.store.journal import Journal
from hub.store.questions import say_of_documents
from hub.store.returned import INTAKE, signed


@dataclass(frozen=True, slots=True)
class Register:
    """Where arrivals are entered."""

    rules: Callable[[], Rules]
    now: Callable[[], datetime]
    source: str
    """CloudEvents ``source`` of what the hub says"""
    remember: timedelta
    """how long the number of an interchange is remembered"""

    async def enter(self, connection: AsyncConnection, arrived: Arrived, reading: Reading) -> Receipt:
        """Enter a document, with all that follows from it; one that is entered already is left as it is."""
        document_id, table = arrived.document_id, tables.documents
        before = await connection.execute(
            select(table.c.state, table.c.duplicate_of).where(table.c.document_id == document_id)
        )
        if row := before.first():
            return Receipt(document_id, row.state, reading, row.duplicate_of)
        keys = [f"content:{arrived.digest}", *(key[:300] for key in reading.keys)]
        known, reading = await recognise(connection, arrived, reading, keys, instant(self.now() - self.remember))
        if known.duplicate_of:
            entry = Entry(arrived, known, Heard(reading), ())
        else:
            heard = await hear_acknowledgments(connection, reading, document_id, self.now())
            entry = Entry(arrived, known, heard, pieces_of(heard.reading, document_id))
        journal = Journal()
        commands = self._send_commands(journal, entry.pieces)
        await self._tell(connection, journal, entry)
        acknowledgments, sent_by_us = await self._acknowledge(connection, entry)
        await add_documents(connection, [entry.row(self.now()), *acknowledgments])
        await add_interchanges(connection, sent_by_us)
        if entry.state in {"received", "quarantined"}:
            reading = entry.reading
            await add_keys(connection, [key for key in keys if key not in known.keys], document_id)
            await layouts.note_uses(connection, reading.partner_id or "", document_id, reading.layouts)
        await journal.write(connection)
        return Receipt(document_id, entry.state, entry.reading, known.duplicate_of, tuple(commands))

    def _send_commands(self, journal: Journal, pieces: Sequence[Piece]) -> list[str]:
        sent = []
        for piece in pieces:
            for place, command in enumerate(piece.commands):
                message_id = derived_id(self.source, piece.document_id, f"command {place}")
                letter = write_letter(
                    command,
                    message_id=message_id,
                    source=signed(self.source, INTAKE),
                    time=self.now(),
                    causation=piece.document_id,
                )
                journal.send("command", letter)
                sent.append(message_id)
        return sent

    async def _tell(self, connection: AsyncConnection, journal: Journal, entry: Entry) -> None:
        """Say what became of the document; what a person has to decide on becomes a task."""
        arrived, known, heard, reading = entry.arrived, entry.known, entry.heard, entry.reading
        document_id, aside, outcome = entry.document_id, entry.aside, entry.outcome()
        events: list[tuple[str, Event]] = [(document_id, outcome)] if outcome else []
        events += heard.events
        if reading.lost and known.duplicate_of is None:
            reason = reading.findings[0].message
            events += await say_returned(connection, reading.lost, reading.unreached, document_id, reason)
        lost = Lost(*await concerned(connection, reading.lost)) if reading.lost else Lost(order_ids=tuple(heard.orders))
        wanted = {po for piece in aside for message in piece.part.messages if (po := po_of(message))}
        orders = await records.order_ids(connection, wanted)
        partners = arrived.context.partners
        events += [
            (piece.document_id, question(piece, reading, document_id, arrived.name, partners, orders, lost))
            for piece in aside
        ]
        await say_of_documents(
            connection,
            journal,
            events,
            {*known.replaces, *heard.answers, *(piece.document_id for piece in aside)},
            self.rules(),
            source=self.source,
            cause=document_id,
            now=self.now(),
        )

    async def _acknowledge(
        self, connection: AsyncConnection, entry: Entry
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The syntax acknowledgments, each to the partner whose interchange it answers, and their own interchanges."""
        drafts, now = entry.reading.drafts, self.now()
        numbers = await lock_numbers(connection, {draft.partner_id for draft in drafts if draft.partner_id})
        rows, sent = [], []
        for place, draft in enumerate(drafts):
            if not draft.partner_id:
                continue
            our_id = f"D-{short(entry.document_id, 'acknowledgment', str(place))}"
            handing = Handing(numbers[draft.partner_id])
            rows.append(
                outgoing(
                    our_id,
                    kind=draft.kind,
                    extension="edi",
                    partner_id=draft.partner_id,
                    content=draft.render(handing, now),
                    title=draft.purpose,
                    purpose=draft.purpose,
                    cause=entry.document_id,
                    at=now,
                )
            )
            sent.append(interchange(draft.partner_id, our_id, handing.given, patience=None, acknowledges=True))
        await write_numbers(connection, numbers.values())
        return rows, sent
