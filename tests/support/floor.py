"""Everybody who works with the hub: each task that it opens is answered, and suppliers deliver what is ordered.

What is answered depends on the event alone, and so do the ids of the answers: who sees an event twice answers it
once, and runs with the same orders send the same commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.app import utc_now
from hub.messages.envelope import Letter, check_data, write_letter
from tests.support.running import ENGINEER, INSPECTOR, PROCUREMENT, SALES, SHIPPING

SOURCE = "tests"
START, END = "2999-01-04", "2999-01-08"
SHEET, BAR = "STEEL-S355-6MM", "BAR-40MM"
WAREHOUSE = {"role": "warehouse-clerk", "name": "Ola Vik"}
Said = tuple[str, dict[str, Any]]


def command(kind: str, data: dict[str, Any], message_id: str) -> Letter:
    """A command as somebody outside the hub writes it."""
    return write_letter(check_data(f"{kind}.v1", data), message_id=message_id, source=SOURCE, time=utc_now())


def purchase_order(number: str, customer: str = "C-API", lines: int = 2) -> dict[str, Any]:
    """The data of `customer-po.submit`: line 1 takes sheet from stock, line 2 bar that has to be ordered."""
    return {
        "po_number": number,
        "purpose": "original",
        "customer": {"id": customer},
        "currency": "USD",
        "lines": [
            {"line": str(n + 1), "product": {"buyer_part": f"HM-{n + 1}"}, "quantity": "2", "unit": "H87"}
            for n in range(lines)
        ],
        "source": {"channel": "api"},
    }


def answers(event: dict[str, Any]) -> list[Letter]:
    """The commands by which somebody answers an event."""
    return [command(kind, data, f"{event['id']}/{place}") for place, (kind, data) in enumerate(_say(event))]


def _say(event: dict[str, Any]) -> Iterator[Said]:
    kind, data = event["type"].removesuffix(".v1"), event["data"]
    if kind == "task.opened":
        yield from _decide(data["kind"].removesuffix(".v1"), data)
    elif kind == "material-po.issued":
        accepted = [{"line": line["line"], "answer": "accepted"} for line in data["lines"]]
        yield "material-po.acknowledge", {"material_po_id": data["material_po_id"], "lines": accepted}
    elif kind == "material-po.confirmed":
        lines = [{"line": line["line"], "quantity": line["quantity"]} for line in data["lines"]]
        yield "material-po.receive", {"material_po_id": data["material_po_id"], "lines": lines, "by": WAREHOUSE}
    elif kind == "material-po.cancel-requested":
        yield "material-po.answer-cancellation", {"material_po_id": data["material_po_id"], "answer": "accepted"}


def _decide(kind: str, task: dict[str, Any]) -> Iterator[Said]:
    facts, answer = task["facts"], {"task_id": task["task_id"]}
    order = {**answer, "order_id": task.get("order_id")}
    work = {**answer, "work_order_id": task.get("work_order_id")}
    match kind:
        case "order.review":
            yield kind, {**order, "decision": "confirm", "by": SALES}
        case "cancellation.assess":
            yield kind, {**order, "decision": "free", "by": SALES}
        case "work-order.specify-materials":
            needs = {"1": (SHEET, "2", "KGM"), "2": (BAR, "1", "MTR")}
            material, quantity, unit = needs[facts["line"]]
            listed = [{"material": material, "quantity": quantity, "unit": unit}]
            yield kind, {**work, "materials": listed, "by": ENGINEER}
        case "material.source":
            requirement = {**answer, "requirement_id": task["requirement_id"], "by": PROCUREMENT}
            yield kind, {**requirement, "allocations": [_allocation(facts)]}
        case "work-order.schedule":
            yield kind, {**work, "start": START, "end": END, "work_center": "LASER-1", "by": ENGINEER}
        case "work-order.start-production" | "work-order.complete-production":
            yield kind, {**work, "by": ENGINEER}
        case "quality.inspect":
            yield kind, {**work, "passed": facts["in_inspection"], "by": INSPECTOR}
        case "work-order.dispose":
            yield kind, {**work, "as": "scrap", "by": ENGINEER}
        case "shipment.dispatch":
            items = [{"work_order_id": task["work_order_id"], "quantity": facts["ready"]}]
            yield kind, {**answer, "items": items, "by": SHIPPING}


def _allocation(facts: dict[str, Any]) -> dict[str, Any]:
    if facts["material"] == SHEET:
        return {"from": "stock", "quantity": facts["quantity"]}
    return {"from": "supplier", "quantity": facts["quantity"], "supplier_id": "S-NORDSTAHL"}
