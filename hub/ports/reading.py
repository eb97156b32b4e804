"""What a document says: how it is read, and what a reader may know beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from hub.layouts import Lesson, Version
from hub.messages.base import Command
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.document import Intent, Kind
from hub.partners import Partners
from hub.ports.writing import Draft

Disposition = Literal["accepted", "accepted_with_errors", "rejected", "quarantine"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a document; ``where`` leads a person to the place, ``todo`` says what can be done about it."""

    code: str
    severity: Severity
    message: str
    where: str = ""
    todo: str = field(default="", compare=False)

    def lines(self) -> list[str]:
        """The finding as a person reads it."""
        said = f"{self.severity} {self.code}: {self.message}" + (f" ({self.where})" if self.where else "")
        return [said, f"  -> {self.todo}"] if self.todo else [said]


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
    kind: Kind | None = None
    """where a file can hold documents of several kinds; None: that of the file"""


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
