"""Files in and out, whatever carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hub.partners import Partners


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has come in and is complete."""

    name: str
    """as the sender named it; never used as a path"""
    size: int
    stamp: str
    """tells this arrival from an earlier one of the same name and content"""
    partner_id: str = ""
    """the partner in whose own folder it lay"""


class Holder(Protocol):
    """Where files lie that have come in. Its calls block; the hub makes them in a thread."""

    def fetch(self, arrival: Arrival) -> bytes:
        """The content of a file. Raises FileNotFoundError when another replica was first."""
        ...

    def digest(self, arrival: Arrival) -> str:
        """The SHA-256 of a file that is too large to be fetched."""
        ...


class Transport(Holder, Protocol):
    """Carries files in and out. Its calls block; the hub makes them in a thread."""

    def prepare(self, partners: Partners) -> None:
        """Be ready for the first file of each partner. Raises OSError."""
        ...

    def arrivals(self) -> list[Arrival]:
        """The files that are complete and wait to be taken in."""
        ...

    def put_away(self, arrival: Arrival, document_id: str, report: str | None) -> None:
        """Move a file that was taken in to the archive; one that was not, with its report, beside the failures."""
        ...

    def send(self, partner_id: str, document_id: str, extension: str, content: bytes) -> str:
        """Write a file out, whole or not at all; the same document twice is one file. Says where it is."""
        ...
