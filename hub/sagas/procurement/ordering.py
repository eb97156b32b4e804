"""What is ordered from a supplier, and how it stands in events (R13, R36, R63)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hub.messages.base import Message
from hub.messages.material import SourceMaterial
from hub.messages.material_po import MaterialPoIssued, MaterialPoLine, Share
from hub.messages.order import OrderReleased
from hub.sagas.case import Scene, by_of
from hub.sagas.numbers import decimal, plain
from hub.sagas.supply import MaterialLine, MaterialPo, MaterialShare
from hub.sagas.table import Step, step


def on_the_wire(line: MaterialLine) -> MaterialPoLine:
    """A line as events show it."""
    return MaterialPoLine(
        line=line.line,
        material=line.material,
        description=line.description,
        quantity=plain(line.quantity),
        unit=line.unit,
        unit_price=line.unit_price,
        requested_date=line.requested_date,
        promised_date=line.promised_date,
        received=plain(line.received),
        shares=[
            Share(requirement_id=s.requirement_id, order_id=s.order_id, quantity=plain(s.quantity)) for s in line.shares
        ],
    )


def names(
    po: MaterialPo, message: Message | None = None, lines: Iterable[MaterialLine] | None = None
) -> dict[str, Any]:
    """What an event of a material PO is about, with the lines that it concerns."""
    return {
        "material_po_id": po.material_po_id,
        "supplier_id": po.supplier_id,
        "order_ids": list(po.order_ids),
        "lines": [on_the_wire(line) for line in (po.lines.values() if lines is None else lines)],
        "by": by_of(message) if message else None,
        "reason": getattr(message, "reason", None) if message else None,
    }


def standing(po: MaterialPo) -> list[MaterialLine]:
    """The lines that were or are to be delivered: what a version of the PO holds, which replaces the one before."""
    return [line for line in po.lines.values() if line.status not in {"cancelled", "rejected"}]


def next_version(po: MaterialPo) -> MaterialPo:
    """The PO as the supplier is now told of it."""
    return replace(po, version=po.version + 1)


def _with_allocations(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> MaterialPo:
    """The PO with a line for each allocation that it is to carry; the requirement has noted which."""
    need = scene.order.requirements[answer.requirement_id]
    ordered = [allocation for allocation in answer.allocations if allocation.from_ == "supplier"]
    for allocation, place in zip(ordered, need.sources[-len(ordered) :], strict=True):
        if place.material_po_id != po.material_po_id:
            continue
        offers = scene.rules.offers.get(need.material, ())
        offer = next((each for each in offers if each.supplier_id == allocation.supplier_id), None)
        line = MaterialLine(
            line=place.line,
            material=need.material,
            unit=need.unit,
            quantity=decimal(allocation.quantity),
            unit_price=allocation.unit_price or (offer.price if offer else None),
            requested_date=allocation.requested_date,
            description=offer.description if offer else None,
            shares=(MaterialShare(need.requirement_id, need.order_id, place.quantity),),
        )
        po = replace(
            po.with_line(line),
            supplier_id=allocation.supplier_id or po.supplier_id,
            currency=po.currency or (offer.currency if offer else None),
            served=tuple(sorted({*po.served, need.order_id})),
        )
    return po


def withheld(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> bool:
    """The line is on hold, so that nothing new goes out (R36)."""
    need = scene.order.requirements[answer.requirement_id]
    return scene.order.work_orders[need.work_order_id].line in scene.order.held_lines


def keep_back(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> Step[MaterialPo]:
    """Write the material PO, and keep it until the hold ends (R36)."""
    return step(_with_allocations(po, answer, scene))


def issue(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> Step[MaterialPo]:
    """Send the material PO to the supplier, whole, also where only a line has joined it (R13, R63)."""
    return _sent(_with_allocations(po, answer, scene), answer)


def release(po: MaterialPo, released: OrderReleased, scene: Scene) -> Step[MaterialPo]:
    """The hold has ended: send what was withheld (R36)."""
    return _sent(po, None)


def _sent(po: MaterialPo, cause: Message | None) -> Step[MaterialPo]:
    po = next_version(po)
    return step(po, MaterialPoIssued(**names(po, cause, standing(po)), currency=po.currency, version=po.version))
