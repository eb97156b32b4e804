"""Stock: one ledger per raw material, in step with all that a message has changed (R12, R14, R21).

Reserved and on order are not counted by hand: they follow from the requirements and material POs before and
after the step, so that they cannot drift from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from hub.messages.base import Event
from hub.messages.materials import (
    AdjustStock,
    MaterialConsumed,
    MaterialPoPartReceived,
    MaterialPoReceived,
    StockChanged,
)
from hub.sagas.case import Case, Scene
from hub.sagas.model import MaterialPo, Requirement, Stock
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.table import Refusal, Step, Table, on, refuse_if, step

AWAITED_STATES = frozenset({"issued", "confirmed", "change_proposed", "part_received", "cancel_requested"})


def _adjusted(stock: Stock, change: AdjustStock) -> Decimal:
    return decimal(change.count) if change.count is not None else stock.on_hand + decimal(change.quantity)


def _adjustment_fits(stock: Stock, change: AdjustStock, scene: Scene) -> Refusal | None:
    """The unit is the material's own, and nothing falls below zero."""
    if stock.unit and stock.unit != change.unit:
        return Refusal("wrong_unit", f"{stock.material} is kept in {stock.unit}, not in {change.unit}", "unit")
    if _adjusted(stock, change) < ZERO:
        return Refusal("below_zero", f"only {plain(stock.on_hand)} {stock.unit} are on hand", "quantity")
    return None


def adjust(stock: Stock, change: AdjustStock, scene: Scene) -> Step[Stock]:
    """Correct what is on hand."""
    after = replace(stock, unit=stock.unit or change.unit, on_hand=_adjusted(stock, change))
    return step(after, changed(after, after.on_hand - stock.on_hand, (), reason=change.reason, by=change.by))


def changed(stock: Stock, change: Decimal, orders: Iterable[str], **said: object) -> StockChanged:
    """The event that tells of a change."""
    return StockChanged(
        material=stock.material,
        unit=stock.unit,
        on_hand=plain(stock.on_hand),
        reserved=plain(stock.reserved),
        on_order=plain(stock.on_order),
        change=plain(change),
        order_ids=sorted(orders),
        **said,  # type: ignore[arg-type]
    )


def reserved_by(need: Requirement) -> Decimal:
    """What a requirement has set aside in the warehouse."""
    return ZERO if need.state in {"consumed", "released"} else need.in_house


def awaited_from(po: MaterialPo) -> dict[str, Decimal]:
    """What a material PO still brings, by material."""
    coming: dict[str, Decimal] = defaultdict(lambda: ZERO)
    if po.state in AWAITED_STATES:
        for line in po.lines.values():
            coming[line.material] += line.awaited
    return coming


def _moved(events: Iterable[Event]) -> dict[str, Decimal]:
    moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for event in events:
        if isinstance(event, MaterialConsumed):
            moved[event.material] -= decimal(event.quantity)
        elif isinstance(event, MaterialPoReceived | MaterialPoPartReceived):
            for line in event.receipt:
                moved[line.material] += decimal(line.quantity)
    return moved


def book(before: Case, after: Case, events: Iterable[Event]) -> list[StockChanged]:
    """Bring the stock of ``after`` in line with what changed since ``before``; say what changed."""
    on_hand = _moved(events)
    reserved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    on_order: dict[str, Decimal] = defaultdict(lambda: ZERO)
    units: dict[str, str] = {}
    orders: dict[str, set[str]] = defaultdict(set)
    for order_id, order in after.orders.items():
        old = before.orders.get(order_id)
        if old is not None and old.requirements is order.requirements:
            continue
        for number, need in order.requirements.items():
            was = old.requirements.get(number) if old else None
            if was is need:
                continue
            units[need.material] = need.unit
            reserved[need.material] += reserved_by(need) - (reserved_by(was) if was else ZERO)
            orders[need.material].add(order_id)
    for po_id, po in after.material_pos.items():
        was_po = before.material_pos.get(po_id)
        if was_po is po:
            continue
        for sign, version in ((1, po), (-1, was_po)):
            for material, quantity in awaited_from(version).items() if version else ():
                on_order[material] += sign * quantity
        for line in po.lines.values():
            units[line.material] = line.unit
            orders[line.material].update(po.order_ids)
    says = []
    for material in sorted({*on_hand, *reserved, *on_order}):
        moves = on_hand[material], reserved[material], on_order[material]
        if not any(moves):
            continue
        stock = after.stock.get(material) or Stock(material)
        stock = replace(
            stock,
            unit=stock.unit or units.get(material, ""),
            on_hand=stock.on_hand + moves[0],
            reserved=stock.reserved + moves[1],
            on_order=stock.on_order + moves[2],
        )
        after.stock[material] = stock
        says.append(changed(stock, moves[0], orders[material]))
    return says


STOCK: Table[Stock] = Table(
    name="stock",
    module=__name__,
    initial="kept",
    states=("kept",),
    final=("kept",),
    rows=(refuse_if("kept", AdjustStock, _adjustment_fits), on("kept", AdjustStock, adjust)),
)
