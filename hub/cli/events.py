"""`hub events`: what the hub says, as it stands in the outbox or as it is being said."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Annotated, Any

import typer

from hub.cli import screen
from hub.cli.common import AsJson, Limit, example, run, store
from hub.errors import UnknownType
from hub.messages.catalogue import EVENTS
from hub.settings import load_settings
from hub.store import queries
from hub.store.database import Database

OVERLAP = 500
"""positions that are looked at again: on PostgreSQL a row may become visible after a later one"""


def event_types(pattern: str) -> frozenset[str] | None:
    """The event types that a pattern means, with or without version; None for all. Raises UnknownType."""
    if pattern in {"", "*"}:
        return None
    found = frozenset(
        name for name in EVENTS if fnmatchcase(name, pattern) or fnmatchcase(screen.version_off(name), pattern)
    )
    if not found:
        subjects = ", ".join(sorted({name.partition(".")[0] for name in EVENTS}))
        raise UnknownType(f"no event is called {pattern!r}; subjects are {subjects}", where="--type")
    return found


@example(
    "hub events --follow --type 'order.*'",
)
def events(
    follow: Annotated[bool, typer.Option("--follow", help="Go on with each new event until interrupted.")] = False,
    pattern: Annotated[str, typer.Option("--type", metavar="GLOB", help="Only these types, such as 'order.*'.")] = "",
    order: Annotated[str, typer.Option(help="Only events about this order (its id or PO number).")] = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Show the newest events, oldest first; with --json each in its CloudEvents envelope, one per line."""
    types = event_types(pattern)

    async def show() -> None:
        async with store(load_settings()) as database:
            order_id = ""
            if order:
                from hub.cli.orders import find_order

                order_id = await find_order(database, order)
            found = await queries.events(database, types=types, order_id=order_id, limit=limit, newest=True)
            _print([event for _, event in found], as_json)
            if not follow:
                if not found and not as_json:
                    screen.say("no events")
                return
            with suppress(asyncio.CancelledError):
                last = await queries.last_position(database)
                seen = {position for position, _ in found}
                async for event in new_events(database, last, seen, types, order_id):
                    _print([event], as_json)

    run(_until_interrupted(show()))


async def _until_interrupted(work: Any) -> None:
    """Let ^C and SIGTERM end the watching quietly."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for interruption in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(interruption, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


async def new_events(
    database: Database,
    after: int,
    seen: set[int],
    types: frozenset[str] | None = None,
    order_id: str = "",
    every: float = 0.1,
) -> AsyncIterator[dict[str, Any]]:
    """Each event that comes after a position, once."""
    while True:
        start = after if database.sqlite else max(0, after - OVERLAP)
        found = await queries.events(database, after=start, types=types, order_id=order_id, limit=OVERLAP * 2)
        fresh = [(position, event) for position, event in found if position not in seen]
        for position, event in fresh:
            seen.add(position)
            after = max(after, position)
            yield event
        seen = {position for position in seen if position > after - OVERLAP}
        if not fresh:
            await asyncio.sleep(every)


def _print(found: list[dict[str, Any]], as_json: bool) -> None:
    for event in found:
        if as_json:
            screen.show_line(event)
        else:
            screen.say(line_of(event))


def line_of(event: dict[str, Any]) -> str:
    """An event as one line for a person."""
    data = event["data"]
    about = event.get("subject") or ""
    order_id = event.get("correlationid") or ""
    parts = [screen.shortly(event["time"]), screen.version_off(event["type"]).ljust(28), about]
    parts += [order_id] if order_id and order_id != about else []
    parts += [screen.name_of(data["by"])] if data.get("by") else []
    parts += [str(data[name]) for name in ("code", "reason", "message") if data.get(name)]
    return "  ".join(screen.safe(part) for part in parts)
