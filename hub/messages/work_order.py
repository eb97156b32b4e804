"""Work orders: the engineer's decisions, and events (R10-R17, R62, R69)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from hub.messages.base import (
    By,
    CancellationId,
    Date,
    Decision,
    Event,
    LineNumber,
    Material,
    Name,
    OrderId,
    Quantity,
    RequirementId,
    Unit,
    Wire,
    WorkOrderId,
)
from hub.messages.customer_po import PO_EXAMPLE, Line

_WORK: dict[str, Any] = {"work_order_id": "W-7K3M9QX2WDRT-1"}


_ENGINEER: dict[str, Any] = {"by": {"role": "production-engineer", "name": "Jo Brandt"}}


class MaterialNeed(Wire):
    """A raw material with the quantity that a work order needs."""

    material: Material
    quantity: Quantity
    unit: Unit


class WorkOrderDecision(Decision):
    """A decision about one work order."""

    work_order_id: WorkOrderId


class SpecifyMaterials(
    WorkOrderDecision,
    type="work-order.specify-materials.v1",
    subject="work_order_id",
    example={
        **_WORK,
        "materials": [{"material": "STEEL-S355-6MM", "quantity": "36.5", "unit": "KGM"}],
        **_ENGINEER,
    },
):
    """The engineer's list of raw materials for a work order; it may be empty (R11)."""

    materials: list[MaterialNeed]
    engineer: Name | None = None
    """who is responsible from now on (R15), where a system or a policy answers; a person who answers is"""


class ScheduleWorkOrder(
    WorkOrderDecision,
    type="work-order.schedule.v1",
    subject="work_order_id",
    example={**_WORK, "start": "2026-12-14", "end": "2026-12-16", "work_center": "LASER-1", **_ENGINEER},
):
    """The engineer schedules production (R15)."""

    start: Date
    end: Date
    work_center: Name


class StartProduction(
    WorkOrderDecision,
    type="work-order.start-production.v1",
    subject="work_order_id",
    example={**_WORK, **_ENGINEER},
):
    """Production begins, and consumes the materials (R14)."""


class CompleteProduction(
    WorkOrderDecision,
    type="work-order.complete-production.v1",
    subject="work_order_id",
    example={**_WORK, "quantity": "24", **_ENGINEER},
):
    """The pieces are made and go to inspection (R16)."""

    quantity: Quantity | None = None
    """pieces made; absent: all that were to be made"""


class DecideDefect(
    WorkOrderDecision,
    type="work-order.decide-defect.v1",
    subject="work_order_id",
    example={**_WORK, "decision": "fix", "quantity": "2", **_ENGINEER},
):
    """The engineer's decision on bad pieces: a minor fix, or discard and make again (R17)."""

    decision: Literal["fix", "remake"]
    quantity: Quantity | None = None
    """absent: all bad pieces not yet decided on"""


class Dispose(
    WorkOrderDecision,
    type="work-order.dispose.v1",
    subject="work_order_id",
    example={**_WORK, "as": "salvage", "quantity": "24", **_ENGINEER},
):
    """What has become of half-made goods of a cancelled line: finished to stock, salvaged, or scrapped (R62)."""

    as_: Annotated[Literal["stock", "salvage", "scrap"], Field(alias="as")]
    quantity: Quantity | None = None
    """pieces; absent: all that are left"""
    recovered: list[MaterialNeed] | None = None
    """salvage: the material that goes back into stock; absent: all that these pieces took"""


class ReassignWorkOrder(
    WorkOrderDecision,
    type="work-order.reassign.v1",
    subject="work_order_id",
    example={**_WORK, "engineer": "Mia Holm", **_ENGINEER},
):
    """Another engineer becomes responsible (R15)."""

    engineer: Name


# ---------------------------------------------------------------------------------------------- events

WORK_ORDER_EXAMPLE: dict[str, Any] = {"order_id": "O-7K3M9QX2WDRT", **_WORK, "line": "1"}


class WorkOrderEvent(Event):
    """An event of a work order."""

    order_id: OrderId
    work_order_id: WorkOrderId
    line: LineNumber
    by: By | None = None


class WorkOrderCreated(
    WorkOrderEvent,
    type="work-order.created.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "item": PO_EXAMPLE["lines"][0], "quantity": "24", "unit": "H87"},
):
    """A work order was opened for a confirmed line (R10)."""

    item: Line
    quantity: Quantity
    unit: Unit
    due: Date | None = None


class SpecifiedMaterial(MaterialNeed):
    """A material need with the id of its requirement."""

    requirement_id: RequirementId


class WorkOrderChanged(
    WorkOrderEvent,
    type="work-order.changed.v1",
    subject="work_order_id",
    example={
        **WORK_ORDER_EXAMPLE,
        "item": PO_EXAMPLE["lines"][0],
        "quantity": "30",
        "quantity_before": "24",
        "state": "awaiting_engineering",
    },
):
    """The customer's change altered this work order in place (R69)."""

    item: Line
    quantity: Quantity
    quantity_before: Quantity
    due: Date | None = None
    state: Literal["awaiting_engineering", "awaiting_materials", "ready", "scheduled"]
    """where it goes on from: the engineer where the list of materials fits no longer"""
    materials: list[SpecifiedMaterial] = []
    """what it needs from now on; empty where the engineer is to say so"""


class MaterialsSpecified(
    WorkOrderEvent,
    type="work-order.materials-specified.v1",
    subject="work_order_id",
    example={
        **WORK_ORDER_EXAMPLE,
        "engineer": "Jo Brandt",
        "materials": [
            {
                "requirement_id": "R-7K3M9QX2WDRT-1",
                "material": "STEEL-S355-6MM",
                "quantity": "36.5",
                "unit": "KGM",
            }
        ],
    },
):
    """The engineer, from now on responsible, has listed the raw materials (R11, R15)."""

    engineer: Name
    materials: list[SpecifiedMaterial]


class MaterialsAvailable(
    WorkOrderEvent, type="work-order.materials-available.v1", subject="work_order_id", example=WORK_ORDER_EXAMPLE
):
    """All materials are there; production can be scheduled (R14)."""


class WorkOrderScheduled(
    WorkOrderEvent,
    type="work-order.scheduled.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "start": "2026-12-14", "end": "2026-12-16", "work_center": "LASER-1"},
):
    """Production is scheduled (R15)."""

    start: Date
    end: Date
    work_center: Name


class ProductionStarted(
    WorkOrderEvent,
    type="work-order.production-started.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "quantity": "24"},
):
    """Production has begun (R14)."""

    quantity: Quantity


class WorkOrderProduced(
    WorkOrderEvent,
    type="work-order.produced.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "quantity": "24"},
):
    """The pieces are made and await inspection (R16)."""

    quantity: Quantity


class FixOrdered(
    WorkOrderEvent,
    type="work-order.fix-ordered.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "quantity": "2"},
):
    """Bad pieces get a minor fix and are inspected again (R17)."""

    quantity: Quantity


class RemakeOrdered(
    WorkOrderEvent,
    type="work-order.remake-ordered.v1",
    subject="work_order_id",
    example={
        **WORK_ORDER_EXAMPLE,
        "quantity": "2",
        "materials": [
            {
                "requirement_id": "R-7K3M9QX2WDRT-2",
                "material": "STEEL-S355-6MM",
                "quantity": "3.05",
                "unit": "KGM",
            }
        ],
    },
):
    """Bad pieces are scrapped and made again, from new material (R17)."""

    quantity: Quantity
    """pieces scrapped"""
    materials: list[SpecifiedMaterial]


class ReadyToShip(
    WorkOrderEvent,
    type="work-order.ready-to-ship.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "quantity": "24"},
):
    """Good pieces are ready to leave (R18)."""

    quantity: Quantity


class WorkOrderReassigned(
    WorkOrderEvent,
    type="work-order.reassigned.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "engineer": "Mia Holm", "before": "Jo Brandt"},
):
    """Another engineer is responsible (R15)."""

    engineer: Name
    before: Name | None = None


class WorkOrderCancelled(
    WorkOrderEvent,
    type="work-order.cancelled.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "half_made": "0", "cancellation_id": "C-7K3M9QX2WDRT-1"},
):
    """The work order is cancelled; scheduled production is taken off (R35)."""

    half_made: Quantity
    """pieces begun or finished, on which an engineer decides (R62)"""
    cancellation_id: CancellationId | None = None


class WorkOrderDisposed(
    WorkOrderEvent,
    type="work-order.disposed.v1",
    subject="work_order_id",
    example={
        **WORK_ORDER_EXAMPLE,
        "as": "salvage",
        "quantity": "24",
        "to_stock": [{"material": "STEEL-S355-6MM", "quantity": "30", "unit": "KGM"}],
    },
):
    """It is decided what becomes of half-made goods (R62)."""

    as_: Annotated[Literal["stock", "salvage", "scrap"], Field(alias="as")]
    quantity: Quantity
    """pieces"""
    to_stock: list[MaterialNeed] = []
    """what goes into stock: the finished product under its number, or recovered material"""
