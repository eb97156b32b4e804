"""How much a mail may ask of the hub, checked before anything is parsed."""

from __future__ import annotations

from dataclasses import dataclass

from hub.errors import HubError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one mail; what exceeds them goes to a person unread."""

    message_bytes: int = 25_000_000
    header_bytes: int = 200_000
    """of the outermost header block"""
    parts: int = 60
    nesting: int = 12
    text_characters: int = 600_000
    """of one text part"""
    text_lines: int = 8_000
    line_characters: int = 2_000
    rows: int = 5_000
    """of one table"""
    columns: int = 60
    unpacked_bytes: int = 60_000_000
    """declared size of all members of a packed attachment"""
    unpacked_ratio: int = 200
    pages: int = 40
    seconds: float = 20.0
    memory_bytes: int = 768_000_000


DEFAULT = Limits()


class MailTooLarge(HubError):
    """The mail asks for more than the limits allow."""

    code = "limit_exceeded"
