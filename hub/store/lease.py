"""Who relays: one process at a time. The lease ends with the process that holds it, however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import AlreadyServed
from hub.store.database import DRIVER_ERRORS, Database

_KEY = 7_201_127
LOOK = 0.5
ANSWER_WITHIN = 5.0
GOODBYE = 2.0


class Lease(Protocol):
    """The right to relay."""

    async def hold(self, wake: Callable[[], None]) -> bool:
        """Take the lease, or keep it; False while another process has it. ``wake`` is called when others commit."""
        ...

    async def release(self) -> None:
        """Give it back."""
        ...

    async def close(self) -> None:
        """Give it back for good."""
        ...


class FileLease:
    """A lock on a file beside the SQLite store; taken when the hub starts, for as long as it runs."""

    def __init__(self, database: Database) -> None:
        self._path = Path(f"{database.url.database}.lock")
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock, or keep it. Raises AlreadyServed when another process has it."""
        if self._file is not None:
            return
        file = self._path.open("a+", encoding="ascii")
        for patience in (0.02, 0.04, 0.0):  # somebody may just be looking whether it is taken
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if not patience:
                    file.close()
                    raise AlreadyServed("another hub serves this store already", where=str(self._path)) from error
                time.sleep(patience)
            else:
                self._file = file
                return

    async def hold(self, wake: Callable[[], None]) -> bool:
        """Whether the lock was taken."""
        return self._file is not None

    async def release(self) -> None:
        """Give the lock back."""
        self.drop()

    async def close(self) -> None:
        """Give the lock back for good."""
        self.drop()

    def drop(self) -> None:
        """Close the file, and with it the lock, as the end of the process does."""
        if self._file is not None:
            self._file.close()
            self._file = None


async def served(database: Database) -> bool:
    """Whether a hub serves this store now."""
    if database.sqlite:
        return _locked(Path(f"{database.url.database}.lock"))
    query = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    async with database.read() as connection:
        return bool((await connection.execute(query, {"key": _KEY})).scalar())


def _locked(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open(encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


class PostgresLease:
    """An advisory lock, on a connection of its own that also listens for the commits of others."""

    def __init__(self, database: Database) -> None:
        self._engine = database.detached()
        self._connection: AsyncConnection | None = None
        self._seen = 0.0

    async def hold(self, wake: Callable[[], None]) -> bool:
        """Try for the lock, or see that the connection that has it still stands."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                if self._connection is None:
                    return await self._take(wake)
                if time.monotonic() - self._seen > LOOK:
                    await self._connection.execute(text("SELECT 1"))
                    self._seen = time.monotonic()
        except (DBAPIError, OSError, *DRIVER_ERRORS):
            await self.release()
            return False
        return True

    async def _take(self, wake: Callable[[], None]) -> bool:
        self._connection = connection = await self._engine.connect()
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        taken = (await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY})).scalar()
        if not taken:
            await self.release()
            return False
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.add_listener("hub_outbox", lambda *_: wake())
        self._seen = time.monotonic()
        return True

    async def release(self) -> None:
        """Close the connection, and with it the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(DBAPIError, OSError, *DRIVER_ERRORS):
                async with asyncio.timeout(GOODBYE):
                    await connection.close()

    async def close(self) -> None:
        """Give the lock back for good."""
        await self.release()
        with contextlib.suppress(OSError):
            await self._engine.dispose()
