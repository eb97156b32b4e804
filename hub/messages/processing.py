"""What the hub says of messages themselves: refused, set aside, tried again, given up (R40, R42, R43)."""

from __future__ import annotations

from typing import Any

from hub.messages.base import By, Code, Event, LineNumber, MessageId, Name, OrderId, QuestionId, Text


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
