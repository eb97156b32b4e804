"""Setting a message aside: kept as it came, with its error, and said, so that a person can look (R42)."""

from __future__ import annotations

from datetime import datetime

from hub.errors import HubError
from hub.messages.desk import MessageSetAside
from hub.messages.envelope import Letter, derived_id, write_letter
from hub.store.journal import Journal, failure_row

MOST = 2_000


def tellable(text: str) -> str:
    """A text as it can be stored and said, whatever a message has put into it."""
    plain = text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
    return plain if len(plain) <= MOST else f"{plain[:MOST]}…"


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
    text = tellable((known.message if known else f"{type(error).__name__}: {error}") or "unreadable")
    where = tellable(known.where if known else "")
    journal.fail(failure_row(failure_id, raw, letter, code, text, where, now))
    event = MessageSetAside(
        failure_id=failure_id,
        message_id=letter.envelope.id if letter else None,
        type=letter.envelope.type if letter else None,
        code=code,
        message=text,
        where=where or None,
    )
    message_id = derived_id(source, failure_id, "set aside")
    journal.send("event", write_letter(event, message_id=message_id, source=source, time=now))
    return code, text
