"""When a line is likely to be ready, by what is known of its material and its making (R60).

The date follows from work orders and requirements after each step, so that nothing has to remember to move it.
It changes no promise: a date later than the confirmed one is put to the sales officer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from hub.messages.order import OrderDelayAverted, OrderDelayProjected
from hub.sagas.case import Case, Rules
from hub.sagas.model import Order, OrderLine, WorkOrder
from hub.sagas.numbers import ZERO

PLANNED = frozenset({"scheduled", "in_production", "awaiting_inspection"})
"""states of a work order whose schedule says when it is ready"""
MADE = frozenset({"ready_to_ship", "part_shipped"})
Told = OrderDelayProjected | OrderDelayAverted


def project(before: Case, case: Case, rules: Rules, now: datetime) -> list[Told]:
    """Bring the projected dates of what has changed up to date; the delays that come and go with them."""
    says: list[Told] = []
    for order_id, order in list(case.orders.items()):
        was = before.orders.get(order_id)
        if order is was or order.state != "in_fulfilment":
            continue
        for number in list(_changed(was, order)):
            line = order.lines[number]
            line = replace(line, projected=projected(order, line, rules, rules.calendar.day(now)) or line.projected)
            if line != order.lines[number]:
                case.orders[order_id] = order = order.with_line(number, line)
            event = _told(order, number, line)
            if event is not None:
                says.append(event)
    return says


def _changed(was: Order | None, order: Order) -> Iterator[str]:
    """The open lines that have changed, or their work order, or what that needs."""
    for number, line in order.lines.items():
        work = order.work_orders.get(line.work_order_id or "")
        if work is None or line.open <= ZERO:
            continue
        if (
            was is None
            or was.lines.get(number) is not line
            or was.work_orders.get(work.work_order_id) is not work
            or any(was.requirements.get(key) is not order.requirements[key] for key in work.requirements)
        ):
            yield number


def _told(order: Order, number: str, line: OrderLine) -> Told | None:
    late, delay = is_late(line), line.delay
    if late and line.projected and (delay.state == "none" or delay.announced != line.projected):
        return OrderDelayProjected(**order.names, line=number, confirmed=line.confirmed, projected=line.projected)
    if not late and delay.state == "projected":
        return OrderDelayAverted(**order.names, line=number, confirmed=line.confirmed, projected=line.projected)
    return None


def is_late(line: OrderLine) -> bool:
    """Whether a line is projected later than confirmed, and than the sales officer has last decided on."""
    if line.projected is None or line.confirmed is None:
        return False
    return line.projected > max(line.confirmed, line.delay.decided or "")


def projected(order: Order, line: OrderLine, rules: Rules, today: date) -> str | None:
    """The day on which a line is likely to be ready; nothing where nothing new is known of it."""
    work = order.work_orders[line.work_order_id or ""]
    if work.state == "awaiting_materials":
        material = _material_date(order, work)
        day = _made(max(material, today.isoformat()), rules) if material else None
        lacking = any(order.requirements[key].state == "to_source" for key in work.requirements)
        return max(day or "", line.projected or "") if lacking and (day or line.projected) else day
    if work.state == "ready":
        return _made(today.isoformat(), rules)
    if work.state in PLANNED:
        return max(work.end or "", today.isoformat())
    return today.isoformat() if work.state in MADE else None


def _material_date(order: Order, work: WorkOrder) -> str | None:
    """The day on which the last material comes of which a day is known."""
    needs = (order.requirements[key] for key in work.requirements)
    days = [each.expected for need in needs for each in need.sources if not each.closed and each.expected]
    return max(days, default=None)


def _made(day: str, rules: Rules) -> str:
    """The day on which is made what is begun on this day."""
    return rules.calendar.days_after(date.fromisoformat(day), rules.production_days).isoformat()
