"""The headers that a mail server puts before a mail when it takes it in, and those that only it may put there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

RESULTS = "Authentication-Results"
FOREIGN = b"X-Foreign-"
_FORGED = re.compile(rb"(?:\A|(?<=[\r\n]))(?=authentication-results[ \t]*:)", re.IGNORECASE)
_WORD = re.compile(r"[^A-Za-z0-9.:_\-]")


def renamed(content: bytes) -> bytes:
    """The mail with every Authentication-Results that it came with renamed: its sender may have written them.

    Lines end as the mail's reader sees it: with CR, LF or both.
    """
    length = 0
    for line in content.splitlines(keepends=True):
        if not line.strip(b"\r\n"):
            break
        length += len(line)
    return _FORGED.sub(FOREIGN, content[:length]) + content[length:]


def stamped(content: bytes, sender: str, recipients: Sequence[str], received: str, results: str = "") -> bytes:
    """The mail with our trace before it: envelope sender and recipients, what was found out of the sender, the way."""
    lines = [f"Return-Path: <{sender}>", *(f"Delivered-To: {each}" for each in recipients)]
    if results:
        lines.append(f"{RESULTS}: {results}")
    lines.append(f"Received: {received}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace") + content


def way(helo: str, address: str, host: str, protocol: str, at: datetime) -> str:
    """What ``Received`` says of the way; the sender's name for itself is reduced to what names consist of."""
    said = _WORD.sub("", helo)[:100] or "unknown"
    return f"from {said} ([{_WORD.sub('', address)}]) by {host} with {protocol}; {format_datetime(at)}"
