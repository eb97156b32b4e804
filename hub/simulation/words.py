"""Events in plain words, for people who watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.messages import cancellation, desk, documents, materials, order, production
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


def _shipped(event: production.Shipped) -> str:
    items = ", ".join(f"line {item.line} ({amount(item.quantity, item.unit)})" for item in event.items)
    return f"{items} shipped with {event.carrier or 'a carrier'}"


WORDS: Mapping[type[Event], Callable[[Any], str]] = {
    desk.TaskAssigned: lambda e: f"{e.task_id} is {e.assignee or 'nobody'}'s now",
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
    production.WorkOrderCreated: lambda e: f"line {e.line}: work order opened",
    production.MaterialsSpecified: lambda e: f"line {e.line}: materials listed by {e.engineer}",
    production.MaterialsAvailable: lambda e: f"line {e.line}: all material is there",
    production.WorkOrderScheduled: lambda e: f"line {e.line} scheduled on {e.work_center} from {e.start}",
    production.ProductionStarted: lambda e: f"line {e.line}: production started ({e.quantity} pc)",
    production.WorkOrderProduced: lambda e: f"line {e.line} made, goes to inspection ({e.quantity} pc)",
    production.QualityPassed: lambda e: f"line {e.line} passed inspection",
    production.DefectFound: lambda e: f"line {e.line}: {e.failed} pc failed: {e.defect}",
    production.FixOrdered: lambda e: f"line {e.line}: {e.quantity} pc to be fixed",
    production.RemakeOrdered: lambda e: f"line {e.line}: {e.quantity} pc discarded, to be made again",
    production.ReadyToShip: lambda e: f"line {e.line} ready to ship",
    production.Shipped: _shipped,
    production.WorkOrderCancelled: lambda e: f"line {e.line}: work stopped, {e.half_made} pc half made",
    production.WorkOrderDisposed: lambda e: f"line {e.line}: {e.quantity} pc half made go to {e.as_}",
    materials.MaterialRequired: lambda e: f"{_need(e)} needed",
    materials.MaterialReserved: lambda e: f"{_need(e)} set aside from stock",
    materials.MaterialAvailable: lambda e: f"{_need(e)} in the warehouse",
    materials.MaterialConsumed: lambda e: f"{_need(e)} used",
    materials.MaterialReleased: lambda e: f"{_need(e)} no longer needed, {e.from_stock} back to free stock",
    materials.MaterialPoIssued: lambda e: f"{_goods(e)} ordered from {e.supplier_id}",
    materials.MaterialPoConfirmed: lambda e: f"{e.supplier_id} confirms {_goods(e)}",
    materials.MaterialPoDispatched: lambda e: f"{e.supplier_id} has sent {_goods(e)}",
    materials.MaterialPoReceived: lambda e: f"{_goods(e)} received from {e.supplier_id}",
    materials.MaterialPoReminded: lambda e: f"{e.supplier_id} is reminded of {_goods(e)}",
    materials.MaterialPoOverdue: lambda e: f"{e.supplier_id} is overdue with {_goods(e)}",
    materials.MaterialPoPostponed: lambda e: f"{_goods(e)} from {e.supplier_id} awaited on",
    materials.MaterialPoCancelRequested: lambda e: f"{e.supplier_id} is asked to cancel {_goods(e)}",
    materials.MaterialPoCancelled: lambda e: f"{e.supplier_id} agrees to cancel {_goods(e)}",
    materials.MaterialPoCancelRefused: lambda e: f"{e.supplier_id} will deliver {_goods(e)} all the same",
    documents.DocumentReceived: lambda e: f"document {e.name} taken in",
    documents.DocumentDuplicate: lambda e: f"document {e.name} came before: it starts nothing",
    documents.DocumentRejected: lambda e: f"document {e.name} cannot be read: set aside with a report",
    documents.DocumentQuarantined: lambda e: f"document {e.name} is for a person to judge",
    documents.DocumentSent: lambda e: f"document sent: {e.name or e.purpose}",
}


def said(event: object, names: Mapping[str, str]) -> str:
    """An event in words, partners by their names; empty for what nobody needs to be told."""
    tell = WORDS.get(type(event))  # type: ignore[arg-type]  # what is no event is not among them
    if tell is None:
        return ""
    text = tell(event)
    supplier = getattr(event, "supplier_id", "")
    return text.replace(supplier, names.get(supplier, supplier)) if supplier else text
