"""Shipments: what leaves the house (R18, R19)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hub.messages.base import (
    By,
    Count,
    CustomerId,
    Date,
    Decision,
    Event,
    LineNumber,
    Name,
    OrderId,
    PoNumber,
    Quantity,
    ShipmentId,
    Unit,
    Wire,
    WorkOrderId,
)
from hub.messages.customer_po import PO_EXAMPLE, Line


class ShippedItem(Wire):
    """Pieces of one work order in a shipment."""

    work_order_id: WorkOrderId
    quantity: Quantity


class DispatchShipment(
    Decision,
    type="shipment.dispatch.v1",
    subject="shipment_id",
    example={
        "shipment_id": "S-7K3M9QX2WDRT-1",
        "items": [{"work_order_id": "W-7K3M9QX2WDRT-1", "quantity": "24"}],
        "carrier": "DSV",
        "tracking": "00340434161094042557",
        "by": {"role": "shipping-clerk", "name": "Kim Dahl"},
    },
):
    """Finished pieces leave the house; the items belong to one order (R18)."""

    shipment_id: ShipmentId | None = None
    """absent: the hub numbers the shipment"""
    items: Annotated[list[ShippedItem], Field(min_length=1)]
    carrier: Name | None = None
    tracking: Name | None = None


class ShipmentItem(Wire):
    """What of which line is in the shipment."""

    work_order_id: WorkOrderId
    line: LineNumber
    quantity: Quantity
    unit: Unit
    item: Line
    shipped_before: Quantity = "0"


class Shipped(
    Event,
    type="shipment.shipped.v1",
    subject="shipment_id",
    example={
        "order_id": "O-7K3M9QX2WDRT",
        "customer_id": "C-HOLT",
        "po_number": "4500119034",
        "shipment_id": "S-7K3M9QX2WDRT-1",
        "number": 1,
        "items": [
            {
                "work_order_id": "W-7K3M9QX2WDRT-1",
                "line": "1",
                "quantity": "24",
                "unit": "H87",
                "item": PO_EXAMPLE["lines"][0],
            }
        ],
        "carrier": "DSV",
        "shipped_on": "2026-12-18",
    },
):
    """Pieces have left for the customer, who gets a ship notice (R18, R19)."""

    order_id: OrderId
    customer_id: CustomerId
    po_number: PoNumber
    shipment_id: ShipmentId
    number: Count
    """1, 2, 3… within the order"""
    items: list[ShipmentItem]
    carrier: Name | None = None
    tracking: Name | None = None
    shipped_on: Date
    by: By | None = None
