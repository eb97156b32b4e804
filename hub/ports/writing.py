"""What the hub has to say: how documents and mails are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from hub.messages.base import Event
from hub.messages.customer_po import SubmitCustomerPo
from hub.partners import Partner


class Numbers(Protocol):
    """Control numbers for one partner, handed out in the transaction that writes the document."""

    def next(self, counter: str) -> int:
        """The next number of this counter: 1, 2, 3… without gap or repeat."""
        ...


class Draft(Protocol):
    """An acknowledgment that waits for its control number."""

    kind: Literal["x12", "edifact"]
    purpose: str
    """what it is, for people: ``997``, ``CONTRL``"""
    partner_id: str | None
    """whom it goes to; None: nobody whom the hub could send it"""

    def render(self, numbers: Numbers, now: datetime) -> bytes:
        """The finished document."""
        ...


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an answer to a partner is written from."""

    event: Event
    partner: Partner
    po: SubmitCustomerPo | None = None
    """the customer's purchase order as last received"""
    document_id: str = ""
    """by which the document will be kept: it can be its number towards the partner"""
    left: Mapping[str, str] = field(default_factory=dict)
    """by line of it: the quantity that is neither shipped nor cancelled"""
    cancelled: frozenset[str] = frozenset()
    """lines of it of which nothing is left, and something was cancelled"""
    thread: tuple[str, ...] = ()
    """email: Message-IDs of the conversation so far, oldest first"""
    subject: str = ""
    """email: subject of the conversation"""
    our_domain: str = "metalworks.example"
    reply_token: str = ""
    """email: by which an answer finds its question; empty: none is asked"""


@dataclass(frozen=True, slots=True)
class Composed:
    """A document ready to be sent."""

    kind: Literal["x12", "edifact", "email"]
    content: bytes
    extension: str
    """of the file it goes out as: ``edi``, ``eml``"""
    title: str
    """what it is, for people: ``855 accepted``, the subject of a mail"""
    message_id: str = ""
    """email: its Message-ID"""
    asked: str = ""
    """email: the address that it goes to"""


class Writer(Protocol):
    """Writes documents of one kind."""

    def writes(self, event_type: str) -> bool:
        """Whether partners of this channel are told of such events."""
        ...

    def compose(self, occasion: Occasion, numbers: Numbers, now: datetime) -> Composed | None:
        """The document that tells the partner of the event; None when this partner is not to be told.

        ``now`` is in our own time zone, as days and times in the document are to be.
        """
        ...


News = Literal["opened", "overdue", "withdrawn"]
OF_TASKS = "tasks"
"""the kind of conversation that a mail to our own people is noted as, for its bounce"""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the people of a role are told of their tasks: of one task, or of several in one mail."""

    role: str
    addresses: tuple[str, ...]
    language: str
    tasks: tuple[tuple[News, Mapping[str, Any]], ...]
    """each task with what is new of it"""
    number: str
    """by which this notice is told from all others"""
    our_domain: str = "metalworks.example"
    console_url: str = ""


class NoticeWriter(Protocol):
    """Writes to our own people."""

    def write(self, notice: Notice, now: datetime) -> Composed:
        """The mail that tells of these tasks; ``now`` is in our own time zone, as times in the mail are to be."""
        ...
