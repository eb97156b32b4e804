"""Cancellation carried through: what was granted has stopped, and nothing of it goes on (R35, R36, R62)."""

from __future__ import annotations

from typing import Any

from hub.audit.account import ZERO, OrderAccount, number
from hub.audit.report import Notes

STOPPED = frozenset({"shipped", "cancelled"})
SETTLED = frozenset({"consumed", "released"})
ROUND = frozenset({"awaiting_materials", "ready", "scheduled", "in_production", "awaiting_inspection", "defect_found"})
"""states of a round of production, during which good pieces of the one before may be waiting"""

Stored = dict[str, Any]


def check_stopped(account: OrderAccount, notes: Notes) -> None:
    """By the events of an order: every line that was cancelled has taken its work and material with it."""
    for name in sorted(account.granted):
        text = f"the cancellation of line {name} was granted, and the line was not cancelled"
        notes.find("grant_not_carried_out", account.order_id, text)
    ended = {name for name, line in account.lines.items() if line.ended and line.open <= ZERO}
    stopped = {key for key, work in account.works.items() if work.line in ended}
    for key in sorted(stopped):
        work = account.works[key]
        if work.state not in STOPPED:
            text = f"line {work.line} of {account.order_id} is cancelled, and the work order is {work.state}"
            notes.find("work_after_cancellation", key, text)
    for key, need in account.needs.items():
        if need.work_order_id in stopped and need.last not in SETTLED:
            text = f"its line is cancelled, and {need.material} was neither consumed nor released"
            notes.find("material_after_cancellation", key, text)
    for material, quantity in account.returned.items():
        consumed = account.consumed.get(material)
        if consumed is not None and quantity > consumed:
            text = f"{quantity} of {material} were given back to stock, {consumed} were consumed"
            notes.find("recovered_too_much", account.order_id, text)


def check_hold(order: Stored, account: OrderAccount, notes: Notes) -> None:
    """What is stored as on hold is what the events hold; what is cancelled is planned no more."""
    order_id = order["order_id"]
    held = set(order["cancellation"]["lines"]) if order["cancellation"]["state"] != "none" else set()
    if held != account.held:
        text = f"line {', '.join(sorted(held)) or 'none'} is on hold; its events hold {sorted(account.held) or 'none'}"
        notes.find("hold_mismatch", order_id, text)
    for key, work in order["work_orders"].items():
        if work["state"] == "cancelled" and work.get("start"):
            notes.find("planned_after_cancellation", key, f"it is cancelled, and planned for {work['start']}")


def shippable_early(order: Stored) -> set[tuple[str, str]]:
    """The shipments that may be asked for before their line is done; whether, is for the customer's profile (R61)."""
    held = set(order["cancellation"]["lines"]) if order["cancellation"]["state"] != "none" else set()
    return {
        ("shipment.dispatch", key)
        for key, work in order["work_orders"].items()
        if work["state"] in ROUND and number(work["good"]) > number(work["shipped"]) and work["line"] not in held
    }
