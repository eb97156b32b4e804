"""What becomes of half-made goods when their line is cancelled: to stock, salvaged, or scrapped (R62)."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from hub.messages.work_order import Dispose, MaterialNeed, WorkOrderDisposed
from hub.sagas.case import Scene, by_of
from hub.sagas.model import Order, WorkOrder
from hub.sagas.numbers import SMALLEST, ZERO, decimal, plain
from hub.sagas.table import Refusal, Step, step

LONGEST = 80
"""characters of an id in stock"""


def stock_id(order: Order, work: WorkOrder) -> str:
    """What the finished product is kept under in stock: our number for it, else the customer's with its owner.

    Empty where the customer has named no number.
    """
    product = work.item.product if work.item else None
    if product is None:
        return ""
    known = product.seller_part or product.gtin
    theirs = product.buyer_part or product.manufacturer_part
    return (known or (f"{order.customer_id}/{theirs}" if theirs else ""))[:LONGEST].strip()


def recoverable(work: WorkOrder, scene: Scene, pieces: Decimal) -> list[MaterialNeed]:
    """The material that so many pieces have taken: what salvage can put back at most."""
    taken: dict[str, Decimal] = {}
    needed: dict[str, Decimal] = {}
    for need in scene.order.requirements.values():
        if need.work_order_id == work.work_order_id and need.state == "consumed":
            taken[need.material] = taken.get(need.material, ZERO) + need.in_house
            needed[need.material] = needed.get(need.material, ZERO) + need.quantity
    listed: dict[str, tuple[Decimal, str]] = {}
    for material, quantity, unit in work.materials:
        listed[material] = listed.get(material, (ZERO, unit))[0] + quantity, unit
    found = []
    for material, (quantity, unit) in listed.items():
        if taken.get(material):
            share = quantity * pieces / work.quantity * min(Decimal(1), taken[material] / needed[material])
            found.append(
                MaterialNeed(material=material, quantity=plain(share.quantize(SMALLEST, ROUND_DOWN)), unit=unit)
            )
    return found


def _pieces(work: WorkOrder, answer: Dispose) -> Decimal:
    return decimal(answer.quantity) if answer.quantity is not None else work.half_made


def disposal_fits(work: WorkOrder, answer: Dispose, scene: Scene) -> Refusal | None:
    """No more is disposed of than is half made, or recovered than it took (R62)."""
    if work.half_made <= ZERO:
        return Refusal("nothing_to_dispose", "nothing half-made is left of this work order")
    pieces = _pieces(work, answer)
    if not ZERO < pieces <= work.half_made:
        return Refusal("wrong_quantity", f"{plain(work.half_made)} half-made pieces are left", "quantity")
    if answer.as_ == "stock":
        product = stock_id(scene.order, work)
        kept_in = scene.stock(product).unit
        if kept_in and kept_in != work.unit:
            return Refusal("wrong_unit", f"{product} is kept in {kept_in}, not in {work.unit}", "as")
    if answer.recovered is None:
        return None
    if answer.as_ != "salvage":
        return Refusal("not_salvaged", "only salvage recovers material", "recovered")
    return _recovered_fits(work, answer, scene, pieces)


def _recovered_fits(work: WorkOrder, answer: Dispose, scene: Scene, pieces: Decimal) -> Refusal | None:
    most = {entry.material: entry for entry in recoverable(work, scene, pieces)}
    seen: set[str] = set()
    for place, entry in enumerate(answer.recovered or ()):
        where = f"recovered.{place}"
        known = most.get(entry.material)
        if known is None or entry.material in seen:
            text = f"{entry.material} is not one of the materials that these pieces took"
            return Refusal("unknown_material", text, f"{where}.material")
        seen.add(entry.material)
        if entry.unit != known.unit:
            text = f"{entry.material} is kept in {known.unit}, not in {entry.unit}"
            return Refusal("wrong_unit", text, f"{where}.unit")
        if decimal(entry.quantity) > decimal(known.quantity):
            text = f"{plain(pieces)} pieces took {known.quantity} {known.unit} of {entry.material}, not more"
            return Refusal("too_much", text, f"{where}.quantity")
    return None


def dispose(work: WorkOrder, answer: Dispose, scene: Scene) -> Step[WorkOrder]:
    """Record what becomes of half-made goods; what is finished or recovered goes into stock (R62)."""
    pieces = _pieces(work, answer)
    work = replace(work, half_made=work.half_made - pieces)
    event = WorkOrderDisposed(
        **work.names,
        by=by_of(answer),
        as_=answer.as_,
        quantity=plain(pieces),
        to_stock=_into_stock(work, answer, scene, pieces),
    )
    return step(work, event)


def _into_stock(work: WorkOrder, answer: Dispose, scene: Scene, pieces: Decimal) -> list[MaterialNeed]:
    product = stock_id(scene.order, work)
    if answer.as_ == "stock":
        return [MaterialNeed(material=product, quantity=plain(pieces), unit=work.unit)] if product else []
    if answer.as_ == "scrap":
        return []
    recovered = recoverable(work, scene, pieces) if answer.recovered is None else answer.recovered
    return [entry for entry in recovered if decimal(entry.quantity) > ZERO]


def half_made_left(work: WorkOrder, scene: Scene) -> bool:
    """Half-made goods are still to be decided on (R62)."""
    return work.half_made > ZERO


def is_to_be_disposed(work: WorkOrder, message: object, scene: Scene) -> bool:
    """Half-made goods still wait for the engineer."""
    return half_made_left(work, scene)


def disposal_facts(work: WorkOrder, scene: Scene) -> dict[str, Any]:
    """How much there is, how much of it is good already, what salvage would give."""
    return {
        "half_made": plain(work.half_made),
        "finished": plain(min(work.half_made, work.good - work.shipped)),
        "recoverable": [each.model_dump(mode="json") for each in recoverable(work, scene, work.half_made)],
        "stock_id": stock_id(scene.order, work) or None,
    }
