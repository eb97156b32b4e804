"""The way in for documents: archived, checked for duplicates, acknowledged, and their commands put on the outbox.

All of it in one transaction, so that a document that arrives again cannot be acknowledged or ordered twice. The
order itself is made by the saga that takes the command from the broker; what a person has to decide on becomes a
task at once.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.handlers.incoming.acknowledgments import Heard, hear_acknowledgments
from hub.handlers.incoming.pieces import (
    Lost,
    Piece,
    of_its_folder,
    of_known_partners,
    on_the_wire,
    pieces_of,
    po_of,
    question,
)
from hub.handlers.incoming.reading import read_document, too_large
from hub.handlers.incoming.recognition import Arrived, Known, recognise
from hub.handlers.outgoing.document import outgoing
from hub.handlers.outgoing.mail_outcome import say_returned
from hub.messages.base import Event
from hub.messages.document import DocumentDuplicate, DocumentReceived, DocumentRejected
from hub.messages.envelope import derived_id, instant, write_letter
from hub.ports import Arrival, Context, Holder, Mentions, Reader, Reading
from hub.sagas.case import Rules
from hub.sagas.numbers import short
from hub.store import layouts, records, tables
from hub.store.conversations import concerned, look_up
from hub.store.database import Database
from hub.store.documents import (
    Handing,
    add_documents,
    add_keys,
    lock_numbers,
    write_numbers,
)
from hub.store.interchanges import add_interchanges, interchange
from hub.store.journal import Journal
from hub.store.questions import say_of_documents
from hub.store.returned import INTAKE, signed


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a document: received, duplicate, rejected or quarantined."""

    document_id: str
    state: str
    reading: Reading
    duplicate_of: str | None = None
    commands: tuple[str, ...] = ()
    """ids of the commands that it led to"""

    @property
    def taken(self) -> bool:
        """Whether it was taken in; if not, a person has to look."""
        return self.state in {"received", "duplicate"}

    def report(self) -> str:
        """What is wrong, where, for a person."""
        lines = [f"document {self.document_id}: {self.state}"]
        lines += [f"{each.severity} {each.code}: {each.message} ({each.where})" for each in self.reading.findings]
        return "\n".join(lines) + "\n"


class Intake:
    """Takes documents in. ``committed`` is called when there is something to send."""

    def __init__(
        self,
        database: Database,
        readers: Sequence[Reader],
        context: Callable[[], Context],
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        *,
        source: str,
        limit: int,
        remember: timedelta = timedelta(days=365),
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._readers = readers
        self._context = context
        self._rules = rules
        self._now = now
        self._source = source
        self._limit = limit
        self._remember = remember
        self._committed = committed

    async def fetch(self, arrival: Arrival, holder: Holder, call: Callable[..., Awaitable[Any]]) -> Receipt:
        """Take in what has arrived at a holder, whose functions ``call`` carries out in a thread.

        Raises what the holder raises, and StoreUnavailable.
        """
        if arrival.size > self._limit:
            digest = await call(holder.digest, arrival)
            return await self.refuse_large(arrival.name, arrival.size, digest, arrival.stamp)
        raw = await call(holder.fetch, arrival)
        return await self.receive(raw, arrival.name, arrival.stamp, folder_of=arrival.partner_id)

    async def receive(self, raw: bytes, name: str, stamp: str = "", *, sent: str = "", folder_of: str = "") -> Receipt:
        """Take a document in. The same bytes under the same name and stamp are the same arrival.

        ``sent`` is the digest of what was sent, where the bytes hold more than that: what a server adds on arrival;
        ``folder_of`` the partner in whose own folder it lay.
        Raises StoreUnavailable; nothing has happened then, and it can be tried again.
        """

        def read(context: Context) -> Reading:
            reading = of_known_partners(read_document(raw, name, self._readers, context, self._limit))
            return of_its_folder(reading, folder_of) if folder_of else reading

        digest = hashlib.sha256(raw).hexdigest()
        return await self._enter(raw, len(raw), digest, name, stamp, read, sent)

    async def refuse_large(self, name: str, size: int, digest: str, stamp: str = "") -> Receipt:
        """Note a document that is too large to be read; the file itself is kept by the transport."""
        return await self._enter(b"", size, digest, name, stamp, lambda context: too_large(size, self._limit))

    async def _enter(
        self,
        raw: bytes,
        size: int,
        digest: str,
        name: str,
        stamp: str,
        read: Callable[[Context], Reading],
        sent: str = "",
    ) -> Receipt:
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        context = self._context()
        reading = await asyncio.to_thread(read, context)
        if reading.kind == "email" and reading.partner_id:
            context, reading = await self._read_learned(context, read, reading, reading.partner_id)
        if reading.mentions != Mentions():
            context, reading = await self._read_knowing(context, read, reading)
        arrived = Arrived(f"D-{short(sent or digest, name, stamp)}", name, raw, size, digest, context, read)
        try:
            async with self._database.write() as connection:
                receipt = await self._in_transaction(connection, arrived, reading)
        except IntegrityError:
            async with self._database.write() as connection:
                receipt = await self._in_transaction(connection, arrived, reading)
        self._committed()
        return receipt

    async def _read_learned(
        self, context: Context, read: Callable[[Context], Reading], reading: Reading, partner_id: str
    ) -> tuple[Context, Reading]:
        """Read a mail again, with what corrections have taught of its sender's layouts."""
        async with self._database.read() as connection:
            known = await layouts.active(connection, partner_id)
        if not known:
            return context, reading
        context = replace(context, layouts=known)
        return context, await asyncio.to_thread(read, context)

    async def _read_knowing(
        self, context: Context, read: Callable[[Context], Reading], reading: Reading
    ) -> tuple[Context, Reading]:
        """Read it again, with what is known of the orders and conversations that it mentions.

        A purchase order that is known keeps its key by content: the very same again is a duplicate (R7).
        """
        async with self._database.read() as connection:
            known = await look_up(connection, reading.mentions, self._now())
        if not known:
            return context, reading
        context = replace(context, known_orders=known.orders, conversations=known.conversations)
        again = await asyncio.to_thread(read, context)
        if any(finding.code == "po_number_in_use" for finding in again.findings):
            again = replace(again, keys=tuple(dict.fromkeys((*again.keys, *reading.keys))))
        return context, again

    async def _in_transaction(self, connection: AsyncConnection, arrived: Arrived, reading: Reading) -> Receipt:
        documents, document_id = tables.documents, arrived.document_id
        before = await connection.execute(
            select(documents.c.state, documents.c.duplicate_of).where(documents.c.document_id == document_id)
        )
        if row := before.first():
            return Receipt(document_id, row.state, reading, row.duplicate_of)
        keys = [f"content:{arrived.digest}", *(key[:300] for key in reading.keys)]
        forgotten = instant(self._now() - self._remember)
        known, reading = await recognise(connection, arrived, reading, keys, forgotten)
        heard = Heard(reading)
        if not known.duplicate_of:
            heard = await hear_acknowledgments(connection, reading, document_id, self._now())
            reading = heard.reading
        pieces = [] if known.duplicate_of else pieces_of(reading, document_id)
        state = "duplicate" if known.duplicate_of else _state(reading, pieces)
        journal = Journal()
        sent = self._send_commands(journal, pieces)
        await self._tell(connection, journal, arrived, heard, pieces, state, known)
        rows = [self._row(arrived, reading, state, known.duplicate_of)]
        acknowledgments, sent_by_us = await self._acknowledge(connection, document_id, reading)
        await add_documents(connection, [*rows, *acknowledgments])
        await add_interchanges(connection, sent_by_us)
        if state in {"received", "quarantined"}:
            await add_keys(connection, [key for key in keys if key not in known.keys], document_id)
            await layouts.note_uses(connection, reading.partner_id or "", document_id, reading.layouts)
        await journal.write(connection)
        return Receipt(document_id, state, reading, known.duplicate_of, tuple(sent))

    def _row(self, arrived: Arrived, reading: Reading, state: str, duplicate_of: str | None) -> dict[str, Any]:
        first = reading.messages[0] if reading.messages else None
        findings = [each.model_dump(mode="json", exclude_none=True) for each in on_the_wire(reading.findings)]
        return {
            "document_id": arrived.document_id,
            "direction": "in",
            "kind": reading.kind,
            "name": arrived.name,
            "partner_id": reading.partner_id,
            "order_id": None,
            "po_number": getattr(first, "po_number", None),
            "intent": reading.intent,
            "disposition": reading.disposition,
            "state": state,
            "at": instant(self._now()),
            "sha256": arrived.digest,
            "size": arrived.size,
            "message_id": reading.thread.get("message_id"),
            "title": reading.title or None,
            "cause": None,
            "purpose": None,
            "duplicate_of": duplicate_of,
            "findings": orjson.dumps(findings).decode(),
            "raw": arrived.raw,
        }

    def _send_commands(self, journal: Journal, pieces: Sequence[Piece]) -> list[str]:
        sent = []
        for piece in pieces:
            for place, command in enumerate(piece.commands):
                message_id = derived_id(self._source, piece.document_id, f"command {place}")
                letter = write_letter(
                    command,
                    message_id=message_id,
                    source=signed(self._source, INTAKE),
                    time=self._now(),
                    causation=piece.document_id,
                )
                journal.send("command", letter)
                sent.append(message_id)
        return sent

    async def _tell(
        self,
        connection: AsyncConnection,
        journal: Journal,
        arrived: Arrived,
        heard: Heard,
        pieces: Sequence[Piece],
        state: str,
        known: Known,
    ) -> None:
        """Say what became of the document; what a person has to decide on becomes a task."""
        reading = heard.reading
        aside = [piece for piece in pieces if piece.part.disposition == "quarantine"]
        wanted = {po for piece in aside for message in piece.part.messages if (po := po_of(message))}
        orders = await records.order_ids(connection, wanted)
        events: list[tuple[str, Event]] = []
        if state != "quarantined":
            events.append((arrived.document_id, self._outcome(arrived, reading, pieces, state, known)))
        partners, document_id, name = arrived.context.partners, arrived.document_id, arrived.name
        events += heard.events
        if reading.lost and known.duplicate_of is None:
            reason = reading.findings[0].message
            events += await say_returned(connection, reading.lost, reading.unreached, document_id, reason)
        lost = Lost(*await concerned(connection, reading.lost)) if reading.lost else Lost(order_ids=tuple(heard.orders))
        events += [
            (piece.document_id, question(piece, reading, document_id, name, partners, orders, lost)) for piece in aside
        ]
        await say_of_documents(
            connection,
            journal,
            events,
            {*known.replaces, *heard.answers, *(piece.document_id for piece in aside)},
            self._rules(),
            source=self._source,
            cause=arrived.document_id,
            now=self._now(),
        )

    def _outcome(self, arrived: Arrived, reading: Reading, pieces: Sequence[Piece], state: str, known: Known) -> Event:
        names: dict[str, Any] = {
            "document_id": arrived.document_id,
            "kind": reading.kind,
            "name": arrived.name or None,
            "partner_id": reading.partner_id,
        }
        findings = on_the_wire(reading.findings)
        if known.duplicate_of is not None:
            return DocumentDuplicate(**names, duplicate_of=known.duplicate_of)
        if state == "rejected":
            return DocumentRejected(**names, findings=findings)
        partly = any(found.severity == "error" for found in reading.findings)
        return DocumentReceived(
            **names,
            intent=reading.intent,
            disposition="accepted_with_errors" if partly else "accepted",
            size=arrived.size,
            messages=sum(len(piece.commands) for piece in pieces),
            findings=findings,
            replaces=list(known.replaces),
        )

    async def _acknowledge(
        self, connection: AsyncConnection, document_id: str, reading: Reading
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The syntax acknowledgments, each to the partner whose interchange it answers, and their own interchanges."""
        numbers = await lock_numbers(connection, {draft.partner_id for draft in reading.drafts if draft.partner_id})
        now = self._now()
        rows, sent = [], []
        for place, draft in enumerate(reading.drafts):
            if not draft.partner_id:
                continue
            handing, our_id = (
                Handing(numbers[draft.partner_id]),
                f"D-{short(document_id, 'acknowledgment', str(place))}",
            )
            rows.append(
                outgoing(
                    our_id,
                    kind=draft.kind,
                    extension="edi",
                    partner_id=draft.partner_id,
                    content=draft.render(handing, now),
                    title=draft.purpose,
                    purpose=draft.purpose,
                    cause=document_id,
                    at=now,
                )
            )
            sent.append(interchange(draft.partner_id, our_id, handing.given, patience=None, acknowledges=True))
        await write_numbers(connection, numbers.values())
        return rows, sent


def _state(reading: Reading, pieces: Sequence[Piece]) -> str:
    found = {piece.part.disposition for piece in pieces}
    if found <= {"rejected"}:
        return "rejected"
    return "quarantined" if found <= {"rejected", "quarantine"} else "received"
