"""Writing what a partner is told of an event: by whom it has to be heard, over which channel, and the document (R5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.errors import HubError, Undeliverable
from hub.handlers.outgoing.asking import conversation, make_token, token_for
from hub.handlers.outgoing.document import outgoing
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.envelope import Letter
from hub.partners import Partner, Partners
from hub.ports import Composed, Occasion, Writer
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO, plain
from hub.store.documents import ControlNumbers, Handing, outgoing_id, reissued_id
from hub.store.interchanges import interchange

log = logging.getLogger("hub.correspondence")
Thread = tuple[tuple[str, ...], str]
"""the Message-IDs of a conversation so far, and its subject"""


@dataclass(frozen=True, slots=True)
class Written:
    """A document to be sent, and what is noted of it for the answer to it."""

    row: dict[str, Any]
    conversation: dict[str, Any] | None
    """of a mail"""
    interchange: dict[str, Any] | None
    """of what goes by EDI"""


@dataclass(frozen=True, slots=True)
class Told:
    """Who is to be told of an event, and how."""

    letter: Letter
    partner: Partner | None
    partner_id: str
    channel: str
    order: Order | None


def told_types(writers: Mapping[str, Writer]) -> tuple[str, ...]:
    """The types of the events that some channel tells a partner of."""
    return tuple(sorted(name for name in EVENTS if any(each.writes(name) for each in writers.values())))


class Scribe:
    """Writes what partners are told of events."""

    def __init__(
        self,
        writers: Mapping[str, Writer],
        partners: Callable[[], Partners],
        now: Callable[[], datetime],
        *,
        our_domain: str,
        acknowledgment_hours: float = 24.0,
        make_token: Callable[[], str] = make_token,
    ) -> None:
        self._writers = writers
        self._partners = partners
        self._now = now
        self._our_domain = our_domain
        self._acknowledgment_hours = acknowledgment_hours
        self._make_token = make_token

    @property
    def types(self) -> tuple[str, ...]:
        """The types of the events that some channel tells of."""
        return told_types(self._writers)

    def whom(self, letter: Letter, orders: Mapping[str, Order]) -> Told | None:
        """The partner that an event is for: the supplier of a material PO, else the customer of the order."""
        message = letter.message
        supplier_id = getattr(message, "supplier_id", None)
        if supplier_id:
            partner = self._partners().get(supplier_id)
            return Told(letter, partner, supplier_id, partner.channel if partner else "", None)
        order = orders.get(letter.envelope.correlationid or "")
        customer_id = getattr(message, "customer_id", None) or (order.customer_id if order else None)
        if not customer_id:
            return None
        partner = self._partners().get(customer_id)
        asked = getattr(message, "source", None)
        channel = order.po.source.channel if order else asked.channel if asked else partner.channel if partner else ""
        if channel == "api" and partner:
            channel = partner.channel
        return Told(letter, partner, customer_id, channel, order)

    def write(
        self,
        told: Told,
        numbers: Mapping[str, ControlNumbers],
        threads: Mapping[str, Thread],
        again: str = "",
    ) -> Written | None:
        """The document, and what is noted of it for its answer; nothing where there is nothing to say.

        ``again`` is the document that said so before, where it is written anew. Raises Undeliverable.
        """
        event = told.letter.message
        assert isinstance(event, Event)  # noqa: S101  # only events are bound to the queue
        if told.channel == "api" or (told.partner is None and not told.channel):
            return None
        if told.partner is None:
            raise Undeliverable(f"there is no profile of partner {told.partner_id}", code="no_partner")
        partner, cause = told.partner, told.letter.envelope.id
        document_id = reissued_id(again) if again else outgoing_id(cause, partner.id)
        token = token_for(event, self._make_token)
        handing = Handing(numbers[partner.id])
        occasion = self._occasion(told, event, partner, threads, document_id, token)
        try:
            composed = self._compose(told, occasion, handing)
        except (HubError, ValueError, KeyError, LookupError) as error:
            log.exception("%s cannot be told of %s", told.partner_id, event.TYPE)
            raise Undeliverable(f"{type(error).__name__}: {error}", code="cannot_compose") from error
        if composed is None:
            if not _reachable(told, event.TYPE):
                text = f"{partner.name} has no address in its profile to be told over"
                raise Undeliverable(text, code="no_address")
            return None
        row = self._row(told, occasion, composed, again or cause)
        sent = None
        if composed.kind != "email" and partner.edi is not None:
            patience = partner.edi.patience(composed.kind, self._acknowledgment_hours)
            sent = interchange(partner.id, document_id, handing.given, patience=patience)
        return Written(row, conversation(row, composed, event, token, self._now()), sent)

    def _occasion(
        self, told: Told, event: Event, partner: Partner, threads: Mapping[str, Thread], document_id: str, token: str
    ) -> Occasion:
        order = told.order
        thread, subject = threads.get(matter(told), (_asked_in(event), ""))
        return Occasion(
            event=event,
            partner=partner,
            po=_po_of(order, event) if order else None,
            document_id=document_id,
            left={number: plain(line.open) for number, line in order.lines.items()} if order else {},
            cancelled=_cancelled_in(order) if order else frozenset(),
            thread=thread,
            subject=subject,
            our_domain=self._our_domain,
            reply_token=token,
        )

    def _row(self, told: Told, occasion: Occasion, composed: Composed, cause: str) -> dict[str, Any]:
        order, event = told.order, occasion.event
        return outgoing(
            occasion.document_id,
            kind=composed.kind,
            extension=composed.extension,
            partner_id=occasion.partner.id,
            content=composed.content,
            title=composed.title,
            purpose=event.TYPE,
            cause=cause,
            at=self._now(),
            order_id=order.order_id if order else None,
            po_number=order.po_number if order else getattr(event, "po_number", None),
            message_id=composed.message_id,
        )

    def _compose(self, told: Told, occasion: Occasion, numbers: Handing) -> Composed | None:
        """Over the partner's channel; where that has no words for it, by mail, if there is an address."""
        writer = self._writers.get(told.channel)
        kind = occasion.event.TYPE
        composed = writer.compose(occasion, numbers, self._now()) if writer and writer.writes(kind) else None
        if composed is None and told.channel != "email" and occasion.partner.email and kind in _WORTH_A_MAIL:
            return self._writers["email"].compose(occasion, numbers, self._now())
        return composed


_QUESTIONS = frozenset({"cancellation.penalty-proposed.v1", "cancellation.reminded.v1"})
"""to which the customer has to find an answer"""
_WORTH_A_MAIL = _QUESTIONS | {"cancellation.extended.v1", "order.reminded.v1", "material-po.reminded.v1"}
"""what is told by mail where the partner's channel has no words for it"""


def _reachable(told: Told, kind: str) -> bool:
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


def matter(told: Told) -> str:
    """What the conversation is about: the order, or the supplier's material PO."""
    return told.order.order_id if told.order else getattr(told.letter.message, "material_po_id", None) or ""
