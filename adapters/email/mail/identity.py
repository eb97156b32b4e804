"""By what a mail is known when it comes again."""

from __future__ import annotations

import hashlib
import json

from adapters.email.mail.mime import Mail
from hub.messages.base import Command

_LONGEST = 160
"""characters of a Message-ID that a key holds as they are"""
_SENSIBLE = 250


def answerable(message_id: str) -> str:
    """A Message-ID that an answer can refer to; empty for one that no mail program could have given."""
    return message_id if len(message_id) <= _SENSIBLE and message_id.isprintable() else ""


def content_hash(mail: Mail) -> str:
    """A hash of what the sender sent: From, Subject and every part; not of what servers on the way added."""
    digest = hashlib.sha256()
    for name in ("from", "subject"):
        digest.update(("\x1f".join(mail.all(name)) + "\x1e").encode())
    for leaf in (*mail.leaves, *mail.enclosed):
        digest.update(f"{leaf.content_type}\x1f{leaf.filename}\x1f".encode())
        digest.update(leaf.content.replace(b"\r\n", b"\n").rstrip() + b"\x1e")
    return digest.hexdigest()


def message_key(mail: Mail, certain: bool) -> str:
    """Message-ID and content together: a Message-ID used again for another content is another mail.

    A mail whose sender is not certain has a key of its own kind, so that a forgery never makes the real one a repeat.
    """
    message_id = mail.first("message-id").strip("<> ") or "none"
    if len(message_id) > _LONGEST:
        message_id = hashlib.sha256(message_id.encode()).hexdigest()
    return f"{'message-id' if certain else 'unauthenticated'}:{message_id}:{content_hash(mail)}"


def order_key(customer_id: str, po_number: str, command: Command) -> str:
    """Customer, PO number and content of the order, however it was sent."""
    data = {name: value for name, value in command.data().items() if name not in ("source", "notes", "unmapped")}
    content = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    return f"po:{customer_id}:{po_number}:{content}"
