"""The reading side: what people and programs ask of the store, as JSON-ready rows, few queries each.

Lists are paged: they give at most ``limit`` rows, newest or oldest first as is useful, and say where to go on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound
from hub.sagas.numbers import plain
from hub.sagas.paper import Document
from hub.store import layouts, tables
from hub.store.database import Database
from hub.store.documents import REPLACED, reissued_id
from hub.store.interchanges import SILENT, silence
from hub.store.records import DOCUMENT, stock_of

Row = dict[str, Any]
ORDER_COLUMNS = (
    "order_id",
    "po_number",
    "customer_id",
    "state",
    "revision",
    "held",
    "cancellation",
    "change",
    "opened_at",
    "updated_at",
)
DOCUMENT_COLUMNS = tuple(column.name for column in tables.documents.columns if column.name != "raw")
FAILURE_COLUMNS = tuple(column.name for column in tables.failures.columns if column.name != "raw")


def row_of(found: Any, names: Sequence[str]) -> Row:
    """A row as a dictionary with these names."""
    return {name: getattr(found, name) for name in names}


# -------------------------------------------------------------------------------------------------- orders


async def orders(
    database: Database, *, state: str = "", customer: str = "", before: str = "", limit: int = 100
) -> list[Row]:
    """The orders, newest first; ``before`` is the id of the last one of the page before."""
    table = tables.orders
    query = select(*(table.c[name] for name in ORDER_COLUMNS))
    if state:
        query = query.where(table.c.state == state)
    if customer:
        query = query.where(table.c.customer_id == customer)
    if before:
        last = select(table.c.opened_at).where(table.c.order_id == before).scalar_subquery()
        older = and_(table.c.opened_at == last, table.c.order_id < before)
        query = query.where(or_(table.c.opened_at < last, older))
    query = query.order_by(table.c.opened_at.desc(), table.c.order_id.desc()).limit(limit)
    async with database.read() as connection:
        return [row_of(row, ORDER_COLUMNS) for row in await connection.execute(query)]


async def orders_named(database: Database, name: str) -> list[Row]:
    """The orders of that id or PO number; several customers may use the same number."""
    table = tables.orders
    query = select(*(table.c[column] for column in ORDER_COLUMNS)).where(
        or_(table.c.order_id == name, table.c.po_number == name)
    )
    async with database.read() as connection:
        return [row_of(row, ORDER_COLUMNS) for row in await connection.execute(query.order_by(table.c.order_id))]


# --------------------------------------------------------------------------------------------------- tasks


def task_of(row: Any) -> Row:
    """A task as the contract shows it."""
    names = [column.name for column in tables.tasks.columns if column.name != "facts"]
    return {**row_of(row, names), "facts": orjson.loads(row.facts)}


async def tasks(
    database: Database,
    *,
    role: str = "",
    order_id: str = "",
    kind: str = "",
    assignee: str = "",
    due_by: str = "",
    state: str = "open",
    limit: int = 100,
) -> list[Row]:
    """The tasks in this state, the longest waiting first; ``due_by``: only those due by that instant."""
    table = tables.tasks
    query = select(table).where(table.c.state == state)
    wanted = {table.c.role: role, table.c.order_id: order_id, table.c.kind: kind, table.c.assignee: assignee}
    for column, value in wanted.items():
        if value:
            query = query.where(column == value)
    if due_by:
        query = query.where(table.c.due_at <= due_by)
    query = query.order_by(table.c.opened_at, table.c.task_id).limit(limit)
    async with database.read() as connection:
        return [task_of(row) for row in await connection.execute(query)]


async def task(database: Database, task_id: str) -> Row:
    """One task. Raises NotFound."""
    query = select(tables.tasks).where(tables.tasks.c.task_id == task_id)
    async with database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound(f"there is no task {task_id}; `hub tasks` lists the open ones", where="task_id")
    return task_of(row)


# -------------------------------------------------------------------------------------------------- events


def about_order(order_id: str) -> ColumnElement[bool]:
    """The events of an order, and those on shared things that name it among others."""
    table = tables.outbox
    shared = and_(table.c.order_id.is_(None), table.c.body.contains(f'"{order_id}"', autoescape=True))
    return or_(table.c.order_id == order_id, shared)


def _events(types: Collection[str] | None, order_id: str) -> Select[Any]:
    table = tables.outbox
    query = select(table.c.position, table.c.body).where(table.c.kind == "event")
    if types is not None:
        query = query.where(table.c.type.in_(sorted(types)))
    return query.where(about_order(order_id)) if order_id else query


async def events(
    database: Database,
    *,
    after: int = 0,
    types: Collection[str] | None = None,
    order_id: str = "",
    limit: int = 1000,
    newest: bool = False,
) -> list[tuple[int, Row]]:
    """Events in their envelopes, each with its position, in order: those ``after`` a position, or the newest."""
    table = tables.outbox
    query = _events(types, order_id).where(table.c.position > after)
    query = query.order_by(table.c.position.desc() if newest else table.c.position).limit(limit)
    async with database.read() as connection:
        found = [(row.position, orjson.loads(row.body)) for row in await connection.execute(query)]
    return found[::-1] if newest else found


async def last_position(database: Database) -> int:
    """The position of the newest row of the outbox; 0 when there is none."""
    async with database.read() as connection:
        return int((await connection.execute(select(func.max(tables.outbox.c.position)))).scalar() or 0)


# --------------------------------------------------------------------------------- stock, documents, failures


async def stock(database: Database, *, limit: int = 1000) -> list[Row]:
    """Each material: on hand, reserved, free, on order."""
    async with database.read() as connection:
        rows = await connection.execute(select(tables.stock).order_by(tables.stock.c.material).limit(limit))
        found = [(row, stock_of(row)) for row in rows]
    return [
        {
            "material": row.material,
            "unit": row.unit,
            "on_hand": plain(each.on_hand),
            "reserved": plain(each.reserved),
            "free": plain(each.free),
            "on_order": plain(each.on_order),
        }
        for row, each in found
    ]


def document_of(row: Any) -> Row:
    """What is known of a document, without its bytes."""
    return {**row_of(row, DOCUMENT_COLUMNS), "findings": orjson.loads(row.findings or "[]")}


async def document(database: Database, document_id: str) -> tuple[Row, bytes]:
    """A document with its bytes, and what people are or were asked about it (``questions``). Raises NotFound.

    The bytes of one of several documents in a file are the file's; those of a message of another system are its data.
    """
    table, aside = tables.documents, tables.quarantine
    async with database.read() as connection:
        named = select(aside.c.original_id).where(aside.c.document_id == document_id)
        original = (await connection.execute(named)).scalar() or document_id
        row = (await connection.execute(select(table).where(table.c.document_id == original))).first()
        exchange = await _exchange(connection, original)
        about = or_(aside.c.original_id == original, aside.c.document_id == original)
        asked = await connection.execute(select(aside.c.body).where(about).order_by(aside.c.document_id))
        questions = [question_of(DOCUMENT.validate_json(each.body)) for each in asked]
        learnt = {
            "layouts": await layouts.used(connection, original),
            "lesson": await layouts.taught(connection, original),
        }
    if row is not None:
        return {**document_of(row), **exchange, **_place(row), **learnt, "questions": questions}, bytes(row.raw)
    if not questions:
        raise NotFound(f"there is no document {document_id}", where="document_id")
    [question] = questions
    return {**question, "questions": questions}, orjson.dumps(question["messages"], option=orjson.OPT_INDENT_2)


def _place(row: Any) -> Row:
    """Which document of ours this one was written anew for, and which took its own place."""
    found: Row = {}
    if row.direction == "out" and reissued_id(row.cause or "") == row.document_id:
        found["replaces"] = row.cause
    if row.state == REPLACED:
        found["replaced_by"] = reissued_id(row.document_id)
    return found


async def _exchange(connection: AsyncConnection, document_id: str) -> Row:
    """What its receiver has said of a document of ours, or what of ours this document acknowledges."""
    table = tables.interchanges
    row = (await connection.execute(select(table).where(table.c.document_id == document_id))).first()
    told = select(table.c.document_id).where(table.c.answered_by == document_id).order_by(table.c.number)
    found: Row = {"acknowledges": list((await connection.execute(told)).scalars())}
    if row is not None:
        names = ("state", "due_at", "answered_by", "answered_at", "reason")
        numbers = {"interchange": row.number, "group": row.group_number, "message": row.message_number}
        found["acknowledgment"] = {**row_of(row, names), **numbers}
    return found


def question_of(document: Document) -> Row:
    """What people are or were asked about a document, and what they have said."""
    return {
        "document_id": document.document_id,
        "state": document.state,
        "kind": document.kind,
        "partner_id": document.partner_id,
        "role": document.role,
        "likely_intent": document.likely_intent,
        "po_number": document.po_number,
        "material_po_id": document.material_po_id,
        "order_ids": list(document.order_ids),
        "reasons": [each.model_dump(exclude_none=True) for each in document.findings],
        "messages": [each.model_dump() for each in document.messages],
        "taken_as": document.taken_as,
        "by": document.by.model_dump() if document.by else None,
        "changes": [each.model_dump(exclude_none=True) for each in document.changes],
        "tasks": list(document.tasks),
    }


async def documents(
    database: Database,
    *,
    order_id: str = "",
    partner: str = "",
    direction: str = "",
    state: str = "",
    unacknowledged: bool = False,
    limit: int = 100,
) -> list[Row]:
    """The documents, newest first, and of those sent by EDI whether they are acknowledged."""
    table, sent = tables.documents, tables.interchanges
    query = (
        select(*(table.c[name] for name in DOCUMENT_COLUMNS), sent.c.state.label("acknowledgment"), sent.c.due_at)
        .outerjoin(sent, sent.c.document_id == table.c.document_id)
        .order_by(table.c.at.desc(), table.c.document_id)
    )
    wanted = {
        table.c.order_id: order_id,
        table.c.partner_id: partner,
        table.c.direction: direction,
        table.c.state: state,
    }
    for column, value in wanted.items():
        if value:
            query = query.where(column == value)
    if unacknowledged:
        query = query.where(sent.c.state.in_(SILENT))
    async with database.read() as connection:
        rows = (await connection.execute(query.limit(limit))).all()
    return [{**document_of(row), "acknowledgment": row.acknowledgment, "due_at": row.due_at} for row in rows]


async def failures(database: Database, *, state: str = "open", group: str = "", limit: int = 100) -> list[Row]:
    """The messages set aside, newest first; ``state`` empty: all that ever were."""
    table = tables.failures
    query = select(*(table.c[name] for name in FAILURE_COLUMNS))
    if state:
        query = query.where(table.c.state == state)
    if group:
        query = query.where(table.c.cause == group)
    async with database.read() as connection:
        rows = await connection.execute(query.order_by(table.c.at.desc(), table.c.failure_id).limit(limit))
        return [row_of(row, FAILURE_COLUMNS) for row in rows]


async def failure_groups(database: Database, *, state: str = "open", limit: int = 100) -> list[Row]:
    """The messages set aside, by cause, the largest group first, each with its newest message as the example."""
    table = tables.failures
    count = func.count().label("total")
    ages = (func.min(table.c.at).label("first"), func.max(table.c.at).label("last"))
    newest = func.row_number().over(partition_by=table.c.cause, order_by=(table.c.at.desc(), table.c.failure_id))
    grouped = select(table.c.cause, count, *ages).group_by(table.c.cause)
    ranked = select(table.c.failure_id, newest.label("place"))
    if state:
        grouped, ranked = grouped.where(table.c.state == state), ranked.where(table.c.state == state)
    groups, each = grouped.subquery(), ranked.subquery()
    query = (
        select(groups, *(table.c[name] for name in ("type", "code", "message", "place", "failure_id")))
        .join(table, table.c.cause == groups.c.cause)
        .join(each, (each.c.failure_id == table.c.failure_id) & (each.c.place == 1))
        .order_by(groups.c.total.desc(), groups.c.last.desc())
        .limit(limit)
    )
    async with database.read() as connection:
        return [
            {
                "group": row.cause,
                "count": row.total,
                "code": row.code,
                "type": row.type,
                "first": row.first,
                "last": row.last,
                "failure_id": row.failure_id,
                "message": row.message,
                "place": row.place,
            }
            for row in await connection.execute(query)
        ]


async def failure(database: Database, failure_id: str) -> tuple[Row, bytes]:
    """A message set aside, with its bytes. Raises NotFound."""
    query = select(tables.failures).where(tables.failures.c.failure_id == failure_id)
    async with database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound(f"there is no failed message {failure_id}; `hub failed list` lists them", where="failure_id")
    return row_of(row, FAILURE_COLUMNS), bytes(row.raw)


async def conditions(database: Database) -> Row:
    """What a watcher wants to know at a glance, in counts."""
    outbox, failed = tables.outbox, tables.failures
    async with database.read() as connection:
        unsent = (
            await connection.execute(select(func.count(), func.min(outbox.c.time)).where(outbox.c.sent_at.is_(None)))
        ).one()
        waiting = (await connection.execute(select(func.count()).select_from(tables.waiting))).scalar_one()
        open_tasks = await connection.execute(
            select(tables.tasks.c.role, func.count().label("count"))
            .where(tables.tasks.c.state == "open")
            .group_by(tables.tasks.c.role)
        )
        roles = {row.role: row.count for row in open_tasks}
        set_aside = (
            await connection.execute(select(func.count()).select_from(failed).where(failed.c.state == "open"))
        ).scalar_one()
        acknowledgments = await silence(connection)
    return {
        "outbox": unsent[0],
        "outbox_since": unsent[1],
        "waiting": waiting,
        "open_tasks": roles,
        "failed": set_aside,
        "acknowledgments": acknowledgments,
    }
