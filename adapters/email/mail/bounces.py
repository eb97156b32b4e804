"""What a bounce says: which of our mails it is about, and whether that is lost for good."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adapters.email.mail.conversation import message_ids
from adapters.email.mail.mime import Mail
from adapters.email.mail.wire import name

_HEADERS = frozenset({"message/rfc822", "message/rfc822-headers", "text/rfc822-headers"})
_ID = re.compile(r"^message-id[ \t]*:\s*(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(r"^action[ \t]*:[ \t]*(\w+)", re.IGNORECASE | re.MULTILINE)
_WHY = re.compile(r"^(?:diagnostic-code|status)[ \t]*:[ \t]*(.+(?:\r?\n[ \t]+.+)*)", re.IGNORECASE | re.MULTILINE)
_RECIPIENT = re.compile(
    r"^(?:original|final)-recipient[ \t]*:[^;\r\n]*;[ \t]*<?([^\s<>]{1,320})", re.IGNORECASE | re.MULTILINE
)
_WAITING = frozenset({"delayed", "delivered", "relayed", "expanded"})
"""what a delivery report may say of a mail that is not lost"""


def bounced_ids(mail: Mail, our_domain: str) -> list[str]:
    """The Message-IDs of the mails that the bounce may be about: in what it returns, its address, its thread."""
    found = []
    for leaf in (*mail.leaves, *mail.enclosed):
        if leaf.content_type in _HEADERS:
            head = re.split(r"\r?\n\r?\n", leaf.text, maxsplit=1)[0]
            found += _ID.findall(head)
    for address in mail.addresses("to", "delivered-to", "x-original-to", "envelope-to"):
        local, _, domain = address.rpartition("@")
        if local.startswith("bounces+") and domain == our_domain.lower():
            found.append(f"<{local.partition('+')[2]}@{our_domain}>")
    return list(dict.fromkeys(found)) or message_ids(mail)


def is_lost(mail: Mail) -> bool:
    """Whether the mail was given up on; a report of a delay, or of success, is none of that."""
    actions = {action.lower() for action in _ACTION.findall(_status(mail))}
    return not actions or not actions <= _WAITING


def unreached(mail: Mail) -> tuple[str, ...]:
    """The addresses that the mail did not reach, in small letters, as it was sent to them and as that led on."""
    groups = re.split(r"\n(?:[ \t]*\r?\n)+", _status(mail))
    failed = [group for group in groups if set(map(str.lower, _ACTION.findall(group))) - _WAITING]
    return tuple(dict.fromkeys(one.lower() for group in failed for one in _RECIPIENT.findall(group)))


def why(mail: Mail) -> str:
    """The other server's reason; empty when the bounce holds none in a form that programs read."""
    found = [" ".join(text.split()) for text in _WHY.findall(_status(mail))]
    return name(max(found, key=len, default=""), 500) or ""


def lost(mail: Mail, conversations: tuple[Mapping[str, Any], ...], our_domain: str) -> Mapping[str, Any] | None:
    """Our mail that the bounce says is lost, as far as it is known."""
    ids = bounced_ids(mail, our_domain) if is_lost(mail) else []
    return next((each for one in ids for each in conversations if each.get("message_id") == one), None)


def _status(mail: Mail) -> str:
    return "\n".join(leaf.text for leaf in mail.leaves if leaf.content_type == "message/delivery-status")
