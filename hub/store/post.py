"""Putting a command on the outbox, and learning what became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import IdReused, Refused
from hub.messages.envelope import Envelope, Letter
from hub.store import tables
from hub.store.batch import CONSUMER
from hub.store.database import Database
from hub.store.journal import Journal
from hub.store.records import chunks


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a command ended: done, ignored, refused, waiting, retrying, set_aside; `pending`: nobody has taken it yet."""

    outcome: str
    code: str = ""
    message: str = ""
    where: str = ""
    order_id: str = ""

    @property
    def final(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.outcome in {"done", "ignored", "refused", "set_aside"}


async def post(database: Database, letters: Sequence[Letter]) -> None:
    """Put commands on the outbox, in one transaction; one that is there already is the same again.

    Raises Refused when an id is another message's.
    """
    journal = Journal()
    for letter in letters:
        journal.send("command", letter)
    async with database.write() as connection:
        await refuse_reused(connection, letters)
        await journal.write(connection)


async def refuse_reused(connection: AsyncConnection, letters: Sequence[Letter]) -> None:
    """See that no message was sent or carried out before that has one of these ids and says something else.

    Raises Refused, code ``id_reused``.
    """
    inbox, outbox = tables.inbox, tables.outbox
    by_key = {letter.key: letter for letter in letters}
    for keys in chunks(by_key):
        sent = select(outbox.c.source, outbox.c.message_id.label("id"), outbox.c.body)
        taken = select(inbox.c.source, inbox.c.id, inbox.c.body).where(inbox.c.consumer == CONSUMER)
        rows = [
            *await connection.execute(sent.where(tuple_(outbox.c.source, outbox.c.message_id).in_(keys))),
            *await connection.execute(taken.where(tuple_(inbox.c.source, inbox.c.id).in_(keys))),
        ]
        for row in rows:
            if not _same(orjson.loads(row.body), by_key[row.source, row.id].envelope):
                text = f"another message of {row.source} has the id {row.id}; send this one under an id of its own"
                raise Refused(text, where="id", code=IdReused.code)


def _same(before: dict[str, Any], now: Envelope) -> bool:
    return bool((before["type"], before["data"]) == (now.type, now.data))


async def verdict(database: Database, source: str, message_id: str) -> Verdict:
    """What became of a command so far."""
    inbox, waiting, failures = tables.inbox, tables.waiting, tables.failures
    async with database.read() as connection:
        query = select(inbox).where(inbox.c.consumer == CONSUMER, inbox.c.source == source, inbox.c.id == message_id)
        row = (await connection.execute(query)).first()
        if row is not None:
            return Verdict(row.outcome, row.code or "", row.message or "", row.place or "", row.order_id or "")
        query = select(failures).where(failures.c.source == source, failures.c.message_id == message_id)
        row = (await connection.execute(query)).first()
        if row is not None:
            outcome = "retrying" if row.state == "retry" else "set_aside"
            return Verdict(outcome, row.code, row.message, row.place or "")
        query = select(waiting.c.awaits).where(waiting.c.source == source, waiting.c.id == message_id)
        row = (await connection.execute(query)).first()
        if row is not None:
            return Verdict("waiting", "unknown_reference", f"{row.awaits} is not known yet")
    return Verdict("pending")


async def await_verdict(database: Database, source: str, message_id: str, patience: float) -> Verdict:
    """Wait until the command has ended, or the time is over."""
    deadline = time.monotonic() + patience
    pause = 0.005
    while True:
        found = await verdict(database, source, message_id)
        if found.final or time.monotonic() >= deadline:
            return found
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.25)
