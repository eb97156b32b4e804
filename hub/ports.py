"""The ports that adapters fill: reading documents, writing documents, carrying files.

An adapter knows nothing of the store, the broker or the sagas. It says what a document means, and writes what
the hub has to say; archiving, duplicates, numbering and sending are the hub's part.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from hub.layouts import Lesson, Version
from hub.messages.base import Command, Event
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.documents import Intent, Kind
from hub.partners import Partner, Partners

Disposition = Literal["accepted", "accepted_with_errors", "rejected", "quarantine"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a document; ``where`` leads a person to the place."""

    code: str
    severity: Severity
    message: str
    where: str = ""


Acknowledged = Literal["accepted", "accepted_with_errors", "rejected"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a partner's acknowledgment says of something that we sent, named by our own control numbers.

    The numbers are without leading zeros; one that the acknowledgment does not name is empty.
    """

    status: Acknowledged
    interchange: str = ""
    group: str = ""
    message: str = ""
    reason: str = ""
    """what it gives as reason, as it stands there"""

    def __str__(self) -> str:
        """What it is about."""
        named = (("interchange", self.interchange), ("group", self.group), ("message", self.message))
        return ", ".join(f"{name} {number}" for name, number in named if number)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the documents in a file; each goes its own way."""

    intent: Intent
    disposition: Disposition
    where: str
    messages: tuple[Command, ...] = ()
    findings: tuple[Finding, ...] = ()
    likely_intent: Intent | None = None
    partner_id: str | None = None
    title: str = ""
    statements: tuple[Statement, ...] = ()
    """of an acknowledgment: what it says"""


class Numbers(Protocol):
    """Control numbers for one partner, handed out in the transaction that writes the document."""

    def next(self, counter: str) -> int:
        """The next number of this counter: 1, 2, 3… without gap or repeat."""
        ...


class Draft(Protocol):
    """An acknowledgment that waits for its control number."""

    purpose: str
    """what it is, for people: ``997``, ``CONTRL``"""
    partner_id: str | None
    """whom it goes to; None: nobody whom the hub could send it"""

    def render(self, numbers: Numbers, now: datetime) -> bytes:
        """The finished document."""
        ...


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a document names of which the hub may know more: its orders and conversations are looked up by it."""

    tokens: tuple[str, ...] = ()
    """email: reply tokens"""
    message_ids: tuple[str, ...] = ()
    """email: the Message-IDs that it answers"""
    numbers: tuple[str, ...] = ()
    """what may be the number of a purchase order or of a material PO, the likeliest first"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says. Reading has no side effects.

    ``keys`` are what duplicates are known by (interchange number with its partners; Message-ID and content), one
    per document in the file. ``messages`` are commands, ready to be sent; the hub fills in their
    ``source.document_id``. ``parts`` are the documents in the file, where there can be several; without any the
    reading is that of one document.
    """

    kind: Kind
    intent: Intent
    disposition: Disposition
    messages: tuple[Command, ...] = ()
    drafts: tuple[Draft, ...] = ()
    findings: tuple[Finding, ...] = ()
    parts: tuple[Part, ...] = ()
    likely_intent: Intent | None = None
    partner_id: str | None = None
    keys: tuple[str, ...] = ()
    title: str = ""
    thread: Mapping[str, str] = field(default_factory=dict)
    """email: message_id, in_reply_to, subject"""
    mentions: Mentions = Mentions()
    """what is looked up before it is read with all that is known of it"""
    lost: str = ""
    """the document of ours that, as this one says, was not delivered"""
    unreached: tuple[str, ...] = ()
    """the addresses that it did not reach, in small letters; empty: this one does not say"""
    layouts: tuple[int, ...] = ()
    """email: the versions of the customer's layout profile by which its lines were understood"""


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader may know beside the document."""

    partners: Partners
    our_domain: str = "metalworks.example"
    authserv_id: str = "mx.metalworks.example"
    today: str = ""
    """ISO date; by it years that a sender leaves out are understood"""
    conversations: tuple[Mapping[str, Any], ...] = ()
    """email: our mails that the document may answer, oldest first; of the hub's own those that it mentions"""
    known_orders: tuple[Mapping[str, Any], ...] = ()
    """orders that the document mentions, as their customers want them now: po_number, customer_id, lines"""
    layouts: tuple[Version, ...] = ()
    """email: what corrected mails have taught of how customers lay out their orders"""
    received: frozenset[str] = frozenset()
    """keys of interchanges that came before: they are refused as duplicates, and answered so"""


@dataclass(frozen=True, slots=True)
class Advice:
    """Something wrong in a document, and what to do about it."""

    finding: Finding
    todo: str


@dataclass(frozen=True, slots=True)
class ExplainedSegment:
    """A segment of a document, and what became of it."""

    position: int
    text: str
    read: tuple[tuple[str, str], ...]
    """what it was read to: names and values"""
    unmapped: tuple[str, ...]
    """what of it is kept without a place of its own"""
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class ExplainedDocument:
    """A document in a file, segment by segment."""

    type: str
    where: str
    segments: tuple[ExplainedSegment, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reading, and from where everything in it was read."""

    reading: Reading
    documents: tuple[ExplainedDocument, ...]
    advice: tuple[Advice, ...]
    """what is wrong around the documents"""


class Explainer(Protocol):
    """Reads documents of one kind, and says what each part of them was read to."""

    def recognises(self, raw: bytes, name: str) -> bool:
        """Whether these bytes are a document of this kind."""
        ...

    def explain(self, raw: bytes, context: Context) -> Explanation:
        """What the document says, and from where everything was read."""
        ...


class Reader(Protocol):
    """Reads documents of one kind."""

    def recognises(self, raw: bytes, name: str) -> bool:
        """Whether these bytes are a document of this kind, however broken."""
        ...

    def read(self, raw: bytes, name: str, context: Context) -> Reading:
        """What the document says; every fault becomes a finding, none an exception."""
        ...


@runtime_checkable
class Student(Protocol):
    """A reader that learns from what people have put right."""

    def study(self, raw: bytes, context: Context, said: SubmitCustomerPo) -> Lesson:
        """What the purchase order that a person has made of a mail tells of its customer's layout."""
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has come in and is complete."""

    name: str
    """as the sender named it; never used as a path"""
    size: int
    stamp: str
    """tells this arrival from an earlier one of the same name and content"""
    partner_id: str = ""
    """the partner in whose own folder it lay"""


class Holder(Protocol):
    """Where files lie that have come in. Its calls block; the hub makes them in a thread."""

    def fetch(self, arrival: Arrival) -> bytes:
        """The content of a file. Raises FileNotFoundError when another replica was first."""
        ...

    def digest(self, arrival: Arrival) -> str:
        """The SHA-256 of a file that is too large to be fetched."""
        ...


class Transport(Holder, Protocol):
    """Carries files in and out. Its calls block; the hub makes them in a thread."""

    def prepare(self) -> None:
        """Be ready for the first file. Raises OSError."""
        ...

    def arrivals(self) -> list[Arrival]:
        """The files that are complete and wait to be taken in."""
        ...

    def put_away(self, arrival: Arrival, document_id: str, report: str | None) -> None:
        """Move a file that was taken in to the archive; one that was not, with its report, beside the failures."""
        ...

    def send(self, partner_id: str, document_id: str, extension: str, content: bytes) -> str:
        """Write a file out, whole or not at all; the same document twice is one file. Says where it is."""
        ...


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
    """a file that holds an access token (XOAUTH2), in place of a password"""
    token_command: str = ""
    """a command that prints one"""

    @property
    def by_token(self) -> bool:
        """Whether the login is by an access token."""
        return bool(self.token_file or self.token_command)


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
