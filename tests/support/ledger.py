"""The independent ledger: what was sent, against what the store holds in the end, against what a subscriber saw.

`complaints` is empty when nothing was lost, nothing happened twice, nothing is left over, and every order's events
came in their order. It counts with sums of its own, and uses none of the hub's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import select

from hub.store import tables
from hub.store.database import Database
from tests.support.floor import SOURCE

ONCE = {
    "order.received": "order_id",
    "order.confirmed": "order_id",
    "order.completed": "order_id",
    "order.cancelled": "order_id",
    "work-order.created": "work_order_id",
    "work-order.materials-specified": "work_order_id",
    "work-order.production-started": "work_order_id",
    "work-order.produced": "work_order_id",
    "work-order.ready-to-ship": "work_order_id",
    "work-order.cancelled": "work_order_id",
    "material.required": "requirement_id",
    "material.consumed": "requirement_id",
    "material-po.issued": "material_po_id",
    "material-po.confirmed": "material_po_id",
    "material-po.received": "material_po_id",
    "shipment.shipped": "shipment_id",
    "task.opened": "task_id",
    "task.closed": "task_id",
    "task.withdrawn": "task_id",
    "cancellation.requested": "cancellation_id",
    "cancellation.penalty-expired": "question_id",
    "message.set-aside": "failure_id",
    "document.sent": "document_id",
}
"""events that can happen once only to what they are about"""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Books:
    """All that the store holds."""

    inbox: Sequence[Row]
    outbox: Sequence[Row]
    orders: Sequence[Row]
    stock: Sequence[Row]
    tasks: Sequence[Row]
    timers: Sequence[Row]
    waiting: Sequence[Row]
    failures: Sequence[Row]
    documents: Sequence[Row]

    @classmethod
    async def read(cls, database: Database) -> Books:
        """Read everything, as of one moment."""
        async with database.read() as connection:
            if database.sqlite:
                await connection.exec_driver_sql("BEGIN")
            else:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            found = {}
            for name in cls.__dataclass_fields__:
                table = tables.metadata.tables[name]
                rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
                found[name] = [row._asdict() for row in rows]
        return cls(**found)

    @property
    def events(self) -> dict[str, dict[str, Any]]:
        """Every event that was said, by id."""
        return {row["message_id"]: orjson.loads(row["body"]) for row in self.outbox if row["kind"] == "event"}

    @property
    def outcomes(self) -> dict[str, str]:
        """What became of the commands of the tests, by id."""
        found = {row["message_id"]: "set_aside" for row in self.failures if row["source"] == SOURCE}
        found |= {row["id"]: "waiting" for row in self.waiting if row["source"] == SOURCE}
        taken = (row for row in self.inbox if row["consumer"] == "sagas" and row["source"] == SOURCE)
        return found | {row["id"]: row["outcome"] for row in taken}


@dataclass(frozen=True)
class Ledger:
    """The commands that were sent, by id; the events as a subscriber saw them; and the store in the end."""

    sent: Mapping[str, str]
    """type of each command"""
    seen: Sequence[dict[str, Any]]
    books: Books
    adjusted: Mapping[str, Decimal]
    """by how much the commands of the tests corrected the stock"""

    def complaints(self) -> list[str]:
        """What is wrong; empty is good."""
        checks = (self.commands, self.events, self.order, self.once, self.lines, self.stock, self.rest)
        return [text for check in (*checks, self.links, self.letters) for text in check()]

    @property
    def first_seen(self) -> dict[str, dict[str, Any]]:
        """The events seen, without repeats, in the order in which each was seen first."""
        found: dict[str, dict[str, Any]] = {}
        for event in self.seen:
            found.setdefault(event["id"], event)
        return found

    def commands(self) -> Iterator[str]:
        outcomes = self.books.outcomes
        for message_id, kind in self.sent.items():
            if message_id not in outcomes:
                yield f"command lost: {kind} {message_id}"
        for message_id in outcomes.keys() - self.sent.keys():
            yield f"command from nowhere: {message_id}"

    def events(self) -> Iterator[str]:
        said, seen = self.books.events, self.first_seen
        for event_id in said.keys() - seen.keys():
            yield f"event lost: {said[event_id]['type']} {event_id}"
        for event_id in seen.keys() - said.keys():
            yield f"event that the store does not know: {seen[event_id]['type']} {event_id}"
        for event_id in said.keys() & seen.keys():
            if said[event_id] != seen[event_id]:
                yield f"event changed on its way: {said[event_id]['type']} {event_id}"

    def order(self) -> Iterator[str]:
        sequences: dict[str, list[int]] = defaultdict(list)
        for event in self.first_seen.values():
            if "ordersequence" in event:
                sequences[event["correlationid"]].append(event["ordersequence"])
        for order_id, numbers in sequences.items():
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"sequence of {order_id}: {numbers}"
        for row in self.books.orders:
            last = orjson.loads(row["body"])["sequence"]
            if len(sequences[row["order_id"]]) != last:
                yield f"{row['order_id']} has said {last} events, {len(sequences[row['order_id']])} were seen"

    def once(self) -> Iterator[str]:
        counts: Counter[tuple[str, str]] = Counter()
        for event in self.first_seen.values():
            kind = event["type"].removesuffix(".v1")
            if kind in ONCE:
                counts[kind, event["data"][ONCE[kind]]] += 1
        for (kind, about), count in counts.items():
            if count > 1:
                yield f"{count} times: {kind} of {about}"

    def lines(self) -> Iterator[str]:
        """Per line: what was ordered is shipped, cancelled or open; the events say the same as the state."""
        moved: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for event in self.first_seen.values():
            data = event["data"]
            if event["type"] == "shipment.shipped.v1":
                for item in data["items"]:
                    moved[data["order_id"], item["line"], "shipped"] += Decimal(item["quantity"])
            if event["type"] == "order.line-cancelled.v1":
                moved[data["order_id"], data["line"], "cancelled"] += Decimal(data["quantity"])
        for row in self.books.orders:
            for number, line in orjson.loads(row["body"])["lines"].items():
                ordered, name = Decimal(line["item"]["quantity"]), f"line {number} of {row['order_id']}"
                for way in ("shipped", "cancelled"):
                    said = moved.pop((row["order_id"], number, way), Decimal(0))
                    if said != Decimal(line[way]):
                        yield f"{name}: {line[way]} {way} in the store, {said} in the events"
                left = ordered - Decimal(line["shipped"]) - Decimal(line["cancelled"])
                if left < 0 or (left > 0 and row["state"] in {"completed", "cancelled"}):
                    yield f"{name}, {row['state']}: {left} of {ordered} neither shipped nor cancelled"
        for (order_id, number, way), quantity in moved.items():
            yield f"{quantity} {way} on line {number} of {order_id}, which does not exist"

    def stock_moved(self) -> dict[str, Decimal]:
        """By how much stock on hand has changed: corrected, received, consumed, given back by cancelled work orders."""
        moved: dict[str, Decimal] = defaultdict(Decimal, self.adjusted)
        for event in self.first_seen.values():
            kind, data = event["type"].removesuffix(".v1"), event["data"]
            if kind == "material.consumed":
                moved[data["material"]] -= Decimal(data["quantity"])
            if kind in {"material-po.received", "material-po.part-received"}:
                for line in data["receipt"]:
                    moved[line["material"]] += Decimal(line["quantity"])
            for entry in data.get("to_stock", ()):
                moved[entry["material"]] += Decimal(entry["quantity"])
        return moved

    def stock(self) -> Iterator[str]:
        """On hand is what was there at first, and what moved since; the rest is free."""
        expected = self.stock_moved()
        reserved: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.books.orders:
            for need in orjson.loads(row["body"])["requirements"].values():
                if need["state"] not in {"consumed", "released"}:
                    received = sum((Decimal(source["received"]) for source in need["sources"]), Decimal(0))
                    reserved[need["material"]] += Decimal(need["from_stock"]) + received
        for row in self.books.stock:
            should = Decimal(row["opening"]) + expected[row["material"]]
            if Decimal(row["on_hand"]) != should:
                yield f"{row['on_hand']} of {row['material']} on hand, it should be {should}"
            if Decimal(row["reserved"]) != reserved[row["material"]]:
                yield f"{row['reserved']} of {row['material']} reserved, it should be {reserved[row['material']]}"

    def rest(self) -> Iterator[str]:
        for row in self.books.outbox:
            if row["sent_at"] is None:
                yield f"still in the outbox: {row['type']} {row['message_id']}"
        for row in self.books.waiting:
            yield f"still waiting for {row['awaits']}: {row['id']}"
        for row in self.books.failures:
            if row["state"] == "retry":
                yield f"still to be retried: {row['failure_id']}"
        for row in self.books.documents:
            if row["state"] == "to_send":
                yield f"document still to be sent: {row['document_id']}"

    def links(self) -> Iterator[str]:
        """Every event has a cause that is known; every task and timer belongs to an order that is."""
        orders = {row["order_id"]: row["state"] for row in self.books.orders}
        causes = {row["id"] for row in self.books.inbox} | {row["document_id"] for row in self.books.documents}
        for event in self.books.events.values():
            if event["type"] != "message.set-aside.v1" and event.get("causationid") not in causes:
                yield f"event without a cause: {event['type']} {event['id']}"
            if event.get("correlationid") and event["correlationid"] not in orders:
                yield f"event of an order that does not exist: {event['type']} {event['id']}"
        for row in (*self.books.tasks, *self.books.timers):
            if row["order_id"] and row["order_id"] not in orders:
                yield f"orphan: {row}"
        for row in self.books.tasks:
            if row["state"] == "open" and orders.get(row["order_id"] or "") == "completed":
                yield f"open task of a completed order: {row['task_id']}"

    def letters(self) -> Iterator[str]:
        """Partners are told once, under control numbers without gap or repeat."""
        told: Counter[tuple[str, str, str]] = Counter()
        numbers: dict[str, list[int]] = defaultdict(list)
        for row in self.books.documents:
            if row["direction"] == "out":
                told[row["partner_id"], row["cause"], row["purpose"]] += 1
                if row["raw"].startswith(b"ISA"):
                    numbers[row["partner_id"]].append(int(row["raw"][90:99]))
        for (partner, cause, purpose), count in told.items():
            if count > 1:
                yield f"{partner} is told {count} times of {purpose} {cause}"
        for partner, given in numbers.items():
            if sorted(given) != list(range(1, len(given) + 1)):
                yield f"control numbers of {partner}: {sorted(given)}"
