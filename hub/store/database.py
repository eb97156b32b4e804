"""The database behind the store: SQLite with one writer, or PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from asyncpg.exceptions import InterfaceError, PostgresError  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
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


PATIENCE = 30.0
"""seconds that a transaction may take in PostgreSQL; after that the connection counts as dead"""
_CONNECT: dict[str, Any] = {
    "timeout": 10,
    "server_settings": {
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "idle_in_transaction_session_timeout": "20s",
    },
}
"""the server notices within half a minute that a hub hangs or its machine is gone, and gives its locks back"""
DRIVER_ERRORS = (InterfaceError, PostgresError)
"""what asyncpg raises past SQLAlchemy when a connection breaks"""


class _Releasing(sqlite3.Connection):
    """Gives its lock back when it is closed.

    Left to itself, SQLite holds a transaction open for as long as there is a statement that was not read to its end,
    and a task that is cancelled while it waits for rows leaves one: nobody could write any more.
    """

    def close(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # it is closed already
            self.rollback()
        super().close()


class Database:
    """One database. Writers of a SQLite file take turns from the first statement on; readers never wait.

    ``connect`` opens a SQLite file in place of the usual driver (the simulation's, which needs no thread).
    """

    def __init__(
        self, url: str, *, patience: float = PATIENCE, connect: Callable[[], Awaitable[Any]] | None = None
    ) -> None:
        try:
            self.url = make_url(url)
        except (ArgumentError, ValueError) as error:
            text = "not a database URL such as sqlite:///hub.sqlite or postgresql+asyncpg://user:password@host/hub"
            raise ConfigurationError(text, where="HUB_DATABASE_URL") from error
        self.patience = patience
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            self._open_sqlite(connect)
        elif self.url.get_backend_name() == "postgresql":
            self.url = self.url.set(drivername="postgresql+asyncpg")
            self._open_postgres()
        else:
            raise ConfigurationError("the store is SQLite or PostgreSQL", where="HUB_DATABASE_URL")
        self._turn = asyncio.Lock()

    def _open_sqlite(self, connect: Callable[[], Awaitable[Any]] | None) -> None:
        self.url = self.url.set(drivername="sqlite+aiosqlite")
        if not self.url.database or self.url.database == ":memory:":
            raise ConfigurationError("the store needs a file; memory forgets", where="HUB_DATABASE_URL")
        try:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            text = f"the folder of {self.url.database} cannot be made: {error.strerror}"
            raise ConfigurationError(text, where="HUB_DATABASE_URL") from error
        driver: dict[str, Any] = {"async_creator": connect} if connect else {"connect_args": {"factory": _Releasing}}
        self._writer = create_async_engine(self.url, pool_size=1, max_overflow=0, **driver)
        self._reader = create_async_engine(self.url, pool_size=5, **driver)
        event.listen(self._writer.sync_engine, "connect", _prepare_sqlite)
        event.listen(self._writer.sync_engine, "begin", _begin_immediately)
        event.listen(self._reader.sync_engine, "connect", _prepare_sqlite)

    def _open_postgres(self) -> None:
        self._writer = self._reader = create_async_engine(
            self.url, pool_size=10, max_overflow=10, connect_args=_CONNECT
        )
        self._trusted_from = 0.0

        @event.listens_for(self._writer.sync_engine, "connect")
        def note(connection: object, record: Any) -> None:
            record.info["since"] = time.monotonic()

        @event.listens_for(self._writer.sync_engine, "checkout")
        def look(connection: object, record: Any, proxy: object) -> None:
            if record.info["since"] < self._trusted_from:
                raise DisconnectionError("as old as one that has died")

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """Give up after the database's patience; what else was connected as long will be as dead."""
        async with asyncio.timeout(self.patience) as limit:
            try:
                yield
            finally:
                if limit.expired():
                    self._trusted_from = time.monotonic()

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes."""
        return self._writer

    @asynccontextmanager
    async def write(self, *, patient: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Raises StoreUnavailable when the database does not answer or stays locked; nothing was changed then, unless
        it was lost in the midst of the commit. A transaction in PostgreSQL that takes longer than the database's
        patience counts as lost, unless one is ``patient``.
        """
        with _unavailable():
            if self.sqlite:
                async with self._turn, self._writer.begin() as connection:
                    yield connection
            else:
                async with nullcontext() if patient else self._in_time(), self._writer.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def read(self, *, patient: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection for reading what is committed, however long it takes if one is ``patient``.

        Raises StoreUnavailable.
        """
        with _unavailable():
            async with (
                nullcontext() if patient or self.sqlite else self._in_time(),
                self._reader.connect() as connection,
            ):
                yield connection

    def detached(self) -> AsyncEngine:
        """An engine without a pool, for a connection that is kept (locks, notifications)."""
        return create_async_engine(self.url, poolclass=NullPool, connect_args={} if self.sqlite else _CONNECT)

    async def close(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


_POSTGRES = ("08", "40", "53", "57", "58", "55P03", "25006")
"""SQLSTATEs: connection lost, serialisation failure or deadlock, out of resources, operator's intervention, the
system's own errors, lock not available, read-only"""
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


@contextmanager
def _unavailable() -> Iterator[None]:
    """Let what is wrong with the database, and not with what it was asked, be StoreUnavailable."""
    try:
        yield
    except (OSError, PoolTimeoutError, *DRIVER_ERRORS) as error:
        raise StoreUnavailable(_cause(error)) from error
    except DBAPIError as error:
        if _of_the_database(error):
            raise StoreUnavailable(_cause(error)) from error
        raise


def _of_the_database(error: DBAPIError) -> bool:
    """Whether another statement would fare no better: what is wrong with the statement itself must not be repeated."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or isinstance(error, OperationalError) or state.startswith(_POSTGRES)


def _cause(error: Exception) -> str:
    orig = getattr(error, "orig", None) or error
    return f"the database does not answer: {str(orig).splitlines()[0] if str(orig) else type(orig).__name__}"
