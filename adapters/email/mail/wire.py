"""Text of a mail made fit for messages: bounded, and without characters that no message may hold."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def name(text: str | None, longest: int = 200) -> str | None:
    """The text on one line; nothing when it is empty."""
    return " ".join(_CONTROL.sub(" ", text or "").split())[:longest].strip() or None


def passage(text: str | None, longest: int = 10_000) -> str | None:
    """The text with its lines; nothing when it is empty."""
    return _CONTROL.sub(" ", (text or "").replace("\r\n", "\n"))[:longest].strip() or None
