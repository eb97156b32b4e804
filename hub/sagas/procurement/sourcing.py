"""Where the material of a requirement comes from: stock, suppliers, or part from each (R12, R13)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hub.messages.material import Allocation, MaterialReserved, SourceMaterial
from hub.sagas.case import Scene
from hub.sagas.dates import earliest_delivery, refuse_past
from hub.sagas.model import MaterialSource, Requirement
from hub.sagas.numbers import ZERO, decimal, plain, short
from hub.sagas.procurement.netting import names_of
from hub.sagas.table import Refusal, Step, step

JOINABLE = ("issued", "confirmed", "part_received")
"""states of a material PO that takes further lines"""


def _total(answer: SourceMaterial, origin: str) -> Decimal:
    return sum((decimal(a.quantity) for a in answer.allocations if a.from_ == origin), ZERO)


def material_po_id(need: Requirement, place: int) -> str:
    """The id of the material PO that the allocation at this place starts."""
    return "M-" + short(need.requirement_id, str(need.rounds), str(place))


def allocations_fit(need: Requirement, answer: SourceMaterial, scene: Scene) -> Refusal | None:
    """Stock and suppliers together give what is needed; no more is taken from stock than is free (R12)."""
    taken, ordered, free = _total(answer, "stock"), _total(answer, "supplier"), scene.stock(need.material).free
    too_much = Refusal("too_much", f"only {plain(need.unsourced)} {need.unit} are needed", "allocations")
    left = need.unsourced - taken
    for place, allocation in enumerate(answer.allocations):
        where = f"allocations.{place}"
        if decimal(allocation.quantity) <= ZERO:
            return Refusal("no_quantity", "an allocation needs a quantity", f"{where}.quantity")
        if allocation.from_ == "stock":
            continue
        if left <= ZERO:
            return too_much
        left -= decimal(allocation.quantity)
        refusal = _supplier_fits(need, allocation, scene, where)
        if refusal is not None:
            return refusal
    if taken > max(free, ZERO):
        text = f"{plain(max(free, ZERO))} {need.unit} of {need.material} are free in stock, not {plain(taken)}"
        return Refusal("short_stock", text, "allocations")
    if taken > need.unsourced:
        return too_much
    if left > ZERO:
        text = f"{plain(need.unsourced)} {need.unit} are needed, {plain(taken + ordered)} are allocated"
        return Refusal("too_little", text, "allocations")
    return None


def _supplier_fits(need: Requirement, allocation: Allocation, scene: Scene, where: str) -> Refusal | None:
    if not allocation.supplier_id:
        return Refusal("supplier_missing", "name the supplier to order from", f"{where}.supplier_id")
    if scene.rules.suppliers and allocation.supplier_id not in scene.rules.suppliers:
        text = f"{allocation.supplier_id} is not among the suppliers of the partner file"
        return Refusal("unknown_supplier", text, f"{where}.supplier_id")
    offers = scene.rules.offers.get(need.material, ())
    earliest = [earliest_delivery(each, scene) for each in offers if each.supplier_id == allocation.supplier_id]
    if refusal := refuse_past(allocation.requested_date, scene, f"{where}.requested_date", *earliest[:1]):
        return refusal
    if allocation.join is None:
        return None
    po = scene.case.material_pos.get(allocation.join)
    if po is None or po.supplier_id != allocation.supplier_id:
        text = f"{allocation.join} is not an open material PO of {allocation.supplier_id}"
        return Refusal("not_joinable", text, f"{where}.join")
    if po.state not in JOINABLE:
        return Refusal("not_joinable", f"{allocation.join} is {po.state} and takes no more", f"{where}.join")
    if scene.order.work_orders[need.work_order_id].line in scene.order.held_lines:
        text = "the line is on hold, so that nothing new goes to a supplier: start a material PO of its own"
        return Refusal("held", text, f"{where}.join")
    return None


def all_from_stock(need: Requirement, answer: SourceMaterial, scene: Scene) -> bool:
    """Nothing has to be ordered, and nothing is on its way."""
    return _total(answer, "supplier") == ZERO and all(each.closed for each in need.sources)


def source(need: Requirement, answer: SourceMaterial, scene: Scene) -> Step[Requirement]:
    """Set stock aside, and order the rest (R12, R13)."""
    taken = _total(answer, "stock")
    missing = need.unsourced - taken
    sources = list(need.sources)
    lines: dict[str, int] = {}
    for place, allocation in enumerate(answer.allocations):
        if allocation.from_ == "stock":
            continue
        share = min(missing, decimal(allocation.quantity))
        missing -= share
        po_id = allocation.join or material_po_id(need, place)
        known = scene.case.material_pos.get(po_id)
        lines[po_id] = lines.get(po_id, len(known.lines) if known else 0) + 1
        expected = allocation.requested_date
        sources.append(MaterialSource(po_id, str(lines[po_id]), share, expected=expected))
    need = replace(need, from_stock=need.from_stock + taken, sources=tuple(sources), rounds=need.rounds + 1)
    says = [MaterialReserved(**names_of(need, taken, answer))] if taken > ZERO else []
    return step(need, *says)


def sourcing_facts(need: Requirement, scene: Scene) -> dict[str, Any]:
    """What is needed, what of it is in stock, and the suppliers with their terms (R12, R13).

    `hub.sagas.history.facts` adds what is on its way, and how suppliers kept their dates.
    """
    stock = scene.stock(need.material)
    work = scene.order.work_orders[need.work_order_id]
    return {
        "customer_id": scene.order.customer_id,
        "po_number": scene.order.po_number,
        "line": work.line,
        "material": need.material,
        "quantity": plain(need.unsourced),
        "unit": need.unit,
        "line_due": work.due,
        "stock": {
            "on_hand": plain(stock.on_hand),
            "reserved": plain(stock.reserved),
            "free": plain(stock.free),
            "on_order": plain(stock.on_order),
        },
        "suppliers": [
            {
                "supplier_id": offer.supplier_id,
                "name": offer.name,
                "lead_time_days": offer.lead_time_days,
                "price": offer.price,
                "currency": offer.currency,
                "minimum": offer.minimum,
                "earliest_date": earliest_delivery(offer, scene),
            }
            for offer in scene.rules.offers.get(need.material, ())
        ],
    }
