"""How the demo ended: what is to be told of it, read back from the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.app import Hub
from hub.audit import Report, audit
from hub.messages.envelope import instant
from hub.simulation.story import SHOWN, Story
from hub.store import queries
from hub.store.queries import whole_order

CHANNELS = {"x12": "X12", "edifact": "EDIFACT", "email": "email", "unknown": "unknown"}
Row = dict[str, Any]


@dataclass(slots=True)
class Ending:
    """What is there in the end."""

    summary: list[Row]
    """per order: order, customer, channel, lines, outcome, documents in and out, what was special"""
    path: list[Row]
    """of the order that is shown in full: its history"""
    shown: str
    """PO number of that order"""
    sent: list[Row]
    """the documents that went out, in their order"""
    set_aside: list[Row]
    """the documents that came in and started nothing"""
    stock: list[Row]
    report: Report
    names: dict[str, str] = field(default_factory=dict)
    """of partners"""
    orders: dict[str, Row] = field(default_factory=dict)
    """each order whole, by PO number"""

    @property
    def as_told(self) -> bool:
        """Whether every order ended as the story has it."""
        return all(row["as_told"] for row in self.summary)


async def gather(hub: Hub, story: Story, since: datetime) -> Ending:
    """Read the ending from the store; documents from an instant on."""
    names = {key: partner.name for key, partner in hub.profiles.partners().all.items()}
    orders = {}
    for number, ordered in story.by_number.items():
        found = await queries.orders_named(hub.database, number)
        ids = [row["order_id"] for row in found if row["customer_id"] == ordered.customer]
        orders[number] = await whole_order(hub.database, ids[0])
    documents = [each for each in await queries.documents(hub.database, limit=1000) if each["at"] >= instant(since)]
    documents.sort(key=lambda each: (each["at"], each["document_id"]))
    return Ending(
        summary=[_row(story, number, order, documents, names) for number, order in orders.items()],
        path=orders[story.po(SHOWN)]["history"],
        shown=story.po(SHOWN),
        sent=[each for each in documents if each["direction"] == "out"],
        set_aside=[each for each in documents if each["direction"] == "in" and each["state"] != "received"],
        stock=await queries.stock(hub.database),
        report=await audit(hub.database),
        names=names,
        orders=orders,
    )


def _row(story: Story, number: str, order: Row, documents: list[Row], names: dict[str, str]) -> Row:
    ordered = story.by_number[number]
    came = [each for each in documents if each["direction"] == "in" and each["po_number"] == number]
    went = [each for each in documents if each["direction"] == "out" and each["order_id"] == order["order_id"]]
    return {
        "order": number,
        "customer": names[order["customer_id"]],
        "channel": CHANNELS[came[0]["kind"]] if came else "",
        "lines": len(order["lines"]),
        "outcome": order["state"],
        "in": len(came),
        "out": len(went),
        "what happened": ordered.note,
        "as_told": order["state"] == ordered.outcome,
    }
