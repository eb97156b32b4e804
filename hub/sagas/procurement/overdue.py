"""A supplier that is silent or late: reminded, then raised to procurement (R22)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.envelope import instant
from hub.messages.material_po import (
    MaterialPoCancelRequested,
    MaterialPoOverdue,
    MaterialPoPostponed,
    MaterialPoReduced,
    MaterialPoReminded,
    ReviewMaterialPoDelay,
)
from hub.sagas.case import Scene
from hub.sagas.dates import refuse_past
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO
from hub.sagas.procurement.ordering import names, next_version, on_the_wire
from hub.sagas.procurement.watch import day_after, deadlines
from hub.sagas.supply import MaterialLine, MaterialPo
from hub.sagas.table import Refusal, Step, step
from hub.sagas.timers import SupplierDue


def still_owed(po: MaterialPo, due: SupplierDue, scene: Scene) -> bool:
    """What was to come by then has not come."""
    return po.due_at == due.due_at


def reminded_enough(po: MaterialPo, due: SupplierDue, scene: Scene) -> bool:
    """It has not come, as often as the supplier was reminded."""
    return still_owed(po, due, scene) and po.reminders >= scene.rules.times_of(po.supplier_id).reminders


def remind(po: MaterialPo, due: SupplierDue, scene: Scene) -> Step[MaterialPo]:
    """Remind the supplier of what it owes (R22)."""
    po = replace(po, reminders=po.reminders + 1, due_at=scene.at(scene.rules.times_of(po.supplier_id).reminder))
    return step(po, MaterialPoReminded(**names(po, None, late_lines(po, scene)), reminder=po.reminders))


def raise_to_procurement(po: MaterialPo, due: SupplierDue, scene: Scene) -> Step[MaterialPo]:
    """Reminders did not help: a procurement officer decides (R22)."""
    po = replace(po, overdue=True, due_at=None)
    return step(po, MaterialPoOverdue(**names(po, None, late_lines(po, scene))))


def late_lines(po: MaterialPo, scene: Scene) -> list[MaterialLine]:
    """The lines of which something is owed that should have come by now."""
    return [line for line, _, due in deadlines(po, scene.rules) if due <= scene.now]


def is_overdue(po: MaterialPo, scene: Scene) -> bool:
    """The supplier was reminded in vain."""
    return po.overdue


# ------------------------------------------------------------------------------------------ what is decided


def delay_fits(po: MaterialPo, review: ReviewMaterialPoDelay, scene: Scene) -> Refusal | None:
    """The supplier is overdue; what is awaited is not awaited in the past (R22, R67)."""
    if not po.overdue:
        return Refusal("nothing_to_decide", f"{po.supplier_id} is not overdue with {po.material_po_id}")
    return refuse_past(review.expected_date, scene, "expected_date")


def waits_on(po: MaterialPo, review: ReviewMaterialPoDelay, scene: Scene) -> bool:
    """Procurement waits."""
    return review.decision == "wait"


def postpone(po: MaterialPo, review: ReviewMaterialPoDelay, scene: Scene) -> Step[MaterialPo]:
    """Wait until the expected date, or as long as between two reminders; then remind again (R22)."""
    late = late_lines(po, scene)
    known = review.expected_date
    again = scene.rules.times_of(po.supplier_id).reminder
    until = instant(day_after(known, scene.rules)) if known else scene.at(again)
    event = MaterialPoPostponed(**names(po, review, late), expected_date=known, until=until)
    return step(replace(po, patience=until), event)


def _without_late(po: MaterialPo, scene: Scene) -> MaterialPo:
    """Do without what is late. Where nobody counts on the rest either, the supplier is asked about all."""
    rest = unshared = po
    for line in late_lines(po, scene):
        rest = rest.with_line(line.ended())
        unshared = unshared.with_line(replace(line, shares=()))
    return unshared.given_up() if rest.serves_nobody else rest


def late_is_all(po: MaterialPo, review: ReviewMaterialPoDelay, scene: Scene) -> bool:
    """Nobody needs the rest."""
    return _without_late(po, scene).serves_nobody


def ask_to_cancel_late(po: MaterialPo, review: ReviewMaterialPoDelay, scene: Scene) -> Step[MaterialPo]:
    """Ask the supplier to cancel, and look for another source (R22, R63)."""
    lines = [line for line in po.lines.values() if line.awaited > ZERO]
    after = next_version(_without_late(po, scene))
    return step(after, MaterialPoCancelRequested(**names(po, review, lines), version=after.version))


def do_without_late(po: MaterialPo, review: ReviewMaterialPoDelay, scene: Scene) -> Step[MaterialPo]:
    """Tell the supplier that what is late is not needed any more, and look for another source (R22, R63)."""
    po = next_version(_without_late(po, scene))
    return step(po, MaterialPoReduced(**names(po, review), version=po.version))


# --------------------------------------------------------------------------------------------------- tasks


def delay_facts(po: MaterialPo, scene: Scene) -> dict[str, Any]:
    """What is owed since when, and for whom."""
    late = late_lines(po, scene)
    needs = {share.requirement_id: share.order_id for line in late for share in line.shares}
    return {
        "supplier_id": po.supplier_id,
        "state": po.state,
        "owed": po.owed,
        "reminders": po.reminders,
        "order_ids": list(po.order_ids),
        "lines": [on_the_wire(line).model_dump(mode="json", exclude_none=True) for line in late],
        "needed": [_needed(scene.case.orders[order_id], key) for key, order_id in needs.items()],
    }


def _needed(order: Order, key: str) -> dict[str, Any]:
    work = order.work_orders[order.requirements[key].work_order_id]
    return {"order_id": order.order_id, "requirement_id": key, "line": work.line, "line_due": work.due}
