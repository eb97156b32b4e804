"""What a document says that has no place in the normalised order: kept, with where it stood."""

from __future__ import annotations

from adapters.edi.envelope import Document
from adapters.edi.faults import clean

MOST = 5000
"""pieces that are kept of one document"""


class Kept:
    """The pieces of text of one document that are kept."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.kept: list[tuple[int, str, str]] = []
        """position, place and text of each"""

    def keep_text(self, position: int, place: str, text: str) -> None:
        """Keep a piece of text with the place where it stood."""
        if len(self.kept) < MOST and text:
            self.kept.append((position, clean(place, 40), clean(text, 2000)))

    def unmapped(self) -> list[dict[str, str]]:
        """What has no place in the normalised order, with where it stood."""
        return [{"where": f"segment {position} {place}", "text": text} for position, place, text in self.kept]
