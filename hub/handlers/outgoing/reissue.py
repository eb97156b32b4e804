"""A document of ours written anew, from the same event, and sent in the place of the one that did not do (R42, R44).

What went wrong is mended where it lies: in the partner's profile, or in what the hub does with it. The new document has
control numbers of its own, since a partner refuses those that it has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound, Refused, Undeliverable
from hub.handlers.outgoing.scribe import Scribe, Told, Written
from hub.messages.base import By, Event
from hub.messages.document import DocumentReissued
from hub.messages.envelope import Letter, open_letter
from hub.sagas.case import Case, Rules
from hub.store import interchanges, tables
from hub.store.database import Database
from hub.store.documents import REPLACED, add_documents, lock_numbers, reissued_id, write_numbers
from hub.store.journal import Journal
from hub.store.later import told_later
from hub.store.questions import say_of_documents
from hub.store.records import load_orders


class Reissue:
    """Writes documents of ours anew."""

    def __init__(
        self,
        database: Database,
        scribe: Scribe,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        *,
        source: str,
    ) -> None:
        self._database = database
        self._scribe = scribe
        self._rules = rules
        self._now = now
        self._source = source

    async def reissue(self, document_id: str, by: By, *, force: bool = False) -> str:
        """Write a document anew, as profile and order are now; the id of the new one. Raises NotFound, Refused.

        What the partner was told something later of goes again only by ``force``: it would believe the last word.
        """
        async with self._database.write() as connection:
            row = _checked(document_id, await interchanges.sent_as(connection, document_id))
            letter, case = await _told_of(connection, row), Case()
            if not force:
                await _refuse_outdated(connection, row, letter)
            if letter.envelope.correlationid:
                await load_orders(connection, [letter.envelope.correlationid], case, lock=False)
            told = self._scribe.whom(letter, case.orders)
            written = await self._write(connection, told, document_id) if told else None
            if written is None or written.interchange is None:
                text = f"{row.partner_id} is not told of {row.purpose} by EDI any more"
                raise Refused(text, where="ID", code="not_told")
            await interchanges.give_way(connection, row)
            await add_documents(connection, [written.row])
            await interchanges.add_interchanges(connection, [written.interchange])
            await self._say(connection, row, written, by)
        return str(written.row["document_id"])

    async def _write(self, connection: AsyncConnection, told: Told, document_id: str) -> Written | None:
        numbers = await lock_numbers(connection, [told.partner_id])
        try:
            written = self._scribe.write(told, numbers, {}, again=document_id)
        except Undeliverable as failure:
            raise Refused(failure.message, where="ID", code=failure.code) from failure
        await write_numbers(connection, numbers.values())
        return written

    async def _say(self, connection: AsyncConnection, row: Any, written: Written, by: By) -> None:
        answers = await interchanges.answered_questions(connection, [row.asked_in]) if row.asked_in else set()
        if row.state == "rejected" and row.answered_by:
            answers |= await interchanges.refusals_seen_to(connection, [row.answered_by])
        new = written.row["document_id"]
        event: Event = DocumentReissued(
            document_id=new,
            kind=written.row["kind"],
            name=written.row["title"],
            partner_id=row.partner_id,
            order_id=row.order_id,
            replaces=row.document_id,
            by=by,
            answers=sorted(answers),
        )
        journal = Journal()
        await say_of_documents(
            connection,
            journal,
            [(new, event)],
            answers,
            self._rules(),
            source=self._source,
            cause=row.document_id,
            now=self._now(),
        )
        await journal.write(connection)


def _checked(document_id: str, row: Any) -> Any:
    """The document, if it is one that can be written anew. Raises NotFound, Refused."""
    if row is None:
        text = f"{document_id} is no document that went out by EDI: `hub documents --direction out` lists them"
        raise NotFound(text, where="ID")
    if row.message_number is None:
        text = f"{document_id} acknowledges what came in; that is said once"
        raise Refused(text, where="ID", code="acknowledgment")
    if row.document_state == REPLACED:
        text = f"{document_id} gave way to {reissued_id(document_id)} already"
        raise Refused(text, where="ID", code=REPLACED)
    if row.document_state == "to_send":
        raise Refused(f"{document_id} is still to be sent", where="ID", code="not_sent")
    return row


async def _refuse_outdated(connection: AsyncConnection, row: Any, letter: Letter) -> None:
    later = await told_later(connection, letter, row.partner_id)
    if later is not None:
        text = (
            f"after {row.document_id} ({row.title}), {row.partner_id} was told {later.title} ({later.document_id}): "
            "sent again, the earlier would count as the last word; --force sends it all the same"
        )
        raise Refused(text, where="ID", code="outdated")


async def _told_of(connection: AsyncConnection, row: Any) -> Letter:
    """The event that a document tells of, which others may have told of before it."""
    documents, outbox, cause = tables.documents, tables.outbox, row.cause
    while True:
        query = select(documents.c.cause).where(documents.c.document_id == cause, documents.c.direction == "out")
        before = (await connection.execute(query)).scalar()
        if before is None:
            break
        cause = before
    query = select(outbox.c.body).where(outbox.c.message_id == cause, outbox.c.type == row.purpose)
    body = (await connection.execute(query)).scalar()
    if body is None:
        raise NotFound(f"the event that {row.document_id} tells of is not in the store", where="ID")
    return open_letter(body.encode())
