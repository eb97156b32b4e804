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
    Name,
    OrderId,
    Text,
)
from hub.messages.customer_po import Finding

Intent = Literal[
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
    "quarantine",
    "mixed",
]
Kind = Literal["x12", "edifact", "email", "unknown"]


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
    """A person says what a document is that the hub would not decide on (R7, R68)."""

    document_id: DocumentId
    as_: Annotated[
        Literal[
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
            "discard",
        ],
        Field(alias="as"),
    ]
    message: dict[str, Any] | None = None
    """the data of the command that the document stands for, as mended; absent: as it was read"""


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
        "likely_intent": "revision",
        "findings": [
            {
                "code": "po_number_in_use",
                "severity": "error",
                "message": "PO 4711 is known with other content",
            }
        ],
    },
):
    """A person has to say what this document is (R7)."""

    likely_intent: Intent | None = None
    findings: list[Finding]


class DocumentClassified(
    DocumentEvent,
    type="document.classified.v1",
    subject="document_id",
    example={**_DOCUMENT, "as": "discard", "by": {"role": "sales-officer", "name": "Ada Lind"}},
):
    """A person has said what the document is (R7)."""

    as_: Annotated[Name, Field(alias="as")]
    by: By


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


class DocumentDeliveryFailed(
    DocumentEvent,
    type="document.delivery-failed.v1",
    subject="document_id",
    example={**_DOCUMENT, "code": "no_channel", "reason": "partner C-HOLT has no channel to be told over"},
):
    """A document could not be sent; it is kept, and a person has to look."""

    code: Code
    reason: Text
