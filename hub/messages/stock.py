"""Stock: what is counted, and what has changed (R12, R21)."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from hub.messages.base import By, Event, Material, OrderId, Quantity, Report, SignedQuantity, Text, Total, Unit, either


class AdjustStock(
    Report,
    type="stock.adjust.v1",
    subject="material",
    example={"material": "STEEL-S355-6MM", "count": "410", "unit": "KGM", "reason": "yearly count"},
):
    """A correction of stock on hand: by a signed quantity, or to what was counted; exactly one of the two."""

    model_config = {"json_schema_extra": {"oneOf": either(("quantity",), ("count",))}}

    material: Material
    quantity: SignedQuantity | None = None
    count: Quantity | None = None
    unit: Unit
    reason: Text | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.quantity is None) == (self.count is None):
            raise ValueError("give either quantity, by how much, or count, to what")
        return self


class StockChanged(
    Event,
    type="stock.changed.v1",
    subject="material",
    example={
        "material": "STEEL-S355-6MM",
        "unit": "KGM",
        "on_hand": "410",
        "reserved": "36.5",
        "on_order": "0",
        "change": "-12",
        "order_ids": [],
        "reason": "yearly count",
    },
):
    """Stock of a material has changed: on hand, set aside for work orders, on order with suppliers."""

    material: Material
    unit: Unit
    on_hand: Total
    reserved: Total
    on_order: Total
    change: Total
    """by how much stock on hand changed"""
    order_ids: list[OrderId] = []
    reason: Text | None = None
    by: By | None = None
