"""The row of a document that is to be sent: an acknowledgment, or what a partner is told."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from hub.messages.envelope import instant

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
