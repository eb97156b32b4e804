"""What is to be seen at a glance: each order with its lines, and the latest events in plain words."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.messages.document import DocumentEvent, DocumentSent
from hub.messages.envelope import Letter
from hub.messages.material_po import MaterialPoEvent
from hub.messages.order import (
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderHeld,
    OrderLineCancelled,
    OrderReceived,
    OrderReleased,
    OrderRevised,
    OrderRevisionRequested,
)
from hub.messages.quality import DefectFound
from hub.messages.shipment import Shipped
from hub.messages.work_order import (
    FixOrdered,
    MaterialsAvailable,
    MaterialsSpecified,
    ProductionStarted,
    ReadyToShip,
    RemakeOrdered,
    WorkOrderCreated,
    WorkOrderProduced,
    WorkOrderScheduled,
)
from hub.simulation.words import said

STAGES = ("review", "engineering", "materials", "ready", "scheduled", "making", "inspection", "shipping", "shipped")
QUIET = (DocumentSent,)
"""told in the end, as a list"""

_STATE: Mapping[type, str] = {
    WorkOrderCreated: "engineering",
    MaterialsSpecified: "materials",
    MaterialsAvailable: "ready",
    WorkOrderScheduled: "scheduled",
    ProductionStarted: "making",
    WorkOrderProduced: "inspection",
    DefectFound: "defect",
    FixOrdered: "fixing",
    RemakeOrdered: "making again",
    ReadyToShip: "shipping",
    OrderLineCancelled: "cancelled",
}
_STAGE = {name: place for place, name in enumerate(STAGES)} | {"defect": 6, "fixing": 5, "making again": 2}


@dataclass(slots=True)
class LineView:
    """A line, as it stands."""

    what: str
    state: str = "review"
    held: bool = False

    @property
    def stage(self) -> int:
        """How far it has come, of eight steps."""
        return _STAGE.get(self.state, 0)


@dataclass(slots=True)
class OrderView:
    """An order, as it stands."""

    customer: str
    number: str
    state: str = "under review"
    lines: dict[str, LineView] = field(default_factory=dict)


class Board:
    """Follows the events. ``customers`` gives the customer of each PO that is to be seen."""

    def __init__(self, names: Mapping[str, str], customers: Mapping[str, str], latest: int = 10) -> None:
        self._names = names
        self._ids: dict[str, OrderView] = {}
        self.orders = {number: OrderView(names.get(key, key), number) for number, key in customers.items()}
        for view in self.orders.values():
            view.state = "awaited"
        self.latest: deque[str] = deque(maxlen=latest)

    def hear(self, letter: Letter) -> str:
        """Take an event in; what there is to say of it, or nothing."""
        message = letter.message
        if isinstance(message, OrderReceived) and message.po_number in self.orders:
            self._ids[message.order_id] = self.orders[message.po_number]
        keys = [letter.envelope.correlationid or ""]
        if isinstance(message, MaterialPoEvent):
            keys = message.order_ids
        view = next((self._ids[key] for key in keys if key in self._ids), None)
        if view is not None:
            self._follow(view, message)
        elif not isinstance(message, DocumentEvent):
            return ""
        text = "" if isinstance(message, QUIET) else said(message, self._names)
        if text and view is not None:
            text = f"{view.customer} {view.number}: {text}"
        elif text and (partner := getattr(message, "partner_id", None)):
            text = f"{self._names.get(partner, partner)}: {text}"
        if text:
            self.latest.append(text)
        return text

    def _follow(self, view: OrderView, message: object) -> None:
        if isinstance(message, OrderReceived | OrderRevised):
            view.state = "under review"
            view.lines = {
                line.line: LineView(f"{line.quantity} × {line.product.description or line.product.buyer_part}")
                for line in message.po.lines
            }
        elif isinstance(message, OrderRevisionRequested):
            view.state = "stand-by"
        elif isinstance(message, OrderConfirmed):
            view.state = "in fulfilment"
        elif isinstance(message, OrderCompleted):
            view.state = "completed"
        elif isinstance(message, OrderCancelled):
            view.state = "cancelled"
        elif isinstance(message, OrderHeld | OrderReleased):
            for number in message.lines:
                view.lines[number].held = isinstance(message, OrderHeld)
        elif isinstance(message, Shipped):
            for item in message.items:
                view.lines[item.line].state = "shipped"
        elif (state := _STATE.get(type(message))) and (line := getattr(message, "line", "")) in view.lines:
            view.lines[line].state = state
