"""Sending a command and learning what became of it: what `send` and `answer` share."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import typer

from hub.cli import screen
from hub.cli.common import store
from hub.errors import Refused, StoreUnavailable, UnknownType, Unroutable
from hub.messages.base import Message
from hub.messages.catalogue import COMMANDS, EVENTS
from hub.messages.envelope import Letter, check_data, open_letter, to_bytes, write_letter
from hub.settings import Settings
from hub.store.database import Database
from hub.store.lease import served
from hub.store.post import Verdict, await_verdict, post, refuse_reused

PATIENCE = 30.0
GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long to wait for the outcome; ``seconds`` None: as long as is sensible."""

    wait: bool = True
    seconds: float | None = None


def command_type(given: str) -> str:
    """The full type that a person means: `order.review` is `order.review.v1`. Raises UnknownType."""
    if given in COMMANDS:
        return given
    versions = [name for name in COMMANDS if screen.version_off(name) == given]
    if versions:
        return max(versions, key=lambda name: int(name.rpartition(".v")[2]))
    if given in EVENTS or any(screen.version_off(name) == given for name in EVENTS):
        raise UnknownType(f"{given} is an event: the hub says it, and cannot be told it", where="TYPE")
    close = [screen.version_off(name) for name in COMMANDS if name.startswith(given.partition(".")[0] + ".")]
    hint = f"; there are {', '.join(sorted(close))}" if close else "; docs/cli.md lists the commands"
    raise UnknownType(f"there is no command {given!r}{hint}", where="TYPE")


def checked(given: str, data: dict[str, Any]) -> Message:
    """The command that type and data make. Raises UnknownType, SchemaViolation."""
    return check_data(command_type(given), data)


async def send(
    settings: Settings, message: Message, source: str, message_id: str, waiting: Waiting
) -> tuple[Letter, Verdict | None]:
    """Hand a command in, to the broker where there is one, and wait for its outcome unless that is not asked for.

    Raises UnreadableMessage for an id or source that no envelope can have, Refused for an id that is another's.
    """
    letter = write_letter(message, message_id=message_id or new_id(), source=source, time=datetime.now(UTC))
    open_letter(to_bytes(letter.envelope))
    if settings.embedded:
        async with store(settings, make=True) as database:
            await post(database, [letter])
            return letter, await outcome(database, letter.key, waiting) if waiting.wait else None
    from hub.client import client_of

    if message_id:
        async with store(settings, make=True) as database, database.read() as connection:
            await refuse_reused(connection, [letter])
    try:
        async with client_of(settings, source) as client:
            letter = await client.send(message, letter.envelope.id)
    except Unroutable as error:
        raise Unroutable(f"{error.message}: no hub has served this broker yet", where="HUB_BROKER_URL") from error
    if not waiting.wait:
        return letter, None
    try:
        async with store(settings, make=True) as database:
            return letter, await outcome(database, letter.key, waiting)
    except StoreUnavailable as error:
        text = (
            f"{message.TYPE} was sent (id {letter.envelope.id}), but what became of it cannot be read: {error.message}"
        )
        raise StoreUnavailable(text, where="HUB_DATABASE_URL") from error


def new_id() -> str:
    """An id that nobody else has."""
    return str(uuid.uuid4())


async def outcome(database: Database, key: tuple[str, str], waiting: Waiting) -> Verdict:
    """What became of a command. Where no hub runs there is a short grace for one that is just starting."""
    patience = PATIENCE if waiting.seconds is None else waiting.seconds
    found = await await_verdict(database, *key, min(0.5, patience))
    if found.final or await served(database):
        return found if found.final else await await_verdict(database, *key, patience)
    screen.warn("no hub serves this store; waiting a moment for one to start")
    until = time.monotonic() + (GRACE if waiting.seconds is None else waiting.seconds)
    while time.monotonic() < until:
        if await served(database):
            return await await_verdict(database, *key, patience)
        found = await await_verdict(database, *key, 0.25)
        if found.final:
            break
    return found


def tell(letter: Letter, verdict: Verdict | None, as_json: bool) -> None:
    """Print the outcome. Raises Refused when the command was not carried out."""
    shown: dict[str, Any] = {"id": letter.envelope.id, "source": letter.envelope.source, "type": letter.envelope.type}
    if verdict is None:
        shown["outcome"] = "sent"
    else:
        said = {name: getattr(verdict, name) for name in ("outcome", "code", "message", "where", "order_id")}
        shown |= {name: value for name, value in said.items() if value}
    if as_json:
        screen.show_json(shown)
    elif verdict is None:
        screen.say(f"{letter.envelope.type} sent, id {letter.envelope.id}")
    elif verdict.outcome in {"done", "ignored"}:
        about = f" ({verdict.order_id})" if verdict.order_id else ""
        remark = f": nothing to do, {verdict.message}" if verdict.outcome == "ignored" else ""
        screen.say(f"{letter.envelope.type} carried out{about}{remark}")
    if verdict is not None and verdict.outcome not in {"done", "ignored"}:
        raise_for(letter, verdict)


def raise_for(letter: Letter, verdict: Verdict) -> None:
    """Say why a command was not carried out. Raises Refused."""
    kind = letter.envelope.type
    texts = {
        "refused": f"{kind} refused: {verdict.message}",
        "set_aside": f"{kind} set aside: {verdict.message}; see `hub failed list`",
        "retrying": f"{kind} failed, and is tried again: {verdict.message}; see `hub failed list --state retry`",
        "waiting": f"{kind} still waits: {verdict.message}; it is set aside if that does not change in time",
        "pending": f"{kind} was not taken yet: it is kept, and carried out when `hub serve` runs",
    }
    raise Refused(texts[verdict.outcome], where=verdict.where, code=verdict.code or verdict.outcome)


Wait = typer.Option(True, "--wait/--no-wait", help="Wait for the outcome.")
Timeout = typer.Option(None, "--timeout", help="Seconds to wait for the outcome (30; 5 where no hub serves).", min=0)
