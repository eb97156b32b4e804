"""What a supplier's ship notices say is on its way, and when it is here (R21, R43, R60)."""

from __future__ import annotations

import json
from decimal import Decimal

from hub.messages.material_po import NotifyDispatch
from hub.sagas.case import Rules
from hub.sagas.numbers import ZERO, decimal, same_unit
from hub.sagas.supply import MaterialLine, MaterialPo


def said(notice: NotifyDispatch) -> str:
    """What is kept of a ship notice."""
    return notice.model_dump_json(include={"lines", "expected_date"}, exclude_none=True)


def in_full(po: MaterialPo, rules: Rules) -> Decimal:
    """The part of a quantity that is as good as all of it (R66)."""
    percent = rules.tolerance_percent.get(po.supplier_id, rules.supplier_tolerance_percent)
    return 1 - Decimal(str(percent)) / 100


def arrival(po: MaterialPo, line: MaterialLine, rules: Rules) -> str | None:
    """The day on which all of a line is here, by its ship notices; None while they do not speak of all of it.

    A notice that comes again under its number counts as it came last; one that names no day says nothing.
    """
    quantity, days = ZERO, []
    for notice in map(json.loads, po.notices.values()):
        day = notice.get("expected_date")
        sent = [each for each in notice["lines"] if each["line"] == line.line]
        if day and sent and all(same_unit(line.unit, each.get("unit")) for each in sent):
            quantity += sum((decimal(each["quantity"]) for each in sent), ZERO)
            days.append(day)
    return max(days) if days and quantity >= line.quantity * in_full(po, rules) else None
