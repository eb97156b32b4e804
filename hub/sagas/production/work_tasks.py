"""The tasks of a work order: when they are open, whose they are, and what whoever takes one has to know."""

from __future__ import annotations

from typing import Any

from hub.sagas.case import Scene
from hub.sagas.model import WorkOrder
from hub.sagas.numbers import ZERO, plain
from hub.sagas.production.disposal import disposal_facts, half_made_left
from hub.sagas.production.shipping import parts_may_ship


def facts(work: WorkOrder, scene: Scene) -> dict[str, Any]:
    """What is to be made, how far it has come, and all that the customer specified (R1a)."""
    order = scene.order
    known: dict[str, Any] = {
        "customer_id": order.customer_id,
        "po_number": order.po_number,
        "line": work.line,
        "item": work.item.model_dump(mode="json", exclude_none=True) if work.item else None,
        "quantity": plain(work.quantity),
        "unit": work.unit,
        "due": work.due,
        "state": work.state,
    }
    if work.start:
        known["schedule"] = {"start": work.start, "end": work.end, "work_center": work.work_center}
    if work.materials:
        known["materials"] = [
            {"material": material, "quantity": plain(quantity), "unit": unit}
            for material, quantity, unit in work.materials
        ]
    for name, pieces in (("to_make", work.to_make), ("in_inspection", work.in_inspection), ("bad", work.bad)):
        if pieces > ZERO:
            known[name] = plain(pieces)
    if half_made_left(work, scene):
        known |= disposal_facts(work, scene)
    return known


def shipping_facts(work: WorkOrder, scene: Scene) -> dict[str, Any]:
    """How much is ready, and where it goes."""
    ship_to = next((party for party in scene.order.po.parties if party.role == "ship-to"), None)
    return {
        **facts(work, scene),
        "ready": plain(work.good - work.shipped),
        "ship_to": ship_to.model_dump(mode="json", exclude_none=True) if ship_to else None,
    }


def line_not_held(work: WorkOrder, scene: Scene) -> bool:
    """The line is not on hold (R36)."""
    return work.line not in scene.order.held_lines


def something_ready(work: WorkOrder, scene: Scene) -> bool:
    """Good pieces are there, and the line is not on hold."""
    return work.good > work.shipped and line_not_held(work, scene)


def good_part_ready(work: WorkOrder, scene: Scene) -> bool:
    """Good pieces are there, the customer takes them before the rest, and the line is not on hold (R61)."""
    return something_ready(work, scene) and parts_may_ship(scene.order, scene)


def engineer(work: WorkOrder) -> str | None:
    """The engineer responsible (R15)."""
    return work.engineer
