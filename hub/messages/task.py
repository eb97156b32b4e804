"""Tasks: decisions that wait for a person, a system or a policy (R40)."""

from __future__ import annotations

from typing import Any

from hub.messages.base import (
    By,
    Command,
    DocumentId,
    Event,
    Instant,
    MaterialPoId,
    Name,
    OrderId,
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
