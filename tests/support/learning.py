"""What a hub has learnt, as it keeps it, and as its events teach it anew."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.database import Database
from hub.store.relearning import TABLES, relearn

Learnt = dict[str, list[dict[str, Any]]]


async def _read(connection: AsyncConnection) -> Learnt:
    found = {}
    for table in TABLES:
        rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
        found[table.name] = [
            {name: orjson.loads(value) if name == "body" else value for name, value in row._mapping.items()}
            for row in rows
        ]
    return found


async def learnt(database: Database) -> Learnt:
    """What the hub has kept, message by message."""
    async with database.read() as connection:
        return await _read(connection)


async def learnt_anew(database: Database) -> Learnt:
    """What it would have learnt from its events; nothing is changed."""
    async with database.write() as connection:
        trial = await connection.begin_nested()
        await relearn(connection)
        found = await _read(connection)
        await trial.rollback()
    return found
