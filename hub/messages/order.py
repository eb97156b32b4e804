"""Review and change of an order: the sales officer's commands, and events (R2-R8, R60)."""

from __future__ import annotations

from typing import Any, Literal

from hub.messages.base import (
    By,
    CancellationId,
    ChangeId,
    Channel,
    Count,
    CustomerId,
    Date,
    Decision,
    Event,
    LineNumber,
    Money,
    Name,
    NamesOrder,
    OrderId,
    PoNumber,
    Quantity,
    Text,
    Wire,
)
from hub.messages.customer_po import PO_EXAMPLE, Line, SubmitCustomerPo

ORDER_EXAMPLE: dict[str, Any] = {"order_id": "O-7K3M9QX2WDRT", "customer_id": "C-HOLT", "po_number": "4500119034"}
SALES_EXAMPLE: dict[str, Any] = {"by": {"role": "sales-officer", "name": "Ada Lind"}}


class _OrderDecision(NamesOrder, Decision):
    pass


class Proposal(Wire):
    """What MetalWorks could do instead, for one line (R3)."""

    line: LineNumber
    requested_date: Date | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = None
    text: Text | None = None


class ReviewOrder(
    _OrderDecision,
    type="order.review.v1",
    subject="order_id",
    example={
        "order_id": "O-7K3M9QX2WDRT",
        "decision": "revise",
        "reason": "the plate cannot be had before February",
        "proposals": [{"line": "1", "requested_date": "2027-02-08"}],
        **SALES_EXAMPLE,
    },
):
    """The answer to the review of a purchase order: confirm, ask to revise, or reject (R3)."""

    decision: Literal["confirm", "revise", "reject"]
    reason: Text | None = None
    proposals: list[Proposal] = []


class ChangeVerdict(Wire):
    """The decision on one line of a change request."""

    line: LineNumber
    decision: Literal["accept", "refuse"]
    reason: Text | None = None
    """told to the customer beside the line"""


class ReviewChange(
    _OrderDecision,
    type="order.review-change.v1",
    subject="order_id",
    example={
        "order_id": "O-7K3M9QX2WDRT",
        "change_id": "H-7K3M9QX2WDRT-1",
        "lines": [{"line": "1", "decision": "accept"}],
        **SALES_EXAMPLE,
    },
):
    """The answer to a customer's change request after confirmation, line by line (R8)."""

    change_id: ChangeId
    decision: Literal["accept", "refuse"] | None = None
    """for the lines that are not named, and for what concerns the order as a whole"""
    lines: list[ChangeVerdict] = []
    reason: Text | None = None


class ReviewDelay(
    _OrderDecision,
    type="order.review-delay.v1",
    subject="order_id",
    example={"order_id": "O-7K3M9QX2WDRT", "line": "1", "confirmed_date": "2027-02-15", **SALES_EXAMPLE},
):
    """The decision on a line whose projected date is later than the confirmed one (R60)."""

    line: LineNumber
    confirmed_date: Date
    reason: Text | None = None


# ---------------------------------------------------------------------------------------------- events


class OrderEvent(Event):
    """An event of an order."""

    order_id: OrderId
    customer_id: CustomerId
    po_number: PoNumber


class _ByEvent(OrderEvent):
    by: By | None = None
    reason: Text | None = None


class LineDates(Wire):
    """The four dates of a line, kept apart (R60)."""

    line: LineNumber
    requested: Date | None = None
    first_confirmed: Date | None = None
    confirmed: Date | None = None
    projected: Date | None = None


_PO: dict[str, Any] = {"po": PO_EXAMPLE, "revision": 1, "channel": "edifact"}


class OrderReceived(OrderEvent, type="order.received.v1", subject="order_id", example={**ORDER_EXAMPLE, **_PO}):
    """A customer's purchase order has become an order, and is under review (R2)."""

    revision: Count
    po: SubmitCustomerPo
    channel: Channel


class OrderRevised(
    OrderEvent, type="order.revised.v1", subject="order_id", example={**ORDER_EXAMPLE, **_PO, "revision": 2}
):
    """The customer has sent a revised purchase order, which is now the one under review (R4, R6)."""

    revision: Count
    po: SubmitCustomerPo
    channel: Channel


class OrderConfirmed(
    _ByEvent,
    type="order.confirmed.v1",
    subject="order_id",
    example={
        **ORDER_EXAMPLE,
        "revision": 1,
        "lines": PO_EXAMPLE["lines"],
        "dates": [{"line": "1", "requested": "2027-01-11", "confirmed": "2027-01-11"}],
        **SALES_EXAMPLE,
    },
):
    """The order is confirmed to the customer; its lines go to work (R3, R10)."""

    revision: Count
    lines: list[Line]
    dates: list[LineDates]


class OrderRevisionRequested(
    _ByEvent,
    type="order.revision-requested.v1",
    subject="order_id",
    example={
        **ORDER_EXAMPLE,
        "revision": 1,
        "proposals": [{"line": "1", "requested_date": "2027-02-08"}],
        "reason": "the plate cannot be had before February",
    },
):
    """The customer is asked to revise; the order is in stand-by (R4)."""

    revision: Count
    proposals: list[Proposal] = []


class OrderReminded(OrderEvent, type="order.reminded.v1", subject="order_id", example={**ORDER_EXAMPLE, "reminder": 1}):
    """The customer is reminded that a revised purchase order is awaited (R65)."""

    reminder: Count


class OrderRejected(
    _ByEvent,
    type="order.rejected.v1",
    subject="order_id",
    example={**ORDER_EXAMPLE, "revision": 1, "reason": "we do not forge titanium"},
):
    """The order is rejected (R3)."""

    revision: Count


class OrderLapsed(OrderEvent, type="order.lapsed.v1", subject="order_id", example=ORDER_EXAMPLE):
    """No revised purchase order came in time; a later one reopens the order (R65)."""


class ChangedLine(Wire):
    """What a change does to one line."""

    line: LineNumber
    action: Literal["add", "delete", "change", "none"]
    before: Line | None = None
    after: Line | None = None


class LineReason(Wire):
    """Why a line keeps its terms."""

    line: LineNumber
    reason: Text


class OrderChangeRequested(
    OrderEvent,
    type="order.change-requested.v1",
    subject="order_id",
    example={
        **ORDER_EXAMPLE,
        "change_id": "H-7K3M9QX2WDRT-1",
        "lines": [{"line": "1", "action": "delete"}],
        "po": {**PO_EXAMPLE, "purpose": "change"},
    },
):
    """The customer asks for a change of a confirmed order (R8)."""

    change_id: ChangeId
    lines: list[ChangedLine]
    """what differs from the order as it stands, with all that is still undecided"""
    po: SubmitCustomerPo
    """the document as received"""
    supersedes: ChangeId | None = None
    """an earlier request, not yet decided, that is decided together with this one"""


class OrderChanged(
    _ByEvent,
    type="order.changed.v1",
    subject="order_id",
    example={
        **ORDER_EXAMPLE,
        "change_id": "H-7K3M9QX2WDRT-1",
        "revision": 2,
        "lines": [{"line": "1", "action": "delete"}],
        "refused": [],
    },
):
    """A change request was accepted, for these lines (R8)."""

    change_id: ChangeId
    revision: Count
    lines: list[ChangedLine]
    dates: list[LineDates] = []
    """of the lines added and changed"""
    refused: list[LineNumber] = []
    """lines that keep their old terms"""
    reasons: list[LineReason] = []
    """why they do"""
    requests: list[Name] = []
    """what the customer calls the changes that this answers"""


class OrderChangeRefused(
    _ByEvent,
    type="order.change-refused.v1",
    subject="order_id",
    example={**ORDER_EXAMPLE, "change_id": "H-7K3M9QX2WDRT-1", "lines": ["1"], "reason": "production has begun"},
):
    """A change request was refused; the order keeps its terms (R8)."""

    change_id: ChangeId
    lines: list[LineNumber]
    reasons: list[LineReason] = []
    """why each keeps its terms, where there is more to say than ``reason``"""
    requests: list[Name] = []
    """what the customer calls the changes that this answers"""


class OrderDelayProjected(
    OrderEvent,
    type="order.delay-projected.v1",
    subject="order_id",
    example={**ORDER_EXAMPLE, "line": "1", "confirmed": "2027-01-11", "projected": "2027-01-20"},
):
    """A line is likely to be later than confirmed; no promise is changed by this (R60)."""

    line: LineNumber
    confirmed: Date | None = None
    projected: Date


class OrderDelayAverted(
    OrderEvent,
    type="order.delay-averted.v1",
    subject="order_id",
    example={**ORDER_EXAMPLE, "line": "1", "confirmed": "2027-01-11", "projected": "2027-01-10"},
):
    """A line that was likely to be late is so no longer; nothing is to be decided (R60)."""

    line: LineNumber
    confirmed: Date | None = None
    projected: Date | None = None


class OrderDelayConfirmed(
    _ByEvent,
    type="order.delay-confirmed.v1",
    subject="order_id",
    example={**ORDER_EXAMPLE, "line": "1", "confirmed": "2027-01-25", "before": "2027-01-11"},
):
    """The sales officer has decided on a delayed line's date; the customer is told (R60)."""

    line: LineNumber
    confirmed: Date
    before: Date | None = None


class OrderHeld(
    OrderEvent,
    type="order.held.v1",
    subject="order_id",
    example={**ORDER_EXAMPLE, "lines": ["1"], "cancellation_id": "C-7K3M9QX2WDRT-1"},
):
    """Irreversible outward steps of these lines are withheld while a cancellation is decided (R36)."""

    lines: list[LineNumber]
    cancellation_id: CancellationId


class OrderReleased(
    OrderEvent,
    type="order.released.v1",
    subject="order_id",
    example={**ORDER_EXAMPLE, "lines": ["1"], "cancellation_id": "C-7K3M9QX2WDRT-1"},
):
    """The hold of these lines has ended; what was withheld goes on (R36)."""

    lines: list[LineNumber]
    cancellation_id: CancellationId


class OrderLineCancelled(
    OrderEvent,
    type="order.line-cancelled.v1",
    subject="order_id",
    example={**ORDER_EXAMPLE, "line": "1", "quantity": "24"},
):
    """What was not yet shipped of a line is cancelled (R32, R35)."""

    line: LineNumber
    quantity: Quantity
    cancellation_id: CancellationId | None = None
    change_id: ChangeId | None = None


class OrderCancelled(OrderEvent, type="order.cancelled.v1", subject="order_id", example=ORDER_EXAMPLE):
    """Every line is cancelled and nothing was shipped (R19)."""


class OrderCompleted(OrderEvent, type="order.completed.v1", subject="order_id", example=ORDER_EXAMPLE):
    """Every line is shipped or cancelled, and something was shipped (R19)."""
