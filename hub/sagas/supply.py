"""What orders share: the material POs and the stock of raw materials. Frozen, as the orders are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hub.messages.material_po import AcknowledgedLine
from hub.sagas.model import Task
from hub.sagas.numbers import ZERO


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
    notices: Mapping[str, str] = field(default_factory=dict)
    """by number: what the supplier's ship notices say, each as it came last"""
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
