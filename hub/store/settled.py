"""Whether a hub has come to rest: nothing to send, and all that was sent carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from hub.errors import HubError
from hub.store import tables
from hub.store.database import Database

OFTEN, SELDOM = 0.02, 0.3
"""seconds between two looks, at first and at last"""


class Restless(HubError):
    """The hub still has something to send or to carry out."""

    code = "restless"


async def left_to_do(database: Database, told: Collection[str] = ()) -> tuple[int, int]:
    """How many messages and documents wait to be sent; how many were sent to the hub itself and wait to be carried out.

    ``told``: the types of the events that partners are told of. All is seen at one moment, by one statement: between
    two, what waited for the one could come to wait for the other.
    """
    outbox, documents, failures, waiting = tables.outbox, tables.documents, tables.failures, tables.waiting
    aside = or_(
        exists().where(failures.c.source == outbox.c.source, failures.c.message_id == outbox.c.message_id),
        exists().where(waiting.c.source == outbox.c.source, waiting.c.id == outbox.c.message_id),
    )
    commands = and_(outbox.c.kind == "command", ~_taken("sagas"))
    events = and_(outbox.c.kind == "event", outbox.c.type.in_(told), ~_taken("correspondence"))
    count = select(func.count())
    messages = count.select_from(outbox).where(outbox.c.sent_at.is_(None)).scalar_subquery()
    papers = count.select_from(documents).where(documents.c.state == "to_send").scalar_subquery()
    untaken = count.select_from(outbox).where(or_(commands, events), ~aside).scalar_subquery()
    async with database.read() as connection:
        found = (await connection.execute(select(messages + papers, untaken))).one()
    return int(found[0]), int(found[1])


def _taken(consumer: str) -> ColumnElement[bool]:
    inbox, outbox = tables.inbox, tables.outbox
    return exists().where(
        inbox.c.consumer == consumer, inbox.c.source == outbox.c.source, inbox.c.id == outbox.c.message_id
    )


async def settled(database: Database, patience: float, told: Collection[str] = ()) -> None:
    """Wait until nothing is to be sent or carried out. Raises Restless."""
    pause = OFTEN
    try:
        async with asyncio.timeout(patience):
            while any(await left_to_do(database, told)):
                await asyncio.sleep(pause)
                pause = min(pause * 2, SELDOM)
    except TimeoutError:
        left = await left_to_do(database, told)
        raise Restless(f"{left[0]} messages or documents are still to be sent, {left[1]} to be carried out") from None
