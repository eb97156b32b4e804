"""Documents, tasks and what the hub says of messages themselves (R5, R7, R40, R42)."""

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
    MessageId,
    Name,
    OrderId,
    RequirementId,
    Role,
    TaskId,
    Text,
    WorkOrderId,
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


_TASK: dict[str, Any] = {
    "task_id": "T-7K3M9QX2WDRT-1",
    "kind": "order.review.v1",
    "role": "sales-officer",
    "order_id": "O-7K3M9QX2WDRT",
}


class TaskEvent(Event):
    """An event of a task: a decision that waits for a person, a system or a policy (R40)."""

    task_id: TaskId
    kind: Name
    """type of the command that answers it"""
    role: Role
    order_id: OrderId | None = None
    work_order_id: WorkOrderId | None = None
    requirement_id: RequirementId | None = None
    material_po_id: MaterialPoId | None = None
    document_id: DocumentId | None = None
    assignee: Name | None = None


class TaskOpened(
    TaskEvent,
    type="task.opened.v1",
    subject="task_id",
    example={
        **_TASK,
        "opened_at": "2026-11-22T08:00:00Z",
        "due_at": "2026-11-24T08:00:00Z",
        "facts": {"po_number": "4500119034"},
    },
):
    """A decision is wanted."""

    opened_at: Instant
    due_at: Instant | None = None
    facts: dict[str, Any]
    """what the one who decides has to know"""


class TaskAssigned(TaskEvent, type="task.assigned.v1", subject="task_id", example={**_TASK, "assignee": "Ada Lind"}):
    """A person took the task, or was given it."""


class TaskClosed(
    TaskEvent,
    type="task.closed.v1",
    subject="task_id",
    example={**_TASK, "by": {"role": "sales-officer", "name": "Ada Lind"}},
):
    """The decision was taken."""

    by: By | None = None


class TaskWithdrawn(
    TaskEvent, type="task.withdrawn.v1", subject="task_id", example={**_TASK, "reason": "the order is held"}
):
    """The decision is wanted no longer."""

    reason: Text | None = None


class CommandRefused(
    Event,
    type="command.refused.v1",
    subject="command_id",
    example={
        "command_id": "0b6a6f0e-5c1e-5d8f-9a56-2f1f8e2a7d11",
        "type": "order.review.v1",
        "code": "task_closed",
        "message": "the review has been answered already",
        "where": "task_id",
        "order_id": "O-7K3M9QX2WDRT",
    },
):
    """A command is in order but cannot be carried out; nothing was changed (R40, R43)."""

    command_id: MessageId
    type: Name
    code: Code
    message: Text
    where: Name | None = None
    order_id: OrderId | None = None


_MESSAGE: dict[str, Any] = {
    "message_id": "0b6a6f0e-5c1e-5d8f-9a56-2f1f8e2a7d11",
    "failure_id": "F-2M8Q4ZK7T1XW",
}


class MessageEvent(Event):
    """What became of a message that could not be processed (R42)."""

    failure_id: Name
    message_id: MessageId | None = None
    by: By | None = None


class MessageSetAside(
    MessageEvent,
    type="message.set-aside.v1",
    subject="failure_id",
    example={
        **_MESSAGE,
        "code": "schema_violation",
        "message": "quantity is missing",
        "where": "lines.0.quantity",
    },
):
    """A message could not be processed and waits for a person (`hub failed`)."""

    type: Name | None = None
    code: Code
    message: Text
    where: Text | None = None


class MessageRetried(MessageEvent, type="message.retried.v1", subject="failure_id", example=_MESSAGE):
    """A message that was set aside is tried again."""


class MessageDiscarded(
    MessageEvent, type="message.discarded.v1", subject="failure_id", example={**_MESSAGE, "reason": "a test"}
):
    """A message that was set aside is given up."""

    reason: Text
