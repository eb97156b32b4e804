"""What is known of a document that arrives: whether it came before, and which questions it answers by itself (R7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.handlers.incoming.pieces import pieces_of
from hub.ports import Context, Reading
from hub.store.documents import drop_keys, known_keys, outdated
from hub.store.questions import all_open

INTERCHANGES = frozenset({"x12", "edifact"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """A document on its way in. ``read`` reads it, given the keys of what came before."""

    document_id: str
    name: str
    raw: bytes
    size: int
    digest: str
    context: Context
    read: Callable[[Context], Reading]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known already of a document that has arrived."""

    duplicate_of: str | None = None
    keys: frozenset[str] = frozenset()
    """by which it was known"""
    replaces: tuple[str, ...] = ()
    """the questions about it that are still open, and that it answers by itself now"""


async def recognise(
    connection: AsyncConnection, arrived: Arrived, reading: Reading, keys: Sequence[str], forgotten: str
) -> tuple[Known, Reading]:
    """Whether it came before (R7), and the reading with the interchanges refused that did.

    The first of the ``keys`` is that of the content. The numbers of interchanges that came before the instant
    ``forgotten`` may be used again.
    """
    seen = await known_keys(connection, keys)
    old = await outdated(connection, seen, forgotten) if seen else set()
    if old and keys[0] not in seen:
        await drop_keys(connection, old)
        seen = {key: document_id for key, document_id in seen.items() if key not in old}
    if not seen:
        return Known(), reading
    if any(piece.commands for piece in pieces_of(reading, "")):
        replaced = await all_open(connection, set(seen.values()))
        if replaced:
            await drop_keys(connection, seen)
            return Known(replaces=replaced), reading
    if reading.kind not in INTERCHANGES:
        return Known(next(iter(seen.values())), frozenset(seen)), reading
    again = await asyncio.to_thread(arrived.read, replace(arrived.context, received=frozenset(seen)))
    if keys[0] not in seen and set(keys[1:]) - seen.keys():
        return Known(keys=frozenset(seen)), again
    return Known(next(iter(seen.values())), frozenset(seen)), again
