"""A document that arrives, as it is entered: what is known of it, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from hub.handlers.incoming.acknowledgments import Heard
from hub.handlers.incoming.pieces import Piece, on_the_wire
from hub.handlers.incoming.recognition import Arrived, Known
from hub.messages.base import Event
from hub.messages.document import DocumentDuplicate, DocumentReceived, DocumentRejected
from hub.messages.envelope import instant
from hub.ports import Reading


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a document: received, duplicate, rejected or quarantined."""

    document_id: str
    state: str
    reading: Reading
    duplicate_of: str | None = None
    commands: tuple[str, ...] = ()
    """ids of the commands that it led to"""

    @property
    def taken(self) -> bool:
        """Whether it was taken in; if not, a person has to look."""
        return self.state in {"received", "duplicate"}

    def report(self) -> str:
        """What is wrong, where, and what to do about it, for a person."""
        sender = f", from {self.reading.partner_id}" if self.reading.partner_id else ""
        about = f": {self.reading.title}" if self.reading.title else ""
        lines = [f"document {self.document_id}{sender}: {self.state}{about}"]
        lines += [line for each in self.reading.findings for line in each.lines()]
        more = "the open question is in `hub tasks`; " if self.state == "quarantined" else ""
        lines.append(f"{more}`hub document {self.document_id}` shows it; `hub submit` takes the mended file in")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as it is entered: what is known of it, what was heard in it, and what its pieces come to."""

    arrived: Arrived
    known: Known
    heard: Heard
    pieces: Sequence[Piece]

    @property
    def document_id(self) -> str:
        """Its id."""
        return self.arrived.document_id

    @property
    def reading(self) -> Reading:
        """What was read in it, acknowledgments matched with what we sent."""
        return self.heard.reading

    @property
    def state(self) -> str:
        """What became of it: duplicate, rejected, quarantined or received."""
        if self.known.duplicate_of:
            return "duplicate"
        found = {piece.part.disposition for piece in self.pieces}
        if found <= {"rejected"}:
            return "rejected"
        return "quarantined" if found <= {"rejected", "quarantine"} else "received"

    @property
    def aside(self) -> list[Piece]:
        """The pieces that a person has to decide on."""
        return [piece for piece in self.pieces if piece.part.disposition == "quarantine"]

    def row(self, at: datetime) -> dict[str, Any]:
        """Its row in the archive."""
        arrived, reading = self.arrived, self.reading
        first = reading.messages[0] if reading.messages else None
        findings = [each.model_dump(mode="json", exclude_none=True) for each in on_the_wire(reading.findings)]
        return {
            "document_id": self.document_id,
            "direction": "in",
            "kind": reading.kind,
            "name": arrived.name,
            "partner_id": reading.partner_id,
            "order_id": None,
            "po_number": getattr(first, "po_number", None),
            "intent": reading.intent,
            "disposition": reading.disposition,
            "state": self.state,
            "at": instant(at),
            "sha256": arrived.digest,
            "size": arrived.size,
            "message_id": reading.thread.get("message_id"),
            "title": reading.title or None,
            "cause": None,
            "purpose": None,
            "duplicate_of": self.known.duplicate_of,
            "findings": orjson.dumps(findings).decode(),
            "raw": arrived.raw,
        }

    def outcome(self) -> Event | None:
        """The event that says what became of it; None where a person is to say so."""
        arrived, reading, known = self.arrived, self.reading, self.known
        if self.state == "quarantined":
            return None
        names: dict[str, Any] = {
            "document_id": self.document_id,
            "kind": reading.kind,
            "name": arrived.name or None,
            "partner_id": reading.partner_id,
        }
        findings = on_the_wire(reading.findings)
        if known.duplicate_of is not None:
            return DocumentDuplicate(**names, duplicate_of=known.duplicate_of)
        if self.state == "rejected":
            return DocumentRejected(**names, findings=findings)
        partly = any(found.severity == "error" for found in reading.findings)
        return DocumentReceived(
            **names,
            intent=reading.intent,
            disposition="accepted_with_errors" if partly else "accepted",
            size=arrived.size,
            messages=sum(len(piece.commands) for piece in self.pieces),
            findings=findings,
            replaces=list(known.replaces),
        )
