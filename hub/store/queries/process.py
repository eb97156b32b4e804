"""Orders, tasks and stock, as they stand."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import and_, or_, select

from hub.errors import NotFound
from hub.sagas.numbers import plain
from hub.store import tables
from hub.store.database import Database
from hub.store.queries.rows import Row, row_of
from hub.store.records import stock_of

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
