"""Inspection: what the quality inspector counts, and what follows (R16, R17, R61)."""

from __future__ import annotations

from hub.messages.base import Quantity, Text
from hub.messages.work_order import WORK_ORDER_EXAMPLE, WorkOrderDecision, WorkOrderEvent


class Inspect(
    WorkOrderDecision,
    type="quality.inspect.v1",
    subject="work_order_id",
    example={
        "work_order_id": "W-7K3M9QX2WDRT-1",
        "passed": "22",
        "failed": "2",
        "defect": "burr on the inner edge",
        "by": {"role": "quality-inspector", "name": "Rui Costa"},
    },
):
    """The inspector's count of good and bad pieces (R16, R61)."""

    passed: Quantity
    failed: Quantity = "0"
    defect: Text | None = None


class QualityPassed(
    WorkOrderEvent,
    type="quality.passed.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "passed": "24"},
):
    """Every piece inspected is good (R16)."""

    passed: Quantity


class DefectFound(
    WorkOrderEvent,
    type="quality.defect-found.v1",
    subject="work_order_id",
    example={**WORK_ORDER_EXAMPLE, "passed": "22", "failed": "2", "defect": "burr on the inner edge"},
):
    """Some pieces are bad; the responsible engineer decides (R17)."""

    passed: Quantity
    failed: Quantity
    defect: Text | None = None
