"""What our mails ask, and the token by which an answer finds its question.

A token is made where the document is written, for one question: it is bound to the order, to the version of the
question and to the address that was asked, and it expires. It locates; it authorises nothing.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hub.messages.base import Event
from hub.messages.envelope import instant
from hub.ports import Composed
from hub.store.conversations import hashed

RANDOM = 20
"""bytes: 160 random bits, 32 characters"""
LASTS = timedelta(days=180)
"""how long an answer finds its question where the question itself does not say"""
ASKS = {
    "cancellation.penalty-proposed.v1": "penalty_question",
    "cancellation.reminded.v1": "penalty_question",
    "order.revision-requested.v1": "revise_request",
    "order.reminded.v1": "revise_request",
    "material-po.issued.v1": "material_po",
    "material-po.reminded.v1": "material_po",
    "material-po.reduced.v1": "material_po",
    "material-po.cancel-requested.v1": "material_po_cancellation",
}
"""by event: what is asked"""


def make_token() -> str:
    """A reply token: small letters and digits, from the system's source of chance."""
    return base64.b32encode(secrets.token_bytes(RANDOM)).decode().lower()


def token_for(event: Event, make: Callable[[], str]) -> str:
    """A token, newly made, for what the event asks; empty when it asks for nothing."""
    return make() if event.TYPE in ASKS else ""


def conversation(
    row: dict[str, Any], composed: Composed, event: Event, token: str, now: datetime
) -> dict[str, Any] | None:
    """What is noted of a document that goes out, for its answer; nothing of what is no mail."""
    if composed.kind != "email":
        return None
    material_po_id = getattr(event, "material_po_id", None)
    return {
        "document_id": row["document_id"],
        "kind": ASKS.get(event.TYPE, "material_po" if material_po_id else "order"),
        "at": row["at"],
        "partner_id": row["partner_id"],
        "asked": composed.asked,
        "message_id": composed.message_id,
        "token_sha256": hashed(token) if token else None,
        "expires_at": _expiry(event, now) if token else None,
        "order_id": row["order_id"],
        "po_number": row["po_number"],
        "material_po_id": material_po_id,
        "question": _version(event),
    }


def _expiry(event: Event, now: datetime) -> str:
    stated = getattr(event, "expires_at", None)
    return instant(datetime.fromisoformat(stated) if stated else now + LASTS)


def _version(event: Event) -> str | None:
    """What tells the question from an earlier one to the same party."""
    if ASKS.get(event.TYPE) == "penalty_question":
        return str(getattr(event, "question_id", ""))
    revision = getattr(event, "revision", None)
    return str(revision) if event.TYPE == "order.revision-requested.v1" and revision else None
