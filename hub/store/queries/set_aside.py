"""Messages that were set aside, singly and by cause (R42)."""

from __future__ import annotations

from sqlalchemy import func, select

from hub.errors import NotFound
from hub.store import tables
from hub.store.database import Database
from hub.store.queries.rows import Row, row_of

FAILURE_COLUMNS = tuple(column.name for column in tables.failures.columns if column.name != "raw")


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
