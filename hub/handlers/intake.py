"""The way in for documents: archived, checked for duplicates, acknowledged, and their commands put on the outbox.

All of it in one transaction, so that a document that arrives again cannot be acknowledged or ordered twice. The
order itself is made by the saga that takes the command from the broker.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.handlers.reading import read_document, too_large
from hub.messages.base import Command, Event
from hub.messages.customer_po import CancelCustomerPo, Finding, SubmitCustomerPo
from hub.messages.documents import DocumentDuplicate, DocumentQuarantined, DocumentReceived, DocumentRejected
from hub.messages.envelope import derived_id, instant, write_letter
from hub.ports import Context, Reader, Reading
from hub.ports import Finding as Found
from hub.sagas.numbers import short
from hub.store import tables
from hub.store.database import Database
from hub.store.documents import add_documents, add_keys, known_keys, lock_numbers, write_numbers
from hub.store.journal import Journal


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
        now: Callable[[], datetime],
        *,
        source: str,
        limit: int,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._readers = readers
        self._context = context
        self._now = now
        self._source = source
        self._limit = limit
        self._committed = committed

    async def receive(self, raw: bytes, name: str, stamp: str = "") -> Receipt:
        """Take a document in. The same bytes under the same name and stamp are the same arrival.

        Raises StoreUnavailable; nothing has happened then, and it can be tried again.
        """
        context = self._context()
        reading = _for_known_partners(read_document(raw, name, self._readers, context, self._limit))
        return await self._enter(raw, len(raw), hashlib.sha256(raw).hexdigest(), name, stamp, reading)

    async def refuse_large(self, name: str, size: int, digest: str, stamp: str = "") -> Receipt:
        """Note a document that is too large to be read; the file itself is kept by the transport."""
        return await self._enter(b"", size, digest, name, stamp, too_large(size, self._limit))

    async def _enter(self, raw: bytes, size: int, digest: str, name: str, stamp: str, reading: Reading) -> Receipt:
        document_id = f"D-{short(digest, name, stamp)}"
        try:
            async with self._database.write() as connection:
                receipt = await self._in_transaction(connection, document_id, raw, size, digest, name, reading)
        except IntegrityError:
            async with self._database.write() as connection:
                receipt = await self._in_transaction(connection, document_id, raw, size, digest, name, reading)
        self._committed()
        return receipt

    async def _in_transaction(
        self,
        connection: AsyncConnection,
        document_id: str,
        raw: bytes,
        size: int,
        digest: str,
        name: str,
        reading: Reading,
    ) -> Receipt:
        documents = tables.documents
        before = await connection.execute(
            select(documents.c.state, documents.c.duplicate_of).where(documents.c.document_id == document_id)
        )
        if row := before.first():
            return Receipt(document_id, row.state, reading, row.duplicate_of)
        keys = [f"content:{digest}", *(key[:300] for key in reading.keys)]
        seen = await known_keys(connection, keys)
        duplicate_of = next(iter(seen.values()), None)
        commands = () if duplicate_of or not _acted_on(reading) else reading.messages
        state = "duplicate" if duplicate_of else _state(reading)
        first = commands[0] if commands else reading.messages[0] if reading.messages else None
        row_in = {
            "document_id": document_id,
            "direction": "in",
            "kind": reading.kind,
            "name": name,
            "partner_id": reading.partner_id,
            "order_id": None,
            "po_number": getattr(first, "po_number", None),
            "intent": reading.intent,
            "disposition": reading.disposition,
            "state": state,
            "at": instant(self._now()),
            "sha256": digest,
            "size": size,
            "message_id": reading.thread.get("message_id"),
            "title": reading.title or None,
            "cause": None,
            "purpose": None,
            "duplicate_of": duplicate_of,
            "findings": _dump(reading.findings),
            "raw": raw,
        }
        journal = Journal()
        sent = self._command_letters(journal, document_id, commands)
        self._tell(journal, document_id, name, size, reading, state, duplicate_of)
        rows = [row_in]
        if not duplicate_of and reading.partner_id:
            rows += await self._acknowledge(connection, document_id, reading)
        await add_documents(connection, rows)
        if state == "received":
            await add_keys(connection, keys, document_id)
        await journal.write(connection)
        return Receipt(document_id, state, reading, duplicate_of, tuple(sent))

    def _command_letters(self, journal: Journal, document_id: str, commands: Sequence[Command]) -> list[str]:
        sent = []
        for place, command in enumerate(commands):
            message_id = derived_id(self._source, document_id, f"command {place}")
            journal.send(
                "command",
                write_letter(
                    _with_document(command, document_id),
                    message_id=message_id,
                    source=f"{self._source}/intake",
                    time=self._now(),
                    causation=document_id,
                ),
            )
            sent.append(message_id)
        return sent

    def _tell(
        self,
        journal: Journal,
        document_id: str,
        name: str,
        size: int,
        reading: Reading,
        state: str,
        duplicate_of: str | None,
    ) -> None:
        names: dict[str, Any] = {
            "document_id": document_id,
            "kind": reading.kind,
            "name": name or None,
            "partner_id": reading.partner_id,
        }
        findings = [_wire(found) for found in reading.findings]
        event: Event
        if duplicate_of is not None:
            event = DocumentDuplicate(**names, duplicate_of=duplicate_of)
        elif state == "received":
            partly = any(found.severity == "error" for found in reading.findings)
            event = DocumentReceived(
                **names,
                intent=reading.intent,
                disposition="accepted_with_errors" if partly else "accepted",
                size=size,
                messages=len(reading.messages),
                findings=findings,
            )
        elif state == "quarantined":
            event = DocumentQuarantined(**names, likely_intent=reading.likely_intent, findings=findings)
        else:
            event = DocumentRejected(**names, findings=findings)
        journal.send(
            "event",
            write_letter(
                event,
                message_id=derived_id(self._source, document_id, state),
                source=self._source,
                time=self._now(),
                causation=document_id,
            ),
        )

    async def _acknowledge(
        self, connection: AsyncConnection, document_id: str, reading: Reading
    ) -> list[dict[str, Any]]:
        if not reading.drafts or not reading.partner_id:
            return []
        numbers = await lock_numbers(connection, [reading.partner_id])
        now = self._now()
        rows = []
        for place, draft in enumerate(reading.drafts):
            content = draft.render(numbers[reading.partner_id], now)
            rows.append(
                outgoing(
                    f"D-{short(document_id, 'acknowledgment', str(place))}",
                    kind=reading.kind,
                    extension="edi",
                    partner_id=reading.partner_id,
                    content=content,
                    title=draft.purpose,
                    purpose=draft.purpose,
                    cause=document_id,
                    at=now,
                )
            )
        await write_numbers(connection, numbers.values())
        return rows


def outgoing(
    document_id: str,
    *,
    kind: str,
    extension: str,
    partner_id: str,
    content: bytes,
    title: str,
    purpose: str,
    cause: str,
    at: datetime,
    order_id: str | None = None,
    po_number: str | None = None,
    message_id: str | None = None,
) -> dict[str, Any]:
    """The row of a document that is to be sent."""
    return {
        "document_id": document_id,
        "direction": "out",
        "kind": kind,
        "name": f"{document_id}.{extension}",
        "partner_id": partner_id,
        "order_id": order_id,
        "po_number": po_number,
        "intent": None,
        "disposition": None,
        "state": "to_send",
        "at": instant(at),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "message_id": message_id or None,
        "title": title,
        "cause": cause,
        "purpose": purpose,
        "duplicate_of": None,
        "findings": "[]",
        "raw": content,
    }


def _with_document(command: Command, document_id: str) -> Command:
    source = getattr(command, "source", None)
    if source is None:
        return command
    return command.model_copy(update={"source": source.model_copy(update={"document_id": document_id})})


def _acted_on(reading: Reading) -> bool:
    return reading.disposition in {"accepted", "accepted_with_errors"} and bool(reading.messages)


def _state(reading: Reading) -> str:
    if reading.disposition == "quarantine":
        return "quarantined"
    return "rejected" if reading.disposition == "rejected" else "received"


def _for_known_partners(reading: Reading) -> Reading:
    """A document of a partner that has no profile is for a person: nobody could be answered."""
    unknown = any(
        (isinstance(m, SubmitCustomerPo) and not m.customer.id)
        or (isinstance(m, CancelCustomerPo) and not m.customer_id)
        for m in reading.messages
    )
    if not unknown or not _acted_on(reading):
        return reading
    found = Found("unknown_partner", "error", "no partner profile fits the sender; add one and submit it again")
    findings = (*(each for each in reading.findings if each.code != "unknown_partner"), found)
    return Reading(
        reading.kind,
        "quarantine",
        "quarantine",
        messages=reading.messages,
        findings=findings,
        parts=reading.parts,
        likely_intent=reading.intent,
        partner_id=None,
        keys=reading.keys,
        title=reading.title,
        thread=reading.thread,
    )


def _wire(found: Found) -> Finding:
    return Finding(
        code=found.code[:80] or "fault",
        severity=found.severity,
        message=found.message[:10_000] or found.code,
        where=found.where[:200] or None,
    )


def _dump(findings: Sequence[Found]) -> str:
    return orjson.dumps([_wire(found).model_dump(mode="json", exclude_none=True) for found in findings]).decode()
