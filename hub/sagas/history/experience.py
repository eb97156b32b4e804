"""What the hub has learnt from its own history: products made, suppliers' dates; and what is planned and on its way.

Products and suppliers are learnt from events, so that they can be learnt again from the event log. What is planned
on a work centre, and what suppliers still bring, follows from the work orders and material POs as they stand. None of
it depends on the order in which events are taken: of two that tell of the same, the later by its time counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from statistics import median

from hub.messages.customer_po import Line
from hub.messages.material_po import MaterialPoPartReceived, MaterialPoReceived
from hub.messages.work_order import MaterialsSpecified
from hub.sagas.calendar import Calendar
from hub.sagas.model import Order, WorkOrder
from hub.sagas.numbers import ZERO, decimal
from hub.sagas.procurement.sourcing import JOINABLE
from hub.sagas.products import product_of, specification_of
from hub.sagas.stock import AWAITED_STATES
from hub.sagas.supply import MaterialPo

REMEMBERED = 25
"""of how many of the latest work orders, or deliveries, the single figures are kept"""
PLANNED = frozenset({"scheduled", "in_production"})
ProductKey = tuple[str, str, str]
"""product, specification, customer"""


@dataclass(frozen=True, slots=True)
class Listed:
    """The last list of materials that an engineer made for a product."""

    at: str
    work_order_id: str
    engineer: str
    pieces: Decimal
    """for how many pieces the quantities are"""
    materials: tuple[tuple[str, Decimal, str], ...]
    """material, quantity, unit"""


@dataclass(frozen=True, slots=True)
class Finished:
    """A work order that became ready to ship."""

    at: str
    work_order_id: str
    days: float
    """from the work order's opening, to a tenth"""
    work_center: str | None = None


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """How a product, to one specification, was made for one customer."""

    product: str
    specification: str
    customer_id: str
    times: int = 0
    """work orders that became ready to ship"""
    latest: tuple[Finished, ...] = ()
    """the latest of them, the newest first"""
    listed: Listed | None = None

    @property
    def key(self) -> ProductKey:
        """What it is known by."""
        return self.product, self.specification, self.customer_id

    def with_list(self, listed: Listed) -> ProductRecord:
        """The record with a list of materials, unless it knows a later one."""
        known = self.listed
        if known is not None and (known.at, known.work_order_id) > (listed.at, listed.work_order_id):
            return self
        return replace(self, listed=listed)

    def with_finished(self, finished: Finished) -> ProductRecord:
        """The record with another work order made."""
        latest = sorted((*self.latest, finished), key=lambda each: (each.at, each.work_order_id), reverse=True)
        return replace(self, times=self.times + 1, latest=tuple(latest[:REMEMBERED]))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came from a supplier, and how many days after the date that it had promised; early is below zero."""

    at: str
    material_po_id: str
    line: str
    days_late: int


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """How a supplier kept its dates."""

    supplier_id: str
    deliveries: int = 0
    on_time: int = 0
    latest: tuple[Delivery, ...] = ()

    def with_delivery(self, delivery: Delivery) -> SupplierRecord:
        """The record with another delivery."""
        known = sorted(
            (*self.latest, delivery),
            key=lambda each: (each.at, each.material_po_id, each.line, each.days_late),
            reverse=True,
        )
        on_time = self.on_time + (delivery.days_late <= 0)
        return replace(self, deliveries=self.deliveries + 1, on_time=on_time, latest=tuple(known[:REMEMBERED]))

    @property
    def median_days_late(self) -> float:
        """Of the latest deliveries; early is below zero."""
        return float(median(each.days_late for each in self.latest)) if self.latest else 0.0


@dataclass(frozen=True, slots=True)
class Planned:
    """Production that is scheduled, or under way."""

    work_order_id: str
    work_center: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line of a material PO that a supplier still has to deliver."""

    material_po_id: str
    line: str
    supplier_id: str
    material: str
    unit: str
    quantity: Decimal
    expected: str | None
    """as promised, else as requested"""
    joinable: bool


# ------------------------------------------------------------------------------------------- learning from events


@dataclass(frozen=True, slots=True)
class Making:
    """What has to be known of a work order, beside an event of it, to learn from the event."""

    work_order_id: str
    customer_id: str
    item: Line
    pieces: Decimal
    created_at: str | None
    work_center: str | None = None

    @property
    def key(self) -> ProductKey:
        """The record that it belongs to."""
        return product_of(self.customer_id, self.item), specification_of(self.item), self.customer_id


def listed(making: Making, event: MaterialsSpecified, at: str) -> Listed:
    """What is learnt when an engineer lists materials (R11)."""
    materials = tuple((each.material, decimal(each.quantity), each.unit) for each in event.materials)
    return Listed(at, making.work_order_id, event.engineer, making.pieces, materials)


def finished(making: Making, at: str) -> Finished:
    """What is learnt when a work order is ready to ship."""
    begun = datetime.fromisoformat(making.created_at or at)
    days = (datetime.fromisoformat(at) - begun).total_seconds() / 86_400
    return Finished(at, making.work_order_id, round(days, 1), making.work_center)


def delivered(event: MaterialPoReceived | MaterialPoPartReceived, at: str, calendar: Calendar) -> Iterator[Delivery]:
    """What is learnt when goods come in: how late each line is, as far as it was awaited and had a date."""
    day = calendar.day(datetime.fromisoformat(at))
    lines = {line.line: line for line in event.lines}
    for receipt in event.receipt:
        line = lines.get(receipt.line)
        due = (line.promised_date or line.requested_date) if line else None
        if line is None or due is None or decimal(line.received) - decimal(receipt.quantity) >= decimal(line.quantity):
            continue
        late = day - date.fromisoformat(due)
        yield Delivery(at, event.material_po_id, receipt.line, late.days)


# --------------------------------------------------------------------------------------------- as things stand


def making_of(order: Order, work: WorkOrder) -> Making | None:
    """A work order as it stands, to learn from an event of it."""
    if work.item is None:
        return None
    return Making(work.work_order_id, order.customer_id, work.item, work.quantity, work.created_at, work.work_center)


def planned(work: WorkOrder) -> Planned | None:
    """The production of a work order, where it is scheduled or under way."""
    if work.state not in PLANNED or not (work.start and work.end and work.work_center):
        return None
    return Planned(work.work_order_id, work.work_center, work.start, work.end)


def arrivals(po: MaterialPo) -> Iterator[Arrival]:
    """What a material PO still brings."""
    if po.state not in AWAITED_STATES:
        return
    for line in po.lines.values():
        if line.awaited > ZERO:
            expected = line.promised_date or line.requested_date
            joinable = po.state in JOINABLE
            yield Arrival(
                po.material_po_id,
                line.line,
                po.supplier_id,
                line.material,
                line.unit,
                line.awaited,
                expected,
                joinable,
            )
