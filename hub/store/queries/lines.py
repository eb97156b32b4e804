"""A line of an order with all that was done for it."""

from __future__ import annotations

from collections.abc import Iterable

from hub.sagas.model import Order, OrderLine, Requirement, WorkOrder
from hub.sagas.numbers import ZERO, plain
from hub.sagas.supply import MaterialPo
from hub.store.queries.rows import Row


def line_of(order: Order, number: str, line: OrderLine, pos: dict[str, MaterialPo], shipped: list[Row]) -> Row:
    """A line of an order, with its work order, material and shipments."""
    work = order.work_orders.get(line.work_order_id or "")
    needs = [need for need in order.requirements.values() if work and need.work_order_id == work.work_order_id]
    served = {source.material_po_id for need in needs for source in need.sources}
    product = line.item.product
    return {
        "line": number,
        "product": product.model_dump(mode="json", exclude_none=True),
        "unit": line.item.unit,
        "unit_price": line.item.unit_price,
        "ordered": plain(line.ordered),
        "shipped": plain(line.shipped),
        "cancelled": plain(line.cancelled),
        "open": plain(line.open),
        "requested": line.requested,
        "first_confirmed": line.first_confirmed,
        "confirmed": line.confirmed,
        "projected": line.projected,
        "on_hold": number in order.held_lines,
        "characteristics": [each.model_dump(mode="json", exclude_none=True) for each in line.item.characteristics],
        "work_order": _work_order(work) if work else None,
        "requirements": [_requirement(need) for need in needs],
        "material_pos": [_material_po(pos[key], order.order_id) for key in sorted(served) if key in pos],
        "shipments": list(_shipments(shipped, number)),
    }


def _work_order(work: WorkOrder) -> Row:
    pieces = ("quantity", "to_make", "made", "good", "bad", "scrapped", "shipped", "half_made")
    return {
        "work_order_id": work.work_order_id,
        "state": work.state,
        "engineer": work.engineer,
        "due": work.due,
        "start": work.start,
        "end": work.end,
        "work_center": work.work_center,
        "unit": work.unit,
        **{name: plain(getattr(work, name)) for name in pieces},
        "materials": [
            {"material": material, "quantity": plain(quantity), "unit": unit}
            for material, quantity, unit in work.materials
        ],
    }


def _requirement(need: Requirement) -> Row:
    return {
        "requirement_id": need.requirement_id,
        "state": need.state,
        "material": need.material,
        "quantity": plain(need.quantity),
        "unit": need.unit,
        "from_stock": plain(need.from_stock),
        "in_house": plain(need.in_house),
        "awaited": plain(need.awaited),
        "sources": [
            {
                "material_po_id": source.material_po_id,
                "quantity": plain(source.quantity),
                "received": plain(source.received),
            }
            for source in need.sources
        ],
    }


def _material_po(po: MaterialPo, order_id: str) -> Row:
    return {
        "material_po_id": po.material_po_id,
        "supplier_id": po.supplier_id,
        "state": po.state,
        "order_ids": list(po.order_ids),
        "lines": [
            {
                "line": line.line,
                "material": line.material,
                "quantity": plain(line.quantity),
                "unit": line.unit,
                "unit_price": line.unit_price,
                "received": plain(line.received),
                "awaited": plain(line.awaited),
                "for_this_order": plain(sum((s.quantity for s in line.shares if s.order_id == order_id), ZERO)),
                "requested_date": line.requested_date,
                "promised_date": line.promised_date,
                "status": line.status,
            }
            for line in po.lines.values()
        ],
    }


def _shipments(shipped: Iterable[Row], number: str) -> Iterable[Row]:
    for data in shipped:
        for item in data["items"]:
            if item["line"] == number:
                yield {
                    "shipment_id": data["shipment_id"],
                    "quantity": item["quantity"],
                    "shipped_on": data["shipped_on"],
                    "carrier": data.get("carrier"),
                    "tracking": data.get("tracking"),
                }
