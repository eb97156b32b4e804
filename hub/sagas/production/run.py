"""Production: what material it needs, when it is planned, how it begins and ends (R14-R16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_UP, Decimal

from hub.messages.material import MaterialShort
from hub.messages.work_order import (
    CompleteProduction,
    ProductionStarted,
    ScheduleWorkOrder,
    SpecifiedMaterial,
    StartProduction,
    WorkOrderProduced,
    WorkOrderScheduled,
)
from hub.sagas.case import Scene, by_of
from hub.sagas.dates import refuse_past
from hub.sagas.model import WorkOrder
from hub.sagas.numbers import SMALLEST, decimal, plain
from hub.sagas.table import Refusal, Step, step


def needs_for(
    work: WorkOrder, scene: Scene, pieces: Decimal, kept: Mapping[str, str] | None = None
) -> list[SpecifiedMaterial]:
    """The whole material list, for so many pieces (R17); ``kept`` are requirements to go on with, by material."""
    ids, made = dict(kept or {}), len(scene.order.requirements)
    needs = []
    for material, quantity, unit in work.materials:
        known = ids.pop(material, None)
        made += known is None
        needs.append(
            SpecifiedMaterial(
                requirement_id=known or f"R-{scene.order.key}-{made}",
                material=material,
                quantity=plain(part(quantity, pieces, work.quantity)),
                unit=unit,
            )
        )
    return needs


def part(quantity: Decimal, pieces: Decimal, of: Decimal) -> Decimal:
    """What of a quantity so many pieces take, rounded up to what can be written."""
    exact = (quantity * pieces / of).quantize(SMALLEST / 1000)
    return exact.quantize(SMALLEST, ROUND_UP)


def dates_fit(work: WorkOrder, plan: ScheduleWorkOrder, scene: Scene) -> Refusal | None:
    """Nothing is planned in the past, or ends before it starts (R67)."""
    if refusal := refuse_past(plan.start, scene, "start"):
        return refusal
    if plan.end < plan.start:
        return Refusal("end_before_start", f"it cannot end before it starts on {plan.start}", "end")
    return None


def schedule(work: WorkOrder, plan: ScheduleWorkOrder, scene: Scene) -> Step[WorkOrder]:
    """Plan the production; it may be planned anew until it begins (R15)."""
    work = replace(work, start=plan.start, end=plan.end, work_center=plan.work_center)
    event = WorkOrderScheduled(
        **work.names, by=by_of(plan), start=plan.start, end=plan.end, work_center=plan.work_center
    )
    return step(work, event)


def halt(work: WorkOrder, short: MaterialShort, scene: Scene) -> Step[WorkOrder]:
    """Material that was there is not; production waits for what is sourced anew (R14)."""
    return step(replace(work, start=None, end=None, work_center=None))


def start(work: WorkOrder, command: StartProduction, scene: Scene) -> Step[WorkOrder]:
    """Begin; the materials are consumed (R14)."""
    return step(work, ProductionStarted(**work.names, by=by_of(command), quantity=plain(work.to_make)))


def made_fits(work: WorkOrder, done: CompleteProduction, scene: Scene) -> Refusal | None:
    """All that was to be made is made; what is bad is for the inspection, what is beyond the order for stock (R16)."""
    made = decimal(done.quantity) if done.quantity is not None else work.to_make
    if made == work.to_make:
        return None
    more = "enter what is beyond the order with stock.adjust"
    less = "pieces that went wrong count as made, the inspection sorts them out"
    text = f"{plain(work.to_make)} are to be made, not {plain(made)}; {more if made > work.to_make else less}"
    return Refusal("wrong_quantity", text, "quantity")


def produce(work: WorkOrder, done: CompleteProduction, scene: Scene) -> Step[WorkOrder]:
    """The pieces go to inspection (R16)."""
    work = replace(work, made=work.made + work.to_make - work.to_fix, in_inspection=work.to_make)
    return step(work, WorkOrderProduced(**work.names, by=by_of(done), quantity=plain(work.in_inspection)))
