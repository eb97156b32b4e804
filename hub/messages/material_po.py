"""Material POs: what procurement decides, what suppliers and warehouse say, and events (R13, R20-R22, R35, R63)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from hub.messages.base import (
    By,
    Currency,
    Date,
    Decision,
    Event,
    Instant,
    LineNumber,
    Material,
    MaterialPoId,
    Money,
    Name,
    OrderId,
    Ordinal,
    Quantity,
    Report,
    RequirementId,
    SupplierId,
    Text,
    Total,
    Unit,
    Wire,
)

_PROCUREMENT: dict[str, Any] = {"by": {"role": "procurement-officer", "name": "Lea Vogt"}}


_PO_ID: dict[str, Any] = {"material_po_id": "M-4F8ZT2KQ9B1C"}


class AcknowledgedLine(Wire):
    """A supplier's answer to one line of a material PO."""

    line: LineNumber
    answer: Literal["accepted", "changed", "rejected"]
    promised_date: Date | None = None
    quantity: Quantity | None = None
    unit: Unit | None = None
    """what quantity and price are in; absent: the unit that was ordered in"""
    unit_price: Money | None = None
    reason: Text | None = None


class AcknowledgeMaterialPo(
    Report,
    type="material-po.acknowledge.v1",
    subject="material_po_id",
    example={**_PO_ID, "lines": [{"line": "1", "answer": "accepted", "promised_date": "2026-12-10"}]},
):
    """The supplier's answer to a material PO, line by line, or to all of it at once (R20)."""

    model_config = {
        "json_schema_extra": {
            "anyOf": [
                {"required": ["lines"], "properties": {"lines": {"type": "array", "minItems": 1}}},
                {"required": ["answer"], "properties": {"answer": {"type": "string"}}},
            ]
        }
    }

    material_po_id: MaterialPoId
    supplier_id: SupplierId | None = None
    """who says so: a material PO is answered by its own supplier only; absent: one of us says it for them"""
    answer: Literal["accepted", "rejected"] | None = None
    """for every line that `lines` does not name: as ordered, or not at all"""
    lines: list[AcknowledgedLine] = []

    @model_validator(mode="after")
    def _answers_something(self) -> Self:
        if not self.lines and self.answer is None:
            raise ValueError("name the lines that are answered, or one answer for all of them")
        return self


class ReviewMaterialPoChange(
    Decision,
    type="material-po.review-change.v1",
    subject="material_po_id",
    example={**_PO_ID, "line": "1", "decision": "accept", **_PROCUREMENT},
):
    """The decision on what a supplier changed or refused: accept it, or choose another source (R20)."""

    material_po_id: MaterialPoId
    line: LineNumber
    decision: Literal["accept", "source-anew"]


class ReviewMaterialPoDelay(
    Decision,
    type="material-po.review-delay.v1",
    subject="material_po_id",
    example={**_PO_ID, "decision": "wait", "expected_date": "2026-12-20", **_PROCUREMENT},
):
    """The decision on a supplier that is silent or late: wait, or choose another source (R22)."""

    material_po_id: MaterialPoId
    decision: Literal["wait", "source-anew"]
    expected_date: Date | None = None


class LineQuantity(Wire):
    """A quantity of one line of a material PO."""

    line: LineNumber
    quantity: Quantity
    unit: Unit | None = None
    """absent: the unit that was ordered in"""


class NotifyDispatch(
    Report,
    type="material-po.notify-dispatch.v1",
    subject="material_po_id",
    example={**_PO_ID, "lines": [{"line": "1", "quantity": "16.5"}], "expected_date": "2026-12-10"},
):
    """The supplier announces a delivery."""

    material_po_id: MaterialPoId
    supplier_id: SupplierId | None = None
    """who says so: a material PO is answered by its own supplier only; absent: one of us says it for them"""
    lines: Annotated[list[LineQuantity], Field(min_length=1)]
    expected_date: Date | None = None
    reference: Name | None = None


class ReceiveMaterial(
    Report,
    type="material-po.receive.v1",
    subject="material_po_id",
    example={
        **_PO_ID,
        "lines": [{"line": "1", "quantity": "16.5"}],
        "by": {"role": "warehouse-clerk", "name": "Sam Ode"},
    },
):
    """Goods receipt: what came into the warehouse for a material PO (R21)."""

    material_po_id: MaterialPoId
    lines: Annotated[list[LineQuantity], Field(min_length=1)]


class AnswerMaterialPoCancellation(
    Report,
    type="material-po.answer-cancellation.v1",
    subject="material_po_id",
    example={**_PO_ID, "answer": "refused", "reason": "already on the truck"},
):
    """The supplier's answer to our cancelling of a material PO (R35)."""

    material_po_id: MaterialPoId
    supplier_id: SupplierId | None = None
    """who says so: a material PO is answered by its own supplier only; absent: one of us says it for them"""
    answer: Literal["accepted", "refused"]
    reason: Text | None = None


# ---------------------------------------------------------------------------------------------- events


class Share(Wire):
    """The part of a material PO's line that serves one requirement."""

    requirement_id: RequirementId
    order_id: OrderId
    quantity: Quantity


class MaterialPoLine(Wire):
    """A line of a material PO."""

    line: LineNumber
    material: Material
    description: Text | None = None
    quantity: Total
    unit: Unit
    unit_price: Money | None = None
    requested_date: Date | None = None
    promised_date: Date | None = None
    received: Total = "0"
    shares: list[Share] = []


_MATERIAL_PO: dict[str, Any] = {
    **_PO_ID,
    "supplier_id": "S-NORDSTAHL",
    "order_ids": ["O-7K3M9QX2WDRT"],
    "lines": [
        {
            "line": "1",
            "material": "STEEL-S355-6MM",
            "quantity": "16.5",
            "unit": "KGM",
            "unit_price": "1.85",
            "requested_date": "2026-12-10",
        }
    ],
}


class MaterialPoEvent(Event):
    """An event of a material PO, with the lines that it concerns as they now stand."""

    material_po_id: MaterialPoId
    supplier_id: SupplierId
    order_ids: list[OrderId]
    lines: list[MaterialPoLine]
    by: By | None = None
    reason: Text | None = None


class MaterialPoIssued(
    MaterialPoEvent,
    type="material-po.issued.v1",
    subject="material_po_id",
    example={**_MATERIAL_PO, "currency": "EUR", "version": 1},
):
    """A material PO, or its next version, goes to the supplier: whole, as it replaces the one before (R13)."""

    currency: Currency | None = None
    version: Ordinal = 1


class MaterialPoConfirmed(
    MaterialPoEvent, type="material-po.confirmed.v1", subject="material_po_id", example=_MATERIAL_PO
):
    """The supplier accepts (R20)."""


class MaterialPoChangeProposed(
    MaterialPoEvent,
    type="material-po.change-proposed.v1",
    subject="material_po_id",
    example={**_MATERIAL_PO, "answers": [{"line": "1", "answer": "changed", "promised_date": "2026-12-17"}]},
):
    """The supplier changes or refuses some lines; a procurement officer decides (R20)."""

    answers: list[AcknowledgedLine]


class MaterialPoChangeAccepted(
    MaterialPoEvent, type="material-po.change-accepted.v1", subject="material_po_id", example=_MATERIAL_PO
):
    """The supplier's change is accepted (R20)."""


class MaterialPoRefused(MaterialPoEvent, type="material-po.refused.v1", subject="material_po_id", example=_MATERIAL_PO):
    """The supplier refuses all of it; another source is to be found (R20)."""


class MaterialPoDispatched(
    MaterialPoEvent,
    type="material-po.dispatched.v1",
    subject="material_po_id",
    example={**_MATERIAL_PO, "expected_date": "2026-12-10"},
):
    """The supplier has sent the goods."""

    expected_date: Date | None = None
    reference: Name | None = None


class ReceivedPart(Wire):
    """What of a receipt serves which requirement."""

    requirement_id: RequirementId
    order_id: OrderId
    quantity: Quantity


class ReceivedLine(Wire):
    """What was received for one line, and where it went."""

    line: LineNumber
    material: Material
    unit: Unit
    quantity: Total
    parts: list[ReceivedPart] = []
    to_stock: Total = "0"
    """what nobody needs, free in stock (R21)"""
    complete: bool = False
    """the line is delivered in full, within the partner's tolerance (R66)"""


class _Receipt(MaterialPoEvent):
    receipt: list[ReceivedLine]


_RECEIPT: dict[str, Any] = {
    **_MATERIAL_PO,
    "receipt": [{"line": "1", "material": "STEEL-S355-6MM", "unit": "KGM", "quantity": "16.5"}],
}


class MaterialPoPartReceived(_Receipt, type="material-po.part-received.v1", subject="material_po_id", example=_RECEIPT):
    """Part of it came in; the rest is awaited (R21)."""


class MaterialPoReceived(_Receipt, type="material-po.received.v1", subject="material_po_id", example=_RECEIPT):
    """All of it came in (R21)."""


class MaterialPoReminded(
    MaterialPoEvent,
    type="material-po.reminded.v1",
    subject="material_po_id",
    example={**_MATERIAL_PO, "reminder": 1},
):
    """A silent or late supplier is reminded (R22)."""

    reminder: Ordinal


class MaterialPoOverdue(MaterialPoEvent, type="material-po.overdue.v1", subject="material_po_id", example=_MATERIAL_PO):
    """Reminders did not help; a procurement officer decides (R22)."""


class MaterialPoPostponed(
    MaterialPoEvent,
    type="material-po.postponed.v1",
    subject="material_po_id",
    example={**_MATERIAL_PO, "expected_date": "2026-12-20", "until": "2026-12-21T00:00:00Z"},
):
    """Procurement waits for what is overdue, and the supplier is left in peace until then (R22)."""

    expected_date: Date | None = None
    """the day on which it is now expected"""
    until: Instant


_NEXT_VERSION: dict[str, Any] = {**_MATERIAL_PO, "version": 2}


class MaterialPoReduced(
    MaterialPoEvent, type="material-po.reduced.v1", subject="material_po_id", example=_NEXT_VERSION
):
    """The supplier is told that less is needed, by the PO as it now reads; other orders' shares stay (R63)."""

    version: Ordinal = 1


class MaterialPoCancelRequested(
    MaterialPoEvent, type="material-po.cancel-requested.v1", subject="material_po_id", example=_NEXT_VERSION
):
    """The supplier is asked to cancel (R35)."""

    version: Ordinal = 1


class MaterialPoCancelled(
    MaterialPoEvent, type="material-po.cancelled.v1", subject="material_po_id", example=_MATERIAL_PO
):
    """The material PO is cancelled (R35)."""


class MaterialPoCancelRefused(
    MaterialPoEvent, type="material-po.cancel-refused.v1", subject="material_po_id", example=_MATERIAL_PO
):
    """The supplier will deliver all the same; its delivery goes to stock (R35)."""
