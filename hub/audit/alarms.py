"""Timers: each is about something that is there, and what has to happen in time has one (R22, R38, R65)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.readable import loaded
from hub.audit.report import Notes
from hub.store import tables

EXPIRY, REMINDER, SUPPLIER = "timer.penalty-expiry.v1", "timer.revision-reminder.v1", "timer.supplier-due.v1"
KINDS = frozenset({EXPIRY, REMINDER, SUPPLIER, "timer.penalty-reminder.v1", "timer.revision-lapse.v1"})
Stored = dict[str, Any]
Alarm = tuple[str, str, str]
"""a timer's type, what it is about, and which of several: the question, the revision, the moment"""


def alarms_of_order(order: Stored) -> set[Alarm]:
    """What an order's states need: an open question expires, a customer asked to revise is reminded once at least."""
    cancellation, wanted = order["cancellation"], set[Alarm]()
    if cancellation["state"] == "awaiting_customer":
        wanted.add((EXPIRY, order["order_id"], cancellation["question_id"]))
    if order["state"] == "stand_by" and not order["reminders"]:
        wanted.add((REMINDER, order["order_id"], str(len(order["revisions"]))))
    return wanted


def alarms_of_po(po: Stored) -> set[Alarm]:
    """What a material PO needs: whether the supplier has done what it owes is looked at when that is due."""
    waits = po["due_at"] and not po["overdue"]
    return {(SUPPLIER, po["material_po_id"], po["due_at"])} if waits else set()


async def check_timers(
    connection: AsyncConnection, orders: set[str], pos: set[str], wanted: set[Alarm], notes: Notes
) -> None:
    """Every timer belongs to an order or a material PO that exists; those that are needed are there."""
    table, there = tables.timers, set[Alarm]()
    async for row in await connection.stream(select(table)):
        notes.count("timers")
        body = loaded(row.body, row.timer_id, notes)
        if body is None:
            continue
        po, order_id = body.get("material_po_id"), body.get("order_id")
        if row.type not in KINDS:
            notes.find("orphan_timer", row.timer_id, f"no timer is a {row.type}")
        there.add((row.type, po or order_id or "", str(body.get("question_id") or body.get("revision") or row.due_at)))
        if po and po not in pos:
            notes.find("orphan_timer", row.timer_id, f"{row.type} is about material PO {po}, which does not exist")
        if row.order_id and row.order_id not in orders:
            notes.find("orphan_timer", row.timer_id, f"{row.type} is about order {row.order_id}, which does not exist")
        if row.order_id != order_id or body.get("due_at", row.due_at) != row.due_at:
            notes.find("orphan_timer", row.timer_id, f"{row.type}: its columns say something else than its body")
    for kind, about, which in wanted - there:
        notes.find("timer_missing", about, f"{kind} for {which} is to come, and no timer is set")
