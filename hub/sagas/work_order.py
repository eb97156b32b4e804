"""The work order: the making of one line item, from the list of materials to the shipment (R10-R18)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hub.messages.base import Message, Person, Policy
from hub.messages.envelope import instant
from hub.messages.material import MaterialAvailable, MaterialReserved, MaterialShort
from hub.messages.order import OrderChanged, OrderConfirmed, OrderDelayConfirmed, OrderLineCancelled
from hub.messages.quality import Inspect
from hub.messages.shipment import DispatchShipment, Shipped
from hub.messages.work_order import (
    CompleteProduction,
    DecideDefect,
    Dispose,
    MaterialsAvailable,
    MaterialsSpecified,
    ReassignWorkOrder,
    RemakeOrdered,
    ScheduleWorkOrder,
    SpecifyMaterials,
    StartProduction,
    WorkOrderCancelled,
    WorkOrderCreated,
    WorkOrderReassigned,
)
from hub.sagas.case import Scene, by_of, person
from hub.sagas.model import WorkOrder
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.production.alteration import (
    BEFORE_PRODUCTION,
    alter,
    is_to_be_planned_anew,
    list_no_longer_fits,
    needs_more,
)
from hub.sagas.production.disposal import disposal_fits, dispose, half_made_left, is_to_be_disposed
from hub.sagas.production.quality import (
    accept,
    count_fits,
    decide,
    decide_and_make_ready,
    defect_fits,
    find_defect,
    leaves_some,
    none_bad,
    remake_is_supplied,
    remake_needs_nothing,
    remakes_some,
)
from hub.sagas.production.run import dates_fit, halt, made_fits, needs_for, produce, schedule, start
from hub.sagas.production.work_tasks import engineer, facts, good_part_ready, shipping_facts, something_ready
from hub.sagas.table import Refusal, Step, Table, ignore, never, on, refuse, refuse_if, step, waits

# ------------------------------------------------------------------------------- created, examined, supplied


def create(work: WorkOrder, confirmed: OrderConfirmed | OrderChanged, scene: Scene) -> Step[WorkOrder]:
    """Open the work order of a confirmed line, or of one that a change has added (R8, R10)."""
    line = scene.order.lines[work.line]
    work = replace(work, item=line.item, unit=line.item.unit, quantity=line.open, to_make=line.open, due=line.confirmed)
    work = replace(work, created_at=instant(scene.now))
    event = WorkOrderCreated(**work.names, item=line.item, quantity=plain(work.quantity), unit=work.unit, due=work.due)
    return step(work, event)


def specify(work: WorkOrder, answer: SpecifyMaterials, scene: Scene) -> Step[WorkOrder]:
    """Note the raw materials, and the engineer who is responsible from now on (R11, R15).

    Where a change has brought the list back, what it names again goes on with the requirement that it had (R69).
    """
    kept = {scene.order.requirements[key].material: key for key in reversed(work.requirements)}
    listed = tuple((need.material, decimal(need.quantity), need.unit) for need in answer.materials)
    work = replace(work, engineer=work.engineer or answer.engineer or person(answer), materials=listed)
    needs = needs_for(work, scene, work.quantity, kept)
    work = replace(work, requirements=tuple(need.requirement_id for need in needs))
    assert work.engineer is not None  # noqa: S101  # set two lines above
    return step(work, MaterialsSpecified(**work.names, by=by_of(answer), engineer=work.engineer, materials=needs))


def _materials_fit(work: WorkOrder, answer: SpecifyMaterials, scene: Scene) -> Refusal | None:
    """Each material has a quantity, in the unit in which it is kept (R11); a person answers for himself (R15)."""
    by = by_of(answer)
    if isinstance(by, Person) and answer.engineer not in {None, by.name}:
        text = "whoever lists the materials is responsible; work-order.reassign makes another engineer so"
        return Refusal("wrong_engineer", text, "engineer")
    if isinstance(by, Policy) and not (work.engineer or answer.engineer):
        return Refusal("engineer_missing", "name the engineer who is responsible", "engineer")
    units: dict[str, str] = {}
    for place, need in enumerate(answer.materials):
        if decimal(need.quantity) <= ZERO:
            return Refusal("no_quantity", f"{need.material} needs a quantity", f"materials.{place}.quantity")
        known = scene.stock(need.material).unit or units.setdefault(need.material, need.unit)
        if known and known != need.unit:
            where = f"materials.{place}.unit"
            return Refusal("wrong_unit", f"{need.material} is kept in {known}, not in {need.unit}", where)
    return None


def all_there(work: WorkOrder, message: Message, scene: Scene) -> bool:
    """Every material is reserved or available, or none is needed (R11, R14)."""
    needs = scene.order.requirements
    return all(needs[number].state in {"reserved", "available"} for number in work.requirements)


def make_ready(work: WorkOrder, message: Message, scene: Scene) -> Step[WorkOrder]:
    """All materials are there: production may be scheduled and started (R14)."""
    return step(work, MaterialsAvailable(**work.names))


# ------------------------------------------------------------------------------------------- the way out


def _item(work: WorkOrder, shipped: Shipped) -> Decimal:
    return sum((decimal(item.quantity) for item in shipped.items if item.work_order_id == work.work_order_id), ZERO)


def all_left(work: WorkOrder, shipped: Shipped, scene: Scene) -> bool:
    """Everything ordered has left."""
    return work.shipped + _item(work, shipped) >= work.quantity


def leave(work: WorkOrder, shipped: Shipped, scene: Scene) -> Step[WorkOrder]:
    """Pieces have left (R18)."""
    return step(replace(work, shipped=work.shipped + _item(work, shipped)))


def stop(work: WorkOrder, cancelled: OrderLineCancelled, scene: Scene) -> Step[WorkOrder]:
    """Stop all work; what is begun or finished waits for an engineer's decision (R35, R62)."""
    begun = work.to_make - work.to_fix if work.state == "in_production" else ZERO
    half_made = begun + work.made - work.scrapped - work.shipped
    work = replace(work, half_made=half_made, start=None, end=None, work_center=None)
    event = WorkOrderCancelled(**work.names, half_made=plain(half_made), cancellation_id=cancelled.cancellation_id)
    return step(work, event)


def note_due(work: WorkOrder, confirmed: OrderDelayConfirmed, scene: Scene) -> Step[WorkOrder]:
    """Work towards the date that is promised now (R60)."""
    return step(replace(work, due=confirmed.confirmed))


def reassign(work: WorkOrder, command: ReassignWorkOrder, scene: Scene) -> Step[WorkOrder]:
    """Make another engineer responsible (R15)."""
    event = WorkOrderReassigned(**work.names, by=by_of(command), engineer=command.engineer, before=work.engineer)
    return step(replace(work, engineer=command.engineer), event)


def other_engineer(work: WorkOrder, message: Message, scene: Scene) -> Refusal | None:
    """Another engineer's commands on a work order are refused; reassigning it is possible (R15)."""
    by = by_of(message)
    if not isinstance(by, Person) or by.role != "production-engineer" or work.engineer in {None, by.name}:
        return None
    if message.TYPE not in {kind.TYPE for kind in ENGINEERS}:
        return None
    return Refusal("wrong_engineer", f"{work.work_order_id} is {work.engineer}'s, not {by.name}'s", "by.name")


ENGINEERS = (
    SpecifyMaterials,
    ScheduleWorkOrder,
    StartProduction,
    CompleteProduction,
    DecideDefect,
    Dispose,
)
PLANNED = ("ready", "scheduled")
LISTED = ("awaiting_materials", *PLANNED)
ON_THE_FLOOR = ("in_production", "awaiting_inspection", "defect_found")
ROUND = (*LISTED, *ON_THE_FLOOR)
"""states of a round of production, during which the good pieces of the one before may be waiting"""
DONE = ("ready_to_ship", "part_shipped")
LIVE = (*BEFORE_PRODUCTION, *ON_THE_FLOOR, *DONE)
ENDED = ("shipped", "cancelled")
ALL = (*LIVE, *ENDED)


def _all_but(*states: str) -> tuple[str, ...]:
    return tuple(state for state in ALL if state not in states)


BEING_SUPPLIED = ("awaiting_engineering", "awaiting_materials", "defect_found")
"""states in which its requirements may be under way; a change has brought it back to the first"""
NOT_SUPPLIED_ANEW = _all_but(*BEING_SUPPLIED, "ready")
SUPPLIED = "its requirements are all supplied, consumed or released by then"
WORK_ORDER: Table[WorkOrder] = Table(
    name="work order",
    module=__name__,
    initial="new",
    states=("new", *ALL),
    final=ENDED,
    gate=other_engineer,
    rows=(
        on("new", OrderConfirmed, create, to="awaiting_engineering"),
        never(ALL, OrderConfirmed, "an order is confirmed once, and its work orders made then"),
        #
        on("new", OrderChanged, create, to="awaiting_engineering"),
        on("awaiting_engineering", OrderChanged, alter("awaiting_engineering"), to="awaiting_engineering"),
        on(LISTED, OrderChanged, alter("awaiting_engineering"), to="awaiting_engineering", when=list_no_longer_fits),
        on("awaiting_materials", OrderChanged, alter("awaiting_materials")),
        on(PLANNED, OrderChanged, alter("awaiting_materials"), to="awaiting_materials", when=needs_more),
        on("scheduled", OrderChanged, alter("ready"), to="ready", when=is_to_be_planned_anew),
        on("scheduled", OrderChanged, alter("scheduled"), to="scheduled"),
        on("ready", OrderChanged, alter("ready"), to="ready"),
        never((*ON_THE_FLOOR, *DONE, *ENDED), OrderChanged, "a line whose production has begun keeps its terms (R8)"),
        #
        refuse_if("awaiting_engineering", SpecifyMaterials, _materials_fit),
        on("awaiting_engineering", SpecifyMaterials, specify, to="awaiting_materials"),
        refuse(
            _all_but("awaiting_engineering"),
            SpecifyMaterials,
            "already_specified",
            "the materials are listed",
        ),
        on("awaiting_materials", MaterialsSpecified, make_ready, to="ready", when=all_there),
        ignore("awaiting_materials", MaterialsSpecified, "the materials are to be sourced first"),
        never(_all_but("awaiting_materials"), MaterialsSpecified, "it is what leads to awaiting_materials"),
        on("awaiting_materials", MaterialReserved, make_ready, to="ready", when=all_there),
        on("awaiting_materials", MaterialAvailable, make_ready, to="ready", when=all_there),
        ignore(BEING_SUPPLIED, MaterialReserved, "more is to be decided or to come"),
        ignore(BEING_SUPPLIED, MaterialAvailable, "more is to be decided or to come"),
        ignore("ready", MaterialReserved, "all was there already"),
        ignore("ready", MaterialAvailable, "all was there already"),
        never(NOT_SUPPLIED_ANEW, MaterialReserved, SUPPLIED),
        never(NOT_SUPPLIED_ANEW, MaterialAvailable, SUPPLIED),
        #
        on(PLANNED, MaterialShort, halt, to="awaiting_materials"),
        ignore(BEING_SUPPLIED, MaterialShort, "it has not all its materials yet"),
        never(_all_but(*PLANNED, *BEING_SUPPLIED), MaterialShort, SUPPLIED),
        refuse_if(PLANNED, ScheduleWorkOrder, dates_fit),
        on(PLANNED, ScheduleWorkOrder, schedule, to="scheduled"),
        refuse(
            ("awaiting_engineering", "awaiting_materials"),
            ScheduleWorkOrder,
            "not_ready",
            "not all materials are there yet",
        ),
        refuse(
            (*ON_THE_FLOOR, *DONE, *ENDED),
            ScheduleWorkOrder,
            "already_begun",
            "production has begun or ended",
        ),
        on("scheduled", StartProduction, start, to="in_production"),
        refuse("ready", StartProduction, "not_scheduled", "production has to be scheduled first"),
        refuse(
            ("awaiting_engineering", "awaiting_materials"),
            StartProduction,
            "materials_missing",
            "not all materials are there yet",
        ),
        refuse((*ON_THE_FLOOR, *DONE, *ENDED), StartProduction, "already_begun", "production has begun or ended"),
        refuse_if("in_production", CompleteProduction, made_fits),
        on("in_production", CompleteProduction, produce, to="awaiting_inspection"),
        refuse(_all_but("in_production"), CompleteProduction, "not_in_production", "nothing is in production"),
        #
        refuse_if("awaiting_inspection", Inspect, count_fits),
        on("awaiting_inspection", Inspect, accept, to="ready_to_ship", when=none_bad),
        on("awaiting_inspection", Inspect, find_defect, to="defect_found"),
        refuse(_all_but("awaiting_inspection"), Inspect, "nothing_to_inspect", "nothing waits for inspection"),
        refuse_if("defect_found", DecideDefect, defect_fits),
        on("defect_found", DecideDefect, decide, to="defect_found", when=leaves_some),
        on("defect_found", DecideDefect, decide_and_make_ready, to="ready", when=remake_is_supplied),
        on("defect_found", DecideDefect, decide, to="awaiting_materials", when=remakes_some),
        on("defect_found", DecideDefect, decide, to="in_production"),
        refuse(_all_but("defect_found"), DecideDefect, "no_defect", "no defect waits for a decision"),
        on("awaiting_materials", RemakeOrdered, make_ready, to="ready", when=remake_needs_nothing),
        ignore(("awaiting_materials", "defect_found"), RemakeOrdered, "the materials are to be sourced first"),
        never(_all_but("awaiting_materials", "defect_found"), RemakeOrdered, "it is decided on defects only"),
        #
        on(DONE, Shipped, leave, to="shipped", when=all_left),
        on(DONE, Shipped, leave, to="part_shipped"),
        on(ROUND, Shipped, leave),
        never(("awaiting_engineering", *ENDED), Shipped, "nothing is made yet, or everything has left"),
        on(LIVE, OrderDelayConfirmed, note_due),
        never(ENDED, OrderDelayConfirmed, "only an open line is late"),
        on(LIVE, OrderLineCancelled, stop, to="cancelled"),
        ignore(ENDED, OrderLineCancelled, "the work order has ended"),
        #
        refuse_if("cancelled", Dispose, disposal_fits),
        on("cancelled", Dispose, dispose, to="cancelled"),
        refuse((*LIVE, "shipped"), Dispose, "not_cancelled", "only what was cancelled is disposed of"),
        on(LIVE, ReassignWorkOrder, reassign),
        on("cancelled", ReassignWorkOrder, reassign, when=is_to_be_disposed),
        refuse(ENDED, ReassignWorkOrder, "already_ended", "the work order has ended"),
    ),
    waits=(
        waits("awaiting_engineering", SpecifyMaterials, "production-engineer", facts, assignee=engineer),
        waits("ready", ScheduleWorkOrder, "production-engineer", facts, assignee=engineer),
        waits("scheduled", StartProduction, "production-engineer", facts, assignee=engineer),
        waits("in_production", CompleteProduction, "production-engineer", facts, assignee=engineer),
        waits("awaiting_inspection", Inspect, "quality-inspector", facts),
        waits("defect_found", DecideDefect, "production-engineer", facts, assignee=engineer),
        waits("cancelled", Dispose, "production-engineer", facts, when=half_made_left, assignee=engineer),
        waits(DONE, DispatchShipment, "shipping-clerk", shipping_facts, when=something_ready),
        waits(ROUND, DispatchShipment, "shipping-clerk", shipping_facts, when=good_part_ready, beside=True),
    ),
)
