"""The queue of what partners are told: an order's events become answers over the partner's own channel (R5, R19).

The document is written, numbered and archived in one transaction with the note that the event was taken, so
that an event that comes twice is told once; sending it is the post room's part.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.bus.topology import EVENTS_EXCHANGE, Consumer
from hub.errors import HubError, Undeliverable
from hub.handlers.asking import conversation, make_token, token_for
from hub.handlers.outgoing import outgoing
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.documents import DocumentDeliveryFailed
from hub.messages.envelope import Letter, derived_id, open_letter, to_bytes, write_letter
from hub.partners import Partner, Partners
from hub.ports import Composed, Occasion, Writer
from hub.sagas.case import Case
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO, plain
from hub.store import tables
from hub.store.aside import failure_id_of, set_aside
from hub.store.batcher import Batcher
from hub.store.conversations import add_conversations
from hub.store.database import Database
from hub.store.documents import ControlNumbers, Handing, add_documents, lock_numbers, outgoing_id, write_numbers
from hub.store.interchanges import add_interchanges, interchange
from hub.store.journal import Journal
from hub.store.records import chunks, load_orders

log = logging.getLogger("hub.correspondence")
CONSUMER = "correspondence"


@dataclass(frozen=True, slots=True)
class _Written:
    """A document to be sent, and what is noted of it for the answer to it."""

    row: dict[str, Any]
    conversation: dict[str, Any] | None
    """of a mail"""
    interchange: dict[str, Any] | None
    """of what goes by EDI"""


@dataclass(frozen=True, slots=True)
class _Told:
    """Who is to be told of an event, and how."""

    letter: Letter
    partner: Partner | None
    partner_id: str
    channel: str
    order: Order | None


def told_types(writers: Mapping[str, Writer]) -> tuple[str, ...]:
    """The types of the events that some channel tells a partner of."""
    return tuple(sorted(name for name in EVENTS if any(each.writes(name) for each in writers.values())))


class Correspondence:
    """Writes what partners are told."""

    def __init__(
        self,
        database: Database,
        writers: Mapping[str, Writer],
        partners: Callable[[], Partners],
        now: Callable[[], datetime],
        *,
        source: str,
        our_domain: str,
        acknowledgment_hours: float = 24.0,
        delays: Sequence[float] = (),
        make_token: Callable[[], str] = make_token,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._writers = writers
        self._partners = partners
        self._now = now
        self._source = source
        self._our_domain = our_domain
        self._acknowledgment_hours = acknowledgment_hours
        self._delays = delays
        self._make_token = make_token
        self._committed = committed
        self.batcher: Batcher[bytes, None] = Batcher(self._together, self._failed, size=100, name=CONSUMER)

    def consumer(self) -> Consumer:
        """The queue of all events that some channel tells of; one replica at a time, to keep the order."""
        types = told_types(self._writers)
        return Consumer("hub.correspondence.v1", EVENTS_EXCHANGE, types, self.batcher.carry_out, alone=True)

    async def _together(self, bodies: Sequence[bytes]) -> Sequence[None]:
        letters = {letter.key: letter for letter in map(open_letter, bodies)}
        async with self._database.write() as connection:
            known = await self._known(connection, letters)
            new = [letter for key, letter in letters.items() if key not in known]
            case = Case()
            about = {letter.envelope.correlationid for letter in new if letter.envelope.correlationid}
            await load_orders(connection, about, case, lock=False)
            told = [found for letter in new if (found := self._whom(letter, case.orders)) is not None]
            numbers = await lock_numbers(connection, [each.partner.id for each in told if each.partner])
            journal, documents = Journal(), []
            threads = await _threads(connection, told)
            untold = set()
            for each in told:
                try:
                    written = self._write(each, numbers, threads)
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

    def _whom(self, letter: Letter, orders: Mapping[str, Order]) -> _Told | None:
        """The partner that an event is for: the supplier of a material PO, else the customer of the order."""
        message = letter.message
        supplier_id = getattr(message, "supplier_id", None)
        if supplier_id:
            partner = self._partners().get(supplier_id)
            return _Told(letter, partner, supplier_id, partner.channel if partner else "", None)
        order = orders.get(letter.envelope.correlationid or "")
        customer_id = getattr(message, "customer_id", None) or (order.customer_id if order else None)
        if not customer_id:
            return None
        partner = self._partners().get(customer_id)
        asked = getattr(message, "source", None)
        channel = order.po.source.channel if order else asked.channel if asked else partner.channel if partner else ""
        if channel == "api" and partner:
            channel = partner.channel
        return _Told(letter, partner, customer_id, channel, order)

    def _write(
        self,
        told: _Told,
        numbers: Mapping[str, ControlNumbers],
        threads: Mapping[str, tuple[tuple[str, ...], str]],
    ) -> _Written | None:
        """The document, and what is noted of it for its answer; nothing where there is nothing to say.

        Raises Undeliverable.
        """
        event = told.letter.message
        assert isinstance(event, Event)  # noqa: S101  # only events are bound to the queue
        if told.channel == "api" or (told.partner is None and not told.channel):
            return None
        if told.partner is None:
            raise Undeliverable(f"there is no profile of partner {told.partner_id}", code="no_partner")
        order = told.order
        thread, subject = threads.get(_matter(told), (_asked_in(event), ""))
        token = token_for(event, self._make_token)
        document_id = outgoing_id(told.letter.envelope.id, told.partner.id)
        occasion = Occasion(
            event=event,
            partner=told.partner,
            po=_po_of(order, event) if order else None,
            document_id=document_id,
            left={number: plain(line.open) for number, line in order.lines.items()} if order else {},
            cancelled=_cancelled_in(order) if order else frozenset(),
            thread=thread,
            subject=subject,
            our_domain=self._our_domain,
            reply_token=token,
        )
        handing = Handing(numbers[told.partner.id])
        try:
            composed = self._compose(told, occasion, handing)
        except (HubError, ValueError, KeyError, LookupError) as error:
            log.exception("%s cannot be told of %s", told.partner_id, event.TYPE)
            raise Undeliverable(f"{type(error).__name__}: {error}", code="cannot_compose") from error
        if composed is None:
            if not _reachable(told, event.TYPE):
                text = f"{told.partner.name} has no address in its profile to be told over"
                raise Undeliverable(text, code="no_address")
            return None
        row = outgoing(
            document_id,
            kind=composed.kind,
            extension=composed.extension,
            partner_id=told.partner.id,
            content=composed.content,
            title=composed.title,
            purpose=event.TYPE,
            cause=told.letter.envelope.id,
            at=self._now(),
            order_id=order.order_id if order else None,
            po_number=order.po_number if order else getattr(event, "po_number", None),
            message_id=composed.message_id,
        )
        sent = None
        if composed.kind != "email" and told.partner.edi is not None:
            patience = told.partner.edi.patience(composed.kind, self._acknowledgment_hours)
            sent = interchange(told.partner.id, row["document_id"], handing.given, patience=patience)
        return _Written(row, conversation(row, composed, event, token, self._now()), sent)

    def _compose(self, told: _Told, occasion: Occasion, numbers: Handing) -> Composed | None:
        """Over the partner's channel; where that has no words for it, by mail, if there is an address."""
        writer = self._writers.get(told.channel)
        kind = occasion.event.TYPE
        composed = writer.compose(occasion, numbers, self._now()) if writer and writer.writes(kind) else None
        if composed is None and told.channel != "email" and occasion.partner.email and kind in _WORTH_A_MAIL:
            return self._writers["email"].compose(occasion, numbers, self._now())
        return composed

    async def _undeliverable(
        self, connection: AsyncConnection, told: _Told, failure: Undeliverable, journal: Journal
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


_QUESTIONS = frozenset({"cancellation.penalty-proposed.v1", "cancellation.reminded.v1"})
"""to which the customer has to find an answer"""
_WORTH_A_MAIL = _QUESTIONS | {"cancellation.extended.v1", "order.reminded.v1", "material-po.reminded.v1"}
"""what is told by mail where the partner's channel has no words for it"""


def _reachable(told: _Told, kind: str) -> bool:
    """Whether the partner has an address for what it has to be told; a question can go by mail as well."""
    assert told.partner is not None  # noqa: S101  # nothing is composed for nobody
    mail = told.partner.email is not None and bool(told.partner.email.answer_to or told.partner.email.addresses)
    if told.channel == "email" or kind in _QUESTIONS:
        return mail
    return told.partner.edi is not None


def _asked_in(event: Event) -> tuple[str, ...]:
    """The conversation of a request that belongs to no order: the mail that it came in."""
    source = getattr(event, "source", None)
    return (source.message_id,) if source and source.message_id else ()


def _po_of(order: Order, event: Event) -> SubmitCustomerPo:
    """The purchase order that the event is about: the revision that it names, else the last."""
    named = getattr(event, "revision", None)
    return order.revisions[named - 1].po if named and named <= len(order.revisions) else order.po


def _cancelled_in(order: Order) -> frozenset[str]:
    lines = order.lines.items()
    return frozenset(number for number, line in lines if line.cancelled > ZERO and line.open <= ZERO)


def _matter(told: _Told) -> str:
    """What the conversation is about: the order, or the supplier's material PO."""
    return told.order.order_id if told.order else getattr(told.letter.message, "material_po_id", None) or ""


async def _threads(connection: AsyncConnection, told: Sequence[_Told]) -> dict[str, tuple[tuple[str, ...], str]]:
    """By what mails are about: the Message-IDs of the conversation so far, and its subject."""
    table, sent, found = tables.documents, tables.conversations, {}
    for each in {_matter(each): each for each in told if each.channel == "email" and _matter(each)}.values():
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
            earlier = select(sent.c.document_id).where(sent.c.material_po_id == _matter(each))
            which = table.c.document_id.in_(earlier)
        query = (
            select(table.c.message_id, table.c.title)
            .where(which, table.c.message_id.is_not(None))
            .order_by(table.c.at, table.c.document_id)
        )
        rows = (await connection.execute(query)).all()
        if rows:
            found[_matter(each)] = (tuple(row.message_id for row in rows), rows[0].title or "")
    return found
