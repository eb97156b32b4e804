"""A requirement of which more or less is needed than before: stock is given back first, then less ordered (R69)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hub.messages.base import Event, Message
from hub.messages.material import MaterialAvailable, MaterialReleased, MaterialRequired, SourceMaterial
from hub.messages.work_order import MaterialsSpecified, SpecifiedMaterial, WorkOrderChanged
from hub.sagas.case import Scene, by_of
from hub.sagas.model import MaterialSource, Requirement
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.table import Step, step

Listed = WorkOrderChanged | MaterialsSpecified


def names_of(need: Requirement, quantity: Decimal, message: Message | None = None) -> dict[str, Any]:
    """What an event of a requirement is about, with the quantity that it tells of."""
    return {
        "order_id": need.order_id,
        "work_order_id": need.work_order_id,
        "requirement_id": need.requirement_id,
        "material": need.material,
        "quantity": plain(quantity),
        "unit": need.unit,
        "by": by_of(message) if message else None,
    }


def _entry(need: Requirement, listed: Listed) -> SpecifiedMaterial | None:
    return next((each for each in listed.materials if each.requirement_id == need.requirement_id), None)


def is_not_listed(need: Requirement, listed: Listed, scene: Scene) -> bool:
    """The list of materials does not have it, or is to be made anew."""
    return _entry(need, listed) is None


def list_is_open(need: Requirement, answer: SourceMaterial, scene: Scene) -> bool:
    """A change has brought the list of materials back to the engineer."""
    return scene.order.work_orders[need.work_order_id].state == "awaiting_engineering"


def list_stands(need: Requirement, scene: Scene) -> bool:
    """The list of materials is not with the engineer."""
    return scene.order.work_orders[need.work_order_id].state != "awaiting_engineering"


def _netted(need: Requirement, listed: Listed) -> Requirement:
    """The requirement for its new quantity; what is beyond it is given up: stock, then orders, then what came."""
    entry = _entry(need, listed)
    quantity = decimal(entry.quantity) if entry else need.quantity
    surplus = max(ZERO, need.in_house + need.awaited - quantity)
    from_stock = min(surplus, max(ZERO, need.from_stock - need.lost - need.returned))
    left, sources = surplus - from_stock, list[MaterialSource]()
    for source in reversed(need.sources):
        cut = ZERO if source.closed else min(left, source.quantity - source.received)
        left -= cut
        sources.append(_less(source, cut))
    return replace(
        need, quantity=quantity, sources=tuple(reversed(sources)), returned=need.returned + from_stock + left
    )


def _less(source: MaterialSource, cut: Decimal) -> MaterialSource:
    quantity = source.quantity - cut
    return replace(source, quantity=quantity, closed=source.closed or quantity <= source.received)


def lacks_some(need: Requirement, listed: Listed, scene: Scene) -> bool:
    """A source is to be found for a part of it."""
    return _netted(need, listed).unsourced > ZERO


def awaits_some(need: Requirement, listed: Listed, scene: Scene) -> bool:
    """All of it has a source, and some is still to come."""
    return _netted(need, listed).awaited > ZERO


def _net(need: Requirement, listed: Listed, scene: Scene) -> tuple[Requirement, list[Event]]:
    after = _netted(need, listed)
    reduced = [
        new.material_po_id for old, new in zip(need.sources, after.sources, strict=True) if new.quantity < old.quantity
    ]
    says: list[Event] = []
    if after.quantity < need.quantity:
        released = MaterialReleased(
            **names_of(need, need.quantity - after.quantity, listed),
            from_stock=plain(after.returned - need.returned),
            material_po_ids=list(dict.fromkeys(reduced)),
            left=plain(after.quantity),
        )
        says.append(released)
    if after.unsourced > ZERO and after.quantity != need.quantity:
        says.append(MaterialRequired(**names_of(need, after.unsourced, listed)))
    return after, says


def net(need: Requirement, listed: Listed, scene: Scene) -> Step[Requirement]:
    """Require the new quantity: give back what is beyond it, or look for a source for what is missing (R69)."""
    after, says = _net(need, listed, scene)
    return step(after, *says)


def net_and_complete(need: Requirement, listed: Listed, scene: Scene) -> Step[Requirement]:
    """Require less: what is in the warehouse is enough (R69)."""
    after, says = _net(need, listed, scene)
    return step(after, *says, MaterialAvailable(**names_of(after, after.in_house, listed)))


def set_back(need: Requirement, changed: WorkOrderChanged, scene: Scene) -> Step[Requirement]:
    """No source is looked for until the engineer has made the list anew (R8)."""
    return step(need)
