"""A hub that runs in the test's own process, with what tests ask of it."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from hub.app import Hub, utc_now
from hub.messages.envelope import check_data, write_letter
from hub.settings import Settings
from hub.store import tables
from hub.store.post import Verdict, await_verdict, post
from hub.store.settled import settled

DATA = Path(__file__).parents[1] / "data"
PATIENCE = 20.0

SALES = {"role": "sales-officer", "name": "Ada Lind"}
ENGINEER = {"role": "production-engineer", "name": "Jo Brandt"}
PROCUREMENT = {"role": "procurement-officer", "name": "Lea Vogt"}
INSPECTOR = {"role": "quality-inspector", "name": "Rui Costa"}
SHIPPING = {"role": "shipping-clerk", "name": "Kim Dahl"}


def with_partners(settings: Settings) -> Settings:
    """Give the hub's folder the partner file of the tests."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(DATA / "partners.yaml", settings.folder / "partners.yaml")
    return settings


async def send(hub: Hub, message_type: str, *, message_id: str = "", **data: Any) -> Verdict:
    """Send a command over the hub's own broker, and wait until it is carried out."""
    message_id = message_id or str(uuid.uuid4())
    message = check_data(f"{message_type}.v1", data)
    letter = write_letter(message, message_id=message_id, source="tests", time=utc_now())
    await post(hub.database, [letter])
    return await await_verdict(hub.database, "tests", message_id, PATIENCE)


async def at_rest(hub: Hub) -> None:
    """Wait until the hub has nothing to send or to carry out."""
    await settled(hub.database, PATIENCE, hub.correspondence.consumer().types)


async def eventually(look: Callable[[], Awaitable[Any]], what: str) -> Any:
    """Wait until a look finds something; fail with what was looked for."""
    pause = 0.01
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await look()
                if found:
                    return found
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, 0.05)
    except TimeoutError:
        raise AssertionError(f"did not come: {what}") from None


async def events(hub: Hub, message_type: str = "") -> list[Any]:
    """The rows of the outbox, of one type."""
    table = tables.outbox
    query = select(table).order_by(table.c.position)
    if message_type:
        query = query.where(table.c.type == f"{message_type}.v1")
    async with hub.database.read() as connection:
        return list((await connection.execute(query)).all())


async def documents(hub: Hub, **where: str) -> list[Any]:
    """The archived documents that are as said."""
    table = tables.documents
    query = select(table).order_by(table.c.at, table.c.document_id)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    async with hub.database.read() as connection:
        return list((await connection.execute(query)).all())
