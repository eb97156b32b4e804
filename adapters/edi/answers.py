"""What a business document says, before it is written in either standard: answers, ship notices, orders to
suppliers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from hub.messages import cancellation, material_po, order, processing, shipment
from hub.messages.base import Event
from hub.messages.customer_po import AnswerPenalty, Line, SubmitCustomerPo
from hub.ports import Occasion

Outcome = Literal["accepted", "proposal", "rejected"]
LineOutcome = Literal["accepted", "changed", "rejected", "held", "deleted"]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """The answer to one line; quantity, date and price are proposals where they differ from the item's."""

    line: str
    outcome: LineOutcome
    item: Line | None = None
    action: str = ""
    quantity: str | None = None
    date: str | None = None
    price: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an order, a change or a cancellation."""

    subject: Literal["order", "change", "cancellation"]
    outcome: Outcome
    po_number: str
    order_id: str
    """what we call the order; empty where we know none"""
    number: str
    """what this answer is called, and no other"""
    lines: tuple[AnswerLine, ...]
    po: SubmitCustomerPo | None
    reason: str | None = None
    requests: tuple[str, ...] = ()
    """what the customer calls the changes or cancellations that are answered"""
    charge: tuple[str, str] | None = None
    """amount and currency asked for a cancellation"""
    question: str = ""
    """id of the question about a charge, which the answer to it has to name"""
    left: Mapping[str, str] = field(default_factory=dict)
    """by line: what is neither shipped nor cancelled"""
    partial: bool = False
    """concerns some lines only"""


def _answer(
    occasion: Occasion,
    subject: Literal["order", "change", "cancellation"],
    outcome: Outcome,
    lines: Iterable[AnswerLine],
    reason: str | None = None,
    **more: Any,
) -> Answer:
    """The answer that an event is, with what every one has; its reason is that of the event, unless one is given."""
    event: Any = occasion.event
    order_id = getattr(event, "order_id", None) or ""
    po_number = getattr(event, "po_number", None) or (occasion.po.po_number if occasion.po else "")
    return Answer(
        subject,
        outcome,
        po_number,
        order_id,
        occasion.document_id or order_id or po_number,
        tuple(lines),
        occasion.po,
        reason or getattr(event, "reason", None),
        tuple(getattr(event, "requests", ())),
        left=occasion.left,
        **more,
    )


def _items(po: SubmitCustomerPo | None) -> dict[str, Line]:
    return {line.line: line for line in po.lines} if po else {}


def _confirmed(event: order.OrderConfirmed, occasion: Occasion) -> Answer:
    dates = {dates.line: dates.confirmed or dates.requested for dates in event.dates}
    lines = [
        AnswerLine(line.line, "accepted", line, date=dates.get(line.line) or line.requested_date)
        for line in event.lines
    ]
    confirmed = {line.line for line in lines}
    cancelled = [
        AnswerLine(number, "deleted", item) for number, item in _items(occasion.po).items() if number not in confirmed
    ]
    return _answer(occasion, "order", "proposal" if cancelled else "accepted", lines + cancelled)


def _revision_requested(event: order.OrderRevisionRequested, occasion: Occasion) -> Answer:
    proposals = {proposal.line: proposal for proposal in event.proposals}
    items = _items(occasion.po)
    lines = []
    for number in items or proposals:
        proposal = proposals.get(number)
        if proposal:
            lines.append(
                AnswerLine(
                    number,
                    "changed",
                    items.get(number),
                    quantity=proposal.quantity,
                    date=proposal.requested_date,
                    price=proposal.unit_price,
                    text=proposal.text,
                )
            )
        else:
            lines.append(AnswerLine(number, "accepted" if proposals else "held", items.get(number)))
    return _answer(occasion, "order", "proposal", lines)


LAPSED = "no revised purchase order came in time, so that this one has lapsed; a later revision reopens it"


def _rejected(event: order.OrderRejected | order.OrderLapsed, occasion: Occasion) -> Answer:
    lines = (AnswerLine(number, "rejected", item) for number, item in _items(occasion.po).items())
    return _answer(occasion, "order", "rejected", lines, LAPSED if isinstance(event, order.OrderLapsed) else None)


def _delay_confirmed(event: order.OrderDelayConfirmed, occasion: Occasion) -> Answer:
    item = _items(occasion.po).get(event.line)
    line = AnswerLine(event.line, "changed", item, action="change", date=event.confirmed)
    return _answer(occasion, "change", "proposal", [line], partial=True)


def _changed(event: order.OrderChanged, occasion: Occasion) -> Answer:
    items, dates = _items(occasion.po), {each.line: each.confirmed for each in event.dates}
    lines = [
        AnswerLine(
            change.line,
            "deleted" if change.action == "delete" else "accepted",
            change.after or change.before or items.get(change.line),
            action=change.action,
            date=dates.get(change.line),
        )
        for change in event.lines
        if change.line not in event.refused
    ]
    lines += _kept(event.refused, event.reasons, items)
    return _answer(occasion, "change", "proposal" if event.refused else "accepted", lines)


def _kept(numbers: list[str], reasons: list[order.LineReason], items: dict[str, Line]) -> list[AnswerLine]:
    """Lines that keep their terms, each with the reason."""
    why = {each.line: each.reason for each in reasons}
    return [
        AnswerLine(number, "rejected", items.get(number), action="change", text=why.get(number)) for number in numbers
    ]


def _change_refused(event: order.OrderChangeRefused, occasion: Occasion) -> Answer:
    return _answer(occasion, "change", "rejected", _kept(event.lines, event.reasons, _items(occasion.po)))


def _of_cancellation(
    occasion: Occasion,
    outcome: Outcome,
    line_outcome: LineOutcome,
    gone: Collection[str] = (),
    reason: str | None = None,
    **more: Any,
) -> Answer:
    """The answer to a cancellation, or what becomes of it, with its lines; of these, ``gone`` are cancelled already."""
    event: Any = occasion.event
    items = _items(occasion.po)
    lines = [
        AnswerLine(number, "deleted" if number in gone else line_outcome, items.get(number), action="delete")
        for number in event.lines
    ]
    partial = bool(lines) and set(items) > set(event.lines)
    return _answer(occasion, "cancellation", outcome, lines, reason, partial=partial, **more)


def _charge(penalty: cancellation.Penalty | None) -> tuple[str, str] | None:
    return (penalty.amount, penalty.currency) if penalty else None


def _granted(event: cancellation.CancellationGranted, occasion: Occasion) -> Answer:
    return _of_cancellation(occasion, "accepted", "deleted", charge=_charge(event.penalty))


def _cancellation_refused(event: cancellation.CancellationRefused, occasion: Occasion) -> Answer:
    return _of_cancellation(occasion, "rejected", "rejected")


GOES_ON: dict[type[Event], str] = {
    cancellation.CancellationPenaltyExpired: (
        "no answer to the cancellation charge came in time; work on the order continues"
    ),
    cancellation.CancellationPenaltyDeclined: "the cancellation charge was declined; work on the order continues",
}


def _goes_on(
    event: cancellation.CancellationPenaltyExpired | cancellation.CancellationPenaltyDeclined, occasion: Occasion
) -> Answer:
    reason = GOES_ON[type(event)]
    return _of_cancellation(occasion, "rejected", "rejected", reason=reason, question=event.question_id)


def _answer_refused(event: processing.CommandRefused, occasion: Occasion) -> Answer | None:
    """Of all that the hub refuses, customers are told that their answer to an offer came too late (R38).

    The lines are those of the offer: each goes on (rejected), or is cancelled already.
    """
    if event.type != AnswerPenalty.TYPE or occasion.po is None or event.order_id is None:
        return None
    reason = f"your answer came too late and changes nothing: {event.message}"
    question = event.question_id or ""
    return _of_cancellation(occasion, "rejected", "rejected", occasion.cancelled, reason, question=question)


def _until(at: str) -> str:
    """A moment without doubt about whose: offers end at a time of day."""
    return f"{datetime.fromisoformat(at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _penalty_proposed(
    event: cancellation.CancellationPenaltyProposed | cancellation.CancellationReminded, occasion: Occasion
) -> Answer | None:
    if not occasion.partner.cancellation_charge:
        return None
    penalty = event.penalty
    text = f"Cancellation charge {penalty.amount} {penalty.currency}, offer open until {_until(event.expires_at)}"
    if isinstance(event, cancellation.CancellationReminded):
        text = f"Reminder: {text[0].lower()}{text[1:]}"
    elif event.reason:
        text = f"{text}. {event.reason}"
    return _of_cancellation(
        occasion, "proposal", "held", reason=text, charge=_charge(penalty), question=event.question_id
    )


ANSWERS: dict[type[Event], Callable[..., Answer | None]] = {
    order.OrderConfirmed: _confirmed,
    order.OrderRevisionRequested: _revision_requested,
    order.OrderRejected: _rejected,
    order.OrderDelayConfirmed: _delay_confirmed,
    order.OrderChanged: _changed,
    order.OrderChangeRefused: _change_refused,
    cancellation.CancellationGranted: _granted,
    cancellation.CancellationRefused: _cancellation_refused,
    cancellation.CancellationPenaltyExpired: _goes_on,
    cancellation.CancellationPenaltyDeclined: _goes_on,
    cancellation.CancellationPenaltyProposed: _penalty_proposed,
    cancellation.CancellationReminded: _penalty_proposed,
    order.OrderLapsed: _rejected,
    processing.CommandRefused: _answer_refused,
}
"""Events that a customer is answered by"""

NOTICES: tuple[type[Event], ...] = (shipment.Shipped,)
"""Events of which a customer gets a ship notice"""

SupplierOrder = material_po.MaterialPoIssued | material_po.MaterialPoReminded
"""Events of which a supplier gets an order, or the order again"""

SupplierChange = material_po.MaterialPoReduced | material_po.MaterialPoCancelRequested
"""Events of which a supplier gets a change, or a cancellation"""


def reminder(event: material_po.MaterialPoReminded) -> str:
    """What an order that comes again says of itself."""
    return f"Reminder {event.reminder}: we await your answer or the delivery of these lines."


WRITTEN: frozenset[str] = frozenset(
    kind.TYPE for kind in (*ANSWERS, *NOTICES, *get_args(SupplierOrder), *get_args(SupplierChange))
)
"""Types of all events that are written as documents"""


def answer_to(occasion: Occasion) -> Answer | None:
    """The answer that an event is to its customer; None where there is none to be written."""
    make = ANSWERS.get(type(occasion.event))
    return make(occasion.event, occasion) if make else None
