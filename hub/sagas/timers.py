"""What comes when a time has passed. Timers are messages: they go through the same tables as all others."""

from __future__ import annotations

from typing import ClassVar

from hub.messages.base import Message, Name


class Timer(Message):
    """A message that the hub sends to itself later."""

    KINDS: ClassVar[dict[str, type[Timer]]] = {}

    def __init_subclass__(cls, *, type: str = "", **kwargs: object) -> None:  # noqa: A002  # as the class statement reads
        """Register the kind of timer, so that a stored one can be read back."""
        super().__init_subclass__(type=type, **kwargs)  # type: ignore[arg-type]  # kwargs are pydantic's own
        if type:
            Timer.KINDS[type] = cls


class OrderTimer(Timer):
    """A timer of one order."""

    order_id: Name


class PenaltyReminderDue(OrderTimer, type="timer.penalty-reminder.v1"):
    """The customer has not yet answered the penalty question (R38)."""

    question_id: Name


class PenaltyExpiryDue(OrderTimer, type="timer.penalty-expiry.v1"):
    """The time for answering the penalty question is over (R38)."""

    question_id: Name


class RevisionReminderDue(OrderTimer, type="timer.revision-reminder.v1"):
    """The customer has not yet sent the revised purchase order (R65)."""

    revision: int
    reminder: int


class RevisionLapseDue(OrderTimer, type="timer.revision-lapse.v1"):
    """The customer has not sent the revised purchase order in the time that the settings allow (R65)."""

    revision: int


class SupplierDue(Timer, type="timer.supplier-due.v1"):
    """What a supplier owes should have come by now (R22)."""

    material_po_id: Name
    due_at: Name
