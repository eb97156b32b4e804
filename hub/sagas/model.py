"""What the sagas know: an order with everything that concerns it alone, and the two things that orders share.

All of it is frozen; a step makes new values. An order is loaded, locked and written whole: its lines, work
orders, material requirements, cancellation, change and open tasks. Material POs and stock are shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hub.messages.customer_po import Line, SubmitCustomerPo
from hub.messages.materials import AcknowledgedLine
from hub.messages.order import ChangedLine, Penalty, PenaltyBasis
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

    def next_number(self, prefix: str, existing: Mapping[str, Any]) -> str:
        """The id of the next part of this kind: ``W-7K3M9QX2WDRT-3``."""
        return f"{prefix}-{self.key}-{len(existing) + 1}"

    def line_of(self, work_order_id: str) -> str:
        """The line that a work order makes; nothing where no line names it."""
        return next((number for number, line in self.lines.items() if line.work_order_id == work_order_id), "")

    def with_line(self, number: str, line: OrderLine) -> Order:
        """The order with one line replaced."""
        return replace(self, lines={**self.lines, number: line})


@dataclass(frozen=True, slots=True)
class MaterialShare:
    """The part of a material PO's line that serves one requirement."""

    requirement_id: str
    order_id: str
    quantity: Decimal
    received: Decimal = ZERO


ENDED_LINES = frozenset({"received", "cancelled", "rejected"})


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A line of a material PO. Received plus awaited is always what is ordered (R69)."""

    line: str
    material: str
    unit: str
    quantity: Decimal
    unit_price: str | None = None
    requested_date: str | None = None
    promised_date: str | None = None
    description: str | None = None
    received: Decimal = ZERO
    shares: tuple[MaterialShare, ...] = ()
    status: str = "open"
    """open, confirmed, changed, rejected, received, cancelled"""
    answer: AcknowledgedLine | None = None

    @property
    def awaited(self) -> Decimal:
        """What is still to come."""
        return ZERO if self.status in ENDED_LINES else max(ZERO, self.quantity - self.received)

    @property
    def undecided(self) -> bool:
        """Whether a procurement officer has to decide on what the supplier says of it (R20)."""
        return self.status in {"changed", "rejected"}

    def ended(self) -> MaterialLine:
        """The line with nothing more to come: what has come stays."""
        status = "received" if self.received > ZERO else "cancelled"
        return replace(self, status=status, quantity=self.received, shares=())

    def share_of(self, requirement_id: str) -> MaterialShare | None:
        """The share of a requirement, if it has one."""
        return next((share for share in self.shares if share.requirement_id == requirement_id), None)


@dataclass(frozen=True, slots=True)
class MaterialPo:
    """A purchase order that MetalWorks sends to a supplier; it may serve several orders (R63)."""

    material_po_id: str
    supplier_id: str = ""
    state: str = "new"
    visits: int = 0
    currency: str | None = None
    lines: Mapping[str, MaterialLine] = field(default_factory=dict)
    served: tuple[str, ...] = ()
    """every order that it serves or has served, so that each stays reachable from the others (R70)"""
    version: int = 0
    asked_at: str = ""
    """when the supplier was last asked for something"""
    owed: str = ""
    """what the supplier is to do next; empty: nothing"""
    due_at: str | None = None
    """when it is next looked whether that has come"""
    patience: str | None = None
    """until when procurement has decided to wait"""
    reminders: int = 0
    overdue: bool = False
    tasks: Mapping[str, Task] = field(default_factory=dict)
    task_count: int = 0

    @property
    def order_ids(self) -> tuple[str, ...]:
        """The orders that it serves or has served, sorted."""
        return self.served

    @property
    def nothing_awaited(self) -> bool:
        """Whether all has come that is to come, and nothing is left to be decided."""
        return not any(line.awaited > ZERO or line.undecided for line in self.lines.values())

    @property
    def nothing_came(self) -> bool:
        """Whether nothing of it has come."""
        return not any(line.received > ZERO for line in self.lines.values())

    @property
    def serves_nobody(self) -> bool:
        """Whether no requirement counts on what is still to come, or to be decided."""
        return not any(line.shares for line in self.lines.values() if line.awaited > ZERO or line.undecided)

    def given_up(self) -> MaterialPo:
        """The PO when nobody needs it: what is refused has ended, what is changed stands until it is cancelled."""
        lines = {}
        for number, line in self.lines.items():
            status = "open" if line.status == "changed" else line.status
            lines[number] = line.ended() if status == "rejected" else replace(line, status=status, answer=None)
        return replace(self, lines=lines)

    def with_line(self, line: MaterialLine) -> MaterialPo:
        """The PO with one line replaced."""
        return replace(self, lines={**self.lines, line.line: line})


@dataclass(frozen=True, slots=True)
class Stock:
    """One raw material in the warehouse. Free is on hand less reserved."""

    material: str
    unit: str = ""
    state: str = "kept"
    visits: int = 0
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    on_order: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What nobody counts on."""
        return self.on_hand - self.reserved
