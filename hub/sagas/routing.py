"""Which saga decides on a message, and which hear of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from hub.messages.base import Message
from hub.messages.cancellation import AssessCancellation, CancellationGranted
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo, SubmitCustomerPo
from hub.messages.document import (
    ClassifyDocument,
    DocumentAcknowledged,
    DocumentQuarantined,
    DocumentReceived,
    DocumentReissued,
)
from hub.messages.material import MaterialAvailable, MaterialReleased, MaterialReserved, MaterialShort, SourceMaterial
from hub.messages.material_po import (
    MaterialPoCancelled,
    MaterialPoCancelRequested,
    MaterialPoChangeAccepted,
    MaterialPoConfirmed,
    MaterialPoDispatched,
    MaterialPoEvent,
    MaterialPoOverdue,
    MaterialPoPartReceived,
    MaterialPoPostponed,
    MaterialPoReceived,
    MaterialPoReduced,
    MaterialPoReminded,
)
from hub.messages.order import (
    OrderChanged,
    OrderChangeRefused,
    OrderConfirmed,
    OrderDelayAverted,
    OrderDelayConfirmed,
    OrderDelayProjected,
    OrderLineCancelled,
    OrderReleased,
    OrderRevised,
    ReviewChange,
    ReviewDelay,
    ReviewOrder,
)
from hub.messages.shipment import DispatchShipment, Shipped
from hub.messages.stock import AdjustStock
from hub.messages.work_order import (
    MaterialsSpecified,
    ProductionStarted,
    RemakeOrdered,
    WorkOrderCancelled,
    WorkOrderChanged,
)
from hub.sagas import timers
from hub.sagas.address import Address
from hub.sagas.cancellation import CANCELLATION
from hub.sagas.case import Case
from hub.sagas.change import CHANGE
from hub.sagas.delay import DELAY
from hub.sagas.document import DOCUMENT
from hub.sagas.material import FINAL, MATERIAL
from hub.sagas.material_po import MATERIAL_PO
from hub.sagas.model import Order
from hub.sagas.order import ORDER
from hub.sagas.procurement.shortage import latest_first
from hub.sagas.sales.purchase_order import is_questioned
from hub.sagas.stock import STOCK
from hub.sagas.work_order import WORK_ORDER

_ORDER_COMMANDS = (
    SubmitCustomerPo,
    ReviewOrder,
    ReviewDelay,
    DispatchShipment,
    timers.RevisionReminderDue,
    timers.RevisionLapseDue,
)
_CANCELLATION_COMMANDS = (
    CancelCustomerPo,
    AnswerPenalty,
    AssessCancellation,
    timers.PenaltyReminderDue,
    timers.PenaltyExpiryDue,
)


def decider(message: Message, order_id: str) -> Address | None:
    """The saga that decides on a command; None for a command that no saga takes."""
    if isinstance(message, _ORDER_COMMANDS):
        return Address(ORDER, order_id, order_id)
    if isinstance(message, _CANCELLATION_COMMANDS):
        return Address(CANCELLATION, order_id, order_id)
    if isinstance(message, ReviewChange):
        return Address(CHANGE, order_id, order_id)
    for table, name in (
        (MATERIAL_PO, "material_po_id"),
        (MATERIAL, "requirement_id"),
        (WORK_ORDER, "work_order_id"),
    ):
        key = getattr(message, name, None)
        if key and message.TYPE in table.messages:
            return Address(table, order_id, key)
    if isinstance(message, AdjustStock):
        return Address(STOCK, "", message.material)
    if isinstance(message, ClassifyDocument):
        return Address(DOCUMENT, "", message.document_id)
    return None


# ------------------------------------------------------------------------------- whom an event concerns


def _pos_of_source(message: SourceMaterial, case: Case, home: Order) -> Iterator[Address]:
    need = home.requirements[message.requirement_id]
    ordered = sum(allocation.from_ == "supplier" for allocation in message.allocations)
    for key in dict.fromkeys(source.material_po_id for source in need.sources[len(need.sources) - ordered :]):
        yield Address(MATERIAL_PO, home.order_id, key)


def _its_cancellation(message: Any, case: Case, home: Order) -> Iterator[Address]:
    yield Address(CANCELLATION, home.order_id, home.order_id)


def _its_change(message: SubmitCustomerPo, case: Case, home: Order) -> Iterator[Address]:
    marked = message.purpose in {"revision", "change"}
    if home.state == "in_fulfilment" and marked and not is_questioned(home, message, case):
        yield Address(CHANGE, home.order_id, home.order_id)


def _changed_lines_and_order(message: OrderChanged, case: Case, home: Order) -> Iterator[Address]:
    for changed in message.lines:
        key = home.lines[changed.line].work_order_id if changed.action != "delete" else None
        if key:
            yield Address(WORK_ORDER, home.order_id, key)
    yield Address(ORDER, home.order_id, home.order_id)


def _work_orders_of_lines(message: OrderConfirmed, case: Case, home: Order) -> Iterator[Address]:
    for line in message.lines:
        key = home.lines[line.line].work_order_id
        if key:
            yield Address(WORK_ORDER, home.order_id, key)


def _listed(message: Any, case: Case, home: Order) -> Iterator[Address]:
    for entry in message.materials:
        yield Address(MATERIAL, home.order_id, entry.requirement_id)
    yield Address(WORK_ORDER, home.order_id, message.work_order_id)


def _listed_and_no_longer_listed(message: MaterialsSpecified, case: Case, home: Order) -> Iterator[Address]:
    listed = dict.fromkeys(entry.requirement_id for entry in message.materials)
    for key, need in home.requirements.items():
        if need.work_order_id == message.work_order_id and need.state not in FINAL and key not in listed:
            yield Address(MATERIAL, home.order_id, key)
    for key in listed:
        yield Address(MATERIAL, home.order_id, key)
    yield Address(WORK_ORDER, home.order_id, message.work_order_id)


def _its_work_order(message: Any, case: Case, home: Order) -> Iterator[Address]:
    yield Address(WORK_ORDER, home.order_id, message.work_order_id)


def _current_needs(message: Any, case: Case, home: Order) -> Iterator[Address]:
    for key in home.work_orders[message.work_order_id].requirements:
        yield Address(MATERIAL, home.order_id, key)


def _who_has_it(message: AdjustStock, case: Case, home: Order | None) -> Iterator[Address]:
    for need in latest_first(case, message.material):
        yield Address(MATERIAL, need.order_id, need.requirement_id)


def _all_needs(message: WorkOrderCancelled, case: Case, home: Order) -> Iterator[Address]:
    for key, need in home.requirements.items():
        if need.work_order_id == message.work_order_id:
            yield Address(MATERIAL, home.order_id, key)


def _its_material_pos(message: MaterialReleased, case: Case, home: Order) -> Iterator[Address]:
    for key in message.material_po_ids:
        yield Address(MATERIAL_PO, home.order_id, key)


def _pos_of_lines(message: OrderReleased, case: Case, home: Order) -> Iterator[Address]:
    keys = {
        source.material_po_id: None
        for need in home.requirements.values()
        if home.work_orders[need.work_order_id].line in message.lines
        for source in need.sources
        if not source.closed
    }
    for key in keys:
        yield Address(MATERIAL_PO, home.order_id, key)


def _needs_of_po(message: MaterialPoEvent, case: Case, home: Order | None) -> Iterator[Address]:
    for order_id in message.order_ids:
        for key, need in case.orders[order_id].requirements.items():
            if any(each.material_po_id == message.material_po_id and not each.closed for each in need.sources):
                yield Address(MATERIAL, order_id, key)


def _delay(message: Any, case: Case, home: Order) -> Iterator[Address]:
    yield Address(DELAY, home.order_id, message.line)


def _line(message: OrderDelayConfirmed, case: Case, home: Order) -> Iterator[Address]:
    yield Address(WORK_ORDER, home.order_id, home.lines[message.line].work_order_id or "")


def _shipped(message: Shipped, case: Case, home: Order) -> Iterator[Address]:
    for item in message.items:
        yield Address(WORK_ORDER, home.order_id, item.work_order_id)
        yield Address(DELAY, home.order_id, item.line)
    yield Address(ORDER, home.order_id, home.order_id)


def _its_order(message: Any, case: Case, home: Order) -> Iterator[Address]:
    yield Address(ORDER, home.order_id, home.order_id)


def _line_change_and_order(message: OrderLineCancelled, case: Case, home: Order) -> Iterator[Address]:
    key = home.lines[message.line].work_order_id
    if key:
        yield Address(WORK_ORDER, home.order_id, key)
    yield Address(CHANGE, home.order_id, home.order_id)
    yield Address(DELAY, home.order_id, message.line)
    yield Address(ORDER, home.order_id, home.order_id)


def _itself(message: DocumentQuarantined, case: Case, home: Order | None) -> Iterator[Address]:
    yield Address(DOCUMENT, "", message.document_id)


def _those_before(message: DocumentReceived, case: Case, home: Order | None) -> Iterator[Address]:
    for document_id in message.replaces:
        yield Address(DOCUMENT, "", document_id)


def _those_asked_about(
    message: DocumentAcknowledged | DocumentReissued, case: Case, home: Order | None
) -> Iterator[Address]:
    for document_id in message.answers:
        yield Address(DOCUMENT, "", document_id)


CONCERNS: dict[type[Message], Callable[[Any, Case, Any], Iterable[Address]]] = {
    SourceMaterial: _pos_of_source,
    SubmitCustomerPo: _its_change,
    ReviewChange: _its_order,
    OrderChanged: _changed_lines_and_order,
    OrderChangeRefused: _its_order,
    OrderRevised: _its_cancellation,
    OrderConfirmed: _work_orders_of_lines,
    MaterialsSpecified: _listed_and_no_longer_listed,
    WorkOrderChanged: _current_needs,
    RemakeOrdered: _listed,
    MaterialReserved: _its_work_order,
    MaterialAvailable: _its_work_order,
    AdjustStock: _who_has_it,
    MaterialShort: _its_work_order,
    ProductionStarted: _current_needs,
    WorkOrderCancelled: _all_needs,
    MaterialReleased: _its_material_pos,
    OrderReleased: _pos_of_lines,
    MaterialPoReceived: _needs_of_po,
    MaterialPoPartReceived: _needs_of_po,
    MaterialPoCancelled: _needs_of_po,
    MaterialPoCancelRequested: _needs_of_po,
    MaterialPoReduced: _needs_of_po,
    MaterialPoChangeAccepted: _needs_of_po,
    MaterialPoConfirmed: _needs_of_po,
    MaterialPoDispatched: _needs_of_po,
    MaterialPoReminded: _needs_of_po,
    MaterialPoOverdue: _needs_of_po,
    MaterialPoPostponed: _needs_of_po,
    ReviewDelay: _delay,
    OrderDelayProjected: _delay,
    OrderDelayAverted: _delay,
    OrderDelayConfirmed: _line,
    Shipped: _shipped,
    CancellationGranted: _its_order,
    OrderLineCancelled: _line_change_and_order,
    DocumentQuarantined: _itself,
    DocumentReceived: _those_before,
    DocumentAcknowledged: _those_asked_about,
    DocumentReissued: _those_asked_about,
}
"""Who has to hear of a message beside the one that decided. Each finds them in the case as it then stands."""


def concerned(message: Message, case: Case, order_id: str) -> list[Address]:
    """The sagas that a message concerns beside the one that decided, in the order in which they hear.

    ``order_id`` is the order by whose saga the message was decided or said; an event may name another.
    """
    find = CONCERNS.get(type(message))
    if find is None:
        return []
    key = getattr(message, "order_id", None) or order_id
    return list(find(message, case, case.orders.get(key)))
