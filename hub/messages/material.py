"""Raw materials that work orders need: where they come from, and what becomes of them (R12-R14, R35, R69)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from hub.messages.base import (
    By,
    Date,
    Decision,
    Event,
    Material,
    MaterialPoId,
    Money,
    OrderId,
    Quantity,
    RequirementId,
    SupplierId,
    Unit,
    Wire,
    WorkOrderId,
)


class Allocation(Wire):
    """Where part of a required material comes from: stock, or a supplier."""

    from_: Annotated[Literal["stock", "supplier"], Field(alias="from")]
    quantity: Quantity
    supplier_id: SupplierId | None = None
    unit_price: Money | None = None
    requested_date: Date | None = None
    join: MaterialPoId | None = None
    """an open material PO of that supplier to be extended instead of a new one (R63)"""


class SourceMaterial(
    Decision,
    type="material.source.v1",
    subject="requirement_id",
    example={
        "requirement_id": "R-7K3M9QX2WDRT-1",
        "allocations": [
            {"from": "stock", "quantity": "20"},
            {"from": "supplier", "quantity": "16.5", "supplier_id": "S-NORDSTAHL", "unit_price": "1.85"},
        ],
        "by": {"role": "procurement-officer", "name": "Lea Vogt"},
    },
):
    """Where one required material is to come from: stock, suppliers, or both (R12, R13)."""

    requirement_id: RequirementId
    allocations: Annotated[list[Allocation], Field(min_length=1)]


# ---------------------------------------------------------------------------------------------- events

_REQUIREMENT: dict[str, Any] = {
    "order_id": "O-7K3M9QX2WDRT",
    "work_order_id": "W-7K3M9QX2WDRT-1",
    "requirement_id": "R-7K3M9QX2WDRT-1",
    "material": "STEEL-S355-6MM",
    "quantity": "36.5",
    "unit": "KGM",
}


class RequirementEvent(Event):
    """An event of one material requirement of a work order."""

    order_id: OrderId
    work_order_id: WorkOrderId
    requirement_id: RequirementId
    material: Material
    quantity: Quantity
    unit: Unit
    by: By | None = None


class MaterialRequired(RequirementEvent, type="material.required.v1", subject="requirement_id", example=_REQUIREMENT):
    """A source is to be found for this quantity (R12)."""


class MaterialReserved(RequirementEvent, type="material.reserved.v1", subject="requirement_id", example=_REQUIREMENT):
    """This quantity of stock is set aside for the requirement (R12)."""


class MaterialReleased(
    RequirementEvent,
    type="material.released.v1",
    subject="requirement_id",
    example={**_REQUIREMENT, "from_stock": "20", "material_po_ids": ["M-4F8ZT2KQ9B1C"]},
):
    """So much is needed no longer: reserved stock is free again, what is on order is given up (R35, R69)."""

    from_stock: Quantity
    """how much reserved stock became free"""
    material_po_ids: list[MaterialPoId] = []
    """material POs that lose of this requirement's share"""
    left: Quantity = "0"
    """what is still required; 0: nothing, and the requirement has ended"""


class MaterialAvailable(RequirementEvent, type="material.available.v1", subject="requirement_id", example=_REQUIREMENT):
    """The whole quantity is in the warehouse and set aside for the requirement (R14, R21)."""


class MaterialConsumed(RequirementEvent, type="material.consumed.v1", subject="requirement_id", example=_REQUIREMENT):
    """Production has taken the material (R14)."""


class MaterialShort(
    RequirementEvent,
    type="material.short.v1",
    subject="requirement_id",
    example={**_REQUIREMENT, "short": "4"},
):
    """A count found less than was set aside; the missing part is to be sourced anew."""

    short: Quantity
