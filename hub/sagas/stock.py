"""Stock: one ledger per raw material, in step with all that a message has changed (R12, R14, R21, R62).

What a cancelled line leaves finished is kept in the same way, under the number of the product.
Reserved and on order are not counted by hand: they follow from the requirements and material POs before and
after the step, so that they cannot drift from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hub.messages.base import Event
from hub.messages.material import MaterialConsumed
from hub.messages.material_po import MaterialPoPartReceived, MaterialPoReceived
from hub.messages.stock import AdjustStock, StockChanged
from hub.messages.work_order import WorkOrderDisposed
from hub.sagas.case import Case, Scene
from hub.sagas.model import Order, Requirement
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.supply import MaterialPo, Stock
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


def changed(stock: Stock, change: Decimal, orders: Iterable[str], **said: Any) -> StockChanged:
    """The event that tells of a change."""
    return StockChanged(
        material=stock.material,
        unit=stock.unit,
        on_hand=plain(stock.on_hand),
        reserved=plain(stock.reserved),
        on_order=plain(stock.on_order),
        change=plain(change),
        order_ids=sorted(orders),
        **said,
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
    moved = _nothing()
    for event in events:
        if isinstance(event, MaterialConsumed):
            moved[event.material] -= decimal(event.quantity)
        elif isinstance(event, MaterialPoReceived | MaterialPoPartReceived):
            for line in event.receipt:
                moved[line.material] += decimal(line.quantity)
        elif isinstance(event, WorkOrderDisposed):
            for entry in event.to_stock:
                moved[entry.material] += decimal(entry.quantity)
    return moved


def _nothing() -> dict[str, Decimal]:
    return defaultdict(lambda: ZERO)


@dataclass(slots=True)
class _Moves:
    """What changes, by material, with the unit it is kept in and the orders it is for."""

    on_hand: dict[str, Decimal]
    reserved: dict[str, Decimal] = field(default_factory=_nothing)
    on_order: dict[str, Decimal] = field(default_factory=_nothing)
    units: dict[str, str] = field(default_factory=dict)
    orders: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def of_requirements(self, old: Order | None, order: Order) -> None:
        """Enter what the requirements of an order have set aside or freed."""
        if old is not None and old.requirements is order.requirements:
            return
        for number, need in order.requirements.items():
            was = old.requirements.get(number) if old else None
            if was is need:
                continue
            self.units[need.material] = need.unit
            self.reserved[need.material] += reserved_by(need) - (reserved_by(was) if was else ZERO)
            self.orders[need.material].add(order.order_id)

    def of_material_po(self, was: MaterialPo | None, po: MaterialPo) -> None:
        """Enter what a supplier is to bring, or no longer."""
        for sign, version in ((1, po), (-1, was)):
            for material, quantity in awaited_from(version).items() if version else ():
                self.on_order[material] += sign * quantity
        for line in po.lines.values():
            self.units[line.material] = line.unit
            self.orders[line.material].update(po.order_ids)

    def of_disposal(self, event: WorkOrderDisposed) -> None:
        """Note the unit and order of what a cancelled work order gives back."""
        for entry in event.to_stock:
            self.units[entry.material] = entry.unit
            self.orders[entry.material].add(event.order_id)


def book(before: Case, after: Case, events: list[Event]) -> list[StockChanged]:
    """Bring the stock of ``after`` in line with what changed since ``before``; say what changed.

    What a correction has said of the material is completed by what follows from it.
    """
    moves = _Moves(_moved(events))
    for order_id, order in after.orders.items():
        moves.of_requirements(before.orders.get(order_id), order)
    for po_id, po in after.material_pos.items():
        if before.material_pos.get(po_id) is not po:
            moves.of_material_po(before.material_pos.get(po_id), po)
    for event in events:
        if isinstance(event, WorkOrderDisposed):
            moves.of_disposal(event)
    says = []
    for material in sorted({*moves.on_hand, *moves.reserved, *moves.on_order}):
        moved = moves.on_hand[material], moves.reserved[material], moves.on_order[material]
        if not any(moved):
            continue
        stock = after.stock.get(material) or Stock(material)
        stock = replace(
            stock,
            unit=stock.unit or moves.units.get(material, ""),
            on_hand=stock.on_hand + moved[0],
            reserved=stock.reserved + moved[1],
            on_order=stock.on_order + moved[2],
        )
        after.stock[material] = stock
        said = [place for place, event in enumerate(events) if _tells_of(event, material)]
        if said:
            as_it_stands = changed(stock, ZERO, moves.orders[material])
            names = {"reserved", "on_order", "order_ids"}
            update = {name: getattr(as_it_stands, name) for name in names}
            events[said[-1]] = events[said[-1]].model_copy(update=update)
        else:
            says.append(changed(stock, moved[0], moves.orders[material]))
    return says


def _tells_of(event: Event, material: str) -> bool:
    return isinstance(event, StockChanged) and event.material == material


STOCK: Table[Stock] = Table(
    name="stock",
    module=__name__,
    initial="kept",
    states=("kept",),
    final=("kept",),
    rows=(refuse_if("kept", AdjustStock, _adjustment_fits), on("kept", AdjustStock, adjust)),
)
