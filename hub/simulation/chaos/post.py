"""The folders, played: files come in, files go out, and sometimes the disk they are on is away."""

from __future__ import annotations

import hashlib

from hub.partners import Partners
from hub.ports import Arrival
from hub.simulation.chaos.stage import Stage


class Post:
    """What partners have put in, and what they were sent."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._inbox: dict[str, tuple[Arrival, bytes]] = {}
        self.reports: list[str] = []
        self.sent: dict[tuple[str, str], bytes] = {}
        self.arrived = 0

    @property
    def waiting(self) -> int:
        """How many files lie in the inbox."""
        return len(self._inbox)

    def arrive(self, name: str, content: bytes) -> None:
        """A partner puts a file in."""
        self.arrived += 1
        name = f"{self.arrived}-{name}"
        self._inbox[name] = Arrival(name, len(content), str(self.arrived)), content
        self._stage.note(f"file {name}")

    def prepare(self, partners: Partners) -> None:
        """Nothing has to be made ready."""

    def _reach(self) -> None:
        if self._stage.happens(self._stage.fate.weather.folders):
            self._stage.note("the folders are away")
            raise OSError("the folders are away")

    def arrivals(self) -> list[Arrival]:
        """The files that wait, oldest first."""
        if self._inbox:
            self._reach()
        return [arrival for arrival, _ in self._inbox.values()]

    def fetch(self, arrival: Arrival) -> bytes:
        """The content of a file."""
        return self._inbox[arrival.name][1]

    def digest(self, arrival: Arrival) -> str:
        """The SHA-256 of a file."""
        return hashlib.sha256(self._inbox[arrival.name][1]).hexdigest()

    def put_away(self, arrival: Arrival, document_id: str, report: str | None) -> None:
        """Take a file out of the inbox."""
        if self._stage.dies_at("document taken"):
            return
        self._reach()
        del self._inbox[arrival.name]
        if report is not None:
            self.reports.append(report)
        self._stage.note(f"put away {arrival.name} as {document_id}")

    def send(self, partner_id: str, document_id: str, extension: str, content: bytes) -> str:
        """Write a file out; the same document twice is one file, and has to be the same."""
        self._reach()
        key = partner_id, document_id
        if self.sent.setdefault(key, content) != content:
            self._stage.defects.append(f"{document_id} to {partner_id} is not what it was when it was sent first")
        self._stage.note(f"sent {document_id} to {partner_id}")
        self._stage.dies_at("document sent")
        return f"outbox/{partner_id}/{document_id}.{extension}"
