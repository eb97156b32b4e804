"""What the commands share: settings, the store, data given as JSON."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer
from sqlalchemy import inspect

from hub.errors import NotFound, UnreadableMessage
from hub.messages.json_text import parse
from hub.settings import Settings, load_settings
from hub.store.database import Database

MOST = 50_000_000
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., None])
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Limit = Annotated[int, typer.Option(help="Most rows to show.", min=1, max=100_000)]


def example(*lines: str) -> Callable[[F], F]:
    """Give a command the example that its help ends with, a line each."""

    def give(function: F) -> F:
        function.__dict__["epilog"] = "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
        return function

    return give


def run(work: Coroutine[Any, Any, T]) -> T:
    """Carry a coroutine out."""
    return asyncio.run(work)


@asynccontextmanager
async def store(settings: Settings, *, make: bool = False) -> AsyncIterator[Database]:
    """The store. Raises NotFound when there is none yet, unless it is to be made."""
    database = Database(settings.database_url)
    try:
        if not make and _absent(database):
            raise NotFound(
                f"there is no store at {database.url.database} yet: `hub serve` makes one", where="HUB_DATABASE_URL"
            )
        if not await migrated(database):
            if not make:
                raise NotFound("the database is empty: `hub serve` makes the store", where="HUB_DATABASE_URL")
            from hub.store.migrate import migrate

            await migrate(database)
        yield database
    finally:
        await database.close()


def _absent(database: Database) -> bool:
    return database.sqlite and not Path(database.url.database or "").exists()


async def migrated(database: Database) -> bool:
    """Whether the hub's tables are there."""
    async with database.read() as connection:
        return bool(await connection.run_sync(lambda plain: inspect(plain).has_table("outbox")))


def with_store(work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Ask something of the store."""

    async def ask() -> T:
        async with store(load_settings()) as database:
            return await work(database)

    return run(ask())


def read_data(given: str) -> dict[str, Any]:
    """The JSON object given: as it stands, in a file of that name, or on standard input for `-`.

    Raises UnreadableMessage, NotFound.
    """
    text, where = given, "the argument"
    if given == "-":
        text, where = sys.stdin.read(), "standard input"
    elif not given.lstrip().startswith(("{", "[", '"')):
        text, where = _file(Path(given)), given
    try:
        data = parse(text.encode())
    except UnicodeEncodeError as error:
        raise UnreadableMessage("not UTF-8", where=where) from error
    except UnreadableMessage as error:
        broken = error.__cause__
        if isinstance(broken, orjson.JSONDecodeError):
            place = f"{where}, line {broken.lineno} column {broken.colno}"
            raise UnreadableMessage(f"not JSON: {broken.msg}", where=place) from error
        raise
    if not isinstance(data, dict):
        raise UnreadableMessage("a JSON object is needed", where=where)
    return data


def _file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST + 1)
        if len(content) > MOST:
            raise UnreadableMessage(f"more than {MOST:,} bytes are no command", where=str(path))
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableMessage("not UTF-8", where=str(path)) from error
    except OSError as error:
        text = f"neither JSON nor a file that can be read: {error.strerror}"
        raise NotFound(text, where=str(path)) from error
