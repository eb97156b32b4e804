"""Exchanges and queues: what is published where, and who takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from hub.messages.catalogue import COMMANDS

COMMANDS_EXCHANGE = "hub.commands"
EVENTS_EXCHANGE = "hub.events"
DEAD_EXCHANGE = "hub.dead"
DEAD_QUEUE = "hub.dead.v1"

Handle = Callable[[bytes], Awaitable[None]]
Kind = Literal["command", "event"]
EXCHANGES: dict[str, str] = {"command": COMMANDS_EXCHANGE, "event": EVENTS_EXCHANGE}


@dataclass(frozen=True, slots=True)
class Consumer:
    """A queue of the hub with what is bound to it and what handles it.

    ``handle`` returns when the message is safely carried out; only then is it acknowledged. ``alone``: one replica
    at a time takes from the queue, so that the order is kept.
    """

    queue: str
    exchange: str
    types: tuple[str, ...]
    handle: Handle
    alone: bool = False


class Bus(Protocol):
    """Brings messages to the handlers, and to whoever else subscribes."""

    @property
    def window(self) -> int:
        """How many messages of one order may be handed over before the first is safe.

        1 where one message may be refused and the next one taken.
        """
        ...

    async def start(self, consumers: tuple[Consumer, ...]) -> None:
        """Connect, declare, begin to consume."""
        ...

    async def connect(self) -> None:
        """Be ready to deliver; the messages handed over until the next call arrive in their order or not at all.

        Raises BrokerUnavailable.
        """
        ...

    async def deliver(self, kind: Kind, message_type: str, body: bytes) -> None:
        """Hand a message over; returns when it is safe there.

        Raises BrokerUnavailable when that is not certain, Unroutable for a command that nobody takes.
        """
        ...

    async def stop(self) -> None:
        """Stop consuming, and disconnect."""
        ...

    @property
    def healthy(self) -> bool:
        """Whether messages can come in and go out."""
        ...


def commands_about(*subjects: str) -> tuple[str, ...]:
    """The types of all commands about these subjects."""
    return tuple(sorted(name for name in COMMANDS if name.partition(".")[0] in subjects))
