"""Cancellation of an order or of lines of it: the sales officer's decision, and events (R30-R39, R64)."""

from __future__ import annotations

from typing import Any, Literal

from hub.messages.base import (
    By,
    CancellationId,
    Count,
    Currency,
    CustomerId,
    Decision,
    Event,
    Instant,
    LineNumber,
    Money,
    Name,
    NamesOrder,
    OrderId,
    PoNumber,
    Quantity,
    QuestionId,
    Text,
    Wire,
)
from hub.messages.customer_po import Source
from hub.messages.order import ORDER_EXAMPLE, SALES_EXAMPLE, OrderEvent


class LineVerdict(Wire):
    """The decision on one line of a cancellation request."""

    line: LineNumber
    decision: Literal["free", "penalty", "refuse"]


class Penalty(Wire):
    """A penalty for cancelling."""

    amount: Money
    currency: Currency


PenaltyStep = Literal[
    "unconfirmed",
    "awaiting_engineering",
    "awaiting_materials",
    "ready",
    "scheduled",
    "in_production",
    "awaiting_inspection",
    "defect_found",
    "ready_to_ship",
    "part_shipped",
]
"""How far the work on a line has come: the state of its work order, `unconfirmed` before there is one (R64)."""


class PenaltyBasis(Wire):
    """How the proposed penalty for a line comes about: a share of what is open of its value (R64)."""

    line: LineNumber
    step: PenaltyStep
    percent: Quantity
    value: Money | None = None
    """of what is neither shipped nor cancelled"""
    amount: Money | None = None
    currency: Currency | None = None
    reason: Text | None = None
    """why nothing can be proposed"""


class AssessCancellation(
    NamesOrder,
    Decision,
    type="cancellation.assess.v1",
    subject="cancellation_id",
    example={
        "order_id": "O-7K3M9QX2WDRT",
        "cancellation_id": "C-7K3M9QX2WDRT-1",
        "decision": "penalty",
        "penalty": {"amount": "150.00", "currency": "EUR"},
        "reason": "the material is already cut",
        **SALES_EXAMPLE,
    },
):
    """The sales officer's decision on a cancellation request, for all its lines or line by line (R31)."""

    cancellation_id: CancellationId | None = None
    """absent: the one that is being assessed"""
    decision: Literal["free", "penalty", "refuse"] | None = None
    lines: list[LineVerdict] = []
    penalty: Penalty | None = None
    """for all lines with a penalty together; absent: as the settings propose (R64)"""
    reason: Text | None = None


# ---------------------------------------------------------------------------------------------- events

_CANCELLATION: dict[str, Any] = {**ORDER_EXAMPLE, "cancellation_id": "C-7K3M9QX2WDRT-1", "lines": ["1"]}
_QUESTION: dict[str, Any] = {
    **_CANCELLATION,
    "question_id": "Q-7K3M9QX2WDRT-1",
    "penalty": {"amount": "150.00", "currency": "EUR"},
}


class CancellationEvent(OrderEvent):
    """An event of a cancellation."""

    cancellation_id: CancellationId
    lines: list[LineNumber]
    requests: list[Name] = []
    """what the customer calls the requests that are decided here"""


class CancellationRequested(
    CancellationEvent,
    type="cancellation.requested.v1",
    subject="cancellation_id",
    example={**_CANCELLATION, "reason": "the project was stopped"},
):
    """The customer asks to cancel these lines (R30)."""

    reason: Text | None = None


class CancellationExtended(
    CancellationEvent,
    type="cancellation.extended.v1",
    subject="cancellation_id",
    example={**_CANCELLATION, "lines": ["1", "2"], "added": ["2"], "voided_question_id": "Q-7K3M9QX2WDRT-1"},
):
    """Further lines join the request being decided, or the PO was revised; an open offer is void (R38)."""

    added: list[LineNumber] = []
    voided_question_id: QuestionId | None = None


class CancellationRefused(
    Event,
    type="cancellation.refused.v1",
    subject="po_number",
    example={
        "customer_id": "C-HOLT",
        "po_number": "4500119034",
        "order_id": "O-7K3M9QX2WDRT",
        "cancellation_id": "C-7K3M9QX2WDRT-1",
        "lines": ["1"],
        "code": "too_late",
        "reason": "everything has been shipped",
    },
):
    """These lines are not cancelled, and work on them continues; the customer is told why (R34, R37)."""

    customer_id: CustomerId
    po_number: PoNumber
    order_id: OrderId | None = None
    """absent where nobody knows the purchase order"""
    cancellation_id: CancellationId | None = None
    lines: list[LineNumber] = []
    code: Literal["refused", "too_late", "unknown_order", "unknown_line", "order_closed"]
    reason: Text
    requests: list[Name] = []
    """what the customer calls the requests that are refused"""
    source: Source | None = None
    """how the request came in, where nobody knows the purchase order: the answer goes the same way"""
    by: By | None = None


class CancellationPenaltyProposed(
    CancellationEvent,
    type="cancellation.penalty-proposed.v1",
    subject="cancellation_id",
    example={**_QUESTION, "expires_at": "2026-11-29T08:00:00Z"},
):
    """The customer is asked whether it accepts a penalty for cancelling these lines (R33)."""

    question_id: QuestionId
    penalty: Penalty
    basis: list[PenaltyBasis] = []
    """how it comes about; empty where the sales officer set it"""
    expires_at: Instant
    reason: Text | None = None
    by: By | None = None


class CancellationReminded(
    CancellationEvent,
    type="cancellation.reminded.v1",
    subject="cancellation_id",
    example={**_QUESTION, "reminder": 1, "expires_at": "2026-11-29T08:00:00Z"},
):
    """The customer is reminded of the penalty question (R38)."""

    question_id: QuestionId
    reminder: Count
    penalty: Penalty
    expires_at: Instant


class _Answered(CancellationEvent):
    question_id: QuestionId
    penalty: Penalty
    by: By | None = None


class CancellationPenaltyAccepted(
    _Answered, type="cancellation.penalty-accepted.v1", subject="cancellation_id", example=_QUESTION
):
    """The customer accepts the penalty (R33)."""


class CancellationPenaltyDeclined(
    _Answered, type="cancellation.penalty-declined.v1", subject="cancellation_id", example=_QUESTION
):
    """The customer declines the penalty; work on the lines continues (R33)."""


class CancellationPenaltyExpired(
    _Answered, type="cancellation.penalty-expired.v1", subject="cancellation_id", example=_QUESTION
):
    """No answer came in time; work on the lines continues and the customer is told (R38)."""


class CancellationGranted(
    CancellationEvent,
    type="cancellation.granted.v1",
    subject="cancellation_id",
    example={**_CANCELLATION, "penalty": {"amount": "150.00", "currency": "EUR"}},
):
    """These lines are cancelled: all work on them stops, and the customer is told (R32, R33)."""

    penalty: Penalty | None = None
    reason: Text | None = None
    by: By | None = None
