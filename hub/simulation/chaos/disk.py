"""The store's driver: SQLite without a thread, on a disk that can fail, in a hub that can die in the midst of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import aiosqlite

from hub.simulation.chaos.loop import Life
from hub.simulation.chaos.stage import Stage

YIELDS = 0.2
"""share of statements during which others get their turn"""


class Disk:
    """A SQLite file, and the connections that each life has to it."""

    def __init__(self, path: Path, stage: Stage) -> None:
        self.path = path
        self.stage = stage
        self._open: list[tuple[Life, _Connection]] = []

    async def connect(self) -> aiosqlite.Connection:
        """Open the file."""
        connection = _Connection(self)
        self._open.append((self.stage.life, connection))
        return await connection

    def drop(self, life: Life) -> None:
        """Close what a life has open; what it had not committed is rolled back."""
        for owner, connection in self._open:
            if owner is life:
                connection.drop()
        self._open = [each for each in self._open if each[0] is not life]

    async def reach(self, call: str, statement: str) -> None:
        """What happens before a call of the driver."""
        stage = self.stage
        if call == "commit":
            await stage.point("before commit")
        elif call in {"execute", "executemany"}:
            await stage.point("statement")
            if stage.fate.happens(YIELDS):
                await asyncio.sleep(stage.fate.pause() / 10)
        fails = call == "commit" or statement.startswith("BEGIN")
        if fails and stage.happens(stage.fate.weather.disk):
            stage.note(f"the disk fails, {call}")
            raise sqlite3.OperationalError("disk I/O error")

    async def done(self, call: str) -> None:
        """What happens after it."""
        if call == "commit":
            self.stage.note("commit")
            await self.stage.point("after commit")


class _AtOnce:
    """Stands in for the queue to the driver's thread."""

    def put_nowait(self, order: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = order
        try:
            result = function()
        except Exception as error:  # noqa: BLE001  # it is the caller's
            if future is not None:
                future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)


class _Connection(aiosqlite.Connection):
    def __init__(self, disk: Disk) -> None:
        def connector() -> sqlite3.Connection:
            return sqlite3.connect(disk.path, isolation_level=None, check_same_thread=False)

        super().__init__(connector, 64)
        self._disk = disk
        self._tx = _AtOnce()  # type: ignore[assignment]  # a queue as far as it is used

    def __del__(self) -> None:
        """Nobody has to be warned: its process is gone."""
        if self._connection is not None:
            self._connection.close()

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        call = fn.__name__
        await self._disk.reach(call, args[0] if args and isinstance(args[0], str) else "")
        result = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped
        await self._disk.done(call)
        return result

    def drop(self) -> None:
        """Close it, as the end of its process does; whoever still holds it has nothing in hand."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
