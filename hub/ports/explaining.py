"""What became of each piece of a document, for a person who asks why it was read so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hub.ports.reading import Context, Finding, Reading


@dataclass(frozen=True, slots=True)
class Advice:
    """Something wrong in a document, and what to do about it."""

    finding: Finding
    todo: str


@dataclass(frozen=True, slots=True)
class ExplainedSegment:
    """A segment of a document, and what became of it."""

    position: int
    text: str
    read: tuple[tuple[str, str], ...]
    """what it was read to: names and values"""
    unmapped: tuple[str, ...]
    """what of it is kept without a place of its own"""
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class ExplainedDocument:
    """A document in a file, segment by segment."""

    type: str
    where: str
    segments: tuple[ExplainedSegment, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reading, and from where everything in it was read."""

    reading: Reading
    documents: tuple[ExplainedDocument, ...]
    advice: tuple[Advice, ...]
    """what is wrong around the documents"""


class Explainer(Protocol):
    """Reads documents of one kind, and says what each part of them was read to."""

    def recognises(self, raw: bytes, name: str) -> bool:
        """Whether these bytes are a document of this kind."""
        ...

    def explain(self, raw: bytes, context: Context) -> Explanation:
        """What the document says, and from where everything was read."""
        ...
