"""Messages that cannot be processed: tried again a few times, then set aside and said, for a person to look (R42)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from hub.errors import HubError, SchemaViolation
from hub.messages.base import OrderId
from hub.messages.envelope import Envelope, derived_id, instant, write_letter
from hub.messages.processing import MessageSetAside
from hub.sagas.numbers import short
from hub.store.journal import Journal

MOST = 2_000
_ORDER_ID: TypeAdapter[str] = TypeAdapter(OrderId)


def tellable(text: str) -> str:
    """A text as it can be stored and said, whatever a message has put into it."""
    plain = text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
    return plain if len(plain) <= MOST else f"{plain[:MOST]}…"


def failure_id_of(raw: bytes) -> str:
    """The id under which a message is set aside; the same bytes have the same."""
    return f"F-{short(raw.hex())}"


def envelope_of(raw: bytes) -> Envelope | None:
    """The envelope of a message, where at least that is as it should be."""
    try:
        return Envelope.model_validate(orjson.loads(raw), by_name=False, by_alias=True)
    except (orjson.JSONDecodeError, ValidationError, RecursionError):
        return None


def order_named(envelope: Envelope) -> str | None:
    """The order that a message says it is about, in its data or on its envelope."""
    for named in (envelope.data.get("order_id"), envelope.correlationid):
        try:
            return _ORDER_ID.validate_python(named)
        except ValidationError:
            continue
    return None


def set_aside(
    journal: Journal,
    raw: bytes,
    error: Exception,
    *,
    source: str,
    now: datetime,
    delays: Sequence[float] = (),
    failure_id: str = "",
    attempts: int = 1,
    order_id: str | None = None,
    code: str = "",
) -> tuple[str, str, str]:
    """Note that a message has failed, for the ``attempts``-th time; outcome, code and text.

    What may go better another time is tried again after the next of the ``delays`` (in seconds): all but what is
    wrong with the message itself. The rest waits for a person, and that is said.
    """
    known = error if isinstance(error, HubError) else None
    envelope = envelope_of(raw)
    code = code or (known.code if known else "defect")
    again = (known is None or known.retryable) and attempts <= len(delays)
    text = tellable((known.message if known else f"{type(error).__name__}: {error}") or "unreadable")
    where = tellable(known.where if known else "") or None
    failure_id = failure_id or failure_id_of(raw)
    order_id = order_id or (order_named(envelope) if envelope else None)
    row = _row(raw, envelope, now, code, text)
    row |= {
        "failure_id": failure_id,
        "state": "retry" if again else "open",
        "cause": cause_of(code, row["type"] or "", error),
        "order_id": order_id,
        "place": where,
        "attempts": attempts,
        "next_at": instant(now + timedelta(seconds=delays[attempts - 1])) if again else None,
    }
    journal.fail(row)
    if again:
        return "retrying", code, text
    event = MessageSetAside(
        failure_id=failure_id,
        message_id=envelope.id if envelope else None,
        order_id=order_id,
        type=envelope.type if envelope else None,
        code=code,
        message=text,
        where=where,
    )
    said = write_letter(
        event,
        message_id=derived_id(source, failure_id, f"set aside {attempts}"),
        source=source,
        time=now,
        causation=envelope.id if envelope else None,
    )
    journal.send("event", said)
    return "set_aside", code, text


def dead_letter(raw: bytes, now: datetime) -> dict[str, Any]:
    """The row of a message that the broker has given up on; it is tried again now, alone."""
    text = "the broker gave up on it: its consumers were lost too often, or it expired"
    return _row(raw, envelope_of(raw), now, "dead_letter", text)


def _row(raw: bytes, envelope: Envelope | None, now: datetime, code: str, text: str) -> dict[str, Any]:
    kind = envelope.type if envelope else None
    return {
        "failure_id": failure_id_of(raw),
        "at": instant(now),
        "state": "retry",
        "cause": cause_of(code, kind or ""),
        "source": envelope.source if envelope else None,
        "message_id": envelope.id if envelope else None,
        "type": kind,
        "order_id": order_named(envelope) if envelope else None,
        "code": code,
        "message": text,
        "place": None,
        "attempts": 0,
        "next_at": None,
        "raw": raw,
        "by": None,
        "note": None,
    }


def cause_of(code: str, message_type: str, error: Exception | None = None) -> str:
    """The id of the group of failures that have the same cause: the same fault in the same kind of message.

    Of a schema it is the place that counts (whichever line it is), of a defect the kind and the function it is in.
    """
    detail = ""
    if isinstance(error, SchemaViolation):
        detail = "".join("0" if each.isdigit() else each for each in error.where)
    elif error is not None and not isinstance(error, HubError):
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        detail = f"{type(error).__name__} {trace.tb_frame.f_code.co_qualname if trace else ''}"
    return f"G-{short(code, message_type, detail)[:8]}"
