"""The queue of dead letters: drained into the store, where each message is tried again, alone (R42)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from hub.bus.topology import Handle
from hub.errors import HubError, StoreUnavailable
from hub.messages.envelope import Letter, open_letter
from hub.sagas.numbers import short
from hub.store.database import Database
from hub.store.journal import Journal, failure_row

log = logging.getLogger("hub.dead")
TEXT = "the broker gave up on it: its consumers were lost too often, or it expired"


def handler(database: Database, now: Callable[[], datetime]) -> Handle:
    """Keep a dead letter in the store, to be tried again."""

    async def handle(body: bytes) -> None:
        letter: Letter | None
        try:
            letter = open_letter(body)
        except HubError:
            letter = None
        journal = Journal()
        row = failure_row(f"F-{short(body.hex())}", body, letter, "dead_letter", TEXT, "", now())
        journal.fail({**row, "state": "retry"})
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
