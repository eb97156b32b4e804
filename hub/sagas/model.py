"""What the sagas know of an order: everything that concerns it alone. What orders share is in `hub.sagas.supply`.

All of it is frozen; a step makes new values. An order is loaded, locked and written whole: its lines, work
orders, material requirements, cancellation, change and open tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hub.messages.cancellation import Penalty, PenaltyBasis
from hub.messages.customer_po import Line, SubmitCustomerPo
from hub.messages.order import ChangedLine
from hub.sagas.numbers import ZERO, order_key


@dataclass(frozen=True, slots=True)
class Task:
    """An open task, with the visit of the state that asked for it."""

    task_id: str
    kind: str
    role: str
    target: str
    visit: int
    opened_at: str
    due_at: str | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """The region of a line that decides about a projected date later than the confirmed one (R60)."""

    line: str = ""
    state: str = "none"
    visits: int = 0
    announced: str | None = None
    """the projected date that is put to the sales officer"""
    decided: str | None = None
    """the projected date on which the sales officer has last decided"""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order: what was asked for, what has become of it, and its four dates (R60).

    At all times ordered = shipped + cancelled + open.
    """

    item: Line
    ordered: Decimal
    shipped: Decimal = ZERO
    cancelled: Decimal = ZERO
    requested: str | None = None
    first_confirmed: str | None = None
    confirmed: str | None = None
    projected: str | None = None
    work_order_id: str | None = None
    delay: Delay = Delay()

    @property
    def open(self) -> Decimal:
        """What is neither shipped nor cancelled."""
        return self.ordered - self.shipped - self.cancelled

    def promised(self) -> OrderLine:
        """The line with the requested date confirmed (R60)."""
        return replace(self, first_confirmed=self.requested, confirmed=self.requested, projected=self.requested)


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a purchase order, as received; every one stays readable (R6)."""

    number: int
    po: SubmitCustomerPo
    received_at: str
    sent: SubmitCustomerPo | None = None
    """the document as it came, where it named only what was to be changed"""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The region of an order that decides about cancelling (R30-R39)."""

    state: str = "none"
    visits: int = 0
    cancellation_id: str = ""
    lines: tuple[str, ...] = ()
    """on hold while the state is not ``none``"""
    requests: tuple[str, ...] = ()
    """what the customer calls its requests for this"""
    reason: str | None = None
    proposal: tuple[PenaltyBasis, ...] = ()
    """what the settings proposed for each line when the customer asked (R64)"""
    question_id: str = ""
    penalty: Penalty | None = None
    expires_at: str | None = None
    reminders: int = 0
    count: int = 0
    questions: int = 0
    closed: tuple[tuple[str, str], ...] = ()
    """the questions that were asked, each with how it ended: accepted, declined, expired, void"""
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """by closed question: the lines that it was about"""

    @property
    def names(self) -> dict[str, Any]:
        """What its events are about, beside the order and the lines."""
        return {"cancellation_id": self.cancellation_id, "requests": list(self.requests)}

    def asked_by(self, request: str | None) -> Cancellation:
        """The region with one more request for the same."""
        known = not request or request in self.requests
        return self if known else replace(self, requests=(*self.requests, str(request)))

    def closing(self, how: str) -> Cancellation:
        """The region with its question closed, if one was open (R38)."""
        closed, offers = self.closed, self.offers
        if self.question_id:
            closed, offers = (*closed, (self.question_id, how)), {**offers, self.question_id: self.lines}
        return replace(self, question_id="", penalty=None, expires_at=None, closed=closed, offers=offers)

    def ended(self) -> Cancellation:
        """The region with nothing to decide on; what it has counted, and its questions, stay."""
        return Cancellation(
            state=self.state,
            visits=self.visits,
            count=self.count,
            questions=self.questions,
            closed=self.closed,
            offers=self.offers,
        )


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What a customer asked to change after confirmation; every request stays readable (R8)."""

    change_id: str
    received_at: str
    sent: SubmitCustomerPo
    """the document as received"""
    lines: tuple[ChangedLine, ...] = ()
    """what differs from the order as it stood"""
    header: tuple[str, ...] = ()
    """what differs beside the lines"""
    outcome: str = "requested"
    """requested, superseded (decided with the next), accepted (for some lines at least), refused"""
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    """why lines keep their terms: line, reason"""


@dataclass(frozen=True, slots=True)
class Change:
    """The region of an order that decides about a customer's change after confirmation (R8)."""

    state: str = "none"
    visits: int = 0
    requests: tuple[ChangeRequest, ...] = ()

    @property
    def change_id(self) -> str:
        """The id of the last request."""
        return self.requests[-1].change_id if self.requests else ""

    @property
    def together(self) -> tuple[ChangeRequest, ...]:
        """The last request, after those that it supersedes: they are decided together."""
        place = max(0, len(self.requests) - 1)
        while place and self.requests[place - 1].outcome == "superseded":
            place -= 1
        return self.requests[place:]

    @property
    def undecided(self) -> tuple[ChangeRequest, ...]:
        """The requests that wait for a decision."""
        return self.together if self.state != "none" else ()


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """The making of one line item (R10-R18). Pieces: made = good + scrapped + bad (found, undecided)."""

    work_order_id: str
    order_id: str
    line: str
    state: str = "new"
    visits: int = 0
    item: Line | None = None
    unit: str = ""
    due: str | None = None
    quantity: Decimal = ZERO
    engineer: str | None = None
    materials: tuple[tuple[str, Decimal, str], ...] = ()
    """material, quantity for the whole work order, unit: as the engineer listed them"""
    requirements: tuple[str, ...] = ()
    """of the round of production that is under way or to come"""
    to_make: Decimal = ZERO
    """pieces of that round"""
    to_fix: Decimal = ZERO
    to_remake: Decimal = ZERO
    made: Decimal = ZERO
    in_inspection: Decimal = ZERO
    bad: Decimal = ZERO
    good: Decimal = ZERO
    scrapped: Decimal = ZERO
    shipped: Decimal = ZERO
    half_made: Decimal = ZERO
    start: str | None = None
    end: str | None = None
    work_center: str | None = None
    created_at: str | None = None

    @property
    def names(self) -> dict[str, Any]:
        """What its events are about."""
        return {"order_id": self.order_id, "work_order_id": self.work_order_id, "line": self.line}


@dataclass(frozen=True, slots=True)
class MaterialSource:
    """What of a requirement comes with which line of which material PO."""

    material_po_id: str
    line: str
    quantity: Decimal
    received: Decimal = ZERO
    closed: bool = False
    """nothing more will come of it: delivered in full, or within tolerance"""
    expected: str | None = None
    """the day on which it comes: as asked for, promised, announced, or as procurement expects it"""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One raw material that one work order needs (R11-R14)."""

    requirement_id: str
    order_id: str
    work_order_id: str
    material: str
    unit: str
    quantity: Decimal
    state: str = "new"
    visits: int = 0
    from_stock: Decimal = ZERO
    sources: tuple[MaterialSource, ...] = ()
    lost: Decimal = ZERO
    """what was set aside and, when production was to take it, was not there"""
    returned: Decimal = ZERO
    """what was set aside and is free again, because less is needed (R69)"""
    rounds: int = 0
    """how often a source was chosen"""

    @property
    def in_house(self) -> Decimal:
        """What is in the warehouse and set aside for it."""
        return self.from_stock + sum((source.received for source in self.sources), ZERO) - self.lost - self.returned

    @property
    def awaited(self) -> Decimal:
        """What is still to come from suppliers."""
        return sum((s.quantity - s.received for s in self.sources if not s.closed), ZERO)

    @property
    def unsourced(self) -> Decimal:
        """What has no source yet."""
        closed = sum((s.quantity - s.received for s in self.sources if s.closed), ZERO)
        return max(ZERO, self.quantity - self.in_house - self.awaited - closed)


@dataclass(frozen=True, slots=True)
class Order:
    """The hub's record of one customer PO, over all its revisions."""

    order_id: str
    customer_id: str
    po_number: str
    state: str = "new"
    visits: int = 0
    revisions: tuple[Revision, ...] = ()
    lines: Mapping[str, OrderLine] = field(default_factory=dict)
    work_orders: Mapping[str, WorkOrder] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    cancellation: Cancellation = field(default_factory=Cancellation)
    change: Change = field(default_factory=Change)
    tasks: Mapping[str, Task] = field(default_factory=dict)
    task_count: int = 0
    shipments: tuple[str, ...] = ()
    reminders: int = 0
    sequence: int = 0

    @property
    def key(self) -> str:
        """What the ids of all its parts share."""
        return order_key(self.order_id)

    @property
    def names(self) -> dict[str, Any]:
        """What its events are about."""
        return {"order_id": self.order_id, "customer_id": self.customer_id, "po_number": self.po_number}

    @property
    def po(self) -> SubmitCustomerPo:
        """The purchase order as last received."""
        return self.revisions[-1].po

    @property
    def held_lines(self) -> frozenset[str]:
        """The lines on hold (R36)."""
        return frozenset(self.cancellation.lines) if self.cancellation.state != "none" else frozenset()

    @property
    def held(self) -> bool:
        """Whether a cancellation is being decided."""
        return self.cancellation.state != "none"

    @property
    def finished(self) -> bool:
        """Whether nothing is open on any line."""
        return all(line.open <= ZERO for line in self.lines.values())

    @property
    def anything_shipped(self) -> bool:
        """Whether anything has left."""
        return any(line.shipped > ZERO for line in self.lines.values())

    def line_of(self, work_order_id: str) -> str:
        """The line that a work order makes; nothing where no line names it."""
        return next((number for number, line in self.lines.items() if line.work_order_id == work_order_id), "")

    def with_line(self, number: str, line: OrderLine) -> Order:
        """The order with one line replaced."""
        return replace(self, lines={**self.lines, number: line})
