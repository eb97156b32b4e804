"""The queue of dead letters: drained into the store, where each message is tried again, alone (R42)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hub.bus.topology import Handle
from hub.errors import HubError
from hub.messages.envelope import Letter, open_letter
from hub.sagas.numbers import short
from hub.store.database import Database
from hub.store.journal import Journal, failure_row

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
        async with database.write() as connection:
            await journal.write(connection)

    return handle
