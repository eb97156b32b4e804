"""The audit of a store: one consistent look at all of it, in a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.alarms import EXPIRY, Alarm, alarms_of_order, alarms_of_po, check_timers
from hub.audit.documents import check_documents, check_questions
from hub.audit.envelopes import Envelopes
from hub.audit.learnt import check_layouts
from hub.audit.ledger import Ledger
from hub.audit.orders import check_order
from hub.audit.paper import check_archive, check_conversations, check_keys, check_numbers, check_told
from hub.audit.post import (
    TOLD,
    Post,
    check_inbox,
    check_post,
    check_submitted,
    check_tasks,
    each_row,
    read_inbox,
)
from hub.audit.readable import damage, loaded
from hub.audit.report import Notes, Report
from hub.audit.shared import Tally, check_material_po, check_sources, check_stock
from hub.store import tables
from hub.store.database import Database

BROUGHT_IN = frozenset({"order.received", "order.revised", "order.change-requested"})


async def audit(database: Database, *, at_rest: bool = True) -> Report:
    """Check that everything adds up. ``at_rest`` false: a hub is at work, so that unsent messages are no finding."""
    notes = Notes()
    async with _snapshot(database) as connection:
        post, wanted = await read_inbox(connection, notes), set[Alarm]()
        ledger, brought = Ledger(notes, frozenset(post.adjustments)), _Brought()
        envelopes = Envelopes(notes, unbroken=database.sqlite)
        await _read_outbox(connection, post, ledger, brought, envelopes, at_rest, notes)
        await check_inbox(connection, envelopes, post, ledger, notes)
        orders, homes, tally = await _check_orders(connection, ledger, wanted, notes)
        check_submitted(post, brought.by_command, orders, notes)
        pos = await _check_material_pos(connection, ledger, tally, orders, homes, wanted, notes)
        check_stock(await connection.execute(select(tables.stock)), ledger, tally, notes)
        questions = await check_questions(connection, ledger, homes, notes)
        await check_post(connection, post, ledger, at_rest, notes)
        await check_tasks(connection, ledger, homes, orders, notes)
        await check_timers(connection, orders, pos, wanted, notes)
        documents = await check_documents(connection, post, ledger, orders, questions, at_rest, notes)
        await check_layouts(connection, ledger, notes)
        await check_archive(connection, notes)
        await check_numbers(connection, documents, notes)
        questions_open = {which: order_id for kind, order_id, which in wanted if kind == EXPIRY}
        await check_conversations(connection, documents, questions_open, notes)
        await check_keys(connection, documents, notes)
        check_told(_due_to_be_told(post, ledger, brought, documents), brought.told, documents, notes)
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
        self.told: dict[str, tuple[str, str, str]] = {}
        """events that a partner is told of: the type, the order, the supplier"""

    def take(self, event: dict[str, Any]) -> None:
        """Note an event that brought a purchase order in."""
        kind = event["type"].rpartition(".v")[0]
        if event["type"] in TOLD:
            supplier = event["data"].get("supplier_id", "")
            self.told[event["id"]] = event["type"], event.get("correlationid") or "", supplier
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


def _due_to_be_told(post: Post, ledger: Ledger, brought: _Brought, documents: Mapping[str, Any]) -> dict[str, str]:
    """The events that correspondence took for partners who are told by documents, not by message."""
    written_to = {document.partner_id for document in documents.values() if document.direction == "out"}
    found = {}
    for event_id, kind in post.heard.items():
        _, order_id, supplier = brought.told.get(event_id, ("", "", ""))
        pos = ledger.contents[order_id].pos if order_id in ledger.contents else {}
        channel = pos[max(pos)]["source"]["channel"] if pos else "api"
        if supplier in written_to if supplier else channel != "api":
            found[event_id] = kind
    return found


async def _read_outbox(
    connection: AsyncConnection,
    post: Post,
    ledger: Ledger,
    brought: _Brought,
    envelopes: Envelopes,
    at_rest: bool,
    notes: Notes,
) -> None:
    table, unsent = tables.outbox, 0
    async for row in each_row(connection, select(table).order_by(table.c.position)):
        unsent += row.sent_at is None
        event = loaded(row.body, row.message_id, notes)
        if event is None:
            continue
        with damage(row.message_id, notes):
            envelopes.sent(row, event)
            if row.kind == "command":
                notes.count("commands_sent")
                post.commands.append((event["source"], row.message_id, row.type, row.sent_at is not None))
                if row.causation:
                    post.caused[row.causation] += 1
                continue
            if row.sent_at is not None:
                post.published.append((row.source, row.message_id, row.type))
            ledger.take(event)
            brought.take(event)
    notes.count("unsent", unsent)
    if unsent and at_rest:
        notes.find("unsent", "outbox", f"{unsent} messages are still to be sent")


async def _check_orders(
    connection: AsyncConnection, ledger: Ledger, wanted: set[Alarm], notes: Notes
) -> tuple[set[str], dict[str, str], Tally]:
    orders: set[str] = set()
    homes: dict[str, str] = {}
    tally, table = Tally(), tables.orders
    async for row in each_row(connection, select(table)):
        orders.add(row.order_id)
        order = loaded(row.body, row.order_id, notes)
        if order is None:
            continue
        with damage(row.order_id, notes):
            if _columns(row) != _repeated(order):
                notes.find("order_columns", row.order_id, "its columns say something else than its body")
            homes |= {key: task["kind"] for key, task in order["tasks"].items()}
            tally.add_order(order)
            account, contents = ledger.orders.get(row.order_id), ledger.contents[row.order_id]
            check_order(order, account, contents, ledger.received_for, notes)
            wanted |= alarms_of_order(order)
    for order_id, account in ledger.orders.items():
        if account.revisions and order_id not in orders:
            notes.find("order_lost", order_id, "its events tell of it, but it is not stored")
    return orders, homes, tally


def _columns(row: Any) -> tuple[Any, ...]:
    names = (row.order_id, row.customer_id, row.po_number, row.state, row.revision)
    return (*names, bool(row.held), row.cancellation, row.change, row.opened_at)


def _repeated(order: dict[str, Any]) -> tuple[Any, ...]:
    """What the columns of an order repeat of it."""
    cancellation, revisions = order["cancellation"]["state"], order["revisions"]
    names = (order["order_id"], order["customer_id"], order["po_number"], order["state"], len(revisions))
    return (*names, cancellation != "none", cancellation, order["change"]["state"], revisions[0]["received_at"])


async def _check_material_pos(
    connection: AsyncConnection,
    ledger: Ledger,
    tally: Tally,
    orders: set[str],
    homes: dict[str, str],
    wanted: set[Alarm],
    notes: Notes,
) -> set[str]:
    known: set[str] = set()
    table = tables.material_pos
    async for row in each_row(connection, select(table)):
        known.add(row.material_po_id)
        po = loaded(row.body, row.material_po_id, notes)
        if po is None:
            continue
        with damage(row.material_po_id, notes):
            repeated = po["material_po_id"], po["supplier_id"], po["state"]
            if (row.material_po_id, row.supplier_id, row.state) != repeated:
                notes.find("material_po_columns", row.material_po_id, "its columns say something else than its body")
            homes |= {key: task["kind"] for key, task in po["tasks"].items()}
            check_material_po(po, ledger.material_pos.get(row.material_po_id), tally, orders, notes)
            wanted |= alarms_of_po(po)
    check_sources(tally, known, notes)
    for po_id in ledger.material_pos.keys() - known:
        notes.find("material_po_lost", po_id, "its events tell of it, but it is not stored")
    return known
