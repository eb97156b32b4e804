"""Inbox, outbox, tasks, timers, documents: that nothing was lost on the way in, and everything told on the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.ledger import Ledger
from hub.audit.report import Notes
from hub.store import tables
from hub.store.batch import CONSUMER

PORTION = 1000
SUBMIT = "customer-po.submit.v1"


@dataclass(slots=True)
class Post:
    """What the inbox and the outbox hold, as far as it has to be looked up."""

    taken: set[tuple[str, str]] = field(default_factory=set)
    """commands in the inbox: (source, id)"""
    ids: set[str] = field(default_factory=set)
    adjustments: set[str] = field(default_factory=set)
    submitted: dict[str, tuple[str | None, tuple[str, ...]]] = field(default_factory=dict)
    """accepted purchase orders: the command's id, its order, its lines"""
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    commands: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """commands in the outbox: source, id, type, sent"""
    caused: Counter[str] = field(default_factory=Counter)
    """how many commands each document led to"""


async def each_row(connection: AsyncConnection, query: Select[Any]) -> AsyncIterator[Any]:
    """The rows of a query, fetched in portions."""
    result = await connection.stream(query)
    async for rows in result.partitions(PORTION):
        for row in rows:
            yield row


async def read_inbox(connection: AsyncConnection) -> Post:
    """What has been carried out."""
    table, post = tables.inbox, Post()
    plain = select(table.c.source, table.c.id, table.c.type, table.c.outcome, table.c.order_id)
    async for row in each_row(connection, plain.where(table.c.consumer == CONSUMER)):
        post.taken.add((row.source, row.id))
        post.ids.add(row.id)
        if row.type == "stock.adjust.v1":
            post.adjustments.add(row.id)
        if row.outcome == "refused":
            post.refused.append((row.source, row.id, row.type))
    whole = select(table.c.id, table.c.order_id, table.c.body).where(
        table.c.consumer == CONSUMER, table.c.type == SUBMIT, table.c.outcome == "done"
    )
    async for each in each_row(connection, whole):
        lines = tuple(line["line"] for line in orjson.loads(each.body)["data"]["lines"])
        post.submitted[each.id] = each.order_id, lines
    return post


def check_submitted(post: Post, said: dict[str, tuple[str, frozenset[str]]], orders: set[str], notes: Notes) -> None:
    """Every purchase order that was accepted has become an order, or a revision of one, with every line."""
    for command_id, (order_id, lines) in post.submitted.items():
        notes.count("purchase_orders")
        notes.count("purchase_order_lines", len(lines))
        found = said.get(command_id)
        if found is None:
            notes.find(
                "po_lost", command_id, f"the purchase order was accepted for {order_id}, and no event tells of it"
            )
            continue
        missing = set(lines) - found[1]
        if missing:
            notes.find("po_line_lost", found[0], f"line {', '.join(sorted(missing))} did not come into the order")
        if found[0] not in orders:
            notes.find("order_lost", found[0], "its events tell of it, but it is not stored")


async def check_post(connection: AsyncConnection, post: Post, ledger: Ledger, at_rest: bool, notes: Notes) -> None:
    """Refusals were said, commands were taken, what failed was told of."""
    for _, command_id, kind in post.refused:
        if command_id not in ledger.refused:
            notes.find("refusal_unsaid", command_id, f"{kind} was refused, and no command.refused says so")
    table, parked = tables.failures, set()
    columns = (table.c.failure_id, table.c.source, table.c.message_id, table.c.code, table.c.state, table.c.by)
    for row in await connection.execute(select(*columns)):
        parked.add((row.source, row.message_id))
        notes.count("set_aside", row.state == "open")
        if row.state in {"open", "discarded"} and row.failure_id not in ledger.set_aside:
            notes.find("failure_unsaid", row.failure_id, "it was set aside, and no message.set-aside says so")
    waiting = await connection.execute(select(tables.waiting.c.source, tables.waiting.c.id))
    parked |= {(row.source, row.id) for row in waiting}
    for source, command_id, kind, sent in post.commands:
        if sent and at_rest and (source, command_id) not in post.taken and (source, command_id) not in parked:
            notes.find("command_lost", command_id, f"{kind} was sent, and nobody has taken it or set it aside")


# --------------------------------------------------------------------------------------------- tasks and timers


async def check_tasks(
    connection: AsyncConnection, ledger: Ledger, homes: dict[str, str], orders: set[str], notes: Notes
) -> None:
    """The list of tasks against the orders that ask for them, and against their events.

    ``homes`` gives each open task that an order or a material PO has, with its kind.
    """
    table, listed = tables.tasks, set()
    columns = (table.c.task_id, table.c.kind, table.c.state, table.c.order_id, table.c.document_id)
    for row in await connection.execute(select(*columns)):
        notes.count("tasks")
        said = ledger.tasks.get(row.task_id)
        if said is None:
            notes.find("task_unsaid", row.task_id, "no task.opened says that it was opened")
        elif said != row.state:
            notes.find("task_state", row.task_id, f"is listed as {row.state}; its events leave it {said}")
        if row.order_id and row.order_id not in orders:
            notes.find("orphan_task", row.task_id, f"its order {row.order_id} does not exist")
        if row.state == "open":
            listed.add(row.task_id)
            if row.task_id not in homes:
                notes.find("orphan_task", row.task_id, f"{row.kind} is listed as open, but nothing waits for it")
    for task_id in homes.keys() - listed:
        notes.find("task_unlisted", task_id, f"{homes[task_id]} is asked for, but not listed as open")


async def check_timers(connection: AsyncConnection, orders: set[str], pos: set[str], notes: Notes) -> None:
    """Every timer belongs to an order or a material PO that exists."""
    table = tables.timers
    for row in await connection.execute(select(table.c.timer_id, table.c.type, table.c.order_id, table.c.body)):
        notes.count("timers")
        po = orjson.loads(row.body).get("material_po_id")
        if po and po not in pos:
            notes.find("orphan_timer", row.timer_id, f"{row.type} is about material PO {po}, which does not exist")
        if row.order_id and row.order_id not in orders:
            notes.find("orphan_timer", row.timer_id, f"{row.type} is about order {row.order_id}, which does not exist")
