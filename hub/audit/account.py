"""What the events alone say of an order: the second set of books, kept without the sagas' code.

An event counts for what its schema says that it means; how the hub came to say it does not matter here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hub.audit.report import Notes

ZERO = Decimal(0)
Data = dict[str, Any]


def number(text: Any) -> Decimal:
    """The number that a decimal string stands for; absent is zero."""
    return Decimal(str(text)) if text not in {None, ""} else ZERO


@dataclass(slots=True)
class LineAccount:
    """A line, as the events have it."""

    ordered: Decimal = ZERO
    shipped: Decimal = ZERO
    cancelled: Decimal = ZERO
    ended: bool = False
    """cancelled, so that nothing may ship any more"""
    removed: bool = False
    """by a change of its customer's, so that it has to have ended too"""
    late: bool = False
    """projected later than confirmed"""

    @property
    def open(self) -> Decimal:
        """What is neither shipped nor cancelled."""
        return self.ordered - self.shipped - self.cancelled


@dataclass(slots=True)
class WorkAccount:
    """A work order, as the events have it. Made = good + scrapped + bad, and what is in inspection."""

    line: str
    state: str = "awaiting_engineering"
    quantity: Decimal = ZERO
    good: Decimal = ZERO
    scrapped: Decimal = ZERO
    bad: Decimal = ZERO
    shipped: Decimal = ZERO
    remake: bool = False
    half_made: Decimal = ZERO


@dataclass(slots=True)
class NeedAccount:
    """A material requirement, as the events have it."""

    work_order_id: str
    material: str
    last: str = ""
    """the verb of its last event; ``reduced`` where a part was released and the rest is still required"""
    quantity: Decimal = ZERO
    """as last listed for its work order"""
    from_stock: Decimal = ZERO


ORDER_STATES = {
    "order.received": "under_review",
    "order.revised": "under_review",
    "order.confirmed": "in_fulfilment",
    "order.revision-requested": "stand_by",
    "order.rejected": "rejected",
    "order.lapsed": "lapsed",
    "order.cancelled": "cancelled",
    "order.completed": "completed",
}
CANCELLATION_STATES = {
    "cancellation.requested": "assessing",
    "cancellation.extended": "assessing",
    "cancellation.penalty-proposed": "awaiting_customer",
    "cancellation.penalty-accepted": "none",
    "cancellation.penalty-declined": "none",
    "cancellation.penalty-expired": "none",
    "cancellation.granted": "none",
}
CHANGE_STATES = {
    "order.change-requested": "requested",
    "order.changed": "none",
    "order.change-refused": "none",
}
WORK_STATES = {
    "work-order.materials-specified": "awaiting_materials",
    "work-order.materials-available": "ready",
    "work-order.scheduled": "scheduled",
    "work-order.production-started": "in_production",
    "work-order.produced": "awaiting_inspection",
    "quality.passed": "ready_to_ship",
    "quality.defect-found": "defect_found",
    "work-order.cancelled": "cancelled",
}


@dataclass(slots=True)
class OrderAccount:
    """An order, as the events have it."""

    order_id: str
    customer_id: str = ""
    po_number: str = ""
    state: str = ""
    cancellation: str = "none"
    change: str = "none"
    revisions: int = 0
    sequence: int = 0
    lines: dict[str, LineAccount] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    works: dict[str, WorkAccount] = field(default_factory=dict)
    needs: dict[str, NeedAccount] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    """open ones, each with its kind"""
    consumed: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    returned: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """what cancelled work orders gave back to stock, by material or product"""
    granted: set[str] = field(default_factory=set)
    """lines whose cancellation was granted, and that were not cancelled yet"""

    def take(self, kind: str, data: Data, notes: Notes) -> None:
        """Enter an event of this order."""
        self.state = ORDER_STATES.get(kind, self.state)
        self.cancellation = CANCELLATION_STATES.get(kind, self.cancellation)
        self.change = CHANGE_STATES.get(kind, self.change)
        subject = kind.partition(".")[0]
        if subject in {"order", "cancellation"}:
            self._order(kind, data)
        elif subject in {"work-order", "quality"}:
            self._work(kind, data)
        elif subject == "material":
            self._need(kind, data)
        elif kind == "shipment.shipped":
            self._ship(data, notes)

    def _order(self, kind: str, data: Data) -> None:
        if kind in {"order.received", "order.revised"}:
            self.customer_id, self.po_number = data["customer_id"], data["po_number"]
            self.revisions = data["revision"]
            self.lines = {line["line"]: LineAccount(number(line["quantity"])) for line in data["po"]["lines"]}
        elif kind == "order.changed":
            self.revisions = data["revision"]
            for entry in data["lines"]:
                line = self.lines.setdefault(entry["line"], LineAccount())
                if entry["action"] == "delete":
                    line.removed = True
                else:
                    line.ordered = number(entry["after"]["quantity"])
        elif kind == "order.line-cancelled":
            line = self.lines.setdefault(data["line"], LineAccount())
            line.cancelled += number(data["quantity"])
            line.ended = True
            self.held.discard(data["line"])
            self.granted.discard(data["line"])
        elif kind == "cancellation.granted":
            self.granted |= set(data["lines"])
        elif kind in {"order.delay-projected", "order.delay-averted", "order.delay-confirmed"}:
            self.lines.setdefault(data["line"], LineAccount()).late = kind == "order.delay-projected"
        elif kind == "order.held":
            self.held |= set(data["lines"])
        elif kind == "order.released":
            self.held -= set(data["lines"])
        elif kind == "cancellation.refused" and data.get("cancellation_id"):
            self.cancellation = "none"

    def _work(self, kind: str, data: Data) -> None:
        key = data["work_order_id"]
        if kind == "work-order.created":
            self.works[key] = WorkAccount(data["line"], quantity=number(data["quantity"]))
            return
        work = self.works.setdefault(key, WorkAccount(data["line"], state=""))
        work.state = WORK_STATES.get(kind, work.state)
        for entry in data.get("materials", ()):
            need = self.needs.setdefault(entry["requirement_id"], NeedAccount(key, entry["material"]))
            need.quantity = number(entry["quantity"])
        if kind == "work-order.changed":
            work.quantity, work.state = number(data["quantity"]), data["state"]
        elif kind == "work-order.produced":
            work.remake = False
        elif kind in {"quality.passed", "quality.defect-found"}:
            work.good += number(data["passed"])
            work.bad = number(data.get("failed"))
        elif kind in {"work-order.fix-ordered", "work-order.remake-ordered"}:
            self._decided(work, kind, number(data["quantity"]))
        elif kind == "work-order.cancelled":
            work.half_made = number(data["half_made"])
        elif kind == "work-order.disposed":
            work.half_made -= number(data["quantity"])
            for entry in data.get("to_stock", ()):
                self.returned[entry["material"]] += number(entry["quantity"])

    @staticmethod
    def _decided(work: WorkAccount, kind: str, pieces: Decimal) -> None:
        work.bad -= pieces
        if kind == "work-order.remake-ordered":
            work.scrapped += pieces
            work.remake = True
        if work.bad <= ZERO:
            work.state = "awaiting_materials" if work.remake else "in_production"

    def _need(self, kind: str, data: Data) -> None:
        key = data["requirement_id"]
        need = self.needs.setdefault(key, NeedAccount(data["work_order_id"], data["material"]))
        need.last = kind.partition(".")[2]
        if need.last == "released" and number(data.get("left")) > ZERO:
            need.last = "reduced"
        if need.last == "reserved":
            need.from_stock += number(data["quantity"])
        elif need.last == "short":
            work = self.works[need.work_order_id]
            work.state = "awaiting_materials" if work.state in {"ready", "scheduled"} else work.state
        elif need.last == "consumed":
            self.consumed[data["material"]] += number(data["quantity"])

    def _ship(self, data: Data, notes: Notes) -> None:
        for item in data["items"]:
            line = self.lines.setdefault(item["line"], LineAccount())
            where = f"{data['shipment_id']} of {self.order_id}, line {item['line']}"
            if line.ended:
                notes.find("shipped_after_cancellation", data["shipment_id"], f"{where}: it had been cancelled")
            if item["line"] in self.held:
                notes.find("shipped_on_hold", data["shipment_id"], f"{where}: it was on hold")
            line.shipped += number(item["quantity"])
            work = self.works.get(item["work_order_id"])
            if work is None:
                notes.find("orphan_shipment", data["shipment_id"], f"{where}: {item['work_order_id']} was never opened")
                continue
            work.shipped += number(item["quantity"])
            if work.shipped > work.good:
                notes.find(
                    "shipped_unmade", data["shipment_id"], f"{where}: {work.shipped} left, {work.good} were good"
                )
            if work.state in {"ready_to_ship", "part_shipped"}:
                work.state = "shipped" if work.shipped >= work.quantity else "part_shipped"
