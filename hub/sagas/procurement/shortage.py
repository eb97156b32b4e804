"""A count that finds less in the warehouse than is set aside: who has to do without (R12, R14).

What is missing is taken from those who need it last, and sourced anew at once, so that two work orders never count
on the same steel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from hub.messages.material import MaterialRequired, MaterialShort
from hub.messages.stock import AdjustStock
from hub.sagas.case import Case, Scene
from hub.sagas.model import Requirement, WorkOrder
from hub.sagas.numbers import ZERO, plain
from hub.sagas.procurement.netting import names_of
from hub.sagas.table import Step, step

SETTLED = frozenset({"consumed", "released"})
NEVER = "9999-12-31"


def holders(case: Case, material: str) -> Iterator[tuple[Requirement, WorkOrder]]:
    """The requirements that have some of a material set aside, with their work orders."""
    for order in case.orders.values():
        for need in order.requirements.values():
            if need.material == material and need.state not in SETTLED and need.in_house > ZERO:
                yield need, order.work_orders[need.work_order_id]


def latest_first(case: Case, material: str) -> list[Requirement]:
    """The requirements that have some of a material set aside; first those that need it last."""
    found = [(work.start or work.due or NEVER, need.requirement_id, need) for need, work in holders(case, material)]
    return [need for _, _, need in sorted(found, key=lambda each: each[:2], reverse=True)]


def set_aside(case: Case, material: str) -> Decimal:
    """What is set aside of a material by the orders in the case."""
    return sum((need.in_house for need, _ in holders(case, material)), ZERO)


def _short_by(need: Requirement, scene: Scene) -> Decimal:
    missing = set_aside(scene.case, need.material) - scene.stock(need.material).on_hand
    return min(need.in_house, max(ZERO, missing))


def is_short(need: Requirement, count: AdjustStock, scene: Scene) -> bool:
    """More is set aside than is there, also without what others need later."""
    return _short_by(need, scene) > ZERO


def fall_short(need: Requirement, count: AdjustStock, scene: Scene) -> Step[Requirement]:
    """The missing part has to come from elsewhere (R12)."""
    short_by = _short_by(need, scene)
    need = replace(need, lost=need.lost + short_by)
    event = MaterialShort(**names_of(need, need.quantity, count), short=plain(short_by))
    return step(need, event, MaterialRequired(**names_of(need, need.unsourced)))
