"""Inbox, outbox, tasks: that nothing was lost on the way in, and everything told on the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.contents import check_task
from hub.audit.envelopes import Envelopes
from hub.audit.ledger import Ledger
from hub.audit.readable import damage, loaded
from hub.audit.report import Notes
from hub.store import tables
from hub.store.batch import CONSUMER

PORTION = 1000
SUBMIT = "customer-po.submit.v1"
TOLD = frozenset(
    {
        "order.confirmed.v1",
        "order.revision-requested.v1",
        "order.rejected.v1",
        "shipment.shipped.v1",
        "cancellation.penalty-proposed.v1",
        "material-po.issued.v1",
    }
)
"""what a partner has to be told of, whatever its channel"""


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
    heard: dict[str, str] = field(default_factory=dict)
    """events that correspondence took: id, type"""
    published: list[tuple[str, str, str]] = field(default_factory=list)
    """events in the outbox that were sent: source, id, type"""


async def each_row(connection: AsyncConnection, query: Select[Any]) -> AsyncIterator[Any]:
    """The rows of a query, fetched in portions."""
    result = await connection.stream(query)
    async for rows in result.partitions(PORTION):
        for row in rows:
            yield row


async def read_inbox(connection: AsyncConnection, notes: Notes) -> Post:
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
        with damage(each.id, notes):
            lines = tuple(line["line"] for line in orjson.loads(each.body)["data"]["lines"])
            post.submitted[each.id] = each.order_id, lines
    return post


async def check_inbox(
    connection: AsyncConnection, envelopes: Envelopes, post: Post, ledger: Ledger, notes: Notes
) -> None:
    """Compare every message that was taken with what was sent, and with what it caused."""
    table = tables.inbox
    async for row in each_row(connection, select(table)):
        body = loaded(row.body, row.id, notes)
        if body is None:
            continue
        if row.consumer != CONSUMER:
            post.heard[row.id] = row.type
        envelopes.taken(row, body, by_sagas=row.consumer == CONSUMER)
        said = ledger.refused.get(row.id)
        if row.outcome == "refused" and said and said != (row.code, row.message):
            notes.find("outcome_mismatch", row.id, f"it is stored as refused by {row.code}, its event says {said[0]}")
    envelopes.close()


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
    listened_to = TOLD | set(post.heard.values()) if post.heard else frozenset()
    for source, event_id, kind in post.published if at_rest else ():
        if kind in listened_to and event_id not in post.heard and (source, event_id) not in parked:
            notes.find("event_untaken", event_id, f"{kind} was sent, and correspondence has not taken it")
    for source, command_id, kind, sent in post.commands:
        if sent and at_rest and (source, command_id) not in post.taken and (source, command_id) not in parked:
            notes.find("command_lost", command_id, f"{kind} was sent, and nobody has taken it or set it aside")


# --------------------------------------------------------------------------------------------------------- tasks


async def check_tasks(
    connection: AsyncConnection, ledger: Ledger, homes: dict[str, str], orders: set[str], notes: Notes
) -> None:
    """The list of tasks against the orders that ask for them, and against their events.

    ``homes`` gives each open task that an order or a material PO has, with its kind.
    """
    table, listed = tables.tasks, set()
    known = set()
    async for row in each_row(connection, select(table)):
        notes.count("tasks")
        known.add(row.task_id)
        _as_told(row, ledger, notes)
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
    for task_id in ledger.tasks.keys() - known - homes.keys():
        notes.find("task_unlisted", task_id, "its events tell of it, and it is not in the list")
    for task_id in homes.keys() - listed:
        notes.find("task_unlisted", task_id, f"{homes[task_id]} is asked for, but not listed as open")


def _as_told(row: Any, ledger: Ledger, notes: Notes) -> None:
    """Whether a task in the list says what its events say."""
    opened = ledger.opened.get(row.task_id)
    if opened is None:
        return
    try:
        facts = orjson.loads(row.facts)
    except orjson.JSONDecodeError:
        notes.find("unreadable", row.task_id, "what is stored of it is no JSON")
        return
    check_task(row._mapping, facts, opened[1], notes)
    told = ledger.assigned.get(row.task_id), ledger.ended.get(row.task_id)
    if (row.assignee, row.ended_at) != told:
        text = f"it is listed as given to {row.assignee} and ended at {row.ended_at}, its events say {told}"
        notes.find("task_differs", row.task_id, text)
