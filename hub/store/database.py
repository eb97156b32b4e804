"""The database behind the store: SQLite with one writer, or PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub.errors import ConfigurationError, StoreUnavailable


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediately(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Database:
    """One database. Writers of a SQLite file take turns from the first statement on; readers never wait."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except (ArgumentError, ValueError) as error:
            text = "not a database URL such as sqlite:///hub.sqlite or postgresql+asyncpg://user:password@host/hub"
            raise ConfigurationError(text, where="HUB_DATABASE_URL") from error
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            self._open_sqlite()
        elif self.url.get_backend_name() == "postgresql":
            self.url = self.url.set(drivername="postgresql+asyncpg")
            self._writer = self._reader = create_async_engine(self.url, pool_size=10, max_overflow=10)
        else:
            raise ConfigurationError("the store is SQLite or PostgreSQL", where="HUB_DATABASE_URL")
        self._turn = asyncio.Lock()

    def _open_sqlite(self) -> None:
        self.url = self.url.set(drivername="sqlite+aiosqlite")
        if not self.url.database or self.url.database == ":memory:":
            raise ConfigurationError("the store needs a file; memory forgets", where="HUB_DATABASE_URL")
        try:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            text = f"the folder of {self.url.database} cannot be made: {error.strerror}"
            raise ConfigurationError(text, where="HUB_DATABASE_URL") from error
        self._writer = create_async_engine(self.url, pool_size=1, max_overflow=0)
        self._reader = create_async_engine(self.url, pool_size=5)
        event.listen(self._writer.sync_engine, "connect", _prepare_sqlite)
        event.listen(self._writer.sync_engine, "begin", _begin_immediately)
        event.listen(self._reader.sync_engine, "connect", _prepare_sqlite)

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes."""
        return self._writer

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Raises StoreUnavailable when the database does not answer or stays locked; nothing was changed then.
        """
        try:
            if self.sqlite:
                async with self._turn, self._writer.begin() as connection:
                    yield connection
            else:
                async with self._writer.begin() as connection:
                    yield connection
        except (OperationalError, OSError) as error:
            raise StoreUnavailable(_cause(error)) from error
        except DBAPIError as error:
            if error.connection_invalidated or _transient(error):
                raise StoreUnavailable(_cause(error)) from error
            raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading what is committed. Raises StoreUnavailable."""
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (OperationalError, OSError) as error:
            raise StoreUnavailable(_cause(error)) from error

    def detached(self) -> AsyncEngine:
        """An engine without a pool, for a connection that is kept (locks, notifications)."""
        return create_async_engine(self.url, poolclass=NullPool)

    async def close(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


_TRANSIENT = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "08000", "08003", "08006", "53300"})


def _transient(error: DBAPIError) -> bool:
    """PostgreSQL: serialisation failure, deadlock, lock not available, shutting down, connection lost."""
    return getattr(error.orig, "sqlstate", None) in _TRANSIENT


def _cause(error: Exception) -> str:
    orig = getattr(error, "orig", None) or error
    return f"the database does not answer: {str(orig).splitlines()[0] if str(orig) else type(orig).__name__}"
