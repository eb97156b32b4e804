"""Documents that come in and go out, and what a person says of those that the hub would not decide on (R5, R7)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from hub.messages.base import (
    By,
    Code,
    Count,
    CustomerId,
    Decision,
    DocumentId,
    Event,
    Instant,
    MaterialPoId,
    Name,
    OrderId,
    PoNumber,
    Role,
    Text,
    Wire,
)
from hub.messages.customer_po import Finding

Single = Literal[
    "new_po",
    "revision",
    "change",
    "cancel",
    "penalty_accept",
    "penalty_decline",
    "supplier_confirm",
    "supplier_ship",
    "functional_ack",
    "bounce",
    "auto_reply",
    "not_an_order",
]
"""what a document is about, where that is one thing"""
Intent = Literal[Single, "quarantine", "mixed"]
Kind = Literal["x12", "edifact", "email", "api", "unknown"]


class ClassifyDocument(
    Decision,
    type="document.classify.v1",
    subject="document_id",
    example={
        "document_id": "D-2M8Q4ZK7T1XW",
        "as": "discard",
        "by": {"role": "sales-officer", "name": "Ada Lind"},
        "note": "a newsletter",
    },
):
    """A person says what a document is that the hub would not decide on (R7, R68).

    What it is taken for is carried out as if it had come in so: a new purchase order, a revision, a cancellation, a
    supplier's answer. As anything else, or discarded, nothing follows from it.
    """

    document_id: DocumentId
    as_: Annotated[Literal[Single, "discard"], Field(alias="as")]
    message: dict[str, Any] | None = None
    """what is to be mended in what was read of it, merged into it field by field (RFC 7396: null takes a field away,
    a list replaces a list); absent: as it was read"""
    learn: bool | None = None
    """a mail: whether what this teaches of the customer's layout holds from now on; absent: it is proposed; false:
    nothing is learnt from it"""


class AsRead(Wire):
    """A command, as far as a document could be read for certain."""

    type: Name
    data: dict[str, Any]
    """as far as it is certain: fields that the command needs may be missing"""


class Difference(Wire):
    """One field in which two readings differ; absent on the side that does not have it."""

    field: Name
    was: Text | None = None
    now: Text | None = None


_DOCUMENT: dict[str, Any] = {"document_id": "D-2M8Q4ZK7T1XW", "kind": "x12", "name": "po-4711.edi"}


class DocumentEvent(Event):
    """An event of a document that came in or goes out."""

    document_id: DocumentId
    kind: Kind
    name: Text | None = None
    """name of the file, or subject of the mail"""
    partner_id: CustomerId | None = None
    order_id: OrderId | None = None


class DocumentReceived(
    DocumentEvent,
    type="document.received.v1",
    subject="document_id",
    example={**_DOCUMENT, "intent": "new_po", "disposition": "accepted", "size": 1214, "messages": 1},
):
    """A document was archived and read, and its messages go on (R44)."""

    intent: Intent
    disposition: Literal["accepted", "accepted_with_errors"]
    size: Count
    """bytes"""
    messages: Count
    findings: list[Finding] = []
    replaces: list[DocumentId] = []
    """the same documents as they came before, when they could not be decided on: they are asked about no more"""


class DocumentDuplicate(
    DocumentEvent,
    type="document.duplicate.v1",
    subject="document_id",
    example={**_DOCUMENT, "duplicate_of": "D-7T1XW2M8Q4ZK"},
):
    """The same document came before; it starts nothing (R7)."""

    duplicate_of: DocumentId


class DocumentRejected(
    DocumentEvent,
    type="document.rejected.v1",
    subject="document_id",
    example={
        **_DOCUMENT,
        "findings": [{"code": "empty_file", "severity": "error", "message": "the file is empty"}],
    },
):
    """A document could not be read; it is kept, with a report of what is wrong and where."""

    findings: list[Finding]


class DocumentQuarantined(
    DocumentEvent,
    type="document.quarantined.v1",
    subject="document_id",
    example={
        **_DOCUMENT,
        "role": "sales-officer",
        "likely_intent": "revision",
        "po_number": "4711",
        "order_ids": ["O-7K3M9QX2WDRT"],
        "findings": [
            {
                "code": "po_number_in_use",
                "severity": "error",
                "message": "PO 4711 is known with other content",
            }
        ],
        "differs": [{"field": "lines.0.quantity", "was": "24", "now": "30"}],
    },
):
    """A person has to say what this document is, or how it is to be understood (R7, R68)."""

    original_id: DocumentId | None = None
    """the archived file, where this is one of the documents in it; absent: it is the archived document itself, or
    the message of another system"""
    role: Role | None = None
    """who is asked"""
    likely_intent: Intent | None = None
    po_number: PoNumber | None = None
    material_po_id: MaterialPoId | None = None
    order_ids: list[OrderId] = []
    """the orders that it seems to be about"""
    messages: list[AsRead] = []
    """what was read, as far as it is certain"""
    findings: list[Finding]
    """why it was not acted on"""
    differs: list[Difference] = []
    """how it differs from the order as it is known"""


class DocumentClassified(
    DocumentEvent,
    type="document.classified.v1",
    subject="document_id",
    example={
        **_DOCUMENT,
        "as": "cancel",
        "by": {"role": "sales-officer", "name": "Ada Lind"},
        "order_ids": ["O-7K3M9QX2WDRT"],
        "commands": [{"type": "customer-po.cancel.v1", "data": {"customer_id": "C-HOLT", "po_number": "4711"}}],
        "changes": [{"field": "po_number", "was": "4771", "now": "4711"}],
    },
):
    """A person has said what the document is (R7)."""

    as_: Annotated[Name, Field(alias="as")]
    by: By
    note: Text | None = None
    order_ids: list[OrderId] = []
    """the orders that it seemed to be about"""
    commands: list[AsRead] = []
    """what is carried out now; none: nothing follows from the document"""
    changes: list[Difference] = []
    """what the person changed of what was read"""
    learn: bool | None = None
    """whether the person wants the hub to read the customer's mails so from now on; absent: it is proposed"""


class DocumentSent(
    DocumentEvent,
    type="document.sent.v1",
    subject="document_id",
    example={**_DOCUMENT, "purpose": "order.confirmed.v1", "destination": "outbox/C-HOLT"},
):
    """A document went out to a partner (R5)."""

    purpose: Name
    """type of the event that it tells of, or what it acknowledges"""
    destination: Text


class DocumentAcknowledged(
    DocumentEvent,
    type="document.acknowledged.v1",
    subject="document_id",
    example={
        **_DOCUMENT,
        "status": "accepted",
        "acknowledged_by": "D-7T1XW2M8Q4ZK",
    },
):
    """A partner has said what became of the syntax of a document of ours (997, 999, TA1, CONTRL).

    Rejected, `document.delivery-failed` follows.
    """

    status: Literal["accepted", "accepted_with_errors", "rejected"]
    acknowledged_by: DocumentId
    """the document that says so"""
    reason: Text | None = None
    """as it is given there"""
    answers: list[DocumentId] = []
    """the documents of ours about which nobody is to be asked any more"""


class DocumentUnacknowledged(
    DocumentEvent,
    type="document.unacknowledged.v1",
    subject="document_id",
    example={**_DOCUMENT, "due_at": "2026-11-23T08:00:00Z"},
):
    """A partner should have acknowledged a document of ours by now, and has not."""

    due_at: Instant


class DocumentReissued(
    DocumentEvent,
    type="document.reissued.v1",
    subject="document_id",
    example={
        **_DOCUMENT,
        "document_id": "D-9C4H1WZ7K2QX",
        "replaces": "D-2M8Q4ZK7T1XW",
        "by": {"role": "operator", "name": "Ada Lind"},
    },
):
    """A document of ours was written anew, under new control numbers, and takes the place of another (R44)."""

    replaces: DocumentId
    by: By
    answers: list[DocumentId] = []
    """the documents about which nobody is to be asked any more"""


class DocumentDeliveryFailed(
    DocumentEvent,
    type="document.delivery-failed.v1",
    subject="document_id",
    example={**_DOCUMENT, "code": "no_channel", "reason": "partner C-HOLT has no channel to be told over"},
):
    """A document did not reach its partner, or was refused by it; it is kept, and a person has to look."""

    code: Code
    reason: Text
