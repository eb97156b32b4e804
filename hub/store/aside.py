"""Setting a message aside: kept as it came, with its error, and said, so that a person can look (R42)."""

from __future__ import annotations

from datetime import datetime

from hub.errors import HubError
from hub.messages.desk import MessageSetAside
from hub.messages.envelope import Letter, derived_id, write_letter
from hub.store.journal import Journal, failure_row


def set_aside(
    journal: Journal,
    raw: bytes,
    letter: Letter | None,
    error: Exception,
    *,
    failure_id: str,
    source: str,
    now: datetime,
    code: str = "",
) -> tuple[str, str]:
    """Note the failure; its code and text. The same failure again is the same row, and is said once."""
    known = error if isinstance(error, HubError) else None
    code = code or (known.code if known else "defect")
    text = (known.message if known else f"{type(error).__name__}: {error}") or "unreadable"
    where = known.where if known else ""
    journal.fail(failure_row(failure_id, raw, letter, code, text, where, now))
    event = MessageSetAside(
        failure_id=failure_id,
        message_id=letter.envelope.id[:80] if letter else None,
        type=letter.envelope.type if letter else None,
        code=code,
        message=text,
        where=where or None,
    )
    message_id = derived_id(source, failure_id, "set aside")
    journal.send("event", write_letter(event, message_id=message_id, source=source, time=now))
    return code, text
