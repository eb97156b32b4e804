"""What leaves the house, and what may not (R18, R36, R61)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.shipment import DispatchShipment, ShipmentItem, Shipped
from hub.sagas.case import Scene
from hub.sagas.model import Order, WorkOrder
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.table import Refusal, Step, step


def parts_may_ship(order: Order, scene: Scene) -> bool:
    """The customer takes the good part of a line before the rest (R61)."""
    return order.customer_id in scene.rules.part_shipments


def ship_fits(order: Order, dispatch: DispatchShipment, scene: Scene) -> Refusal | None:
    """What is to leave is ready and not on hold, whole where the customer wants it so (R18, R36, R61)."""
    if dispatch.shipment_id and dispatch.shipment_id in order.shipments:
        return Refusal("duplicate_shipment", f"{dispatch.shipment_id} has left already", "shipment_id")
    seen: set[str] = set()
    for place, item in enumerate(dispatch.items):
        where = f"items.{place}.work_order_id"
        work = order.work_orders.get(item.work_order_id)
        if work is None or item.work_order_id in seen:
            return Refusal("unknown_item", f"{item.work_order_id} is not one item of this order", where)
        seen.add(item.work_order_id)
        if work.line in order.held_lines:
            return Refusal("held", f"line {work.line} is on hold: its cancellation is being decided", where)
        refusal = _quantity_fits(order, work, decimal(item.quantity), place, scene)
        if refusal is not None:
            return refusal
    return None


def _quantity_fits(order: Order, work: WorkOrder, wanted: Any, place: int, scene: Scene) -> Refusal | None:
    where = f"items.{place}.quantity"
    ready = work.good - work.shipped
    if work.state not in {"ready_to_ship", "part_shipped"} and not (ready > ZERO and parts_may_ship(order, scene)):
        if ready > ZERO:
            text = f"{plain(ready)} are good, but {order.customer_id} takes a line in one shipment only"
            return Refusal("part_shipment_not_agreed", text, where)
        return Refusal(
            "not_ready",
            f"{work.work_order_id} is {work.state}, not ready to ship",
            f"items.{place}.work_order_id",
        )
    if not ZERO < wanted <= ready:
        return Refusal("wrong_quantity", f"{plain(ready)} are ready, not {plain(wanted)}", where)
    if wanted < ready and not parts_may_ship(order, scene):
        return Refusal("part_shipment_not_agreed", f"{order.customer_id} takes a line in one shipment only", where)
    return None


def ship(order: Order, dispatch: DispatchShipment, scene: Scene) -> Step[Order]:
    """Let the pieces go, whatever the state of the other lines (R18)."""
    items: list[ShipmentItem] = []
    for item in dispatch.items:
        work = order.work_orders[item.work_order_id]
        line = order.lines[work.line]
        items.append(
            ShipmentItem(
                work_order_id=item.work_order_id,
                line=work.line,
                quantity=plain(decimal(item.quantity)),
                unit=work.unit,
                item=line.item,
                shipped_before=plain(line.shipped),
            )
        )
        order = order.with_line(work.line, replace(line, shipped=line.shipped + decimal(item.quantity)))
    shipment_id = dispatch.shipment_id or next_shipment(order)
    order = replace(order, shipments=(*order.shipments, shipment_id))
    return step(
        order,
        Shipped(
            **order.names,
            shipment_id=shipment_id,
            number=len(order.shipments),
            items=items,
            carrier=dispatch.carrier,
            tracking=dispatch.tracking,
            shipped_on=scene.today,
            by=dispatch.by,
        ),
    )


def next_shipment(order: Order) -> str:
    """The id that the next shipment of this order gets when the clerk names none."""
    number = len(order.shipments) + 1
    while f"S-{order.key}-{number}" in order.shipments:
        number += 1
    return f"S-{order.key}-{number}"
