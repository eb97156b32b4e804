"""The queue of dead letters: drained into the store, where each message is tried again, alone (R42)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from hub.bus.topology import Handle
from hub.errors import StoreUnavailable
from hub.store.aside import dead_letter
from hub.store.database import Database
from hub.store.journal import Journal

log = logging.getLogger("hub.dead")


def handler(database: Database, now: Callable[[], datetime]) -> Handle:
    """Keep a dead letter in the store, to be tried again."""

    async def handle(body: bytes) -> None:
        journal = Journal()
        journal.fail(dead_letter(body, now()))
        delay = 0.1
        while True:
            try:
                async with database.write() as connection:
                    await journal.write(connection)
            except StoreUnavailable as error:
                log.warning("%s; the dead letter is kept in %.1f s", error.message, delay)
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
            else:
                return

    return handle
