"""Mails in and out: mailboxes, mail servers that hand mails over, and the one that takes ours."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from hub.ports.carrying import Arrival, Holder

MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
"""what the hub takes for an address that it may write to"""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A mail server, and how the hub logs in there."""

    host: str
    port: int
    security: str
    """``tls``; ``starttls``; ``none``: on this machine, or where no secret goes over the line and it is said so"""
    user: str = ""
    """empty: there is no login"""
    password: str = field(default="", repr=False)
    token_file: str = ""
    """a file that holds an access token (XOAUTH2), in place of a password; `within` has put it in the hub's folder"""
    token_command: str = ""
    """a command that prints one"""

    @property
    def by_token(self) -> bool:
        """Whether the login is by an access token."""
        return bool(self.token_file or self.token_command)

    def within(self, folder: Path) -> MailAccount:
        """The account as a hub in this folder uses it."""
        return replace(self, token_file=str(folder / self.token_file)) if self.token_file else self


class Mailbox(Holder, Protocol):
    """A mailbox that mails come into. Its calls block; all but `interrupt` are made in one and the same thread.

    They raise MailboxUnreachable when it has to be connected anew, and OSError when only this mail cannot be had.
    """

    name: str

    def connect(self) -> None:
        """Be ready to say what is there."""
        ...

    def arrivals(self) -> list[Arrival]:
        """The mails that wait to be taken in, oldest first."""
        ...

    def put_away(self, arrival: Arrival, *, failed: bool) -> None:
        """Move a mail to those that were taken in, or to those that could not be."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when there is news, or after so many seconds."""
        ...

    def interrupt(self) -> None:
        """End for good, whatever call is under way."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail that another server hands over, and keeps until it is told that it was taken in."""

    raw: bytes
    """as it is archived: as it was sent, with our trace headers before it"""
    name: str
    digest: str
    """of what was sent, by whom and for whom: the same when it is sent again"""


Take = Callable[[Delivery], Awaitable[str]]
"""takes a mail in and says under which document id; raises StoreUnavailable when it has to be sent again"""


class Listener(Protocol):
    """A place where other servers hand mails over. Its calls do not block."""

    name: str

    async def start(self, take: Take) -> None:
        """Begin to listen. Raises PortTaken, and ConfigurationError when its certificate cannot be used."""
        ...

    async def stop(self) -> None:
        """End; a mail that is not taken in yet is sent again by its server."""
        ...

    @property
    def listening(self) -> bool:
        """Whether mails can be handed over."""
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a mail server is told of a mail beside its content."""

    sender: str
    """the envelope sender, which is of this mail alone: a bounce that goes there is this mail's"""
    recipients: tuple[str, ...]
    thread: str
    """the first Message-ID of the conversation"""
    unfit: Mapping[str, str] = field(default_factory=dict)
    """whom it names and is never sent to, each with the reason"""


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of handing a mail over, by recipient; each with what the server said."""

    accepted: tuple[str, ...] = ()
    """the server has taken the mail for them, and said so"""
    later: Mapping[str, str] = field(default_factory=dict)
    """not now: try again"""
    refused: Mapping[str, str] = field(default_factory=dict)
    """never"""
    in_doubt: bool = False
    """the answer was lost: the server may have taken it for those of ``later``"""


class MailServer(Protocol):
    """Hands mails to a mail server, over one connection as long as that stands."""

    name: str

    def parcel(self, content: bytes) -> Parcel:
        """For whom a mail of ours is, by its header."""
        ...

    async def hand_over(self, parcel: Parcel, recipients: Sequence[str], content: bytes) -> Handed:
        """Hand a mail over, for these of its recipients. Raises MailServerUnreachable; nothing was handed over then."""
        ...

    async def connect(self) -> None:
        """Be ready to hand over. Raises MailServerUnreachable."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...
