"""The audit of a store: one consistent look at all of it, in a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.documents import check_documents, check_questions
from hub.audit.ledger import Ledger
from hub.audit.orders import check_order
from hub.audit.post import Post, check_post, check_submitted, check_tasks, check_timers, each_row, read_inbox
from hub.audit.report import Notes, Report
from hub.audit.shared import Tally, check_material_po, check_sources, check_stock
from hub.store import tables
from hub.store.database import Database

BROUGHT_IN = frozenset({"order.received", "order.revised", "order.change-requested"})


async def audit(database: Database, *, at_rest: bool = True) -> Report:
    """Check that everything adds up. ``at_rest`` false: a hub is at work, so that unsent messages are no finding."""
    notes = Notes()
    async with _snapshot(database) as connection:
        post = await read_inbox(connection)
        ledger, brought = Ledger(notes, frozenset(post.adjustments)), _Brought()
        await _read_outbox(connection, post, ledger, brought, at_rest, notes)
        orders, homes, tally = await _check_orders(connection, ledger, notes)
        check_submitted(post, brought.by_command, orders, notes)
        pos = await _check_material_pos(connection, ledger, tally, orders, homes, notes)
        check_stock(await connection.execute(select(tables.stock)), ledger, tally, notes)
        questions = await check_questions(connection, ledger, homes, notes)
        await check_post(connection, post, ledger, at_rest, notes)
        await check_tasks(connection, ledger, homes, orders, notes)
        await check_timers(connection, orders, pos, notes)
        await check_documents(connection, post, ledger, orders, questions, at_rest, notes)
    return notes.report()


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection that sees the store as it was at one moment, whatever a hub does meanwhile."""
    async with database.read(patient=True) as connection:
        if database.sqlite:
            await connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                await connection.exec_driver_sql("ROLLBACK")
        else:
            yield await connection.execution_options(isolation_level="REPEATABLE READ")


class _Brought:
    """The events by which purchase orders came in, or were put to a person: command, order, lines."""

    def __init__(self) -> None:
        self.by_command: dict[str, tuple[str, frozenset[str]]] = {}

    def take(self, event: dict[str, Any]) -> None:
        """Note an event that brought a purchase order in."""
        kind = event["type"].rpartition(".v")[0]
        if kind in BROUGHT_IN:
            data = event["data"]
            lines = data["po"]["lines"] if "po" in data else data["lines"]
            found = frozenset(line["line"] for line in lines)
            self.by_command[event.get("causationid") or ""] = data["order_id"], found
        elif kind == "document.quarantined":
            for order_id, read in zip(
                event["data"].get("order_ids", ()), event["data"].get("messages", ()), strict=False
            ):
                lines = frozenset(line["line"] for line in read["data"].get("lines", ()))
                self.by_command.setdefault(event.get("causationid") or "", (order_id, lines))


async def _read_outbox(
    connection: AsyncConnection, post: Post, ledger: Ledger, brought: _Brought, at_rest: bool, notes: Notes
) -> None:
    table = tables.outbox
    columns = (table.c.kind, table.c.message_id, table.c.type, table.c.causation, table.c.sent_at, table.c.body)
    unsent = 0
    async for row in each_row(connection, select(*columns).order_by(table.c.position)):
        unsent += row.sent_at is None
        event = orjson.loads(row.body)
        if row.kind == "command":
            notes.count("commands_sent")
            post.commands.append((event["source"], row.message_id, row.type, row.sent_at is not None))
            if row.causation:
                post.caused[row.causation] += 1
            continue
        ledger.take(event)
        brought.take(event)
    notes.count("unsent", unsent)
    if unsent and at_rest:
        notes.find("unsent", "outbox", f"{unsent} messages are still to be sent")


async def _check_orders(
    connection: AsyncConnection, ledger: Ledger, notes: Notes
) -> tuple[set[str], dict[str, str], Tally]:
    orders: set[str] = set()
    homes: dict[str, str] = {}
    tally, table = Tally(), tables.orders
    async for row in each_row(connection, select(table.c.order_id, table.c.state, table.c.held, table.c.body)):
        order = orjson.loads(row.body)
        orders.add(row.order_id)
        if row.state != order["state"] or bool(row.held) != (order["cancellation"]["state"] != "none"):
            notes.find("order_columns", row.order_id, "its columns say something else than its body")
        homes |= {key: task["kind"] for key, task in order["tasks"].items()}
        tally.add_order(order)
        check_order(order, ledger.orders.get(row.order_id), notes)
    for order_id, account in ledger.orders.items():
        if account.revisions and order_id not in orders:
            notes.find("order_lost", order_id, "its events tell of it, but it is not stored")
    return orders, homes, tally


async def _check_material_pos(
    connection: AsyncConnection,
    ledger: Ledger,
    tally: Tally,
    orders: set[str],
    homes: dict[str, str],
    notes: Notes,
) -> set[str]:
    known: set[str] = set()
    table = tables.material_pos
    async for row in each_row(connection, select(table.c.material_po_id, table.c.body)):
        po = orjson.loads(row.body)
        known.add(row.material_po_id)
        homes |= {key: task["kind"] for key, task in po["tasks"].items()}
        check_material_po(po, ledger.material_pos.get(row.material_po_id), tally, orders, notes)
    check_sources(tally, known, notes)
    for po_id in ledger.material_pos.keys() - known:
        notes.find("material_po_lost", po_id, "its events tell of it, but it is not stored")
    return known
