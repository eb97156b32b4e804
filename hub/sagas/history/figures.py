"""Figures about products, materials, work centres and suppliers, as a person reads them off a task (R2, R12, R13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_UP, Decimal
from itertools import islice
from math import ceil
from typing import Any

from hub.sagas.calendar import Calendar
from hub.sagas.history.experience import Arrival, Listed, SupplierRecord
from hub.sagas.history.knowledge import History, Knowledge
from hub.sagas.history.load import WEEK, Load, monday_of, week_of
from hub.sagas.numbers import SMALLEST, ZERO, plain
from hub.sagas.supply import Stock

Facts = dict[str, Any]
ARRIVALS = 10
"""the most arrivals that are shown, the soonest; what is on order in all stands beside them"""
WEEKS = 8
"""the most weeks before a requested date for which the load is shown"""


# ----------------------------------------------------------------------------------------- products made before


def made_before(history: History, calendar: Calendar) -> Facts:
    """How often a product was made, when last, and how long it took: days from opened to ready to ship."""
    latest = history.latest
    return {
        "times": history.times,
        "for_this_customer": history.for_this_customer,
        "to_other_specifications": history.otherwise,
        "last": _day(latest[0].at, calendar) if latest else None,
        "days": {"median": history.median_days, "last": latest[0].days, "count": len(latest)} if latest else None,
    }


def _day(at: str, calendar: Calendar) -> str:
    return calendar.day(datetime.fromisoformat(at)).isoformat()


def scaled(listed: Listed, pieces: Decimal) -> list[tuple[str, Decimal, str]]:
    """A list of materials for another number of pieces, rounded up to what can be written."""
    return [
        (material, (quantity * pieces / listed.pieces).quantize(SMALLEST, ROUND_UP), unit)
        for material, quantity, unit in listed.materials
        if listed.pieces > ZERO
    ]


def list_figures(listed: Listed, calendar: Calendar) -> Facts:
    """Where a list of materials comes from."""
    return {"work_order_id": listed.work_order_id, "at": _day(listed.at, calendar), "engineer": listed.engineer}


def arrival_figures(coming: Iterable[Arrival]) -> list[Facts]:
    """What is on its way, and when it comes."""
    return [
        {
            "date": each.expected,
            "quantity": plain(each.quantity),
            "supplier_id": each.supplier_id,
            "material_po_id": each.material_po_id,
        }
        for each in islice(coming, ARRIVALS)
    ]


def needed(history: History, pieces: Decimal, known: Knowledge, taken: dict[str, Decimal]) -> list[Facts]:
    """What a line would take, and what there is of it; earlier lines of the order take theirs first."""
    found = []
    for material, quantity, unit in scaled(history.listed, pieces) if history.listed else ():
        stock = known.stock.get(material) or Stock(material)
        before = taken.get(material, ZERO)
        taken[material] = before + quantity
        found.append(
            {
                "material": material,
                "quantity": plain(quantity),
                "unit": unit,
                "free": plain(stock.free),
                "reserved": plain(stock.reserved),
                "on_order": plain(stock.on_order),
                "enough": stock.free - before >= quantity,
                "arrivals": arrival_figures(known.arrivals.get(material, ())),
            }
        )
    return found


def load_figures(history: History, requested: str | None, known: Knowledge, today: date) -> Facts | None:
    """The load of the product's usual work centre in the weeks in which it would be made (R2)."""
    center = history.work_center
    if center is None:
        return None
    last = max(today, date.fromisoformat(requested)) if requested else today + timedelta(weeks=4)
    days = max(ceil(history.median_days or 0), 14)
    first = max(today, last - timedelta(days=days), last - timedelta(weeks=WEEKS))
    found, monday, weeks = known.loads.get(center, {}), monday_of(first), []
    while monday <= last:
        load = found.get(monday, Load())
        weeks.append({"week": week_of(monday), "orders": load.orders, "days": load.days})
        monday += WEEK
    return {"work_center": center, "weeks": weeks}


def punctuality(record: SupplierRecord | None) -> Facts | None:
    """How a supplier kept its dates; None where nothing has come from it yet."""
    if record is None or not record.deliveries:
        return None
    return {
        "deliveries": record.deliveries,
        "on_time_share": round(record.on_time / record.deliveries, 2),
        "median_days_late": record.median_days_late,
    }
