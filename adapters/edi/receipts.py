"""Acknowledgments of what we sent: TA1, 997 and 999, CONTRL; read, and never acknowledged themselves.

What they say is told by our own control numbers: ``interchange 12``, ``group 12``, ``message 34``, each ``accepted``,
``accepted with errors`` or ``rejected``; leading zeros are left away.
"""

from __future__ import annotations

from adapters.edi.edifact.envelope import at as component
from adapters.edi.envelope import Document
from adapters.edi.mapping import Job, Meaning

ACCEPTED, NOTED, REJECTED = "accepted", "accepted with errors", "rejected"

_X12 = {"A": ACCEPTED, "E": NOTED, "P": NOTED, "R": REJECTED, "M": REJECTED, "W": REJECTED, "X": REJECTED}
_EDIFACT = {"7": ACCEPTED, "8": ACCEPTED, "4": REJECTED}


def number(text: str) -> str:
    """A control number without its leading zeros."""
    return text.strip().lstrip("0") or "0"


def read_ta1(segment: list[str]) -> tuple[str, str] | None:
    """What a TA1 says of an interchange of ours."""
    if len(segment) < 5 or segment[4] not in _X12:
        return None
    return f"interchange {number(segment[1])}", _X12[segment[4]]


def read_x12(job: Job) -> Meaning:
    """What a 997 or 999 says of a group of ours and its messages."""
    found: list[tuple[str, str]] = []
    group, message = "", ""
    for position, segment in enumerate(job.document.segments, start=1):
        match segment[0], len(segment):
            case "AK1", size if size > 2:
                group = f"group {number(segment[2])}"
            case "AK2", size if size > 2:
                message = f"message {number(segment[2])}"
            case "AK5" | "IK5", size if size > 1 and message:
                found.append((message, _status(job.document, position, message, _X12.get(segment[1].strip()))))
            case "AK9", size if size > 1 and group:
                found.append((group, _status(job.document, position, group, _X12.get(segment[1].strip()))))
    return _meaning(job.document, found)


def read_edifact(job: Job) -> Meaning:
    """What a CONTRL says of an interchange of ours and its messages."""
    found: list[tuple[str, str]] = []
    for position, segment in enumerate(job.document.segments, start=1):
        tag = segment[0][0]
        if tag not in ("UCI", "UCF", "UCM"):
            continue
        name = {"UCI": "interchange", "UCF": "group", "UCM": "message"}[tag]
        what = f"{name} {number(component(segment, 1))}"
        action = component(segment, 3 if tag == "UCM" else 4)
        found.append((what, _status(job.document, position, what, _EDIFACT.get(action))))
    return _meaning(job.document, found)


def _status(document: Document, position: int, what: str, status: str | None) -> str:
    if status is None:
        document.fault("code_invalid", position, 1, value="the status")
        return REJECTED
    if status != ACCEPTED:
        document.fault("refused_by_partner", position, value=what, found=status)
    return status


def _meaning(document: Document, found: list[tuple[str, str]]) -> Meaning:
    said = f"{document.type} {found[-1][0]} {found[-1][1]}" if found else document.type
    return Meaning("functional_ack", title=said, receipts=tuple(found))
