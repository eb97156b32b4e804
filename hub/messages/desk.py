"""Tasks, and what the hub says of messages themselves (R40, R42)."""

from __future__ import annotations

from typing import Any

from hub.messages.base import (
    By,
    Code,
    Command,
    DocumentId,
    Event,
    Instant,
    LineNumber,
    MaterialPoId,
    MessageId,
    Name,
    OrderId,
    QuestionId,
    RequirementId,
    Role,
    TaskId,
    Text,
    WorkOrderId,
)

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


class AssignTask(
    Command,
    type="task.assign.v1",
    subject="task_id",
    example={
        "task_id": "T-7K3M9QX2WDRT-1",
        "assignee": "Ada Lind",
        "by": {"role": "sales-officer", "name": "Ben Roth"},
    },
):
    """Give an open task to a person of its role; whoever has the role may still answer it (R40)."""

    task_id: TaskId
    assignee: Name | None = None
    """absent: nobody's again"""
    by: By
    """in the task's role, or the operator"""


class TaskAssigned(
    TaskEvent,
    type="task.assigned.v1",
    subject="task_id",
    example={**_TASK, "assignee": "Ada Lind", "by": {"role": "sales-officer", "name": "Ben Roth"}},
):
    """A person took the task, or was given it; without an assignee it is nobody's again."""

    by: By | None = None


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
        "type": "penalty.answer.v1",
        "code": "question_closed",
        "message": "offer Q-7K3M9QX2WDRT-1 has expired, and work on the order continues",
        "where": "question_id",
        "order_id": "O-7K3M9QX2WDRT",
        "question_id": "Q-7K3M9QX2WDRT-1",
        "lines": ["1"],
    },
):
    """A command is in order but cannot be carried out; nothing was changed (R40, R43)."""

    command_id: MessageId
    type: Name
    code: Code
    message: Text
    where: Name | None = None
    order_id: OrderId | None = None
    question_id: QuestionId | None = None
    """an answer to a penalty question that is closed: which one"""
    lines: list[LineNumber] = []
    """and the lines that it was about"""


_MESSAGE: dict[str, Any] = {
    "message_id": "0b6a6f0e-5c1e-5d8f-9a56-2f1f8e2a7d11",
    "failure_id": "F-2M8Q4ZK7T1XW",
}


class MessageEvent(Event):
    """What became of a message that could not be processed (R42)."""

    failure_id: Name
    message_id: MessageId | None = None
    order_id: OrderId | None = None
    """the order that the message is about, as far as can be told"""
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


class MessageRetried(
    MessageEvent,
    type="message.retried.v1",
    subject="failure_id",
    example={**_MESSAGE, "by": {"role": "operator", "name": "Ada Lind"}},
):
    """A message that was set aside is tried again, or a mended copy in its place."""

    copy_id: MessageId | None = None
    """id of the mended copy"""


class MessageDiscarded(
    MessageEvent, type="message.discarded.v1", subject="failure_id", example={**_MESSAGE, "reason": "a test"}
):
    """A message that was set aside is given up."""

    reason: Text
