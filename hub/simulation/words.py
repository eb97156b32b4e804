"""Events in plain words, for people who watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.messages import cancellation, document, material, material_po, order, quality, shipment, task, work_order
from hub.messages.base import Event

UNITS = {"H87": "pc", "KGM": "kg", "MTR": "m", "LBR": "lb"}


def amount(quantity: str, unit: str) -> str:
    """A quantity as people write it."""
    return f"{quantity} {UNITS.get(unit, unit)}"


def _need(event: Any) -> str:
    return f"{amount(event.quantity, event.unit)} {event.material}"


def _goods(event: Any) -> str:
    return ", ".join(f"{amount(line.quantity, line.unit)} {line.material}" for line in event.lines)


def _some(numbers: list[str]) -> str:
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _shipped(event: shipment.Shipped) -> str:
    items = ", ".join(f"line {item.line} ({amount(item.quantity, item.unit)})" for item in event.items)
    return f"{items} shipped with {event.carrier or 'a carrier'}"


WORDS: Mapping[type[Event], Callable[[Any], str]] = {
    task.TaskAssigned: lambda e: f"{e.task_id} is {e.assignee or 'nobody'}'s now",
    order.OrderReceived: lambda e: f"purchase order with {_some([each.line for each in e.po.lines])} received",
    order.OrderRevised: lambda e: f"revised purchase order received, revision {e.revision}",
    order.OrderRevisionRequested: lambda e: f"sent back for revision: {e.reason}",
    order.OrderConfirmed: lambda e: "confirmed",
    order.OrderDelayProjected: lambda e: f"line {e.line} is likely to be late: {e.projected} instead of {e.confirmed}",
    order.OrderDelayAverted: lambda e: f"line {e.line} is likely to be in time again",
    order.OrderDelayConfirmed: lambda e: f"line {e.line} is promised for {e.confirmed} now",
    order.OrderRejected: lambda e: f"rejected: {e.reason}",
    order.OrderHeld: lambda e: f"{_some(e.lines)} on hold while the cancellation is decided",
    order.OrderReleased: lambda e: f"{_some(e.lines)} released, work goes on",
    order.OrderLineCancelled: lambda e: f"line {e.line} cancelled",
    order.OrderCancelled: lambda e: "order cancelled",
    order.OrderCompleted: lambda e: "order completed",
    cancellation.CancellationRequested: lambda e: f"customer asks to cancel {_some(e.lines)}",
    cancellation.CancellationPenaltyProposed: lambda e: (
        f"customer is asked: penalty {e.penalty.amount} {e.penalty.currency}?"
    ),
    cancellation.CancellationPenaltyAccepted: lambda e: f"customer accepts {e.penalty.amount} {e.penalty.currency}",
    cancellation.CancellationGranted: lambda e: f"cancellation of {_some(e.lines)} granted",
    cancellation.CancellationRefused: lambda e: f"cancellation refused: {e.reason}",
    work_order.WorkOrderCreated: lambda e: f"line {e.line}: work order opened",
    work_order.MaterialsSpecified: lambda e: f"line {e.line}: materials listed by {e.engineer}",
    work_order.MaterialsAvailable: lambda e: f"line {e.line}: all material is there",
    work_order.WorkOrderScheduled: lambda e: f"line {e.line} scheduled on {e.work_center} from {e.start}",
    work_order.ProductionStarted: lambda e: f"line {e.line}: production started ({e.quantity} pc)",
    work_order.WorkOrderProduced: lambda e: f"line {e.line} made, goes to inspection ({e.quantity} pc)",
    quality.QualityPassed: lambda e: f"line {e.line} passed inspection",
    quality.DefectFound: lambda e: f"line {e.line}: {e.failed} pc failed: {e.defect}",
    work_order.FixOrdered: lambda e: f"line {e.line}: {e.quantity} pc to be fixed",
    work_order.RemakeOrdered: lambda e: f"line {e.line}: {e.quantity} pc discarded, to be made again",
    work_order.ReadyToShip: lambda e: f"line {e.line} ready to ship",
    shipment.Shipped: _shipped,
    work_order.WorkOrderCancelled: lambda e: f"line {e.line}: work stopped, {e.half_made} pc half made",
    work_order.WorkOrderDisposed: lambda e: f"line {e.line}: {e.quantity} pc half made go to {e.as_}",
    material.MaterialRequired: lambda e: f"{_need(e)} needed",
    material.MaterialReserved: lambda e: f"{_need(e)} set aside from stock",
    material.MaterialAvailable: lambda e: f"{_need(e)} in the warehouse",
    material.MaterialConsumed: lambda e: f"{_need(e)} used",
    material.MaterialReleased: lambda e: f"{_need(e)} no longer needed, {e.from_stock} back to free stock",
    material_po.MaterialPoIssued: lambda e: f"{_goods(e)} ordered from {e.supplier_id}",
    material_po.MaterialPoConfirmed: lambda e: f"{e.supplier_id} confirms {_goods(e)}",
    material_po.MaterialPoDispatched: lambda e: f"{e.supplier_id} has sent {_goods(e)}",
    material_po.MaterialPoReceived: lambda e: f"{_goods(e)} received from {e.supplier_id}",
    material_po.MaterialPoReminded: lambda e: f"{e.supplier_id} is reminded of {_goods(e)}",
    material_po.MaterialPoOverdue: lambda e: f"{e.supplier_id} is overdue with {_goods(e)}",
    material_po.MaterialPoPostponed: lambda e: f"{_goods(e)} from {e.supplier_id} awaited on",
    material_po.MaterialPoCancelRequested: lambda e: f"{e.supplier_id} is asked to cancel {_goods(e)}",
    material_po.MaterialPoCancelled: lambda e: f"{e.supplier_id} agrees to cancel {_goods(e)}",
    material_po.MaterialPoCancelRefused: lambda e: f"{e.supplier_id} will deliver {_goods(e)} all the same",
    document.DocumentReceived: lambda e: f"document {e.name} taken in",
    document.DocumentDuplicate: lambda e: f"document {e.name} came before: it starts nothing",
    document.DocumentRejected: lambda e: f"document {e.name} cannot be read: set aside with a report",
    document.DocumentQuarantined: lambda e: f"document {e.name} is for a person to judge",
    document.DocumentSent: lambda e: f"document sent: {e.name or e.purpose}",
}


def said(event: object, names: Mapping[str, str]) -> str:
    """An event in words, partners by their names; empty for what nobody needs to be told."""
    tell = WORDS.get(type(event))  # type: ignore[arg-type]  # what is no event is not among them
    if tell is None:
        return ""
    text = tell(event)
    supplier = getattr(event, "supplier_id", "")
    return text.replace(supplier, names.get(supplier, supplier)) if supplier else text
