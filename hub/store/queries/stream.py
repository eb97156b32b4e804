"""The event stream, as it stands in the outbox."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from hub.store import tables
from hub.store.database import Database
from hub.store.queries.rows import Row


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
