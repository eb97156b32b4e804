"""The work order of a line that its customer changes before production: altered in place (R8, R69)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from hub.messages.customer_po import Line
from hub.messages.order import OrderChanged
from hub.messages.work_order import SpecifiedMaterial, WorkOrderChanged
from hub.sagas.case import Scene
from hub.sagas.difference import fields
from hub.sagas.model import WorkOrder
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.production.run import part
from hub.sagas.table import Step, step

State = Literal["awaiting_engineering", "awaiting_materials", "ready", "scheduled"]
BEFORE_PRODUCTION = ("awaiting_engineering", "awaiting_materials", "ready", "scheduled")
SPECIFIED_BY = frozenset({"product", "unit", "characteristics", "attachments"})
"""what of a line the engineer's list of materials follows from; its length follows from the quantity"""


def production_has_begun(work: WorkOrder) -> bool:
    """It has been in production, in this round or one before."""
    return work.state not in BEFORE_PRODUCTION or work.made > ZERO


def specified_otherwise(before: Line, after: Line) -> bool:
    """Another product, or the same to other specifications."""
    return bool(SPECIFIED_BY & set(fields(before, after)))


def scaled(work: WorkOrder, quantity: Decimal) -> tuple[tuple[str, Decimal, str], ...]:
    """The engineer's list for another number of pieces."""
    return tuple((material, part(need, quantity, work.quantity), unit) for material, need, unit in work.materials)


def _terms(work: WorkOrder, changed: OrderChanged) -> Line:
    entry = next(each for each in changed.lines if each.line == work.line)
    assert entry.after is not None  # noqa: S101  # only lines that go on are told to their work orders
    return entry.after


def list_no_longer_fits(work: WorkOrder, changed: OrderChanged, scene: Scene) -> bool:
    """Another product, or the same to other specifications: the engineer has to look again."""
    return work.item is not None and specified_otherwise(work.item, _terms(work, changed))


def needs_more(work: WorkOrder, changed: OrderChanged, scene: Scene) -> bool:
    """More pieces need more material."""
    return bool(work.materials) and decimal(_terms(work, changed).quantity) > work.quantity


def is_to_be_planned_anew(work: WorkOrder, changed: OrderChanged, scene: Scene) -> bool:
    """There is more to make than was planned, or it is due before the planned end."""
    due = scene.order.lines[work.line].confirmed
    more = decimal(_terms(work, changed).quantity) > work.quantity
    return more or bool(due and work.end and due < work.end)


def alter(state: State) -> Callable[[WorkOrder, OrderChanged, Scene], Step[WorkOrder]]:
    """An action: the work order on its new terms, which goes on from this state."""

    def altered(work: WorkOrder, changed: OrderChanged, scene: Scene) -> Step[WorkOrder]:
        """Alter the work order in place; what it needs follows the number of pieces (R69)."""
        return _altered(work, changed, scene, state)

    return altered


def _altered(work: WorkOrder, changed: OrderChanged, scene: Scene, state: State) -> Step[WorkOrder]:
    item, before = _terms(work, changed), work.quantity
    quantity = decimal(item.quantity)
    materials = scaled(work, quantity)
    listed = state != "awaiting_engineering"
    plan = work if state == "scheduled" else replace(work, start=None, end=None, work_center=None)
    work = replace(
        plan,
        item=item,
        unit=item.unit,
        quantity=quantity,
        to_make=quantity,
        due=scene.order.lines[work.line].confirmed,
        materials=materials,
    )
    needs = [
        SpecifiedMaterial(requirement_id=key, material=material, quantity=plain(need), unit=unit)
        for key, (material, need, unit) in zip(work.requirements, materials, strict=True)
    ]
    event = WorkOrderChanged(
        **work.names,
        item=item,
        quantity=plain(quantity),
        quantity_before=plain(before),
        due=work.due,
        state=state,
        materials=needs if listed else [],
    )
    return step(work, event)
