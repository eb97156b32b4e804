"""A document that goes out, an acknowledgment or what a partner is told: its row, and the event that it is sent."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from hub.messages.document import DocumentSent, Kind
from hub.messages.envelope import Letter, derived_id, instant, write_letter

OUR_PEOPLE = "our-people"
"""the receiver of what goes to no partner; in folders, the folder's name"""


def outgoing(
    document_id: str,
    *,
    kind: str,
    extension: str,
    partner_id: str | None,
    content: bytes,
    title: str,
    purpose: str,
    cause: str,
    at: datetime,
    order_id: str | None = None,
    po_number: str | None = None,
    message_id: str | None = None,
) -> dict[str, Any]:
    """The row of a document that is to be sent; to no partner: to our own people."""
    return {
        "document_id": document_id,
        "direction": "out",
        "kind": kind,
        "name": f"{document_id}.{extension}",
        "partner_id": partner_id,
        "order_id": order_id,
        "po_number": po_number,
        "intent": None,
        "disposition": None,
        "state": "to_send",
        "at": instant(at),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "message_id": message_id or None,
        "title": title,
        "cause": cause,
        "purpose": purpose,
        "duplicate_of": None,
        "findings": "[]",
        "raw": content,
    }


def sent_letter(
    document: Any, kind: Kind, destination: str, *, source: str, now: datetime, releases: int = 0
) -> Letter:
    """The event that says that a document is sent; one for each time that a person has let it go out again."""
    event = DocumentSent(
        document_id=document.document_id,
        kind=kind,
        name=document.title or None,
        partner_id=document.partner_id,
        order_id=document.order_id,
        purpose=document.purpose,
        destination=destination[:10_000],
    )
    return write_letter(
        event,
        message_id=derived_id(source, document.document_id, f"sent {releases}" if releases else "sent"),
        source=source,
        time=now,
        correlation=document.order_id,
        causation=document.document_id,
    )
